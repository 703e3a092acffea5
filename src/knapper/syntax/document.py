"""The contract between the parser and everybody else: a note as a tree of nodes with source spans.

Spans are offsets into `Document.text` in characters (not bytes), so `document.text[span.start:span.end]` is the source
of a node. Nodes are built by `knapper.syntax.parse` and not changed afterwards.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from knapper.diagnostics import Diagnostic


class Span(NamedTuple):
    """A half-open range of characters in the text of a note."""

    start: int
    end: int


class Target(NamedTuple):
    """Where an internal link or embed points, as written, decoded and without its alias.

    Attributes:
        path: name or path of a file; empty for the note that holds the link. A trailing `.md` is kept.
        subpath: what follows the first `#`, without it: a heading, a chain `H1#H2`, a block `^id`, `page=3`, or empty.
    """

    path: str
    subpath: str = ""

    @property
    def block(self) -> str | None:
        """The block id that the subpath names, lower-cased, or None."""
        return self.subpath[1:].strip().lower() if self.subpath.startswith("^") else None

    @property
    def headings(self) -> tuple[str, ...]:
        """The chain of headings that the subpath names; empty if it names none."""
        if not self.subpath or self.subpath.startswith("^"):
            return ()
        return tuple(part.strip() for part in self.subpath.split("#") if part.strip())

    def __str__(self) -> str:
        return f"{self.path}#{self.subpath}" if self.subpath else self.path


_EMPTY = Span(0, 0)

# Inline nodes ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Text:
    """Literal text, entities and backslash escapes resolved."""

    span: Span
    text: str


@dataclass(slots=True, eq=False)
class Code:
    """A code span; `text` is its content as CommonMark defines it."""

    span: Span
    text: str


@dataclass(slots=True, eq=False)
class Math:
    """A formula; `text` is the LaTeX between the dollars, without the prefixes of enclosing quotes."""

    span: Span
    text: str
    display: bool


@dataclass(slots=True, eq=False)
class InlineHtml:
    """One raw HTML tag or comment within a paragraph."""

    span: Span
    text: str


@dataclass(slots=True, eq=False)
class SoftBreak:
    """A newline within a paragraph: Obsidian shows a line break, strict line breaks a space."""

    span: Span


@dataclass(slots=True, eq=False)
class HardBreak:
    """A line break forced by two spaces or a backslash."""

    span: Span


@dataclass(slots=True, eq=False)
class Emphasis:
    """`*…*`."""

    span: Span
    children: list[Inline]


@dataclass(slots=True, eq=False)
class Strong:
    """`**…**`."""

    span: Span
    children: list[Inline]


@dataclass(slots=True, eq=False)
class Strikethrough:
    """`~~…~~`."""

    span: Span
    children: list[Inline]


@dataclass(slots=True, eq=False)
class Highlight:
    """`==…==`."""

    span: Span
    children: list[Inline]


@dataclass(slots=True, eq=False)
class Link:
    """Any link: wikilink, Markdown link, autolink, or bare URL.

    Attributes:
        url: the destination as written (entities and escapes resolved; of a wikilink, the part before the alias).
        target: the file it points to; None if it leaves the vault (it has a scheme or starts with `//`).
        title: the title of a Markdown link, or empty.
        wiki: written as `[[…]]`.
        alias: of a wikilink, whether it has display text of its own.
    """

    span: Span
    children: list[Inline]
    url: str
    target: Target | None
    title: str = ""
    wiki: bool = False
    alias: bool = False


@dataclass(slots=True, eq=False)
class Embed:
    """`![[…]]` or `![…](…)`: an image, another attachment, a note, or a part of a note.

    Attributes:
        url, target, title, wiki: as of `Link`.
        alt: alternative text or alias, plain, without the size.
        width, height: pixels, or None.
    """

    span: Span
    url: str
    target: Target | None
    alt: str = ""
    title: str = ""
    width: int | None = None
    height: int | None = None
    wiki: bool = False


@dataclass(slots=True, eq=False)
class Tag:
    """`#name` in text; `name` has no `#` and keeps its case."""

    span: Span
    name: str


@dataclass(slots=True, eq=False)
class FootnoteReference:
    """`[^label]` with a definition; the label is case-folded."""

    span: Span
    label: str


@dataclass(slots=True, eq=False)
class InlineFootnote:
    """`^[…]`."""

    span: Span
    children: list[Inline]


Inline: TypeAlias = (
    Text
    | Code
    | Math
    | InlineHtml
    | SoftBreak
    | HardBreak
    | Emphasis
    | Strong
    | Strikethrough
    | Highlight
    | Link
    | Embed
    | Tag
    | FootnoteReference
    | InlineFootnote
)


# Block nodes: each can carry a block id (`^id`, lower-cased) ----------------------------------------------------------


@dataclass(slots=True, eq=False)
class Paragraph:
    """Text of one or more lines."""

    span: Span
    children: list[Inline]
    block_id: str | None = None


@dataclass(slots=True, eq=False)
class Heading:
    """A heading; `id` is its anchor, unique in the note, `plain` its text without markup."""

    span: Span
    children: list[Inline]
    level: int
    plain: str = ""
    id: str = ""
    block_id: str | None = None


@dataclass(slots=True, eq=False)
class Rule:
    """A thematic break."""

    span: Span
    block_id: str | None = None


@dataclass(slots=True, eq=False)
class CodeBlock:
    """Fenced or indented code. `info` is the info string; indented code has none and `fenced` is False."""

    span: Span
    text: str
    info: str = ""
    fenced: bool = True
    block_id: str | None = None

    @property
    def language(self) -> str:
        """The first word of the info string, lower-cased."""
        return self.info.split(None, 1)[0].lower() if self.info.strip() else ""


@dataclass(slots=True, eq=False)
class HtmlBlock:
    """Raw HTML; Markdown inside it stays text, up to a blank line."""

    span: Span
    text: str
    block_id: str | None = None


@dataclass(slots=True, eq=False)
class Item:
    """A list item. `task` is the character between the brackets of a task, or None."""

    span: Span
    children: list[Block]
    task: str | None = None
    block_id: str | None = None


@dataclass(slots=True, eq=False)
class List:
    """A list.

    Attributes:
        start: number of the first item of an ordered list, None for a bullet list.
        tight: paragraphs directly in its items are shown without `<p>`.
    """

    span: Span
    children: list[Item]
    start: int | None = None
    tight: bool = True
    block_id: str | None = None


@dataclass(slots=True, eq=False)
class Quote:
    """`> …` that is no callout."""

    span: Span
    children: list[Block]
    block_id: str | None = None


@dataclass(slots=True, eq=False)
class Callout:
    """`> [!type|metadata]± title`.

    Attributes:
        type: lower-cased, as written otherwise; a custom type is kept.
        fold: `+` (foldable, open), `-` (closed) or an empty string (not foldable).
        title: inline nodes; empty if none is written (readers show the type in title case).
    """

    span: Span
    type: str
    title: list[Inline]
    children: list[Block]
    fold: str = ""
    metadata: str = ""
    block_id: str | None = None


@dataclass(slots=True, eq=False)
class Cell:
    """One cell of a table."""

    span: Span
    children: list[Inline]


@dataclass(slots=True, eq=False)
class Table:
    """`alignments` has one of "left", "center", "right" or "" per column; every row has as many cells."""

    span: Span
    alignments: list[str]
    head: list[Cell]
    rows: list[list[Cell]]
    block_id: str | None = None


@dataclass(slots=True, eq=False)
class FootnoteDefinition:
    """`[^label]: …`; the label is case-folded."""

    span: Span
    label: str
    children: list[Block]
    block_id: str | None = None


@dataclass(slots=True, eq=False)
class MaterialBlock:
    """Material for MkDocs's block syntax: `!!! …`, `??? …`, `=== …` or `/// …`.

    Attributes:
        head: the opening line without indentation; of `///` blocks, its indented option lines follow.
        title: inline nodes of the title in the head; empty if none is written.
        children: the body, parsed like any other.
    """

    span: Span
    head: str
    title: list[Inline]
    children: list[Block]
    block_id: str | None = None


@dataclass(slots=True, eq=False)
class Abbreviation:
    """`*[HTML]: Hypertext Markup Language`; `text` is the definition line."""

    span: Span
    text: str
    block_id: str | None = None


Block: TypeAlias = (
    Paragraph
    | Heading
    | Rule
    | CodeBlock
    | HtmlBlock
    | List
    | Item
    | Quote
    | Callout
    | Table
    | FootnoteDefinition
    | MaterialBlock
    | Abbreviation
)

Node: TypeAlias = Inline | Block | Cell


# The document ---------------------------------------------------------------------------------------------------------


class Origin(Enum):
    """Where in a note a reference or tag stands."""

    BODY = "body"
    COMMENT = "comment"
    PROPERTY = "property"


@dataclass(frozen=True, slots=True)
class Reference:
    """One place where a note refers to a file of the vault: a link or an embed, in the body, a comment or a property.

    Attributes:
        node: the Link or Embed in the tree; None for those in properties.
        block: the paragraph, heading or cell around it (for backlinks); None outside the body.
    """

    target: Target
    span: Span
    embed: bool
    origin: Origin
    node: Link | Embed | None = None
    block: Paragraph | Heading | Cell | Callout | MaterialBlock | None = None


@dataclass(frozen=True, slots=True)
class TagUse:
    """One use of a tag. `name` has no `#`."""

    name: str
    span: Span
    origin: Origin


@dataclass(frozen=True)
class Document:
    r"""A note, parsed.

    Attributes:
        text: the note's source, line ends as `\n`, without a byte-order mark.
        properties: the YAML mapping at the top (empty if there is none or it cannot be read).
        body: span of the text after the properties.
        children: the blocks, in order. Comments are not in the tree.
        headings: those of the tree in source order, embeds not expanded, also within quotes and lists.
        blocks: block id (lower-cased) to its block; the first where ids repeat.
        references: links and embeds that point into the vault, in source order.
        tags: in source order; of `tags:` first.
        comments: spans of `%%…%%`.
        footnotes: label to its definition; the first where labels repeat.
    """

    text: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    body: Span = _EMPTY
    children: tuple[Block, ...] = ()
    headings: tuple[Heading, ...] = ()
    blocks: Mapping[str, Block] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()
    tags: tuple[TagUse, ...] = ()
    comments: tuple[Span, ...] = ()
    footnotes: Mapping[str, FootnoteDefinition] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        while (newline := self.text.find("\n", starts[-1])) >= 0:
            starts.append(newline + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """1-based line and column of an offset."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def source(self, node: Node) -> str:
        """The text that a node was parsed from."""
        return self.text[node.span.start : node.span.end]

    def walk(self) -> Iterator[Node]:
        """Every node of the tree, parents before children, in source order."""
        return walk(self.children)


