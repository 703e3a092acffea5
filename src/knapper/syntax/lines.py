"""CommonMark's block structure, line by line: which containers a line is in, and whether its text is code or HTML.

The parser proper is pulldown-cmark. This pass only finds out where Obsidian's own constructs may stand, so it follows
containers (quotes, list items) and the leaves that hide text (fences, indented code, HTML blocks), and nothing else.
https://spec.commonmark.org/0.31.2/#appendix-a-parsing-strategy
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

QUOTE = 0
"""A container that is a quote; a list item is its content's indentation in columns."""

_CONTAINER_STARTS = frozenset(">-+*0123456789")
_LEAF_STARTS = frozenset("`~#*-_=<")
_FENCE = re.compile(r"(`{3,})(?=[^`\n]*$)|(~{3,})", re.M)
_MARKER = re.compile(r"([-+*]|\d{1,9}[.)])(?=[ \t]|$)", re.M)
_RULE = re.compile(r"(?:\*[ \t]*){3,}$|(?:-[ \t]*){3,}$|(?:_[ \t]*){3,}$", re.M)
_HEADING = re.compile(r"#{1,6}(?:[ \t]|$)", re.M)
_SETEXT = re.compile(r"(?:=+|-+)[ \t]*$", re.M)

_BLOCK_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|"
    "fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|"
    "menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|"
    "track|ul"
)
_ATTRIBUTE = r"""[ \t]+[a-zA-Z_:][\w.:-]*(?:[ \t]*=[ \t]*(?:[^\s"'=<>`]+|'[^'\n]*'|"[^"\n]*"))?"""
_HTML_STARTS = (
    (
        re.compile(r"<(?:script|pre|style|textarea)(?=[\s>]|$)", re.I | re.M),
        re.compile(r"</(?:script|pre|style|textarea)>", re.I),
    ),
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<\?"), re.compile(r"\?>")),
    (re.compile(r"<![a-zA-Z]"), re.compile(r">")),
    (re.compile(r"<!\[CDATA\["), re.compile(r"\]\]>")),
    (re.compile(rf"</?(?:{_BLOCK_TAGS})(?=[\s>]|/>|$)", re.I | re.M), None),
)
_LONE_TAG = re.compile(rf"(?:<[a-zA-Z][\w-]*(?:{_ATTRIBUTE})*[ \t]*/?>|</[a-zA-Z][\w-]*[ \t]*>)[ \t]*$", re.M)


class Leaf(Enum):
    """What a line holds, after its containers' markers."""

    BLANK = 0
    PARAGRAPH = 1
    HEADING = 2
    OTHER = 3
    """A thematic break or a setext underline."""
    HIDDEN = 4
    """Code, or HTML after its first line."""
    HTML = 5
    CONTINUATION = 6
    """Paragraph text, indented so far that no block can start there."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `text[start:end]`, whose own text starts at `content`.

    Attributes:
        leaf: what the text is.
        opens_quote: the innermost container is a quote that this line opens.
        quotes: number of quotes around the text.
    """

    start: int
    end: int
    content: int
    leaf: Leaf
    opens_quote: bool = False
    quotes: int = 0


