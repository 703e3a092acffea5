"""The text that the parser sees, and the way back from its offsets to those of the note."""

from __future__ import annotations

import re
from bisect import bisect_left

from knapper.syntax.document import Span
from knapper.syntax.regions import MASK, Kind, Region, masked

_WIDE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]+")


class Source:
    """A part of a note, masked for the parser, which counts in bytes of UTF-8."""

    def __init__(self, text: str, base: int, regions: list[Region]) -> None:
        self.text = text
        self.base = base
        self.parsed = masked(text, regions)
        self._wide, self._surplus = ([], [0]) if text.isascii() else _wide_characters(text.encode())
        heads = (region for region in regions if not region.is_inline)
        self._heads = {region.start + (4 if region.kind is Kind.MATERIAL else 0): region for region in heads}
        self._marks = [region for region in regions if region.is_inline]
        self._mark_starts = [region.start for region in self._marks]

    def span(self, start: int, end: int) -> Span:
        """The note's span of some bytes of this part."""
        if not self._wide:
            return Span(self.base + start, self.base + end)
        first = start - self._surplus[bisect_left(self._wide, start)]
        last = end - self._surplus[bisect_left(self._wide, end)]
        return Span(self.base + first, self.base + last)

    def slice(self, span: Span) -> str:
        """The source of a span of the note."""
        return self.text[span.start - self.base : span.end - self.base]

    def trimmed(self, span: Span) -> Span:
        """A span without the white space at its end."""
        end = span.end - self.base
        while end > span.start - self.base and self.text[end - 1] in " \t\n":
            end -= 1
        return Span(span.start, self.base + end)

    def head(self, span: Span) -> Region | None:
        """The region that a parsed heading stands for."""
        return self._heads.get(span.start - self.base)

    def marks(self, span: Span) -> list[Region]:
        """The inline regions within a span."""
        first = bisect_left(self._mark_starts, span.start - self.base)
        last = bisect_left(self._mark_starts, span.end - self.base)
        return self._marks[first:last]

    def shift(self, region: Region) -> Span:
        """The note's span of a region."""
        return Span(self.base + region.start, self.base + region.end)

    def unmasked(self, parsed: str, span: Span) -> str:
        """Text as it stands in the note, where the parser saw a mask in it after all."""
        return self.slice(span) if MASK in parsed else parsed

    def indent(self, span: Span) -> int:
        """Columns of white space before a node, in its quotes; -1 if something else stands before it on its line."""
        start = span.start - self.base
        before = self.text[self.text.rfind("\n", 0, start) + 1 : start].rpartition(">")[2].expandtabs(4)
        return -1 if before.strip() else len(before)


def _wide_characters(data: bytes) -> tuple[list[int], list[int]]:
    """Where the characters of several bytes start, and by how many bytes the first n exceed n characters."""
    starts, surplus = [], [0]
    for character in _WIDE.finditer(data):
        starts.append(character.start())
        surplus.append(surplus[-1] + len(character[0]) - 1)
    return starts, surplus