def walk(nodes: tuple[Block, ...] | list[Any]) -> Iterator[Node]:
    """Every node of some trees, parents before children, in source order; without recursion."""
    stack: list[Node] = list(reversed(nodes))
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children_of(node)))


def children_of(node: Node) -> list[Any]:
    """The nodes directly under a node, in source order."""
    match node:
        case Table():
            return [*node.head, *(cell for row in node.rows for cell in row)]
        case Callout() | MaterialBlock():
            return [*node.title, *node.children]
        case _:
            return getattr(node, "children", [])


def plain_text(nodes: list[Inline], embedded: Callable[[Embed], str] | None = None) -> str:
    """The text of inline nodes without markup, as a reader sees it; line breaks are spaces.

    Args:
        nodes: in order.
        embedded: the text of an embed; by default, what the embed itself calls it.
    """
    return "".join(_plain(node, embedded) for node in nodes)


def _plain(node: Inline, embedded: Callable[[Embed], str] | None) -> str:
    match node:
        case Text() | Code() | Math():
            return node.text
        case SoftBreak() | HardBreak():
            return " "
        case Tag():
            return f"#{node.name}"
        case Embed():
            return embedded(node) if embedded else node.alt
        case InlineHtml() | FootnoteReference() | InlineFootnote():
            return ""
        case _:
            return plain_text(node.children, embedded)
