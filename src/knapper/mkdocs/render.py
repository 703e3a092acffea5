"""Renders the pages of notes: their content, and the list of what links to them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import jinja2
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url
from pathspec import GitIgnoreSpec

from knapper.mkdocs import parallel
from knapper.mkdocs.backlinks import LinkedMention, linked_mentions
from knapper.mkdocs.config import KnapperConfig
from knapper.mkdocs.extension import PageExtension, SharedMarkdown
from knapper.mkdocs.tags import TagPage
from knapper.vault import Index, Note

if TYPE_CHECKING:
    from knapper.mkdocs.snippets import SiteSnippets

_BACKLINKS = "knapper_backlinks"
"""Attribute of a page: the list of what links to it, as HTML in UTF-8, which takes half the room of a string."""


def body(note: Note) -> str:
    """The text of a note as MkDocs passes it on, without its properties."""
    return note.document.text[note.document.body.start :].lstrip("\n")


def take_backlinks(page: Page) -> str:
    """The list of what links to a page that has been rendered, as HTML, once; empty for pages that are no notes."""
    html: bytes = vars(page).pop(_BACKLINKS, b"")
    return html.decode()


def set_backlinks(page: Page, template: jinja2.Template, mentions: list[LinkedMention], heading: str) -> None:
    """Keeps the list of what links to a page for the time when the page is written."""
    html = template.render(page=page, base_url=get_relative_url(".", page.url), backlinks=mentions, heading=heading)
    setattr(page, _BACKLINKS, html.encode())


class NoteRenderer:
    """Renders notes in the place of `Page.render`, ahead in other processes where there is much to do.

    Made after all plugins have added their Markdown extensions, as ours must be the last.
    """

    def __init__(
        self,
        index: Index,
        files: Files,
        tags: TagPage | None,
        options: KnapperConfig,
        config: MkDocsConfig,
        snippets: SiteSnippets | None = None,
    ) -> None:
        self._index = index
        self._files = files
        self._config = config
        self._template = config.theme.get_env().get_template("partials/backlinks.html") if options.backlinks else None
        self._pool: parallel.RenderPool | None = None
        tag_url = tags.url(index) if tags else None
        self._extension = PageExtension(
            index,
            tag_url,
            options.strict_line_breaks,
            options.sanitize_html,
            snippets.results if snippets else None,
            snippets.sources if snippets else None,
        )
        self._extension.wrapped = snippets.paths if snippets else ()
        self._extension.stock = GitIgnoreSpec.from_lines(options.python_markdown)
        self._extensions: list[Any] = [*config.markdown_extensions, self._extension]
        shared = SharedMarkdown(self._extensions, config.mdx_configs)
        self._extensions_of_pages: list[Any] = [shared] if shared.is_safe else self._extensions
        config.markdown_extensions = self._extensions

    def start(self, pages: Sequence[Page]) -> None:
        """Begins to render notes in other processes, unless they are few, or extensions may keep state across pages."""
        is_alone = self._extensions_of_pages is not self._extensions
        if is_alone and len(pages) >= parallel.MIN_PAGES and parallel.can_fork():
            self._pool = parallel.RenderPool(pages, self._render_ahead, self._config, self._files)

    def prepare(self, page: Page, markdown: str) -> None:
        """Arranges how MkDocs will render a page.

        Args:
            page: of a note or not.
            markdown: its text, which plugins may have changed.
        """
        note = self._index.note(page.file.src_uri)
        is_changed = note is None or markdown != body(note)
        self._set_next(page, is_changed)
        if note:
            page.render = partial(self._render_here if is_changed else self._render, page)  # type: ignore[method-assign]

    def finish(self) -> None:
        """Leaves the configuration of Markdown to others as it was."""
        self._config.markdown_extensions = self._extensions

    def close(self) -> None:
        """Ends the other processes."""
        if self._pool:
            self._pool.close()
        self._pool = None

    def _set_next(self, page: Page, is_changed: bool) -> None:
        self._extension.note, self._extension.changed = page.file.src_uri, is_changed
        self._config.markdown_extensions = self._extensions_of_pages

    def _render_ahead(self, page: Page) -> None:
        """Renders a page as its note is, before MkDocs and other plugins have come to it."""
        page.markdown = body(self._index.vault.notes[page.file.src_uri])
        self._set_next(page, is_changed=False)
        self._render_here(page, self._config, self._files)

    def _render(self, page: Page, config: MkDocsConfig, files: Files) -> None:
        if not (self._pool and self._pool.take(page)):
            self._render_here(page, config, files)

    def _render_here(self, page: Page, config: MkDocsConfig, files: Files) -> None:
        Page.render(page, config, files)
        if self._template:
            mentions = linked_mentions([page.file.src_uri], self._index, files)
            set_backlinks(page, self._template, mentions, "Linked mentions")
