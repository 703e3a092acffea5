"""The plugin: MkDocs's hooks, each a few lines over the modules beside it.

A note is read by `knapper.vault` and rendered from its Document; MkDocs keeps the order of the build, the links between
files, the templates and the writing.
"""

from __future__ import annotations

import gc
import html
import logging
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import jinja2
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from knapper.diagnostics import Code, Diagnostic, filtered
from knapper.mkdocs import defaults, search
from knapper.mkdocs.config import KnapperConfig, SnippetsConfig
from knapper.mkdocs.diagrams import link_diagrams
from knapper.mkdocs.files import arrange, leave_out, own_pages, selected, speed_up
from knapper.mkdocs.libraries import add_libraries, add_table_script
from knapper.mkdocs.nav import SharedSidebar, nav_of
from knapper.mkdocs.page import add_classes, add_title, page_meta, page_title
from knapper.mkdocs.pages import add_folders, add_redirects, folder_content
from knapper.mkdocs.render import NoteRenderer, body, take_backlinks
from knapper.mkdocs.tags import TagPage, tag_page, tags_content
from knapper.mkdocs.watch import Watcher
from knapper.syntax import Document
from knapper.vault import Folder, Index, Note, Vault, build_index, check, read_vault
from knapper.vault.mounts import NO_MOUNTS

if TYPE_CHECKING:
    from knapper.mkdocs.snippet_pages import SnippetPages
    from knapper.mkdocs.snippets import SiteSnippets

# `mkdocs build --strict` counts warnings of loggers below `mkdocs.plugins`.
log = logging.getLogger("mkdocs.plugins.knapper")


def report(diagnostics: Iterable[Diagnostic]) -> None:
    """Logs each diagnostic as a warning: a site with any of them fails `--strict`.

    That includes notices, such as an ambiguous link, which Obsidian might resolve to another note than the site does;
    what is meant to be so is named in the option `ignore`.
    """
    for diagnostic in diagnostics:
        log.warning("%s", diagnostic)


