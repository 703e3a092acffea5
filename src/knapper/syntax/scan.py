"""Finds the regions of a note, outside code and HTML, in one pass."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict

from knapper.diagnostics import Code
from knapper.syntax.inline import TAG, URL, is_tag, trimmed_url
from knapper.syntax.lines import Leaf, Line, LineReader
from knapper.syntax.regions import CALLOUT, Kind, Problem, Region

_MATERIAL = re.compile(
    r"(?:!!!|\?\?\?\+?) +[\w-]+(?: +[\w-]+)*(?P<title> +\"[^\n]*\")?[ \t]*$|={3}[!+]{0,2} +\"[^\n]*\"[ \t]*$",
    re.M,
)
_FENCE_OPEN = re.compile(r"(/{3,})[ \t]+[a-zA-Z][\w-]*(?:[ \t]*\|[^\n]*)?[ \t]*$", re.M)
_FENCE_CLOSE = re.compile(r"(/{3,})[ \t]*$", re.M)
_FENCE_OPTION = re.compile(r"\n(?: {4}|\t)[^\n]*\S[^\n]*")
_HTML_OPEN = re.compile(
    r"<[a-zA-Z][\w-]*(?=[ \t])[^<>\n]*[ \t]markdown(?:=[\"']?\w*[\"']?)?(?=[ \t>])[^<>\n]*>[ \t]*$", re.M
)
# Each branch starts with a literal, which lets the engine pass over other characters without trying the branches.
_TRIGGER = re.compile(
    r"%%|\$\$|\[!|!!! +\w|\?\?\?\+? +\w|===[!+]{0,2} +\"|///|<[a-zA-Z][^<>\n]*[ \t]markdown\b"
    r"|https?://|#[^\s#]*_"
)
_TOKEN = re.compile(r"\\[!-/:-@\[-`{-~]|``*|\$\$?|%%|<|https?://|#(?=[^\s#])")
_MARKUP_IN_URL = re.compile(r"[*$]|~~|==|\W_|_(?!\w)")
_LABEL = re.compile(r"\[[^\]\n]+\]:[ \t]*")
_INLINE_MATH = re.compile(r"\$(?![\s$])(?:\\.|[^$\\\n])*(?<!\s)\$(?!\d)")
_INLINE_HTML = re.compile(
    r"<!--.*?-->|</?[a-zA-Z][^<>\"'\n]*(?:\"[^\"\n]*\"[^<>\"'\n]*|'[^'\n]*'[^<>\"'\n]*)*>|<[a-zA-Z][\w.+-]*:[^<>\s]*>"
)
_PARAGRAPH_END = re.compile(r"\n[ \t>]*(?=\n|\Z|[-+*][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t]|`{3}|~{3}|<)")
_BLANK_LINE = re.compile(r"\n[ \t>]*(?=\n)")
_DOLLARS = re.compile(r"\\.|\$\$", re.S)


def find_regions(text: str) -> tuple[list[Region], list[Problem]]:
    """The regions of a text, in order, and what is wrong with them."""
    if not _TRIGGER.search(text):
        return [], []
    scanner = _Scanner(text)
    scanner.run()
    return scanner.regions, scanner.problems


class _Scanner:
    """One pass over a text, line by line, and within a line from mark to mark."""

    def __init__(self, text: str) -> None:
        self.regions: list[Region] = []
        self.problems: list[Problem] = []
        self._text = text
        self._lines = LineReader(text)
        self._hidden_to = 0
        self._runs = _CodeSpans(text)
        self._last_comment = text.rfind("%%")
        self._last_math = text.rfind("$$")

    def run(self) -> None:
        position = 0
        while position <= len(self._text):
            line = self._lines.read(position)
            position = self._scan(line) + 1

    def _scan(self, line: Line) -> int:
        """Where the line ends, which may be lines further on."""
        if line.leaf in (Leaf.PARAGRAPH, Leaf.CONTINUATION, Leaf.HEADING):
            if line.leaf is Leaf.PARAGRAPH and self._hidden_to <= line.content and (end := self._head(line)):
                self._lines.end_paragraph()
                return end
            return self._inline(line)
        if line.leaf is Leaf.HTML and _HTML_OPEN.match(self._text, line.content, line.end):
            self._lines.leave_html()
            self._add(Kind.HTML_OPEN, line.content, line.end)
        return line.end

    def _add(self, kind: Kind, start: int, end: int, content: str | None = None) -> int:
        self.regions.append(Region(kind, start, end, self._text[start:end] if content is None else content))
        return end

    # Heads of blocks --------------------------------------------------------------------------------------------------

    def _head(self, line: Line) -> int:
        """Where the head of a block that starts here ends; 0 if none starts here."""
        start, end = line.content, line.end
        first = self._text[start]
        if first == "[" and line.opens_quote and CALLOUT.match(self._text, start, end):
            return self._add(Kind.CALLOUT, start, end)
        if first in "!?=" and (head := _MATERIAL.match(self._text, start, end)) and self._has_body(head, line):
            self._lines.open_item(4)
            return self._add(Kind.MATERIAL, start, end, head[0].rstrip())
        if first == "/":
            return self._fence(start, end)
        return 0

    def _has_body(self, head: re.Match[str], line: Line) -> bool:
        """A head without a quoted title is one only if an indented line follows: `!!! wow` may be mere text."""
        if head["title"] or head[0][0] == "=":
            return True
        after = re.compile(r"(?:\n[ \t>]*)+").match(self._text, line.end)
        if not after:
            return False
        own = self._text[line.start : line.content].replace(">", "").expandtabs(4)
        next_line = after[0].rpartition("\n")[2].replace(">", "").expandtabs(4)
        return after.end() < len(self._text) and len(next_line) >= len(own) + 4

    def _fence(self, start: int, end: int) -> int:
        if _FENCE_CLOSE.match(self._text, start, end):
            return self._add(Kind.FENCE_CLOSE, start, end)
        if not _FENCE_OPEN.match(self._text, start, end):
            return 0
        while option := _FENCE_OPTION.match(self._text, end):
            end = option.end()
        return self._add(Kind.FENCE_OPEN, start, end)

    # Marks within a line ----------------------------------------------------------------------------------------------

    def _inline(self, line: Line) -> int:
        position, end = max(line.content, self._hidden_to), line.end
        if self._text.startswith("```", line.content):
            return end  # a mask might make a fence of it
        while position < end and (token := _TOKEN.search(self._text, position, end)):
            position = self._token(token, line, end)
            if position > end:
                end = self._line_end(position) if self.regions and self.regions[-1].end == position else end
                self._hidden_to = position
        return end

    def _line_end(self, position: int) -> int:
        end = self._text.find("\n", position)
        return len(self._text) if end < 0 else end

    def _token(self, token: re.Match[str], line: Line, end: int) -> int:
        """Where to go on after a mark."""
        start = token.start()
        match token[0][0]:
            case "`":
                return self._runs.end(token, end if line.leaf is Leaf.HEADING else None)
            case "%":
                return self._comment(start, line, end)
            case "$" if len(token[0]) == 2:
                return self._math(start, line, end)
            case "$":
                formula = _INLINE_MATH.match(self._text, start, end)
                return formula.end() if formula else token.end()
            case "#":
                return self._tag(start)
            case "h":
                return self._url(start, line)
            case "<":
                tag = _INLINE_HTML.match(self._text, start, end)
                return tag.end() if tag else token.end()
            case _:
                return token.end()

    def _tag(self, start: int) -> int:
        """A tag is one word, whatever marks of emphasis it holds."""
        name = TAG.match(self._text, start + 1) if not start or self._text[start - 1].isspace() else None
        if name and "_" in name[0] and is_tag(name[0]):
            return self._add(Kind.LITERAL, start, name.end())
        return start + 1

    def _url(self, start: int, line: Line) -> int:
        """A bare URL is one word, too; the destination of a Markdown link is left to the parser."""
        before = self._text[max(start - 2, line.start) : start]
        url = URL.match(self._text, start)
        is_bare = not before or before[-1].isspace() or (before[-1] in "(*_~=" and before != "](")
        if not url or not is_bare or _LABEL.fullmatch(self._text, line.content, start):
            return start + 1
        end = start + len(trimmed_url(url[0]))
        return self._add(Kind.LITERAL, start, end) if _MARKUP_IN_URL.search(self._text, start, end) else end

    def _comment(self, start: int, line: Line, end: int) -> int:
        """A comment may span blank lines only if it starts a line; without an end, such a one hides the rest."""
        close = self._text.find("%%", start + 2) if start < self._last_comment else -1
        opens_block = start == line.content and line.leaf is not Leaf.HEADING
        if close < 0 and opens_block:
            message = "comment without an end: the rest of the note is hidden"
            self.problems.append(Problem(start, Code.UNCLOSED_COMMENT, message, "add %% where it ends"))
            return self._add(Kind.COMMENT, start, len(self._text))
        spans_lines = line.leaf is not Leaf.HEADING and (opens_block or not _BLANK_LINE.search(self._text, end, close))
        if close < 0 or (close >= end and not spans_lines):
            return start + 2
        if close >= end and not opens_block:
            hint = r"start it on a line of its own, or write \%% for the signs"
            message = "comment that opens within a line hides what follows on the next lines"
            self.problems.append(Problem(start, Code.COMMENT_OVER_LINES, message, hint))
        return self._add(Kind.COMMENT, start, close + 2)

    def _math(self, start: int, line: Line, end: int) -> int:
        close = self._math_end(start + 2)
        if close == start + 2:
            return close + 2
        opens_block = start == line.content
        if close < 0 and opens_block:
            self.problems.append(
                Problem(start, Code.UNCLOSED_MATH, "formula without an end: shown as text", "add $$ where it ends")
            )
        within = (
            end if line.leaf is Leaf.HEADING else len(self._text) if opens_block else self._runs.paragraph_end(start)
        )
        if close < 0 or close >= within or not self._quoted_throughout(start, close, line.quotes):
            return start + 2
        formula = self._text[start + 2 : close]
        if line.quotes:
            formula = re.sub(rf"\n(?:[ \t]*>){{{line.quotes}}} ?", "\n", formula)
        indent = self._text[line.start : line.content].rpartition("> " if line.quotes else ">")[2].expandtabs(4)
        formula = re.sub(rf"\n {{1,{len(indent)}}}", "\n", formula) if indent else formula
        return self._add(Kind.MATH, start, close + 2, formula)

    def _math_end(self, position: int) -> int:
        while position <= self._last_math and (token := _DOLLARS.search(self._text, position)):
            if token[0] == "$$":
                return token.start()
            position = token.end()
        return -1

    def _quoted_throughout(self, start: int, end: int, quotes: int) -> bool:
        """Whether every line of a formula in a quote carries the quote's marker: without it the quote has ended."""
        if not quotes:
            return True
        prefix = re.compile(rf"(?:[ \t]*>){{{quotes}}}")
        return all(prefix.match(line) for line in self._text[start:end].split("\n")[1:])


class _CodeSpans:
    """Where code spans end: the next run of as many backticks in the same paragraph."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._end = -1
        self._runs: dict[int, list[int]] = {}

    def paragraph_end(self, position: int) -> int:
        """Where the paragraph around an offset ends, at the latest."""
        if position >= self._end:
            match = _PARAGRAPH_END.search(self._text, position)
            self._end = match.start() if match else len(self._text)
            runs = defaultdict(list)
            for run in re.finditer("`+", self._text[position : self._end]):
                runs[len(run[0])].append(position + run.start())
            self._runs = runs
        return self._end

    def end(self, opening: re.Match[str], limit: int | None) -> int:
        """Where the code span that a run of backticks opens ends; the run's own end if it opens none."""
        paragraph_end = self.paragraph_end(opening.start())
        closings = self._runs.get(len(opening[0]), [])
        index = bisect_left(closings, opening.end())
        if index == len(closings) or closings[index] >= (paragraph_end if limit is None else limit):
            return opening.end()
        return closings[index] + len(opening[0])
