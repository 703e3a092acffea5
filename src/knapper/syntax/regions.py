r"""Obsidian's and Material's constructs whose block structure a CommonMark parser would lose.

They are found outside code and HTML and masked by other text of equal length in bytes, so that every offset of the
parser still refers to the note. What stands in for a region is chosen so that the parser builds the right structure
around it:

- `%%comment%%` and `$$formula$$`, newlines included, and bare URLs and tags with markup in them: a run of `\x1a`,
  which is text of one line, whatever it holds.
- `[!type] title`: `# \x1a…`, a block of its own, which the next line cannot join.
- `!!! type` and `=== "tab"`: `+   # \x1a…`, a list item whose content is indented by four columns, as the body is.
- `/// type` and `///`: `# \x1a…`, blocks of their own, which the builder pairs.
- `<div markdown>`: `# \x1a…`, a block of its own: what follows is Markdown again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from knapper.diagnostics import Code

MASK = "\x1a"


class Kind(Enum):
    """What a region is."""

    COMMENT = 1
    MATH = 2
    CALLOUT = 3
    MATERIAL = 4
    FENCE_OPEN = 5
    FENCE_CLOSE = 6
    HTML_OPEN = 7
    LITERAL = 8
    """A bare URL or a tag with characters that would be markup elsewhere."""


@dataclass(frozen=True, slots=True)
class Region:
    """`text[start:end]` of the scanned text.

    Attributes:
        content: a formula, or the head of a block, without the prefixes of quotes around it.
    """

    kind: Kind
    start: int
    end: int
    content: str = ""

    @property
    def is_inline(self) -> bool:
        """Whether it is a part of a line of text, rather than the head of a block."""
        return self.kind in (Kind.COMMENT, Kind.MATH, Kind.LITERAL)

    def mask(self, length: int) -> str:
        """What the parser sees in its place, of as many bytes as the region has."""
        match self.kind:
            case Kind.COMMENT | Kind.MATH | Kind.LITERAL:
                return MASK * length
            case Kind.MATERIAL:
                return "+   #" + (" " + MASK * (length - 6) if length > 5 else "")
            case _:
                return "# " + MASK * (length - 2)


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding at an offset of the scanned text."""

    offset: int
    code: Code
    message: str
    hint: str = ""


CALLOUT = re.compile(r"\[!([^\]\n]+)\]([+-]?)[ \t]*(.*?)[ \t]*$", re.M)


_MATERIAL_TITLE = re.compile(
    r"(?:(?:[!?+=]+[ \t]|/{3,}[ \t]+(?!html\b))[^\n\"|]*)(?:\"(.*)\"|\|[ \t]*(.*?))[ \t]*$", re.M
)


def material_title(head: str) -> tuple[int, int]:
    """Where the title of a Material block stands in its head; an empty range if it has none."""
    match = _MATERIAL_TITLE.match(head)
    return match.span(match.lastindex or 0) if match else (0, 0)


def masked(text: str, regions: list[Region]) -> str:
    """The text with each region replaced by its mask, of the same length in bytes."""
    pieces: list[str] = []
    position = 0
    for region in regions:
        pieces += text[position : region.start], region.mask(len(text[region.start : region.end].encode()))
        position = region.end
    return "".join([*pieces, text[position:]])
