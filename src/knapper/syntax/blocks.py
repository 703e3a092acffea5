"""What Obsidian sees in a sequence of blocks that CommonMark does not: block ids, pairs, long footnotes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias

from knapper.diagnostics import Code
from knapper.syntax.document import (
    Abbreviation,
    Block,
    Callout,
    FootnoteDefinition,
    Heading,
    HtmlBlock,
    Inline,
    Item,
    MaterialBlock,
    Paragraph,
    Quote,
    SoftBreak,
    Span,
    Text,
)
from knapper.syntax.regions import Kind, Problem, Region
from knapper.syntax.source import Source

MAX_NESTING = 100
"""Containers within containers; deeper ones are flattened."""

_ID = re.compile(r"(?:^|[ \t]+)\^([A-Za-z0-9-]+)[ \t]*$")
_ABBREVIATIONS = re.compile(r"(?:[ ]{0,3}\*\[[^\[\]\n]+\]:[^\n]*(?:\n|\Z))+")
_MARKDOWN_ATTRIBUTE = re.compile(r"[ \t]markdown(?:=[\"']?\w*[\"']?)?(?=[ \t>])")


@dataclass(slots=True, eq=False)
class Head:
    """Stands in a sequence of blocks for the head of one, until its body is known."""

    span: Span
    region: Region
    title: list[Inline] = field(default_factory=list)

    def block(self, end: int, body: list[Block]) -> MaterialBlock:
        """The Material block with this head."""
        return MaterialBlock(Span(self.span.start, end), self.region.content, self.title, body)


Child: TypeAlias = Block | Head


def finish_blocks(children: list[Child], source: Source, problems: list[Problem]) -> list[Block]:
    """The blocks of one container with Obsidian's own structure."""
    return _own_ids(_long_footnotes(_paired(children, source, problems), source), source)


# `///` blocks and `<div markdown>` ------------------------------------------------------------------------------------


def _paired(children: list[Child], source: Source, problems: list[Problem]) -> list[Block]:
    """What stands between `/// type` and a closing line of as many slashes becomes its body."""
    if not any(isinstance(child, Head) for child in children):
        return [child for child in children if not isinstance(child, Head)]
    stack: list[tuple[Head | None, list[Block]]] = [(None, [])]
    for child in children:
        if not isinstance(child, Head):
            stack[-1][1].append(child)
        elif child.region.kind is Kind.HTML_OPEN:
            stack[-1][1].append(HtmlBlock(child.span, _MARKDOWN_ATTRIBUTE.sub("", child.region.content)))
        elif child.region.kind is Kind.FENCE_OPEN and len(stack) <= MAX_NESTING:
            stack.append((child, []))
        elif child.region.kind is Kind.FENCE_CLOSE and _opener(stack, child):
            while _slashes(stack[-1][0]) != _slashes(child):
                _end_fence(stack, stack[-1][1][-1].span.end if stack[-1][1] else child.span.start, problems)
            _end_fence(stack, child.span.end)
        else:
            stack[-1][1].append(_as_text(child))
    while len(stack) > 1:
        _end_fence(stack, stack[-1][1][-1].span.end if stack[-1][1] else -1, problems)
    return stack[0][1]


def _slashes(head: Head | None) -> int:
    return len(head.region.content) - len(head.region.content.lstrip("/")) if head else 0


def _opener(stack: list[tuple[Head | None, list[Block]]], closer: Head) -> bool:
    return any(_slashes(head) == _slashes(closer) for head, _ in stack)


def _end_fence(stack: list[tuple[Head | None, list[Block]]], end: int, problems: list[Problem] | None = None) -> None:
    head, body = stack.pop()
    if head is None:
        return
    if problems is not None:
        message = f"block without its closing line {'/' * _slashes(head)}"
        problems.append(Problem(head.span.start, Code.UNCLOSED_BLOCK, message, "it ends with the block around it"))
    stack[-1][1].append(head.block(max(end, head.span.end), body))


