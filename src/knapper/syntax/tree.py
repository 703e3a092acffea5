"""pulldown-cmark's events become a tree of nodes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pyromark

from knapper.diagnostics import Code as Problems
from knapper.syntax.blocks import MAX_NESTING, Head
from knapper.syntax.document import (
    Block,
    Code,
    FootnoteReference,
    HardBreak,
    Inline,
    InlineHtml,
    Math,
    Paragraph,
    SoftBreak,
    Span,
    Text,
)
from knapper.syntax.inline import adjoins
from knapper.syntax.nodes import Frame, NodeMaker
from knapper.syntax.regions import MASK, Kind, Problem, Region
from knapper.syntax.scan import find_regions
from knapper.syntax.source import Source

_O = pyromark.Options
# Not ENABLE_GFM: it takes the marker off callouts without a title.
_OPTIONS = (
    _O.ENABLE_FOOTNOTES
    | _O.ENABLE_MATH
    | _O.ENABLE_STRIKETHROUGH
    | _O.ENABLE_TABLES
    | _O.ENABLE_TASKLISTS
    | _O.ENABLE_WIKILINKS
)
_PARSER = pyromark.Markdown(options=_OPTIONS)
_WITHOUT_MATH = pyromark.Markdown(options=_O(_OPTIONS.value & ~_O.ENABLE_MATH.value))

_INLINE_CONTAINERS = frozenset(
    ("Paragraph", "Tight", "Heading", "TableCell", "Emphasis", "Strong", "Strikethrough", "Link", "Image")
)
_INLINE_MARKUP = frozenset(("Emphasis", "Strong", "Strikethrough", "Link", "Image"))
_CONTAINERS = _INLINE_MARKUP | {"BlockQuote", "Item", "FootnoteDefinition"}
_RAW = frozenset(("CodeBlock", "HtmlBlock"))
_FOOTNOTE = re.compile(r"^[ >\t]*\[\^([^\]\s]+)\]:", re.M)


class Definitions:
    """The link and footnote definitions of a note, for parts of it that are parsed apart."""

    def __init__(self, parsed: str) -> None:
        self._parsed = parsed
        self._source: str | None = None

    def __str__(self) -> str:
        if self._source is None:
            links = _PARSER.reference_definitions(self._parsed).values()
            data = self._parsed.encode()
            lines = [data[link["span"]["start"] : link["span"]["end"]].decode() for link in links]
            lines += [f"[^{label}]: -" for label in _FOOTNOTE.findall(self._parsed)]
            self._source = "\n\n".join(lines)
        return self._source


def build_tree(source: Source, problems: list[Problem]) -> list[Block]:
    """The blocks of a masked source. Problems are appended with offsets in the note."""
    return _Builder(source, problems, Definitions(source.parsed)).build(_PARSER)


class _Builder:
    """Keeps a stack of open frames; a frame that ends becomes a node among the children of the one below."""

    def __init__(self, source: Source, problems: list[Problem], definitions: Definitions) -> None:
        self._source = source
        self._problems = problems
        self._definitions = definitions
        self._make = NodeMaker(source, problems, self._parse_inline)
        self._stack = [Frame("Document", None, Span(0, 0))]
        self._depth = 0
        self._flattened = 0

    def build(self, parser: pyromark.Markdown) -> list[Block]:
        """All blocks of the source."""
        span = self._source.span
        event: Any
        for event, range_ in parser.events_with_range(self._source.parsed):
            if isinstance(event, str):
                self._leaf(event, span(range_["start"], range_["end"]))
                continue
            ((key, value),) = event.items()
            if key == "End":
                self._end(_tag(value)[0])
            elif key == "Start":
                self._start(*_tag(value), span(range_["start"], range_["end"]))
            elif key == "Text":
                self._text(value, span(range_["start"], range_["end"]))
            else:
                _INLINE[key](self, value, span(range_["start"], range_["end"]))
        self._end_tight()
        return self._make.finish(self._stack[0].children)

    # Frames -----------------------------------------------------------------------------------------------------------

    def _start(self, name: str, argument: Any, span: Span) -> None:
        if name not in _INLINE_MARKUP:
            self._end_tight()
        elif self._stack[-1].name not in _INLINE_CONTAINERS:
            self._open_tight(span)
        if self._flattened or (name in _CONTAINERS and self._depth >= MAX_NESTING):
            self._flatten(span)
            return
        self._depth += name in _CONTAINERS
        if name == "Paragraph" and self._stack[-1].name == "Item" and not self._holds_head(self._stack[-1]):
            self._stack[-2].loose = True
        in_link = name == "Link" or self._stack[-1].in_link
        self._stack.append(Frame(name, argument, span, in_link=in_link))

    def _flatten(self, span: Span) -> None:
        if not self._flattened:
            hint = "levels beyond are shown without their structure"
            self._problems.append(
                Problem(span.start, Problems.NESTING, f"nested deeper than {MAX_NESTING} levels", hint)
            )
        self._flattened += 1

    def _end(self, name: str) -> None:
        if name not in _INLINE_MARKUP:
            self._end_tight()
        if self._flattened:
            self._flattened -= 1
            return
        self._depth -= name in _CONTAINERS
        frame = self._stack.pop()
        node = self._make.make(frame)
        if isinstance(node, list):
            self._stack[-1].children.extend(node)
        else:
            self._stack[-1].children.append(node)

    def _open_tight(self, span: Span) -> None:
        """Text of a tight list item stands in no paragraph of the parser's, but in one of ours."""
        self._stack.append(Frame("Tight", None, span))

    def _end_tight(self) -> None:
        if self._stack[-1].name == "Tight":
            frame = self._stack.pop()
            self._stack[-1].children.append(self._make.make(frame))

    def _append(self, node: Inline) -> None:
        if self._stack[-1].name not in _INLINE_CONTAINERS:
            self._open_tight(node.span)
        self._stack[-1].children.append(node)

    def _holds_head(self, frame: Frame) -> bool:
        return bool(frame.children) and isinstance(frame.children[0], Head)

    # Text and other leaves --------------------------------------------------------------------------------------------

    def _leaf(self, event: str, span: Span) -> None:
        if event == "SoftBreak":
            self._append(SoftBreak(span))
        elif event == "HardBreak":
            self._append(HardBreak(span))
        else:
            self._end_tight()
            self._stack[-1].children.append(self._make.rule(span))

    def _text(self, value: str, span: Span) -> None:
        if self._stack[-1].name in _RAW:
            self._stack[-1].children.append(self._source.unmasked(value, span))
        elif MASK in value and (marks := self._source.marks(span)):
            self._masked_text(marks, span)
        elif self._flattened and (head := self._source.head(Span(span.start - 2, span.end))):
            where = self._source.shift(head)
            self._plain(where.start, where.end)
        else:
            self._add_text(Text(span, self._source.unmasked(value, span)))

    def _add_text(self, node: Text) -> None:
        children = self._stack[-1].children
        last = children[-1] if children else None
        if isinstance(last, Text) and adjoins(last, node):
            children[-1] = Text(Span(last.span.start, node.span.end), last.text + node.text)
        elif node.text:
            self._append(node)

    def _masked_text(self, marks: list[Region], span: Span) -> None:
        position = span.start
        for region in marks:
            where = self._source.shift(region)
            self._plain(position, where.start)
            if region.kind is Kind.MATH:
                self._append(Math(where, region.content, display=True))
            elif region.kind is Kind.LITERAL:
                self._plain(where.start, where.end)
            position = where.end
        self._plain(position, span.end)

    def _plain(self, start: int, end: int) -> None:
        if start < end:
            self._add_text(Text(Span(start, end), self._source.slice(Span(start, end))))

    def _code(self, value: str, span: Span) -> None:
        if MASK in value:
            value = self._source.slice(span).strip("`")
        self._append(Code(span, value))

    def _inline_math(self, value: str, span: Span) -> None:
        """As in Obsidian, a dollar before a digit closes no formula: `$20-$30` are prices."""
        after = self._source.slice(Span(span.end, span.end + 1))
        if after.isdigit():
            for node in self._parse_inline(span, _WITHOUT_MATH):
                self._append(node)
        else:
            self._append(
                Math(
                    span,
                    self._source.unmasked(value, span).strip("$") if MASK in value else value,
                    display=False,
                )
            )

    def _display_math(self, value: str, span: Span) -> None:
        self._append(Math(span, value, display=True))

    def _html(self, value: str, span: Span) -> None:
        if self._stack[-1].name in _RAW:
            self._stack[-1].children.append(self._source.unmasked(value, span))
        else:
            self._append(InlineHtml(span, self._source.unmasked(value, span)))

    def _footnote_reference(self, value: str, span: Span) -> None:
        self._append(FootnoteReference(span, value.casefold()))

    def _task_marker(self, _: bool, span: Span) -> None:
        item = next((frame for frame in reversed(self._stack) if frame.name == "Item"), None)
        if item:
            item.task = self._source.slice(span)[1:-1]

    def _parse_inline(self, span: Span, parser: pyromark.Markdown = _PARSER) -> list[Inline]:
        """A part of a line parsed by itself, with the definitions of the note.

        A masked character and a space before it keep the parser from seeing the start of a block.
        """
        text = self._source.slice(span)
        regions, problems = find_regions(text)
        shifted = [Region(region.kind, region.start + 2, region.end + 2, region.content) for region in regions]
        definitions = f"\n\n{self._definitions}" if "[" in text else ""
        inner = Source(f"{MASK} {text}{definitions}", span.start - 2, [Region(Kind.COMMENT, 0, 1), *shifted])
        self._problems += [Problem(span.start + p.offset, p.code, p.message, p.hint) for p in problems]
        blocks = _Builder(inner, [], self._definitions).build(parser)
        children = blocks[0].children if blocks and isinstance(blocks[0], Paragraph) else []
        return _without_leading_space(children)


_INLINE: dict[str, Callable[[_Builder, Any, Span], None]] = {
    "Code": _Builder._code,
    "InlineMath": _Builder._inline_math,
    "DisplayMath": _Builder._display_math,
    "Html": _Builder._html,
    "InlineHtml": _Builder._html,
    "FootnoteReference": _Builder._footnote_reference,
    "TaskListMarker": _Builder._task_marker,
}


def _tag(value: Any) -> tuple[str, Any]:
    """Name and argument of a tag, which is a name or has a dictionary of one item."""
    if isinstance(value, str):
        return value, None
    ((name, argument),) = value.items()
    return name, argument


def _without_leading_space(children: list[Inline]) -> list[Inline]:
    first = children[0] if children else None
    if not isinstance(first, Text):
        return children
    text = first.text.lstrip(" ")
    rest = [Text(Span(first.span.end - len(text), first.span.end), text)] if text else []
    return [*rest, *children[1:]]
