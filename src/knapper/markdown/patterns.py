"""Inline syntax that other Python-Markdown extensions add, such as icons and keys, applied to plain text only."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor

from knapper.markdown.elements import literal

# What these recognise, the parser of notes has dealt with before.
_SUPERSEDED = (
    "markdown.inlinepatterns",
    "markdown.extensions.footnotes",
    "markdown.extensions.legacy_em",
    "markdown.extensions.wikilinks",
    "pymdownx.arithmatex",
    "pymdownx.delimiterprocessor",
    "pymdownx.escapeall",
    "pymdownx.inlinehilite",
)


class ExtraPatterns:
    """The inline processors that extensions added to a Markdown instance, in their order."""

    def __init__(self, md: Markdown) -> None:
        self._patterns = [
            pattern
            for pattern in md.inlinePatterns
            if isinstance(pattern, InlineProcessor) and not type(pattern).__module__.startswith(_SUPERSEDED)
        ]

    def apply(self, text: str, first: int = 0) -> Iterator[Element | str]:
        """The parts of a text: elements that a pattern made, and literal text between them.

        Args:
            text: unescaped.
            first: index of the first pattern to apply.
        """
        for index in range(first, len(self._patterns)):
            position = 0
            while found := self._find(index, text, position):
                made, start, end = found
                yield from self.apply(text[:start], index + 1)
                yield made
                text = text[end:]
        if text:
            yield literal(text)

    def _find(self, index: int, text: str, position: int) -> tuple[Element | str, int, int] | None:
        """What a pattern makes of its first match that it does not decline, and the range that it replaces."""
        pattern = self._patterns[index]
        while match := pattern.compiled_re.search(text, position):
            made, start, end = pattern.handleMatch(match, text)
            if made is not None and start is not None and end is not None and end > start:
                return made, start, end
            position = max(match.end(), match.start() + 1)
        return None
