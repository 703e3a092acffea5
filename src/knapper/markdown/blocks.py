"""Blocks become elements."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from knapper.markdown.code import CodeWriter
from knapper.markdown.elements import append_text, element, literal
from knapper.markdown.embeds import EmbedWriter
from knapper.markdown.footnotes import write_footnotes
from knapper.markdown.inlines import InlineWriter
from knapper.markdown.media import placeholder_kind, write_placeholder
from knapper.markdown.outputs import OutputWriter, Shown
from knapper.markdown.scope import Footnote, Scope
from knapper.markdown.stock import TITLE, StockBlocks
from knapper.syntax.document import (
    Abbreviation,
    Block,
    Callout,
    Cell,
    CodeBlock,
    Embed,
    FootnoteDefinition,
    Heading,
    HtmlBlock,
    Inline,
    InlineFootnote,
    Item,
    List,
    MaterialBlock,
    Math,
    Paragraph,
    Quote,
    Rule,
    SoftBreak,
    Table,
    Text,
)
from knapper.syntax.regions import material_title
from knapper.vault.embed import Excerpt

EMBEDDED = "embedded-"
"""Before the tags of headings in embeds, so that the page's table of contents passes them over."""


class BlockWriter:
    """Writes the blocks of a document into an element."""

    def __init__(
        self,
        md: Markdown,
        inlines: InlineWriter,
        embeds: EmbedWriter,
        outputs: OutputWriter,
        code: CodeWriter,
        stock: StockBlocks,
    ) -> None:
        self._md = md
        self._inlines = inlines
        self._embeds = embeds
        self._outputs = outputs
        self._code = code
        self._stock = stock
        embeds.write_blocks = self.write

    def write_page(self, root: Element, scope: Scope) -> None:
        """Append a whole document, with the footnotes of its embeds and its own."""
        self.write(root, scope.document.children, scope)
        write_footnotes(root, scope.page, self._footnote)

    def write(self, parent: Element, blocks: Sequence[Block], scope: Scope) -> None:
        """Append blocks to what an element holds."""
        for block in blocks:
            self._write(parent, block, scope)

    def _write(self, parent: Element, block: Block, scope: Scope) -> None:
        match block:
            case Paragraph():
                self._paragraph(parent, block, scope)
            case Heading():
                self._heading(parent, block, scope)
            case CodeBlock():
                self._code.write(self._anchored(parent, block, scope), block, scope)
            case List():
                self._list(parent, block, scope)
            case Quote():
                self.write(_block(parent, "blockquote", block, scope), block.children, scope)
            case Callout():
                self._callout(parent, block, scope)
            case Table():
                self._table(parent, block, scope)
            case HtmlBlock():
                append_text(
                    self._anchored(parent, block, scope), self._md.htmlStash.store(block.text.rstrip("\n")) + "\n"
                )
            case Rule():
                _block(parent, "hr", block, scope)
            case MaterialBlock():
                self._material(self._anchored(parent, block, scope), block, scope)
            case Abbreviation():
                self._stock.define(block.text)
            case Item():
                self._item(element(parent, "ul"), block, scope, tight=True)
            case FootnoteDefinition():
                pass  # written where the page ends, if something refers to it

    def _anchored(self, parent: Element, block: Block, scope: Scope) -> Element:
        """Where to write a block that has no element of its own to carry its id."""
        return _block(parent, "div", block, scope) if block.block_id else parent

    # Paragraphs and headings ------------------------------------------------------------------------------------------

    def _paragraph(self, parent: Element, block: Paragraph, scope: Scope, tight: bool = False) -> None:
        """A paragraph, parted by the embeds of notes in it that are more than text; tight ones have no element."""
        run: list[Inline] = []
        anchor: Block | None = block if block.block_id else None
        for position, child in enumerate(block.children):
            shown = self._shown_apart(child, _is_alone(block.children, position), scope)
            if not shown or not isinstance(child, Embed):
                run.append(child)
                continue
            anchor = self._run(parent, run, scope, tight, anchor)
            run = []
            container = _block(parent, "div", anchor, scope) if anchor else parent
            if isinstance(shown, Excerpt):
                self._embeds.write_block(container, child, shown, scope)
            elif isinstance(shown, Shown):
                self._outputs.write_block(container, child, shown, scope)
            else:
                write_placeholder(container, shown, str(child.target))
            anchor = None
        self._run(parent, run, scope, tight, anchor)

    def _shown_apart(self, node: Inline, is_alone: bool, scope: Scope) -> Excerpt | Shown | str | None:
        """What an embed shows as a block, as it is alone on its line or holds more than a paragraph.

        Returns:
            An excerpt of a note, something mounted, the kind of what only the app can show, or None for whatever stands
            in its line.
        """
        if not isinstance(node, Embed):
            return None
        if shown := self._outputs.shown(node, scope):
            return shown if is_alone and shown.is_block else None
        found = self._embeds.excerpt(node, scope)
        if found is None:
            return placeholder_kind(node) if is_alone else None
        is_text = len(found.blocks) == 1 and isinstance(found.blocks[0], Paragraph)
        return found if is_alone or not is_text else None

    def _run(self, parent: Element, run: list[Inline], scope: Scope, tight: bool, anchor: Block | None) -> Block | None:
        """Write what stands between embeds, and return the block whose id is still to be written."""
        nodes = _without_breaks(run)
        if not nodes:
            return anchor
        if len(nodes) == 1 and isinstance(nodes[0], Math) and nodes[0].display and not tight:
            formula = _block(parent, "div", anchor, scope)
            formula.set("class", "arithmatex")
            formula.text = literal(rf"\[{nodes[0].text}\]")
        else:
            self._inlines.write(parent if tight else _block(parent, "p", anchor, scope), nodes, scope)
        return None

    def _heading(self, parent: Element, block: Heading, scope: Scope) -> None:
        tag = f"{EMBEDDED if len(scope.trail) > 1 else ''}h{block.level}"
        heading = _block(parent, tag, None, scope)
        heading.set("id", scope.prefix + block.id)
        if block.block_id:
            element(heading, "a", id=_id(block.block_id, scope))
        self._inlines.write(heading, block.children, scope)

    # Lists ------------------------------------------------------------------------------------------------------------

    def _list(self, parent: Element, block: List, scope: Scope) -> None:
        items = _block(parent, "ul" if block.start is None else "ol", block, scope)
        if block.start not in (None, 1):
            items.set("start", str(block.start))
        if any(item.task is not None for item in block.children):
            items.set("class", "task-list")
        for item in block.children:
            self._item(items, item, scope, block.tight)

    def _item(self, items: Element, item: Item, scope: Scope, tight: bool) -> None:
        parent = _block(items, "li", item, scope)
        rest = item.children
        if item.task is not None:
            parent.set("class", "task-list-item")
            parent.set("data-task", literal(item.task))
            rest = self._task(parent, item, scope, tight)
        for index, child in enumerate(rest):
            if tight and isinstance(child, Paragraph):
                if index:
                    append_text(parent, "\n")
                self._paragraph(parent, child, scope, tight=True)
            else:
                self._write(parent, child, scope)

    def _task(self, parent: Element, item: Item, scope: Scope, tight: bool) -> list[Block]:
        """The box of a task, in its first paragraph; the blocks that are left."""
        first = item.children[0] if item.children else None
        if tight or not isinstance(first, Paragraph):
            self._box(parent, item)
            return item.children
        paragraph = _block(parent, "p", first, scope)
        self._box(paragraph, item)
        self._inlines.write(paragraph, first.children, scope)
        return item.children[1:]

    def _box(self, parent: Element, item: Item) -> None:
        done = item.task != " "
        label = element(parent, "label", class_="task-list-control")
        name = "Task, done" if item.task in ("x", "X") else f"Task, marked {item.task}" if done else "Task, to do"
        element(
            label, "input", type="checkbox", disabled="disabled", checked="checked" if done else None, aria_label=name
        )
        element(label, "span", class_="task-list-indicator")
        append_text(parent, " ")

    # Callouts and tables ----------------------------------------------------------------------------------------------

    def _callout(self, parent: Element, block: Callout, scope: Scope) -> None:
        folded = bool(block.fold)
        callout = _block(parent, "details" if folded else "div", block, scope)
        callout.set("class", "callout is-collapsible" if folded else "callout")
        callout.set("data-callout", literal(block.type))
        if block.metadata:
            callout.set("data-callout-metadata", literal(block.metadata))
        if folded:
            callout.set("data-callout-fold", block.fold)
            if block.fold == "+":
                callout.set("open", "open")
        title = element(callout, "summary" if folded else "div", class_="callout-title")
        element(title, "div", class_="callout-icon")
        inner = element(title, "div", class_="callout-title-inner")
        self._inlines.write(inner, block.title or [Text(block.span, block.type.capitalize())], scope)
        if block.children:
            self.write(element(callout, "div", class_="callout-content"), block.children, scope)

    def _table(self, parent: Element, block: Table, scope: Scope) -> None:
        table = _block(parent, "table", block, scope)
        self._row(SubElement(SubElement(table, "thead"), "tr"), "th", block.head, block, scope)
        if block.rows:
            body = SubElement(table, "tbody")
            for row in block.rows:
                self._row(SubElement(body, "tr"), "td", row, block, scope)

    def _row(self, parent: Element, tag: str, cells: list[Cell], table: Table, scope: Scope) -> None:
        for cell, alignment in zip(cells, table.alignments, strict=False):
            style = f"text-align: {alignment};" if alignment else None
            self._inlines.write(element(parent, tag, style=style), cell.children, scope)

    # Others -----------------------------------------------------------------------------------------------------------

    def _material(self, parent: Element, block: MaterialBlock, scope: Scope) -> None:
        """Python-Markdown's own element for a head, with title and body written by this one."""
        start, end = material_title(block.head)
        head = f"{block.head[:start]}{TITLE}{block.head[end:]}" if block.title else block.head
        place, title = self._stock.open(parent, head)
        if title is not None:
            before, after = (title.text or "").split(TITLE, 1)
            title.text = before
            self._inlines.write(title, block.title, scope)
            append_text(title, after)
        body = Element("div")
        self.write(body, block.children, scope)
        place.fill(body)

    def _footnote(self, parent: Element, note: Footnote) -> None:
        if isinstance(note.content, InlineFootnote):
            self._inlines.write(SubElement(parent, "p"), note.content.children, note.scope)
        else:
            self.write(parent, note.content.children, note.scope)


