"""Embeds of notes: an excerpt of another document, written under ids of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element

from knapper.markdown.elements import element, literal
from knapper.markdown.inlines import InlineWriter
from knapper.markdown.links import address
from knapper.markdown.media import is_note, write_missing
from knapper.markdown.scope import Options, Scope
from knapper.syntax.document import Block, Embed, Link, Paragraph
from knapper.vault.embed import MAX_EMBEDS, Excerpt, excerpt


class EmbedWriter:
    """Writes embeds of notes.

    Attributes:
        write_blocks: appends blocks to an element; set by the writer of blocks, which this one calls back.
    """

    write_blocks: Callable[[Element, Sequence[Block], Scope], None]

    def __init__(self, inlines: InlineWriter, options: Options) -> None:
        self._inlines = inlines
        self._options = options
        inlines.write_embed = self.write_inline

    def excerpt(self, node: Embed, scope: Scope) -> Excerpt | None:
        """What an embed shows; None if it is of no note, or cannot be shown."""
        index = self._options.index
        if index is None or node.target is None or not is_note(node, scope, self._options):
            return None
        if scope.page.embeds >= MAX_EMBEDS:
            return None
        found = excerpt(index, node.target, scope.path, scope.trail)
        return found if isinstance(found, Excerpt) else None

    def write_block(self, parent: Element, node: Embed, found: Excerpt, scope: Scope) -> None:
        """Append an excerpt as a block, with a link to where it comes from."""
        container = element(parent, "div", class_="embed", data_embed=str(node.target))
        content = element(container, "div", class_="embed-content")
        self.write_blocks(content, found.blocks, self._inside(found, scope))
        href = address(node, scope, self._options)
        element(container, "a", class_="embed-source internal-link", href=href).text = literal(found.title)

    def write_inline(self, parent: Element, node: Embed, scope: Scope) -> None:
        """Append an embed of a note that stands among text: its only paragraph, or else a link to it."""
        found = self.excerpt(node, scope)
        paragraph = found.blocks[0] if found and len(found.blocks) == 1 else None
        if found and isinstance(paragraph, Paragraph):
            span = element(parent, "span", class_="embed-inline", data_embed=str(node.target))
            self._inlines.write(span, paragraph.children, self._inside(found, scope))
        else:
            self._write_link(parent, node, scope)

    def _inside(self, found: Excerpt, scope: Scope) -> Scope:
        assert self._options.index is not None
        note = self._options.index.vault.notes[found.path]
        return scope.embedded(found.path, note.document, found.trail)

    def _write_link(self, parent: Element, node: Embed, scope: Scope) -> None:
        """A link in place of an embed that cannot be shown, or text if the vault does not have its target."""
        assert node.target is not None
        link = Link(node.span, [], node.url, node.target, wiki=node.wiki)
        href = address(link, scope, self._options)
        if href is None or self._lacks_part(node, scope):
            write_missing(parent, node, node.target)
        else:
            element(parent, "a", class_="internal-link", href=href).text = literal(node.alt or str(node.target))

    def _lacks_part(self, node: Embed, scope: Scope) -> bool:
        """Whether the note is there, but not the heading or block that is embedded."""
        if self._options.index is None or node.target is None or not node.target.subpath:
            return False
        return not self._options.index.destination(node.target, scope.path).anchor
