"""A note's page: its title, its metadata, its heading and its classes."""

from __future__ import annotations

import copy
import html
from pathlib import Path
from typing import Any

from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents
from mkdocs.theme import Theme

from knapper.syntax.anchors import Anchors, slugify
from knapper.syntax.document import Document, Heading
from knapper.vault import Index, Note
from knapper.vault.names import fold

_ARTICLE = '<article class="'
# Themes fail on these properties with values of other kinds, and a note's properties need not be meant for a theme.
_KINDS: dict[str, type | tuple[type, ...]] = {"hide": (list, str), "search": dict, "status": str}
_FILES = {"icon": ".icons/{}.svg", "template": "{}"}


def page_title(page: Page, note: Note, site_name: str) -> str:
    """The title as plain text: the property, else the file's name; of `index.md`, its heading or folder."""
    if fold(note.name) not in ("index", "readme") or note.document.properties.get("title"):
        return note.title
    heading = _leading(note.document)
    folder = page.file.src_uri.rpartition("/")[0]
    return heading.plain if heading else folder.rpartition("/")[2] or site_name


def page_meta(note: Note, index: Index, theme: Theme) -> dict[str, Any]:
    """The properties for templates and other plugins, with tags of the text; without what a theme could not use."""
    meta = {
        name: copy.deepcopy(value)
        for name, value in note.document.properties.items()
        if isinstance(value, _KINDS.get(name, object)) and _has_file(theme, name, value)
    }
    for name, text in (("title", note.title), ("description", note.description.replace('"', "&quot;"))):
        if name in meta:
            meta[name] = text
    meta.pop("tags", None)
    return {**meta, "tags": [index.tags.name(tag) for tag in note.tags]} if note.tags else meta


def _has_file(theme: Theme, name: str, value: object) -> bool:
    return name not in _FILES or any((Path(folder) / _FILES[name].format(value)).is_file() for folder in theme.dirs)


def _leading(document: Document) -> Heading | None:
    """The heading of the first level that a note begins with."""
    first = document.children[0] if document.children else None
    return first if isinstance(first, Heading) and first.level == 1 else None


def opens_with(document: Document, title: str) -> bool:
    """Whether a note begins with its own title as a heading of the first level."""
    heading = _leading(document)
    return heading is not None and fold(heading.plain) == fold(title)


def add_title(page: Page, document: Document, title: str, content: str) -> str:
    """The content with the title as its heading, unless it has it already; puts the table of contents below it.

    Themes show what is below the first entry of level 1 and drop all after it.
    """
    entries = list(page.toc)
    if opens_with(document, title) and entries:
        entries[0].children.extend(entries[1:])
        page.toc = TableOfContents(entries[:1])
        return content
    anchor = Anchors(heading.id for heading in document.headings).add(slugify(title))
    text = html.escape(title, quote=False)
    if any(entry.level == 1 for entry in entries):
        own = AnchorLink(text, anchor, 1)
        own.children = entries
        page.toc = TableOfContents([own])
    return f'<h1 id="{anchor}">{text}</h1>\n{content}'


def add_classes(output: str, classes: tuple[str, ...]) -> str:
    """A page's HTML with classes added to its article."""
    return output.replace(_ARTICLE, _ARTICLE + html.escape(" ".join(classes)) + " ", 1)
