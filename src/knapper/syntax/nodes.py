"""Nodes of the tree from pulldown-cmark's elements and what stands between their start and end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from knapper.diagnostics import Code as Problems
from knapper.syntax.blocks import Child, Head, finish_blocks, lift_id, trailing_id, unlazy
from knapper.syntax.document import (
    Block,
    Callout,
    Cell,
    CodeBlock,
    Embed,
    Emphasis,
    FootnoteDefinition,
    Heading,
    HtmlBlock,
    Inline,
    Item,
    Link,
    List,
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
from knapper.syntax.inline import refine
from knapper.syntax.regions import CALLOUT, Kind, Problem, Region, material_title
from knapper.syntax.source import Source
from knapper.syntax.targets import markdown_target, split_size, wiki_target

_MARKUP: dict[str, type[Emphasis] | type[Strong] | type[Strikethrough]] = {
    "Emphasis": Emphasis,
    "Strong": Strong,
    "Strikethrough": Strikethrough,
}
_TASK = re.compile(r"\[(.\ufe0f?)\](?:[ \t]+|$)")
_EDITOR_SEARCHES = ("##", "^^")
_ROW_ID = re.compile(r"\^([A-Za-z0-9-]+)")


@dataclass(slots=True)
class Frame:
    """An element whose end has not come yet.

    Attributes:
        name: pulldown-cmark's, or `Tight` for the text of a list item that is in no paragraph.
        argument: pulldown-cmark's.
        span: of the element.
        children: nodes so far.
        task: of a list item, the character between the brackets of a task.
        loose: of a list, whether items hold paragraphs.
        in_link: whether the element is a link, or in one.
    """

    name: str
    argument: Any
    span: Span
    children: list[Any] = field(default_factory=list)
    task: str | None = None
    loose: bool = False
    in_link: bool = False


class NodeMaker:
    """Makes nodes from frames that have ended.

    Args:
        source: of all of them.
        problems: to which those found are added.
        parse_inline: parses a part of a line by itself.
    """

    def __init__(self, source: Source, problems: list[Problem], parse_inline: Callable[[Span], list[Inline]]) -> None:
        self._source = source
        self._problems = problems
        self._parse_inline = parse_inline

    def make(self, frame: Frame) -> Any:
        """The node for a frame, or several; cells of a row stay in their frame until the table ends."""
        node = _NODES[frame.name](self, frame)
        # White space at a block's end is not its own, unless it is a child's.
        last = node.children[-1].span.end if getattr(node, "children", None) and not isinstance(node, Frame) else 0
        if last and last > node.span.end:
            node.span = Span(node.span.start, last)
        return node

    def finish(self, children: list[Child]) -> list[Block]:
        """The blocks of a container with Obsidian's own structure."""
        return finish_blocks(children, self._source, self._problems)

    def rule(self, span: Span) -> Rule:
        """A thematic break."""
        return Rule(self._source.trimmed(span))

    # Blocks of text ---------------------------------------------------------------------------------------------------

    def _refined(self, frame: Frame) -> list[Inline]:
        return refine(frame.children, self._source.text, self._source.base, in_link=frame.in_link)

    def _paragraph(self, frame: Frame) -> Paragraph:
        children = self._refined(frame)
        if self._source.marks(frame.span):
            children = _without_empty_lines(children)
        return Paragraph(self._source.trimmed(frame.span), children)

    def _tight(self, frame: Frame) -> Paragraph:
        children = _without_empty_lines(self._refined(frame))
        end = children[-1].span.end if children else frame.span.start
        return Paragraph(self._source.trimmed(Span(frame.span.start, end)), children)

    def _heading(self, frame: Frame) -> Heading | Head:
        region = self._source.head(frame.span)
        if region:
            return self._head(region)
        return Heading(self._source.trimmed(frame.span), self._refined(frame), int(frame.argument["level"][1]))

    def _head(self, region: Region) -> Head:
        span = self._source.shift(region)
        title: list[Inline] = []
        if region.kind in (Kind.MATERIAL, Kind.FENCE_OPEN):
            start, end = material_title(region.content)
            title = self._parse_inline(Span(span.start + start, span.start + end)) if end > start else []
        return Head(span, region, title)

    def _inline_container(self, frame: Frame) -> Inline:
        return _MARKUP[frame.name](frame.span, self._refined(frame))

    def _strikethrough(self, frame: Frame) -> list[Inline]:
        """Only two tildes strike through; pulldown-cmark also takes one."""
        span = frame.span
        if self._source.slice(span).startswith("~~"):
            return [self._inline_container(frame)]
        tildes = Text(Span(span.start, span.start + 1), "~"), Text(Span(span.end - 1, span.end), "~")
        return [tildes[0], *frame.children, tildes[1]]

    def _blockquote(self, frame: Frame) -> Quote | Callout:
        span = self._source.trimmed(frame.span)
        head = frame.children[0] if frame.children else None
        if isinstance(head, Head) and head.region.kind is Kind.CALLOUT:
            node: Quote | Callout = self._callout(head, span, self.finish(frame.children[1:]))
        else:
            node = Quote(span, self.finish(frame.children))
        lift_id(node)
        return node

    def _callout(self, head: Head, span: Span, body: list[Block]) -> Callout:
        match = CALLOUT.match(head.region.content)
        assert match
        start, end = (head.span.start + offset for offset in match.span(3))
        title = self._parse_inline(Span(start, end)) if end > start else []
        kind, _, metadata = match[1].partition("|")
        block_id = trailing_id(title)
        return Callout(span, kind.strip().lower(), title, body, match[2], metadata.strip(), block_id)

    def _list(self, frame: Frame) -> list[Block]:
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

    def _item(self, frame: Frame) -> Item | list[Block]:
        span = self._source.trimmed(frame.span)
        head = frame.children[0] if frame.children else None
        if isinstance(head, Head) and head.region.kind is Kind.MATERIAL:
            return unlazy(head.block(span.end, self.finish(frame.children[1:])), self._source)
        item = Item(span, self.finish(frame.children), frame.task)
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

    def _footnote_definition(self, frame: Frame) -> FootnoteDefinition:
        return FootnoteDefinition(
            self._source.trimmed(frame.span), frame.argument.casefold(), self.finish(frame.children)
        )

    def _code_block(self, frame: Frame) -> CodeBlock:
        fenced = isinstance(frame.argument, dict)
        info = frame.argument["Fenced"] if fenced else ""
        return CodeBlock(self._source.trimmed(frame.span), "".join(frame.children), info, fenced)

    def _html_block(self, frame: Frame) -> HtmlBlock:
        return HtmlBlock(self._source.trimmed(frame.span), "".join(frame.children))

    # Links ------------------------------------------------------------------------------------------------------------

    def _link(self, frame: Frame) -> list[Inline]:
        data = frame.argument
        if isinstance(data["link_type"], dict):
            return self._wikilink(frame)
        url = f"mailto:{data['dest_url']}" if data["link_type"] == "Email" else data["dest_url"]
        return [Link(frame.span, self._refined(frame), url, markdown_target(url), data["title"])]

    def _wikilink(self, frame: Frame) -> list[Inline]:
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

    def _image(self, frame: Frame) -> list[Inline]:
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

    def _cell(self, frame: Frame) -> Cell:
        return Cell(frame.span, self._refined(frame))

    def _row(self, frame: Frame) -> Frame:
        """A row with its cells, of which the parser has added those that are missing and dropped those too many."""
        end = self._source.trimmed(frame.span).end
        for cell in frame.children:
            if cell.span.start > end:
                cell.span = Span(end, end)
        last = frame.children[-1].span.end if frame.children else frame.span.start
        surplus = self._source.slice(Span(last, end)).strip().strip("|").strip()
        if surplus:
            message = f"row with more cells than the table's head: {surplus[:40]!r} is not shown"
            hint = r"write \| for a bar inside a link or formula"
            self._problems.append(Problem(last, Problems.SURPLUS_CELLS, message, hint))
        return frame

    def _table(self, frame: Frame) -> Table:
        alignments = ["" if name == "None" else name.lower() for name in frame.argument]
        rows = [row for row in frame.children[1:] if not self._is_comment(row)]
        span = self._source.trimmed(frame.span)
        block_id = None
        if rows and (match := _ROW_ID.fullmatch(self._source.slice(rows[-1].span).strip())):
            block_id = match[1].lower()
            rows.pop()
        return Table(span, alignments, frame.children[0].children, [row.children for row in rows], block_id)

    def _is_comment(self, row: Frame) -> bool:
        return not any(cell.children for cell in row.children) and bool(self._source.marks(row.span))


_NODES: dict[str, Callable[[NodeMaker, Frame], Any]] = {
    "Paragraph": NodeMaker._paragraph,
    "Tight": NodeMaker._tight,
    "Heading": NodeMaker._heading,
    "BlockQuote": NodeMaker._blockquote,
    "CodeBlock": NodeMaker._code_block,
    "HtmlBlock": NodeMaker._html_block,
    "List": NodeMaker._list,
    "Item": NodeMaker._item,
    "FootnoteDefinition": NodeMaker._footnote_definition,
    "Table": NodeMaker._table,
    "TableHead": NodeMaker._row,
    "TableRow": NodeMaker._row,
    "TableCell": NodeMaker._cell,
    "Emphasis": NodeMaker._inline_container,
    "Strong": NodeMaker._inline_container,
    "Strikethrough": NodeMaker._strikethrough,
    "Link": NodeMaker._link,
    "Image": NodeMaker._image,
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
