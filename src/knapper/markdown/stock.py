"""Material's block syntax, through the block processors of the extensions that define it."""

from __future__ import annotations

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

    def open(self, parent: Element, head: str) -> tuple[Place, Element | None]:
        """Append a Material block; without the extension for it, its head as text.

        Args:
            parent: where the block stands.
            head: the opening line with `TITLE` for a title, and the options of a `///` block.

        Returns:
            Where its body goes, and the element whose text is the title.
        """
        slashes = head[: len(head) - len(head.lstrip("/"))]
        self._parser.parseChunk(parent, f"{head}\n\n{_BODY}\n\n{slashes}" if slashes else f"{head}\n\n    {_BODY}")
        place = _take_body(parent)
        return place, _find_title(parent) if TITLE in head else None

    def define(self, text: str) -> None:
        """Give a text that only defines something, such as abbreviations, to the block parser."""
        self._parser.parseChunk(Element("div"), text)


def _take_body(parent: Element) -> Place:
    """Remove the placeholder of the body; it is last, but may be deep in what stood before, as tabs join neighbours."""
    container = parent
    while len(container):
        last = container[-1]
        if (not len(last) or last.tag == "pre") and "".join(last.itertext()).strip() == _BODY:
            container.remove(last)
            return Place(container, len(container))
        container = last
    return Place(parent, len(parent))


def _find_title(parent: Element) -> Element | None:
    """The element with the placeholder of the title: a child of the block, or of tabs, the last of their labels."""
    for child in reversed(parent[-1] if len(parent) else parent):
        for element in (child, *child[-1:]):
            if TITLE in (element.text or ""):
                return element
    return next((element for element in parent.iter() if TITLE in (element.text or "")), None)