def _block(parent: Element, tag: str, block: Block | None, scope: Scope) -> Element:
    """A new element for a block, with its id, on a line of its own."""
    if not len(parent) and not (parent.text or "").strip():
        parent.text = "\n"
    child = SubElement(parent, tag)
    child.tail = "\n"
    if block is not None and block.block_id:
        child.set("id", _id(block.block_id, scope))
    return child


def _id(block_id: str, scope: Scope) -> str:
    return f"{scope.prefix}^{block_id}"


def _without_breaks(nodes: list[Inline]) -> list[Inline]:
    """Nodes without the line breaks and blanks at either end."""
    start, end = 0, len(nodes)
    while start < end and _is_blank(nodes[start]):
        start += 1
    while end > start and _is_blank(nodes[end - 1]):
        end -= 1
    return nodes[start:end]


def _is_blank(node: Inline) -> bool:
    return isinstance(node, SoftBreak) or (isinstance(node, Text) and not node.text.strip(" \t\n"))


def _is_alone(siblings: list[Inline], position: int) -> bool:
    """Whether the node at a position is the only one on its line."""
    neighbours = (*siblings[max(position - 1, 0) : position], *siblings[position + 1 : position + 2])
    return all(isinstance(neighbour, SoftBreak) for neighbour in neighbours)
