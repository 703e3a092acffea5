"""pulldown-cmark's events become a tree of nodes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pyromark

from knapper.diagnostics import Code as Problems
from knapper.syntax.blocks import MAX_NESTING, Child, Head, finish_blocks, lift_id, trailing_id, unlazy
from knapper.syntax.document import (
    Block,
    Callout,
    Cell,
    Code,
    CodeBlock,
    Embed,
    Emphasis,
    FootnoteDefinition,
    FootnoteReference,
    HardBreak,
    Heading,
    HtmlBlock,
    Inline,
    InlineHtml,
    Item,
    Link,
    List,
    Math,
    Paragraph,
    Quote,
    Rule,
    SoftBreak,
    Span,
    Strikethrough,
    Strong,
    Table,
    Text,
    plain_text,
)
from knapper.syntax.inline import adjoins, refine
from knapper.syntax.regions import CALLOUT, MASK, Kind, Problem, Region, find_regions, material_title
from knapper.syntax.source import Source
from knapper.syntax.targets import markdown_target, split_size, wiki_target

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
_MARKUP: dict[str, type[Emphasis] | type[Strong] | type[Strikethrough]] = {
    "Emphasis": Emphasis,
    "Strong": Strong,
    "Strikethrough": Strikethrough,
}
_TASK = re.compile(r"\[(.\ufe0f?)\](?:[ \t]+|$)")
_EDITOR_SEARCHES = ("##", "^^")
_ROW_ID = re.compile(r"\^([A-Za-z0-9-]+)")
_FOOTNOTE = re.compile(r"^[ >\t]*\[\^([^\]\s]+)\]:", re.M)


@dataclass(slots=True)
class _Frame:
    """An element whose end has not come yet; `name` and `argument` are pulldown-cmark's."""

    name: str
    argument: Any
    span: Span
    children: list[Any] = field(default_factory=list)
    task: str | None = None
    loose: bool = False


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
        self._stack = [_Frame("Document", None, Span(0, 0))]
        self._depth = 0
        self._links = 0
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
        return finish_blocks(self._stack[0].children, self._source, self._problems)

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
        self._links += name == "Link"
        if name == "Paragraph" and self._stack[-1].name == "Item" and not self._holds_head(self._stack[-1]):
            self._stack[-2].loose = True
        self._stack.append(_Frame(name, argument, span))

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
        node = _NODES[frame.name](self, frame)
        self._links -= name == "Link"
        if isinstance(node, list):
            self._stack[-1].children.extend(node)
        else:
            self._stack[-1].children.append(node)

    def _open_tight(self, span: Span) -> None:
        """Text of a tight list item stands in no paragraph of the parser's, but in one of ours."""
        self._stack.append(_Frame("Tight", None, span))

    def _end_tight(self) -> None:
        if self._stack[-1].name == "Tight":
            frame = self._stack.pop()
            if frame.children:
                frame.span = Span(frame.span.start, frame.children[-1].span.end)
            self._stack[-1].children.append(self._paragraph(frame))

    def _append(self, node: Inline) -> None:
        if self._stack[-1].name not in _INLINE_CONTAINERS:
            self._open_tight(node.span)
        self._stack[-1].children.append(node)

    def _holds_head(self, frame: _Frame) -> bool:
        return bool(frame.children) and isinstance(frame.children[0], Head)

    # Text and other leaves --------------------------------------------------------------------------------------------

    def _leaf(self, event: str, span: Span) -> None:
        if event == "SoftBreak":
            self._append(SoftBreak(span))
        elif event == "HardBreak":
            self._append(HardBreak(span))
        else:
            self._end_tight()
            self._stack[-1].children.append(Rule(self._trimmed(span)))

    def _text(self, value: str, span: Span) -> None:
        if self._stack[-1].name in _RAW:
            self._stack[-1].children.append(self._source.unmasked(value, span))
        elif MASK in value and (marks := self._source.marks(span)):
            self._masked_text(marks, span)
        else:
            self._add_text(Text(span, value))

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
        if MASK in value and self._source.marks(span):
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

    def _parse_inline(self, span: Span, parser: pyromark.Markdown) -> list[Inline]:
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

    # Nodes from frames ------------------------------------------------------------------------------------------------

    def _trimmed(self, span: Span) -> Span:
        """A block's span without the blank lines that the parser counts to it."""
        text = self._source.slice(span)
        return Span(span.start, span.start + len(text.rstrip("\n \t")))

    def _refined(self, frame: _Frame) -> list[Inline]:
        return refine(frame.children, self._source.text, self._source.base, in_link=self._links > 0)

    def _paragraph(self, frame: _Frame) -> Paragraph:
        children = self._refined(frame)
        if self._source.marks(frame.span):
            children = _without_empty_lines(children)
        return Paragraph(self._trimmed(frame.span), children)

    def _heading(self, frame: _Frame) -> Heading | Head:
        region = self._source.head(frame.span)
        if region:
            return self._head(region)
        return Heading(self._trimmed(frame.span), self._refined(frame), int(frame.argument["level"][1]))

    def _head(self, region: Region) -> Head:
        span = self._source.shift(region)
        title: list[Inline] = []
        if region.kind in (Kind.MATERIAL, Kind.FENCE_OPEN):
            start, end = material_title(region.content)
            title = self._parse_inline(Span(span.start + start, span.start + end), _PARSER) if end > start else []
        return Head(span, region, title)

    def _inline_container(self, frame: _Frame) -> Inline:
        return _MARKUP[frame.name](frame.span, self._refined(frame))

    def _strikethrough(self, frame: _Frame) -> list[Inline]:
        """Only two tildes strike through; pulldown-cmark also takes one."""
        span = frame.span
        if self._source.slice(span).startswith("~~"):
            return [self._inline_container(frame)]
        tildes = Text(Span(span.start, span.start + 1), "~"), Text(Span(span.end - 1, span.end), "~")
        return [tildes[0], *frame.children, tildes[1]]

    def _blockquote(self, frame: _Frame) -> Quote | Callout:
        span = self._trimmed(frame.span)
        head = frame.children[0] if frame.children else None
        if isinstance(head, Head) and head.region.kind is Kind.CALLOUT:
            node: Quote | Callout = self._callout(head, span, self._finish(frame.children[1:]))
        else:
            node = Quote(span, self._finish(frame.children))
        lift_id(node)
        return node

    def _callout(self, head: Head, span: Span, body: list[Block]) -> Callout:
        match = CALLOUT.match(head.region.content)
        assert match
        title = (
            self._parse_inline(Span(head.span.start + match.start(3), head.span.end), _PARSER)
            if match[3].strip()
            else []
        )
        kind, _, metadata = match[1].partition("|")
        block_id = trailing_id(title)
        return Callout(span, kind.strip().lower(), title, body, match[2], metadata.strip(), block_id)

    def _finish(self, children: list[Child]) -> list[Block]:
        return finish_blocks(children, self._source, self._problems)

    def _list(self, frame: _Frame) -> list[Block]:
        """A list; Material blocks, which the parser saw as items, are taken out of it."""
        blocks: list[Block] = []
        start = frame.argument
        for child in frame.children:
            if not isinstance(child, Item):
                blocks.append(child)
            elif blocks and isinstance(blocks[-1], List):
                blocks[-1].children.append(child)
            else:
                blocks.append(List(child.span, [child], start, not frame.loose))
            if isinstance(child, Item) and isinstance(blocks[-1], List):
                blocks[-1].span = Span(blocks[-1].span.start, child.span.end)
        return blocks

    def _item(self, frame: _Frame) -> Item | list[Block]:
        span = self._trimmed(frame.span)
        head = frame.children[0] if frame.children else None
        if isinstance(head, Head) and head.region.kind is Kind.MATERIAL:
            return unlazy(head.block(span.end, self._finish(frame.children[1:])), self._source)
        item = Item(span, self._finish(frame.children), frame.task)
        if item.task is None:
            item.task = self._custom_task(item)
        lift_id(item)
        return item

    def _custom_task(self, item: Item) -> str | None:
        """The character of a task with any marker, `- [/] half done`, which is taken off the text."""
        paragraph = item.children[0] if item.children else None
        text = paragraph.children[0] if isinstance(paragraph, Paragraph) and paragraph.children else None
        if not isinstance(text, Text) or not isinstance(paragraph, Paragraph):
            return None
        escaped = self._source.slice(Span(text.span.start - 1, text.span.start)) == "\\"
        if escaped or not (match := _TASK.match(text.text)):
            return None
        rest = text.text[match.end() :]
        paragraph.children[:1] = [Text(Span(text.span.end - len(rest), text.span.end), rest)] if rest else []
        return match[1]

    def _footnote_definition(self, frame: _Frame) -> FootnoteDefinition:
        return FootnoteDefinition(self._trimmed(frame.span), frame.argument.casefold(), self._finish(frame.children))

    def _code_block(self, frame: _Frame) -> CodeBlock:
        fenced = isinstance(frame.argument, dict)
        info = frame.argument["Fenced"] if fenced else ""
        return CodeBlock(self._trimmed(frame.span), "".join(frame.children), info, fenced)

    def _html_block(self, frame: _Frame) -> HtmlBlock:
        return HtmlBlock(self._trimmed(frame.span), "".join(frame.children))

    # Links ------------------------------------------------------------------------------------------------------------

    def _link(self, frame: _Frame) -> list[Inline]:
        data = frame.argument
        if isinstance(data["link_type"], dict):
            return self._wikilink(frame)
        url = f"mailto:{data['dest_url']}" if data["link_type"] == "Email" else data["dest_url"]
        return [Link(frame.span, self._refined(frame), url, markdown_target(url), data["title"])]

    def _wikilink(self, frame: _Frame) -> list[Inline]:
        destination, bar, _ = self._wiki_parts(frame.span, 2)
        if destination is None:
            return self._no_link(frame.span)
        return [
            Link(
                frame.span,
                self._refined(frame),
                destination,
                wiki_target(destination),
                wiki=True,
                alias=bool(bar),
            )
        ]

    def _wiki_parts(self, span: Span, opening: int) -> tuple[str | None, str, str]:
        """Destination, bar and alias of `[[destination|alias]]`; no destination if Obsidian sees no link there."""
        inner = self._source.slice(Span(span.start + opening, span.end - 2))
        if "\n" in inner or not inner.strip() or inner.startswith(_EDITOR_SEARCHES):
            return None, "", ""
        destination, bar, alias = inner.partition("|")
        if bar and destination.endswith("\\"):
            destination = destination[:-1]
        return destination.strip(), bar, alias.replace("\\|", "|")

    def _no_link(self, span: Span) -> list[Inline]:
        source = self._source.slice(span)
        if "\n" in source:
            hint = "a wikilink stands on one line"
            self._problems.append(Problem(span.start, Problems.LINK_LIKE_TEXT, "not a link: it spans lines", hint))
        nodes: list[Inline] = []
        position = span.start
        for line in source.splitlines(keepends=True):
            text = line.rstrip("\n")
            nodes.append(Text(Span(position, position + len(text)), text))
            position += len(line)
            if text != line:
                nodes.append(SoftBreak(Span(position - 1, position)))
        return nodes

    def _image(self, frame: _Frame) -> list[Inline]:
        data = frame.argument
        if isinstance(data["link_type"], dict):
            destination, _, alias = self._wiki_parts(frame.span, 3)
            if destination is None:
                return self._no_link(frame.span)
            alt, width, height = split_size(alias)
            return [
                Embed(
                    frame.span,
                    destination,
                    wiki_target(destination),
                    alt.strip(),
                    "",
                    width,
                    height,
                    wiki=True,
                )
            ]
        alt, width, height = split_size(plain_text(frame.children))
        url = data["dest_url"]
        return [Embed(frame.span, url, markdown_target(url), alt, data["title"], width, height)]

    # Tables -----------------------------------------------------------------------------------------------------------

    def _cell(self, frame: _Frame) -> Cell:
        return Cell(frame.span, self._refined(frame))

    def _row(self, frame: _Frame) -> _Frame:
        last = frame.children[-1].span.end if frame.children else frame.span.start
        surplus = self._source.slice(Span(last, frame.span.end)).strip().strip("|").strip()
        if surplus:
            message = f"row with more cells than the table's head: {surplus[:40]!r} is not shown"
            self._problems.append(
                Problem(last, Problems.SURPLUS_CELLS, message, r"write \| for a bar inside a link or formula")
            )
        return frame

    def _table(self, frame: _Frame) -> Table:
        alignments = ["" if name == "None" else name.lower() for name in frame.argument]
        rows = [row for row in frame.children[1:] if not self._is_comment(row)]
        span = self._trimmed(frame.span)
        block_id = None
        if rows and (match := _ROW_ID.fullmatch(self._source.slice(rows[-1].span).strip())):
            block_id = match[1].lower()
            rows.pop()
        return Table(span, alignments, frame.children[0].children, [row.children for row in rows], block_id)

    def _is_comment(self, row: _Frame) -> bool:
        return not any(cell.children for cell in row.children) and bool(self._source.marks(row.span))


