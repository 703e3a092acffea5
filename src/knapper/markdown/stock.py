"""Material's block syntax, through the block processors of the extensions that define it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from xml.etree.ElementTree import Element

from markdown.blockparser import BlockParser

TITLE = "\x1aknapper-title\x1a"
_BODY = "\x1aknapper-body\x1a"


class Place(NamedTuple):
    """Where the body of a Material block goes: before `parent[position]`."""

    parent: Element
    position: int

    def fill(self, body: Element) -> None:
        """Put the children of an element there."""
        self.parent[self.position : self.position] = list(body)
        before = self.parent[self.position - 1] if self.position else None
        text = body.text or ""
        if before is None:
            self.parent.text = (self.parent.text or "") + text
        else:
            before.tail = (before.tail or "") + text


class StockBlocks:
    """Gives heads of blocks, with placeholders for title and body, to Python-Markdown's own block parser."""

    def __init__(self, parser: BlockParser) -> None:
        self._parser = parser

    def open(self, parent: Element, head: str) -> tuple[Place, Iterable[Element]]:
        """Append a Material block; without the extension for it, its head as text.

        Args:
            parent: where the block stands.
            head: the opening line with `TITLE` for a title, and the options of a `///` block.

        Returns:
            Where its body goes, and the elements whose text is the title.
        """
        before = len(parent)
        slashes = head[: len(head) - len(head.lstrip("/"))]
        self._parser.parseChunk(parent, f"{head}\n\n{_BODY}\n\n{slashes}" if slashes else f"{head}\n\n    {_BODY}")
        new = list(parent)[max(before - 1, 0) :]
        titles = [element for child in new for element in child.iter() if TITLE in (element.text or "")]
        return _take_body(parent, new), titles

    def define(self, text: str) -> None:
        """Give a text that only defines something, such as abbreviations, to the block parser."""
        self._parser.parseChunk(Element("div"), text)


def _take_body(parent: Element, new: list[Element]) -> Place:
    """Remove the placeholder of the body; it may be deep within what stood before, as tabs join their neighbours."""
    for container in (parent, *(element for child in new for element in child.iter())):
        for index, candidate in enumerate(container):
            if (candidate.text or "").strip() == _BODY and not len(candidate):
                container.remove(candidate)
                return Place(container, index)
    return Place(parent, len(parent))
