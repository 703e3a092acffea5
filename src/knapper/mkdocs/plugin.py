"""The plugin: MkDocs's hooks, each a few lines over the modules beside it.

A note is read by `knapper.vault` and rendered from its Document; MkDocs keeps the order of the build, the links between
files, the templates and the writing.
"""

from __future__ import annotations

import gc
import html
import logging
from collections.abc import Collection, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Literal

import jinja2
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from mkdocs.utils.templates import TemplateContext
from pathspec import GitIgnoreSpec

from knapper.diagnostics import Code, Diagnostic, filtered
from knapper.mkdocs import defaults, parallel, search
from knapper.mkdocs.backlinks import linked_mentions
from knapper.mkdocs.config import KnapperConfig
from knapper.mkdocs.diagrams import link_diagrams
from knapper.mkdocs.extension import PageExtension, SharedMarkdown
from knapper.mkdocs.files import arrange, own_pages, selected, speed_up
from knapper.mkdocs.libraries import add_libraries
from knapper.mkdocs.nav import SharedSidebar, nav_of
from knapper.mkdocs.page import add_classes, add_title, page_meta, page_title
from knapper.mkdocs.pages import add_folders, add_redirects, folder_content
from knapper.mkdocs.tags import TagPage, tag_page, tags_content
from knapper.syntax import Document
from knapper.vault import Folder, Index, Note, Vault, build_index, check, read_vault

# `mkdocs build --strict` counts warnings of loggers below `mkdocs.plugins`.
log = logging.getLogger("mkdocs.plugins.knapper")


def report(diagnostics: Iterable[Diagnostic]) -> None:
    """Logs each diagnostic as a warning: a site with any of them fails `--strict`.

    That includes notices, such as an ambiguous link, which Obsidian might resolve to another note than the site does;
    what is meant to be so is named in the option `ignore`.
    """
    for diagnostic in diagnostics:
        log.warning("%s", diagnostic)


_BACKLINKS = "knapper_backlinks"
"""Attribute of a page: the list of what links to it, as HTML."""


