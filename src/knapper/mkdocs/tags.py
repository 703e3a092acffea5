"""Where a tag leads: to the page of all tags, or to the listing of Material's tags plugin."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents

from knapper.markdown.links import relative_path
from knapper.mkdocs.pages import add_page, free_address, list_item
from knapper.vault import Index
from knapper.vault.names import fold


class TagPage(NamedTuple):
    """The page that shows the vault's tags.

    Attributes:
        path: of its source, which is imaginary if the page is ours.
        anchor: the id of a tag on it.
        ours: whether the plugin makes it.
    """

    path: str
    anchor: Callable[[str], str]
    ours: bool

    def url(self, index: Index) -> Callable[[str, str], str]:
        """The address of a tag, from the path of a note and the tag, as Markdown writes it."""
        return lambda source, tag: f"{relative_path(self.path, source)}#{self.anchor(index.tags.name(tag))}"

    def anchors(self, index: Index) -> set[str]:
        """All ids of tags on it."""
        return {self.anchor(tag) for tag in index.tags.notes}


def tag_page(files: Files, index: Index, config: MkDocsConfig) -> TagPage | None:
    """The page of Material's tags plugin if that is used, else one of our own; None if there is nothing to show."""
    if not index.tags.notes:
        return None
    plugin: Any = config.plugins.get("material/tags")
    if plugin is None or not plugin.config.enabled:
        return TagPage(_add(files, index, config), fold, ours=True)
    listing = _listing(index, plugin.config)
    return TagPage(listing, lambda tag: _material_anchor(tag, plugin.config), ours=False) if listing else None


def _add(files: Files, index: Index, config: MkDocsConfig) -> str:
    address = free_address("tags/", index)
    path = f"{address.rstrip('/')}.md"
    add_page(files, config, path, address, is_index=False)
    return path


def _listing(index: Index, options: Any) -> str | None:
    """The first note with the plugin's directive."""
    directive = f"<!-- {options.listings_directive}"
    return next((path for path, note in index.vault.notes.items() if directive in note.document.text), None)


def _material_anchor(tag: str, options: Any) -> str:
    separator = options.tags_hierarchy_separator
    names = tag.split(separator) if options.tags_hierarchy else [tag]
    slugs = (options.tags_slugify(name, options.tags_slugify_separator) for name in names)
    return str(options.tags_slugify_format.format(slug=separator.join(slugs)))


def tags_content(page: Page, index: Index, files: Files) -> str:
    """What our page shows: each tag with its notes, nested ones below; also makes its table of contents."""
    parts, entries = [], []
    for tag in sorted(index.tags.notes, key=lambda tag: fold(tag).split("/")):
        anchor, shown, level = fold(tag), f"#{html.escape(tag)}", min(2 + tag.count("/"), 6)
        notes = ((path, index.vault.notes[path].title) for path in _direct(tag, index))
        items = "".join(list_item(path, title, "tag-note", page, files) for path, title in notes)
        entries.append(AnchorLink(shown, anchor, 2))
        parts.append(f'<h{level} id="{anchor}">{shown}</h{level}>\n')
        parts.append(f'<ul class="tag-notes">\n{items}</ul>\n' if items else "")
    page.toc = TableOfContents(entries)
    return "".join(parts)


def _direct(tag: str, index: Index) -> Iterator[str]:
    """The notes of a tag that are not listed under a tag nested in it."""
    prefix, notes = f"{fold(tag)}/", index.tags.notes[tag]
    return (path for path in notes if not any(fold(other).startswith(prefix) for other in index.vault.notes[path].tags))