def _as_text(head: Head) -> Paragraph:
    return Paragraph(head.span, [Text(head.span, head.region.content)])


# Footnotes ------------------------------------------------------------------------------------------------------------


def _long_footnotes(blocks: list[Block], source: Source) -> list[Block]:
    """Blocks indented by two or three spaces go on a footnote; CommonMark's extensions want four."""
    kept: list[Block] = []
    for block in blocks:
        last = kept[-1] if kept else None
        if isinstance(last, FootnoteDefinition) and source.indent(block.span) >= 2:
            last.children.append(block)
            last.span = Span(last.span.start, block.span.end)
        else:
            kept.append(block)
    return kept


# Block ids ------------------------------------------------------------------------------------------------------------


def trailing_id(children: list[Inline]) -> str | None:
    """The block id at the end of inline nodes, lower-cased; it is taken off them."""
    last = children[-1] if children else None
    if not isinstance(last, Text) or not (match := _ID.search(last.text)):
        return None
    if match.start() == 0 and match[0][0] == "^" and len(children) > 1 and not isinstance(children[-2], SoftBreak):
        return None
    if match.start():
        text = last.text[: match.start()]
        children[-1] = Text(Span(last.span.start, last.span.start + len(text)), text)
    else:
        children.pop()
    while children and isinstance(children[-1], SoftBreak):
        children.pop()
    return match[1].lower()


def _own_ids(blocks: list[Block], source: Source) -> list[Block]:
    """An id alone belongs to the block before; paragraphs that held only a comment are dropped."""
    kept: list[Block] = []
    for block in blocks:
        if isinstance(block, Heading):
            block.block_id = trailing_id(block.children)
        if not isinstance(block, Paragraph):
            kept.append(block)
            continue
        block_id = trailing_id(block.children) or block.block_id
        if block.children or (block_id and not kept):
            block.block_id = block_id
            kept.append(_abbreviations(block, source) or block)
        elif block_id and kept[-1].block_id is None:
            kept[-1].block_id = block_id
    return kept


def _abbreviations(paragraph: Paragraph, source: Source) -> Abbreviation | None:
    first = paragraph.children[0] if paragraph.children else None
    if (
        isinstance(first, Text)
        and first.text.startswith("*[")
        and _ABBREVIATIONS.fullmatch(source.slice(paragraph.span))
    ):
        return Abbreviation(paragraph.span, source.slice(paragraph.span))
    return None


def lift_id(container: Item | Quote | Callout) -> None:
    """Quotes, callouts and list items are referred to as a whole: an id in their text is theirs."""
    own = container.children if isinstance(container, Item) else container.children[-1:]
    for child in own:
        if isinstance(child, Paragraph) and child.block_id and container.block_id is None:
            container.block_id, child.block_id = child.block_id, None


# Material blocks ------------------------------------------------------------------------------------------------------


def unlazy(block: MaterialBlock, source: Source) -> list[Block]:
    """A Material block, and the paragraph after it that its last line would swallow: bodies have no lazy lines."""
    last = block.children[-1] if block.children else None
    if not isinstance(last, Paragraph):
        return [block]
    width = source.indent(block.span) + 4
    if 0 <= source.indent(last.span) < width:
        block.children.pop()
        return [_ending_at(block, block.children[-1].span.end if block.children else last.span.start), last]
    for index, child in enumerate(last.children[:-1]):
        after = last.children[index + 1]
        if isinstance(child, SoftBreak) and 0 <= source.indent(after.span) < width:
            rest = Paragraph(Span(after.span.start, last.span.end), last.children[index + 1 :], last.block_id)
            last.children, last.span, last.block_id = (
                last.children[:index],
                Span(last.span.start, child.span.start),
                None,
            )
            return [_ending_at(block, child.span.start), rest]
    return [block]


def _ending_at(block: MaterialBlock, end: int) -> MaterialBlock:
    block.span = Span(block.span.start, end)
    return block
