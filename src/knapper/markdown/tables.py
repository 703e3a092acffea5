"""Tables of data, as pandas writes them: which columns hold numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser

_NUMBER = re.compile(r"[+\-−]?(?:\d[\d,_ \u202f]*(?:\.\d*)?|\.\d+)(?:[eE][+\-−]?\d+)?(?: ?± ?[\d.eE+\-]+)?(?: ?%)?")
_NO_NUMBER = frozenset({"", "nan", "none", "<na>", "nat", "inf", "-inf", "-", "–", "—", "…", "..."})
# What pandas says about looks; the site has looks of its own.
_PRESENTATION = (
    (re.compile(r"<style scoped>.*?</style>\s*", re.DOTALL), ""),
    (re.compile(r'<table border="1"'), "<table"),
    (re.compile(r'<tr style="text-align: (?:right|left|center);">'), "<tr>"),
    (re.compile(r"<th></th>"), "<td></td>"),
)


@dataclass(slots=True)
class _Cell:
    """A cell: where its start tag is, its text, its column, and over how many it reaches."""

    start: int
    tag: str
    is_head: bool
    column: int
    width: int
    text: str = ""


def aligned(html: str) -> str:
    """A table whose cells in columns of numbers have the class `is-number`."""
    for pattern, replacement in _PRESENTATION:
        html = pattern.sub(replacement, html)
    reader = _Reader(html)
    numeric = _numeric_columns(reader.cells)
    made, position = [], 0
    for cell in reader.cells:
        if cell.width == 1 and cell.column in numeric:
            made += [html[position : cell.start], _with_class(cell.tag)]
            position = cell.start + len(cell.tag)
    return "".join((*made, html[position:]))


def scrolling(html: str, label: str) -> str:
    """A table, aligned, in a box of its own that scrolls where the table is wider, by keys too.

    Args:
        html: the table.
        label: what screen readers call the box.
    """
    box = f'<div class="output-scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
    return f"{box}{aligned(html)}</div>"


def _numeric_columns(cells: Iterable[_Cell]) -> set[int]:
    texts: dict[int, list[str]] = {}
    for cell in cells:
        if not cell.is_head and cell.width == 1 and cell.text.strip().lower() not in _NO_NUMBER:
            texts.setdefault(cell.column, []).append(cell.text.strip())
    return {column for column, found in texts.items() if all(map(_NUMBER.fullmatch, found))}


def _with_class(tag: str) -> str:
    if re.search(r'\bclass="', tag):
        return re.sub(r'\bclass="', 'class="is-number ', tag, count=1)
    return re.sub(r"^<\w+", r'\g<0> class="is-number"', tag)


class _Reader(HTMLParser):
    """Finds the cells of a table, and the columns in which they stand."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.cells: list[_Cell] = []
        self._lines = [0, *(match.end() for match in re.finditer("\n", html))]
        self._is_head = False
        self._open: _Cell | None = None
        self._column = 0
        self._reaching: dict[int, int] = {}  # column to the rows that a cell above still covers
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("thead", "tbody", "tfoot"):
            self._is_head = tag == "thead"
            self._reaching.clear()
        elif tag == "tr":
            self._begin_row()
        elif tag in ("td", "th"):
            self._begin_cell(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open.text += data

    def _begin_row(self) -> None:
        for column, rows in self._reaching.items():
            if column >= self._column and rows:
                self._reaching[column] -= 1
        self._column = 0
        self._open = None

    def _begin_cell(self, attributes: dict[str, str | None]) -> None:
        while self._reaching.get(self._column):
            self._reaching[self._column] -= 1
            self._column += 1
        line, offset = self.getpos()
        width, height = _span(attributes.get("colspan")), _span(attributes.get("rowspan"))
        tag = self.get_starttag_text() or ""
        self._open = _Cell(self._lines[line - 1] + offset, tag, self._is_head, self._column, width)
        self.cells.append(self._open)
        self._reaching.update(dict.fromkeys(range(self._column, self._column + width), height - 1))
        self._column += width


def _span(value: str | None) -> int:
    """How many rows or columns a cell covers; browsers, too, have a limit."""
    return min(max(int(value), 1), 1000) if value and value.isdecimal() else 1