class KnapperPlugin(BasePlugin[KnapperConfig]):  # type: ignore[no-untyped-call]
    """Makes a site of an Obsidian vault."""

    def __init__(self) -> None:
        self._serving = False
        self._vault: Vault | None = None
        self._index: Index
        self._files: Files
        self._extension: PageExtension
        self._folders: dict[str, Folder]
        self._tags: TagPage | None
        self._shared_nav: Navigation | None
        self._pool: parallel.RenderPool | None = None
        self._env: jinja2.Environment

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Plugins with this hook live on from build to build of `mkdocs serve`, and with this one what it last read."""
        self._serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> None:
        """Adds what the site needs and the user has not configured."""
        defaults.add_markdown_extensions(config)
        defaults.add_theme(config)

    # After plugins that add files, whose pages belong into the navigation.
    @event_priority(-50)
    def on_files(self, files: Files, *, config: MkDocsConfig) -> None:
        """Reads the vault, once; of notes that have not changed since the last build, nothing is read again."""
        self._files, self._index = files, self._read(selected(files, config, self._serving), config)
        report(filtered(check(self._index), select=[Code(code) for code in self.config.select]))
        arrange(files, self._index, config)
        self._folders = add_folders(files, self._index, config)
        self._tags = tag_page(files, self._index, config)
        add_redirects(files, self._index, config)
        self._arrange_nav(config)
        self._extend_markdown(config)
        search.install(config, self._note)
        speed_up(files)

    def _read(self, paths: Collection[str], config: MkDocsConfig) -> Index:
        """The index of the vault. It is large and holds no garbage, so the garbage collector shall not look at it."""
        gc.disable()
        try:
            self._vault = read_vault(Path(config.docs_dir), self.config.settings(), self._vault, paths)
            return build_index(self._vault)
        finally:
            gc.enable()
            if not self._serving:
                gc.freeze()

    def _arrange_nav(self, config: MkDocsConfig) -> None:
        """Orders the pages as Obsidian does, if the user has no order."""
        if config.nav is None:
            pages = [file for file in self._files.documentation_pages() if file.inclusion.is_in_nav()]  # type: ignore[no-untyped-call]
            config.nav = nav_of(pages, own_pages(self._index))

    def _extend_markdown(self, config: MkDocsConfig) -> None:
        """Adds the extension, after all those that other plugins have added."""
        tag_url = self._tags.url(self._index) if self._tags else None
        options = self.config
        self._extension = PageExtension(self._index, tag_url, options.strict_line_breaks, options.sanitize_html)
        self._extension.stock = GitIgnoreSpec.from_lines(options.python_markdown)
        config.markdown_extensions.append(self._extension)  # type: ignore[arg-type]
        self._extensions: list[Any] = config.markdown_extensions
        shared = SharedMarkdown(self._extensions, config.mdx_configs)
        self._extensions_of_pages: list[Any] = [shared] if shared.is_safe else self._extensions

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:
        """Decides how the sidebar is made."""
        is_large = self.config.sidebar == "auto" and len(nav.pages) > self.config.sidebar_limit
        self._shared_nav = nav if is_large or self.config.sidebar == "shared" else None
        if self._shared_nav:
            config.extra_javascript.append(f"{defaults.ASSETS}/nav.js")
        self._env = config.theme.get_env()
        notes = [page for page in nav.pages if self._note(page)]
        is_alone = self._extensions_of_pages is not self._extensions
        if is_alone and not self._serving and len(notes) >= parallel.MIN_PAGES and parallel.can_fork():
            self._pool = parallel.RenderPool(notes, partial(self._render_ahead, config=config), config, files)

    def _render_ahead(self, page: Page, config: MkDocsConfig) -> None:
        """Renders a page as its note is, before MkDocs and other plugins have come to it."""
        note = self._note(page)
        page.markdown = _body(note) if note else ""
        self._extension.note, self._extension.changed = page.file.src_uri, False
        config.markdown_extensions = self._extensions_of_pages
        self._render_here(page, config, self._files)

    def _render(self, page: Page, config: MkDocsConfig, files: Files) -> None:
        """What MkDocs calls to render the page of a note."""
        if not (self._pool and self._pool.take(page)):
            self._render_here(page, config, files)

    def _render_here(self, page: Page, config: MkDocsConfig, files: Files) -> None:
        Page.render(page, config, files)
        mentions = linked_mentions(page.file.src_uri, self._index, files) if self.config.backlinks else []
        template = self._env.get_template("partials/backlinks.html")
        base_url = get_relative_url(".", page.url)
        setattr(page, _BACKLINKS, template.render(page=page, base_url=base_url, backlinks=mentions))

    def _note(self, page: Page) -> Note | None:
        return self._index.note(page.file.src_uri)

    def on_page_read_source(self, *, page: Page, config: MkDocsConfig) -> str | None:
        """The note's text without its properties.

        MkDocs looks for metadata in what it gets: for YAML, which it may fail to read, and for lines such as
        `Status: x`. A blank line before the text makes it find none.
        """
        note = self._note(page)
        return f"\n{_body(note)}" if note else None

    @event_priority(100)
    def _first_on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Sets the metadata before other plugins look at it."""
        if note := self._note(page):
            page.meta = page_meta(note, self._index, config.theme)
            self._set_title(page, page_title(page, note, config.site_name))
        elif folder := self._folders.get(page.file.src_uri):
            self._set_title(page, folder.name or config.site_name)
        elif self._is_tag_page(page):
            self._set_title(page, "Tags")
            page.meta["search"] = {"exclude": True}

    def _set_title(self, page: Page, title: str) -> None:
        """Sets the title, as HTML, unless `nav` of the configuration gives one."""
        if "title" not in page.__dict__:
            page.title = html.escape(title, quote=False)

    @event_priority(-100)
    def _last_on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Tells the extension what to render next."""
        note = self._note(page)
        self._extension.note = page.file.src_uri
        self._extension.changed = note is None or markdown != _body(note)
        config.markdown_extensions = self._extensions_of_pages
        if note:
            render = self._render_here if self._extension.changed else self._render
            page.render = partial(render, page)  # type: ignore[method-assign]

    on_page_markdown = CombinedEvent(_first_on_page_markdown, _last_on_page_markdown)

    @event_priority(100)
    def _first_on_page_content(self, content: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Leaves the extensions to others as they were."""
        config.markdown_extensions = self._extensions

    def _on_page_content(self, content: str, *, page: Page, config: MkDocsConfig, files: Files) -> str | None:
        """Puts the title above the note; makes the pages that no note holds."""
        title = html.unescape(str(page.title))
        if note := self._note(page):
            return add_title(page, note.document, title, link_diagrams(content, page, files))
        if folder := self._folders.get(page.file.src_uri):
            return add_title(page, Document(""), title, folder_content(folder, page, self._index, files))
        if self._is_tag_page(page):
            return add_title(page, Document(""), title, tags_content(page, self._index, files))
        return None

    on_page_content = CombinedEvent(_first_on_page_content, _on_page_content)

    def _is_tag_page(self, page: Page) -> bool:
        return self._tags is not None and self._tags.ours and page.file.src_uri == self._tags.path

    def on_env(self, env: jinja2.Environment, *, config: MkDocsConfig, files: Files) -> None:
        """Adds the files of the sidebar and the scripts of pages, now that all titles and contents are known."""
        self._close_pool()
        if self._shared_nav:
            sidebar = SharedSidebar(self._shared_nav)
            env.globals["knapper_nav"] = sidebar
            for path, content in sidebar.shards.items():
                files.append(File.generated(config, path, content=content))
        self._register_tags(files)
        add_libraries(config, files, self.config.math)

    def on_build_error(self, *, error: Exception) -> None:
        """Leaves no process behind."""
        self._close_pool()

    def _close_pool(self) -> None:
        if self._pool:
            self._pool.close()
        self._pool = None

    def _register_tags(self, files: Files) -> None:
        """Lets MkDocs's check of anchors find those of tags, which no Markdown has made."""
        page = files.src_uris[self._tags.path].page if self._tags else None
        if self._tags and page:
            page.present_anchor_ids = (page.present_anchor_ids or set()) | self._tags.anchors(self._index)

    def on_page_context(self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation) -> None:
        """Lists below a note what links to it."""
        self._content = page.content
        page.content = f"{page.content}{getattr(page, _BACKLINKS, '')}"

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Lets the garbage collector see everything again."""
        gc.unfreeze()

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str | None:
        """Puts `cssclasses` on the article; forgets the list, which MkDocs would keep with the page."""
        page.content = self._content
        note = self._note(page)
        return add_classes(output, note.cssclasses) if note and note.cssclasses else None


def _body(note: Note) -> str:
    """The text of a note as MkDocs passes it on."""
    return note.document.text[note.document.body.start :].lstrip("\n")