class LineReader:
    """Reads a text line by line; a caller that takes several lines for one says where the next one starts."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._containers: list[int] = []
        self._paragraph = False
        self._fence: tuple[str, int] | None = None
        self._html: re.Pattern[str] | None = None
        self._in_html = False
        self._column = self._base = 0

    def read(self, start: int) -> Line:
        """The line that starts at an offset; lines must be read in order."""
        end = self._text.find("\n", start)
        end = len(self._text) if end < 0 else end
        position, matched = self._match(start, end)
        if self._in_code_or_html(matched):
            return self._hidden(start, end, position)
        position = self._skip_space(position, end)
        if position >= end:
            self._blank(matched)
            return Line(start, end, end, Leaf.BLANK)
        return self._open(start, end, position, matched)

    def open_item(self, width: int) -> None:
        """Enter a container with content indented by `width` columns, as if its marker stood on the line just read."""
        self._containers.append(width + self._column - self._base)
        self._paragraph = False

    def end_paragraph(self) -> None:
        """The line just read does not go on as a paragraph."""
        self._paragraph = False

    def leave_html(self) -> None:
        """What follows the line just read is Markdown, not HTML."""
        self._in_html = False

    # Containers -------------------------------------------------------------------------------------------------------

    def _match(self, start: int, end: int) -> tuple[int, int]:
        """Where the text goes on after the markers of the open containers, and how many of them go on."""
        self._column = self._base = 0
        position = start
        for index, width in enumerate(self._containers):
            after = self._continue(width, position, end)
            if after is None:
                return position, index
            position = after
        return position, len(self._containers)

    def _continue(self, width: int, position: int, end: int) -> int | None:
        column = self._column
        first = self._skip_space(position, end)
        if width == QUOTE:
            if first < end and self._text[first] == ">" and self._column - self._base < 4:
                return self._enter_quote(first)
            self._column = column
            return None
        indent, self._column = self._column - self._base, column
        if first >= end:
            return position
        if indent < width:
            return None
        self._base += width
        return self._advance(position, end)

    def _enter_quote(self, position: int) -> int:
        self._column += 1
        self._base = self._column
        position += 1
        if self._text[position : position + 1] == " ":
            self._column = self._base = self._column + 1
            return position + 1
        if self._text[position : position + 1] == "\t":
            self._base += 1
            return self._advance(position, position + 1)
        return position

    def _advance(self, position: int, end: int) -> int:
        """Past the white space before column `_base`; a tab that straddles it is left to be skipped later."""
        while position < end and self._column < self._base:
            width = 1 if self._text[position] == " " else 4 - self._column % 4
            if self._column + width > self._base:
                break
            self._column += width
            position += 1
        return position

    def _skip_space(self, position: int, end: int) -> int:
        while position < end and self._text[position] in " \t":
            self._column += 1 if self._text[position] == " " else 4 - self._column % 4
            position += 1
        return position

    def _blank(self, matched: int) -> None:
        del self._containers[matched:]
        self._paragraph = False

    # Code and HTML ----------------------------------------------------------------------------------------------------

    def _in_code_or_html(self, matched: int) -> bool:
        if matched < len(self._containers):
            self._fence, self._in_html = None, False
        return self._fence is not None or self._in_html

    def _hidden(self, start: int, end: int, position: int) -> Line:
        first = self._skip_space(position, end)
        if self._fence is not None:
            marker, length = self._fence
            run = self._text[first:end].rstrip(" \t")
            if len(run) >= length and run == marker * len(run) and self._column - self._base < 4:
                self._fence = None
            return Line(start, end, first, Leaf.HIDDEN)
        if (self._html is None and first >= end) or (self._html and self._html.search(self._text, position, end)):
            self._in_html = False
        return Line(start, end, first, Leaf.HIDDEN)

    def _opens_html(self, position: int, end: int) -> bool:
        for opening, closing in _HTML_STARTS:
            if opening.match(self._text, position, end):
                self._html, self._in_html = (
                    closing,
                    not (closing and closing.search(self._text, position, end)),
                )
                return True
        if not self._paragraph and _LONE_TAG.match(self._text, position, end):
            self._html, self._in_html = None, True
            return True
        return False

    # New blocks -------------------------------------------------------------------------------------------------------

    def _open(self, start: int, end: int, position: int, matched: int) -> Line:
        opens_quote = False
        while (
            position < end and self._column - self._base < 4 and (after := self._open_container(position, end, matched))
        ):
            position, opens_quote = after
            matched = len(self._containers)
            position = self._skip_space(position, end)
        if position >= end:
            return Line(start, end, end, Leaf.BLANK)
        leaf = self._open_leaf(position, end, matched)
        return Line(start, end, position, leaf, opens_quote, self._containers.count(QUOTE))

    def _open_container(self, position: int, end: int, matched: int) -> tuple[int, bool] | None:
        """Where the text goes on after a quote's or list item's marker, and whether it was a quote's."""
        if self._text[position] not in _CONTAINER_STARTS:
            return None
        if self._text[position] == ">":
            self._close(matched)
            self._containers.append(QUOTE)
            return self._enter_quote(position), True
        marker = _MARKER.match(self._text, position, end)
        if not marker or _RULE.match(self._text, position, end) or self._cannot_interrupt(marker, end, matched):
            return None
        self._close(matched)
        return self._enter_item(position, marker.end(), end), False

    def _cannot_interrupt(self, marker: re.Match[str], end: int, matched: int) -> bool:
        """An item without text, or numbered otherwise than 1, does not end a paragraph that it doesn't stand beside."""
        if not self._paragraph or matched < len(self._containers):
            return False
        empty = not self._text[marker.end() : end].strip()
        return empty or (marker[0][-1] in ".)" and marker[0][:-1].lstrip("0") != "1")

    def _enter_item(self, position: int, after: int, end: int) -> int:
        indent = self._column - self._base
        marker = after - position
        self._column += marker
        column = self._column
        first = self._skip_space(after, end)
        space = self._column - column
        self._column = column
        padding = 1 if first >= end or space > 4 else space
        self._containers.append(indent + marker + padding)
        self._base = column + padding
        return self._advance(after, end)

    def _close(self, matched: int) -> None:
        del self._containers[matched:]
        self._paragraph = False

    def _open_leaf(self, position: int, end: int, matched: int) -> Leaf:
        lazy = self._paragraph and matched < len(self._containers)
        if self._column - self._base >= 4:
            if self._paragraph:
                return Leaf.CONTINUATION
            self._close(matched)
            return Leaf.HIDDEN
        leaf = self._leaf(position, end, lazy)
        if leaf is not Leaf.PARAGRAPH or not lazy:
            del self._containers[matched:]
        self._paragraph = leaf is Leaf.PARAGRAPH
        return leaf

    def _leaf(self, position: int, end: int, lazy: bool) -> Leaf:
        if self._text[position] not in _LEAF_STARTS:
            return Leaf.PARAGRAPH
        if fence := _FENCE.match(self._text, position, end):
            self._fence = fence[0][0], len(fence[0])
            return Leaf.HIDDEN
        if _HEADING.match(self._text, position, end):
            return Leaf.HEADING
        if self._paragraph and not lazy and _SETEXT.match(self._text, position, end):
            return Leaf.OTHER
        if _RULE.match(self._text, position, end):
            return Leaf.OTHER
        if self._text[position] == "<" and self._opens_html(position, end):
            return Leaf.HTML
        return Leaf.PARAGRAPH
