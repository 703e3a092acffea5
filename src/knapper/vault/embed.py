"""What an embed of a note shows (https://help.obsidian.md/embeds)."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any, TypeAlias

from knapper.diagnostics import Code
from knapper.syntax.document import Block, Document, Heading, Item, List, Span, Target
from knapper.vault.destination import Destination, without_part
from knapper.vault.index import Index
from knapper.vault.note import Note

MAX_DEPTH = 10
"""Embeds within embeds that are shown; deeper ones become links."""

MAX_EMBEDS = 500
"""Embeds that are shown on one page, those within embeds counted; ten notes that embed each other's successor ten times
over would make a page of ten thousand million."""

Trail: TypeAlias = tuple[tuple[str, str], ...]
"""The embeds around a place, outermost first, as path and anchor; the page itself comes first, with an empty anchor."""


@dataclass(frozen=True, slots=True, eq=False)
class Excerpt:
    """The part of a note that an embed shows.

    Attributes:
        path, anchor: of the note and, if not all of it is shown, of the heading or block.
        title: of the note, and of the heading after ` › `.
        blocks: what is shown, in order, from the note's document.
        span: of the source of those blocks.
        trail: that of embeds within these blocks.
    """

    path: str
    anchor: str
    title: str
    blocks: tuple[Block, ...]
    span: Span
    trail: Trail


def excerpt(index: Index, target: Target, source: str, trail: Trail = ()) -> Excerpt | Destination:
    """What an embed shows; where it shows nothing, a destination with the problem.

    A missing heading or block, a note within itself and an embed too deep show nothing, and neither does a target that
    is no note.

    Args:
        index: of the vault.
        target: of the embed.
        source: path of the note that holds the embed.
        trail: the embeds around it, and the page; if empty, the embed stands on the page of `source`.
    """
    trail = trail or ((source, ""),)
    destination = embedded(index, target, source)
    note = index.note(destination.path) if destination.path else None
    if note is None or destination.problem in (Code.MISSING_HEADING, Code.MISSING_BLOCK):
        return destination
    step = (note.path, destination.anchor)
    if step in trail:
        message = cycle_message((*trail[trail.index(step) :], step))
        return destination._replace(problem=Code.EMBED_CYCLE, message=message, hint="make it a link")
    if len(trail) > MAX_DEPTH:
        message = f"`{target}` is embedded more than {MAX_DEPTH} levels deep"
        return destination._replace(problem=Code.EMBED_DEPTH, message=message, hint="link to it instead")
    heading, blocks = _blocks(index, note, destination.anchor)
    title = f"{note.title} › {heading.plain}" if heading else note.title
    return Excerpt(note.path, destination.anchor, title, tuple(blocks), _span(note.document, blocks), (*trail, step))


def embedded(index: Index, target: Target, source: str) -> Destination:
    """The destination of an embed; an id within HTML can be linked to, but has no heading or block to show."""
    destination = index.destination(target, source)
    note = index.note(destination.path) if destination.path else None
    anchor = destination.anchor
    if note is None or not anchor or anchor.startswith("^") or index.headings(note.path).with_id(anchor):
        return destination
    return without_part(note.path, target)


def cycle_message(steps: Trail) -> str:
    """The steps of a cycle in words."""
    names = " → ".join(f"`{path}#{anchor}`" if anchor else f"`{path}`" for path, anchor in steps)
    return f"this embeds itself: {names}"


def excerpt_span(index: Index, note: Note, anchor: str) -> Span:
    """The source of the part of a note at an anchor."""
    return _span(note.document, _blocks(index, note, anchor)[1])


def _blocks(index: Index, note: Note, anchor: str) -> tuple[Heading | None, list[Block]]:
    """The blocks at an anchor, and the heading if it is one; all blocks if the anchor is empty."""
    document = note.document
    if anchor.startswith("^"):
        block = document.blocks[anchor[1:]]
        return None, [_as_list(document, block) if isinstance(block, Item) else block]
    heading = index.headings(note.path).with_id(anchor) if anchor else None
    return heading, _section(document, heading) if heading else list(document.children)


def _span(document: Document, blocks: list[Block]) -> Span:
    return Span(blocks[0].span.start, blocks[-1].span.end) if blocks else Span(document.body.end, document.body.end)


def _section(document: Document, heading: Heading) -> list[Block]:
    """A heading and what follows it, up to the next of its level or above within the same container."""
    container, start = _place(document, heading)
    siblings = container.children
    ends = (i for i in range(start + 1, len(siblings)) if _closes(siblings[i], heading))
    return list(siblings[start : next(ends, len(siblings))])


def _closes(block: Block, heading: Heading) -> bool:
    return isinstance(block, Heading) and block.level <= heading.level


def _as_list(document: Document, item: Item) -> List:
    """A list item with what is nested in it, as a list of its own."""
    parent, position = _place(document, item)
    start = None if parent.start is None else parent.start + position
    return List(item.span, [item], start, parent.tight)


def _place(document: Document, block: Block) -> tuple[Any, int]:
    """The document or block in which a block stands directly, and its position among the children there."""
    container: Any = document
    while True:
        position = bisect_right(container.children, block.span.start, key=lambda child: child.span.start) - 1
        child = container.children[position]
        if child is block:
            return container, position
        container = child