class KnapperPlugin(BasePlugin[KnapperConfig]):  # type: ignore[no-untyped-call]
    """Makes a site of an Obsidian vault."""

    def __init__(self) -> None:
        self._serving = False
        self._vault: Vault | None = None
        self._index: Index
        self._files: Files
        self._renderer: NoteRenderer
        self._folders: dict[str, Folder]
        self._tags: TagPage | None
        self._shared_nav: Navigation | None
        self._snippets: SiteSnippets | None = None
        self._watcher = Watcher()
        self._snippet_pages: SnippetPages | None

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Plugins with this hook live on from build to build of `mkdocs serve`, and with this one what it last read."""
        self._serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> None:
        """Adds what the site needs and the user has not configured."""
        defaults.add_markdown_extensions(config)
        self._snippets = self._open_snippets(config)
        defaults.add_theme(config, has_snippets=self._snippets is not None)

    def _open_snippets(self, config: MkDocsConfig) -> SiteSnippets | None:
        """The snippets beside `mkdocs.yml`, those of the last build if nothing has changed; None if there are none."""
        options, opened = self.config.snippets, self._snippets
        folder = Path(config.config_file_path or "").resolve().parent / options.folder
        if not config.config_file_path or not folder.is_dir():
            if options.folder != SnippetsConfig.folder.default:
                raise PluginError(f"the option `snippets` names the folder {options.folder!r}, which does not exist")
            return None
        from knapper.mkdocs.snippets import SiteSnippets, layout_of

        layout = layout_of(config, options)
        if opened and (opened.layout, opened.executor) == (layout, options.executor):
            return opened
        if opened:
            opened.close()
        return SiteSnippets(layout, options.executor)

    # After plugins that add files, whose pages belong into the navigation.
    @event_priority(-50)
    def on_files(self, files: Files, *, config: MkDocsConfig) -> None:
        """Reads the vault, once; of notes that have not changed since the last build, nothing is read again."""
        if self._snippets:
            self._snippets.run(self.config.snippets, config)
            self._report(self._snippets.problems())
        self._watcher.follow(self._snippets.watched() if self._snippets else ())
        self._files, self._index = files, self._read(selected(files, config, self._serving), config)
        self._report(check(self._index))
        arrange(files, self._index, config)
        self._folders = add_folders(files, self._index, config)
        self._tags = tag_page(files, self._index, config)
        add_redirects(files, self._index, config)
        self._snippet_pages = None
        if self._snippets is None:
            leave_out(files, defaults.STYLES_OF_SNIPPETS)
        else:
            self._snippet_pages = self._snippets.add(files, self._index, self.config.snippets, config)
        self._arrange_nav(config)
        self._renderer = NoteRenderer(self._index, files, self._tags, self.config, config, self._snippets)
        search.install(config, self._document, self._index)
        speed_up(files)

    def _report(self, diagnostics: Iterable[Diagnostic]) -> None:
        codes = ([Code(code) for code in names] for names in (self.config.select, self.config.ignore))
        report(filtered(diagnostics, *codes))

    def _read(self, paths: Collection[str], config: MkDocsConfig) -> Index:
        """The index of the vault. It is large and holds no garbage, so the garbage collector shall not look at it."""
        gc.disable()
        try:
            settings = self.config.settings(has_snippets=self._snippets is not None)
            self._vault = read_vault(Path(config.docs_dir), settings, self._vault, paths)
            return build_index(self._vault, self._snippets.mounts() if self._snippets else NO_MOUNTS)
        finally:
            gc.enable()
            if not self._serving:
                gc.freeze()

    def _arrange_nav(self, config: MkDocsConfig) -> None:
        """Orders the pages as Obsidian does, if the user has no order."""
        self._orders_pages = config.nav is None
        if self._orders_pages:
            pages = [file for file in self._files.documentation_pages() if file.inclusion.is_in_nav()]  # type: ignore[no-untyped-call]
            ours = self._snippet_pages
            notes = [file for file in pages if not (ours and ours.is_ours(file.src_uri))]
            config.nav = nav_of(notes, own_pages(self._index)) + (ours.nav() if ours else [])

    # Plugins that order pages are themselves among the first, at 100.
    @event_priority(1000)
    def _first_on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:
        """Takes the order out of the configuration, where other plugins would take it for the user's."""
        if self._orders_pages:
            config.nav = None

    @event_priority(-100)
    def _last_on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> None:
        """Names the pages, decides how the sidebar is made, and begins to render."""
        for page in nav.pages:
            self._set_title(page, config)
        is_large = self.config.sidebar == "auto" and len(nav.pages) > self.config.sidebar_limit
        self._shared_nav = nav if is_large or self.config.sidebar == "shared" else None
        if self._shared_nav:
            config.extra_javascript.append(f"{defaults.ASSETS}/nav.js")
        if not self._serving:
            self._renderer.start([page for page in nav.pages if self._note(page)])

    on_nav = CombinedEvent(_first_on_nav, _last_on_nav)

    def _note(self, page: Page) -> Note | None:
        return self._index.note(page.file.src_uri)

    def _document(self, page: Page) -> Document | None:
        """What the search finds of a page, unless it is left to read the HTML."""
        snippet = self._snippet_pages.get(page.file.src_uri) if self._snippet_pages else None
        note = self._note(page)
        return note.document if note else snippet.document if snippet else None

    def on_page_read_source(self, *, page: Page, config: MkDocsConfig) -> str | None:
        """The note's text without its properties.

        MkDocs looks for metadata in what it gets: for YAML, which it may fail to read, and for lines such as
        `Status: x`. A blank line before the text makes it find none.
        """
        note = self._note(page)
        return f"\n{body(note)}" if note else None

    @event_priority(100)
    def _first_on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Sets title and metadata before other plugins look at them."""
        self._set_title(page, config)
        if note := self._note(page):
            page.meta = page_meta(note, self._index, config.theme)
        elif self._is_tag_page(page):
            page.meta["search"] = {"exclude": True}
        elif self._snippet_pages and page.file.src_uri in self._snippet_pages:
            page.meta["search"] = {"boost": 0.5}  # a note on a subject comes before the code for it

    def _set_title(self, page: Page, config: MkDocsConfig) -> None:
        """Sets the title, as HTML, unless `nav` of the configuration gives one."""
        title = None
        if note := self._note(page):
            title = page_title(page, note, config.site_name)
        elif folder := self._folders.get(page.file.src_uri):
            title = folder.name or config.site_name
        elif self._is_tag_page(page):
            title = "Tags"
        elif self._snippet_pages:
            title = self._snippet_pages.title(page.file.src_uri)
        if title is not None and "title" not in page.__dict__:
            page.title = html.escape(title, quote=False)

    @event_priority(-100)
    def _last_on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Tells the extension what to render next."""
        self._renderer.prepare(page, markdown)

    on_page_markdown = CombinedEvent(_first_on_page_markdown, _last_on_page_markdown)

    @event_priority(100)
    def _first_on_page_content(self, content: str, *, page: Page, config: MkDocsConfig, files: Files) -> None:
        """Leaves the extensions to others as they were."""
        self._renderer.finish()

    def _on_page_content(self, content: str, *, page: Page, config: MkDocsConfig, files: Files) -> str | None:
        """Puts the title above the note; makes the pages that no note holds."""
        title = html.unescape(str(page.title))
        if note := self._note(page):
            return add_title(page, note.document, title, link_diagrams(content, page, files))
        if folder := self._folders.get(page.file.src_uri):
            return add_title(page, Document(""), title, folder_content(folder, page, self._index, files))
        if self._is_tag_page(page):
            return add_title(page, Document(""), title, tags_content(page, self._index, files))
        if self._snippet_pages:
            return self._snippet_pages.content(page, link_diagrams(content, page, files), files)
        return None

    on_page_content = CombinedEvent(_first_on_page_content, _on_page_content)

    def _is_tag_page(self, page: Page) -> bool:
        return self._tags is not None and self._tags.ours and page.file.src_uri == self._tags.path

    def on_env(self, env: jinja2.Environment, *, config: MkDocsConfig, files: Files) -> None:
        """Adds the files of the sidebar and the scripts of pages, now that all titles and contents are known."""
        self._renderer.close()
        if self._shared_nav:
            sidebar = SharedSidebar(self._shared_nav)
            env.globals["knapper_nav"] = sidebar
            for path, content in sidebar.shards.items():
                files.append(File.generated(config, path, content=content))
        self._register_tags(files)
        add_libraries(config, files, self.config.math)
        add_table_script(config, files)

    def on_serve(self, server: LiveReloadServer, *, config: MkDocsConfig, builder: object) -> None:
        """Watches what the outputs of snippets are made of."""
        self._watcher.serve(server)

    def on_shutdown(self) -> None:
        """Ends the processes that run snippets."""
        if self._snippets:
            self._snippets.close()
        self._snippets, self._watcher = None, Watcher()

    def on_build_error(self, *, error: Exception) -> None:
        """Leaves no process behind."""
        if hasattr(self, "_renderer"):
            self._renderer.close()

    def _register_tags(self, files: Files) -> None:
        """Lets MkDocs's check of anchors find those of tags, which no Markdown has made."""
        page = files.src_uris[self._tags.path].page if self._tags else None
        if self._tags and page:
            page.present_anchor_ids = (page.present_anchor_ids or set()) | self._tags.anchors(self._index)

    def on_page_context(self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation) -> None:
        """Lists below a note what links to it."""
        self._content = page.content
        page.content = f"{page.content}{take_backlinks(page)}"

    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Lets the garbage collector see everything again."""
        gc.unfreeze()

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str | None:
        """Puts `cssclasses` on the article; forgets the list, which MkDocs would keep with the page."""
        page.content = self._content
        note = self._note(page)
        return add_classes(output, note.cssclasses) if note and note.cssclasses else None