_INLINE: dict[str, Callable[[_Builder, Any, Span], None]] = {
    "Code": _Builder._code,
    "InlineMath": _Builder._inline_math,
    "DisplayMath": _Builder._display_math,
    "Html": _Builder._html,
    "InlineHtml": _Builder._html,
    "FootnoteReference": _Builder._footnote_reference,
    "TaskListMarker": _Builder._task_marker,
}

_NODES: dict[str, Callable[[_Builder, _Frame], Any]] = {
    "Paragraph": _Builder._paragraph,
    "Heading": _Builder._heading,
    "BlockQuote": _Builder._blockquote,
    "CodeBlock": _Builder._code_block,
    "HtmlBlock": _Builder._html_block,
    "List": _Builder._list,
    "Item": _Builder._item,
    "FootnoteDefinition": _Builder._footnote_definition,
    "Table": _Builder._table,
    "TableHead": _Builder._row,
    "TableRow": _Builder._row,
    "TableCell": _Builder._cell,
    "Emphasis": _Builder._inline_container,
    "Strong": _Builder._inline_container,
    "Strikethrough": _Builder._strikethrough,
    "Link": _Builder._link,
    "Image": _Builder._image,
}


def _without_empty_lines(children: list[Inline]) -> list[Inline]:
    """Inline nodes without the lines that held only a comment."""
    kept: list[Inline] = []
    for child in children:
        if not (isinstance(child, SoftBreak) and (not kept or isinstance(kept[-1], SoftBreak))):
            kept.append(child)
    while kept and isinstance(kept[-1], SoftBreak):
        kept.pop()
    return kept


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
