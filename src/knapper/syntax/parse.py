"""A note's text becomes a Document."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, TypeAlias

from knapper.diagnostics import Code, Diagnostic
from knapper.syntax.anchors import Anchors, slugify
from knapper.syntax.document import (
    Block,
    Callout,
    Cell,
    Document,
    Embed,
    FootnoteDefinition,
    Heading,
    Inline,
    Link,
    MaterialBlock,
    Node,
    Origin,
    Paragraph,
    Reference,
    Span,
    Tag,
    TagUse,
    Text,
    children_of,
    plain_text,
    walk,
)
from knapper.syntax.properties import property_references, property_tags, read_properties
from knapper.syntax.regions import Kind, Problem
from knapper.syntax.scan import find_regions
from knapper.syntax.source import Source
from knapper.syntax.tree import build_tree

_SURROGATE = re.compile("[\ud800-\udfff]")
_ATTRIBUTES = re.compile(r"[ \t]*\{:?[ \t]*([^{}\n]*)\}[ \t]*$")
_ID = re.compile(r"(?:^|\s)#([^\s{}]+)")
_UNDEFINED_FOOTNOTE = re.compile(r"\[\^([^\]\s\[]+)\]")

_Leaf: TypeAlias = Paragraph | Heading | Cell | Callout | MaterialBlock


def parse(text: str, path: str = "") -> Document:
    """Parse a note. Never raises: what is wrong with it is in `Document.diagnostics`, under `path`."""
    text = _normalized(text)
    properties = read_properties(text)
    body = Span(properties.end, len(text))
    regions, found = find_regions(text[body.start :])
    problems = [
        *properties.problems,
        *(Problem(body.start + p.offset, p.code, p.message, p.hint) for p in found),
    ]
    source = Source(text[body.start :], body.start, regions)
    blocks = build_tree(source, problems)
    comments = [source.shift(region) for region in regions if region.kind is Kind.COMMENT]
    tags, tag_problems = property_tags(properties.values, text, properties.end)
    collected = _Collected(text, problems)
    collected.references.extend(property_references(properties.values, text, properties.end))
    collected.tags.extend(tags)
    collected.blocks(blocks)
    _name_headings(collected.headings)
    for comment in comments:
        collected.comment(comment)
    return Document(
        text,
        properties.values,
        body,
        tuple(blocks),
        tuple(collected.headings),
        collected.ids,
        tuple(sorted(collected.references, key=lambda reference: reference.span)),
        tuple(sorted(collected.tags, key=lambda tag: tag.span)),
        tuple(comments),
        collected.footnotes,
        tuple(_diagnostics(text, path, [*problems, *tag_problems])),
    )


def _normalized(text: str) -> str:
    r"""Without a byte-order mark, with `\\n` line ends, and without lone surrogates, which no UTF-8 has."""
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode() if _SURROGATE.search(text) else text


def _diagnostics(text: str, path: str, problems: list[Problem]) -> Iterator[Diagnostic]:
    starts = [0, *(match.end() for match in re.finditer("\n", text))] if problems else [0]
    for problem in sorted(problems, key=lambda p: p.offset):
        line = bisect_right(starts, problem.offset)
        yield Diagnostic(path, line, problem.offset - starts[line - 1] + 1, problem.code, problem.message, problem.hint)


class _Collected:
    """What a walk over the tree finds: headings, ids, footnotes, references and tags."""

    def __init__(self, text: str, problems: list[Problem]) -> None:
        self.headings: list[Heading] = []
        self.ids: dict[str, Block] = {}
        self.footnotes: dict[str, FootnoteDefinition] = {}
        self.references: list[Reference] = []
        self.tags: list[TagUse] = []
        self._text = text
        self._problems = problems

    def blocks(self, blocks: list[Any]) -> None:
        """Every block below, in source order, and the inline nodes of each."""
        stack = list(reversed(blocks))
        while stack:
            block = stack.pop()
            if not isinstance(block, Cell) and block.block_id:
                self._id(block)
            if isinstance(block, Heading):
                self.headings.append(block)
            if isinstance(block, Callout | MaterialBlock):
                self._inlines(block.title, block)
                stack.extend(reversed(block.children))
            elif isinstance(block, Paragraph | Heading | Cell):
                self._inlines(block.children, block)
            else:
                if isinstance(block, FootnoteDefinition):
                    self.footnotes.setdefault(block.label, block)
                stack.extend(reversed(children_of(block)))

    def comment(self, span: Span) -> None:
        """Links and tags in comments count (Obsidian 0.10.12), but nothing of them is shown."""
        inner = self._text[span.start + 2 : span.end].removesuffix("%%")
        if "[" in inner or "#" in inner:
            for node in walk(build_tree(Source(inner, span.start + 2, []), [])):
                self._inline(node, None, Origin.COMMENT)

    def _id(self, block: Block) -> None:
        block_id = str(block.block_id)
        if block_id in self.ids:
            message = f"block id ^{block_id} stands twice: links go to the first"
            self._problems.append(Problem(block.span.start, Code.DUPLICATE_BLOCK_ID, message, "rename one of them"))
        self.ids.setdefault(block_id, block)

    def _inlines(self, nodes: list[Inline], leaf: _Leaf) -> None:
        for node in nodes:
            if isinstance(node, Text):
                if "[^" in node.text:
                    self._footnotes(node)
                continue
            self._inline(node, leaf, Origin.BODY)
            if children := getattr(node, "children", None):
                self._inlines(children, leaf)

    def _inline(self, node: Node, leaf: _Leaf | None, origin: Origin) -> None:
        if isinstance(node, Tag):
            self.tags.append(TagUse(node.name, node.span, origin))
        elif isinstance(node, Link | Embed) and node.target is not None:
            shown = node if origin is Origin.BODY else None
            self.references.append(Reference(node.target, node.span, isinstance(node, Embed), origin, shown, leaf))

    def _footnotes(self, node: Text) -> None:
        for match in _UNDEFINED_FOOTNOTE.finditer(node.text):
            if self._text[node.span.start - 1 : node.span.start] == "\\" and not match.start():
                continue
            message = f"footnote [^{match[1]}] has no definition: it is shown as text"
            self._problems.append(
                Problem(node.span.start + match.start(), Code.UNDEFINED_FOOTNOTE, message, f"add [^{match[1]}]: …")
            )


def _name_headings(headings: list[Heading]) -> None:
    """Give headings their text and anchors; those written by the author, `# Title {#id}`, are given first."""
    anchors = Anchors()
    for heading in headings:
        heading.plain = plain_text(heading.children).strip()
        attributes = _ATTRIBUTES.search(heading.plain)
        own = _ID.search(attributes[1]) if attributes else None
        if attributes and own:
            heading.plain = heading.plain[: attributes.start()].strip()
            heading.id = anchors.add(own[1])
    for heading in headings:
        if not heading.id:
            heading.id = anchors.add(slugify(heading.plain))
