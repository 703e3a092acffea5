"""Material's block syntax, through the block processors of the extensions that define it."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

from markdown.blockparser import BlockParser

_BODY = "\x1aknapper-body\x1a"


class StockBlocks:
    """Gives heads of blocks, with a placeholder for their body, to Python-Markdown's own block parser."""

    def __init__(self, parser: BlockParser) -> None:
        self._parser = parser

    def write(self, parent: Element, head: str, write_body: Callable[[Element], None]) -> None:
        """Append a Material block; without the extension for it, its head as text and its body after it.

        Args:
            parent: where the block stands.
            head: the opening line, and the options of a `///` block.
            write_body: appends the body to an element.
        """
        before = len(parent)
        closing = head[: len(head) - len(head.lstrip("/"))]
        source = f"{head}\n\n{_BODY}\n\n{closing}" if closing else f"{head}\n\n    {_BODY}"
        self._parser.parseChunk(parent, source)
        place = _find(parent, before)
        if place is None:
            write_body(parent)
            return
        container, index = place
        container.remove(container[index])
        _write_at(container, index, write_body)

    def define(self, text: str) -> None:
        """Give a text that only defines something, such as abbreviations, to the block parser."""
        self._parser.parseChunk(Element("div"), text)


def _find(parent: Element, before: int) -> tuple[Element, int] | None:
    """The element that holds the placeholder, and where; tabs may have joined what stood before."""
    for child in parent[max(before - 1, 0) :]:
        if (child.text or "").strip() == _BODY and not len(child):
            return parent, list(parent).index(child)
        for container in child.iter():
            for index, candidate in enumerate(container):
                if (candidate.text or "").strip() == _BODY:
                    return container, index
    return None


def _write_at(container: Element, index: int, write_body: Callable[[Element], None]) -> None:
    after = list(container)[index:]
    for child in after:
        container.remove(child)
    write_body(container)
    container.extend(after)
