"""Fills the search index from Documents, so that no page's HTML is parsed for it.

Works with Material's `search` plugin and with MkDocs's own. Both collect a page's entries in
`search_index.add_entry_from_context(page)`, which is replaced for notes and snippets; other pages go the
plugin's own way. The text of an embed belongs to the embedded note only, and what a reader does not see, such as
comments, is not found.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeAlias

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

from knapper.mkdocs.page import opens_with
from knapper.syntax.document import (
    Block,
    Callout,
    Cell,
    CodeBlock,
    Document,
    Embed,
    Heading,
    HtmlBlock,
    MaterialBlock,
    Paragraph,
    Table,
    plain_text,
)
from knapper.vault import Index

_Embedded: TypeAlias = Callable[[Embed], str] | None

_MARKUP = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)


class Section(NamedTuple):
    """A heading with the text up to the next one; the text before the first heading has no `id`."""

    id: str
    title: str
    texts: list[str]


def sections(document: Document, title: str, embedded: _Embedded = None) -> Iterator[Section]:
    """The sections of a note, the first one with the note's title. Texts are plain, one per block.

    Args:
        document: of the note.
        title: of the note.
        embedded: the text of an embed in a line, as for `plain_text`.
    """
    section = Section("", title, [])
    for block in document.children[1:] if opens_with(document, title) else document.children:
        if isinstance(block, Heading):
            yield section
            section = Section(block.id, block.plain, [])
        else:
            section.texts.extend(filter(None, map(str.strip, texts(block, embedded))))
    yield section


def texts(block: Block, embedded: _Embedded = None) -> Iterator[str]:
    """The plain texts of a block, one for each paragraph, row or code block in it."""
    match block:
        case Paragraph() | Heading():
            yield plain_text(block.children, embedded)
        case CodeBlock():
            yield block.text
        case HtmlBlock():
            yield html.unescape(_MARKUP.sub(" ", block.text))
        case Table():
            yield from (_row(cells, embedded) for cells in (block.head, *block.rows))
        case _:
            if isinstance(block, Callout | MaterialBlock):
                yield plain_text(block.title, embedded)
            for child in getattr(block, "children", ()):
                yield from texts(child, embedded)


def _row(cells: list[Cell], embedded: _Embedded) -> str:
    return " ".join(plain_text(cell.children, embedded) for cell in cells)


def install(config: MkDocsConfig, document_of: Callable[[Page], Document | None], vault: Index) -> None:
    """Lets the configured search plugin take its entries from Documents.

    Args:
        config: of the site.
        document_of: what is found of a page; None for pages that the plugin shall read itself.
        vault: the notes.
    """
    for name in ("material/search", "search"):
        index = getattr(config.plugins.get(name), "search_index", None)
        if index is not None:
            _replace(index, document_of, vault)


def _replace(index: Any, document_of: Callable[[Page], Document | None], vault: Index) -> None:
    add_stock = index.add_entry_from_context
    add_section = _add_builtin if hasattr(index, "_add_entry") else _add_material

    def add(page: Page) -> None:
        document = document_of(page)
        if document is None:
            add_stock(page)
        elif not page.meta.get("search", {}).get("exclude"):
            embedded = vault.embedded_text(page.file.src_uri)
            for section in sections(document, html.unescape(str(page.title)), embedded):
                add_section(index, page, section)

    index.add_entry_from_context = add


def _add_material(index: Any, page: Page, section: Section) -> None:
    """Material adds tags and boost of the page itself, and takes titles and texts as HTML."""
    entry = SimpleNamespace(
        id=section.id,
        title=[html.escape(section.title, quote=False)],
        text=[f"<p>{html.escape(text, quote=False)}</p>" for text in section.texts],
    )
    index.create_entry_for_section(entry, (), page.url, page)


def _add_builtin(index: Any, page: Page, section: Section) -> None:
    location = f"{page.url}#{section.id}" if section.id else page.url
    text = " ".join(section.texts) if index.config["indexing"] == "full" else ""
    if not section.id or index.config["indexing"] != "titles":
        index._add_entry(section.title, text, location)
