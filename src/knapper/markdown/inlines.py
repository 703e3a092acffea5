"""Inline nodes become elements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from knapper.markdown.elements import append_text, element, literal
from knapper.markdown.footnotes import refer
from knapper.markdown.links import address
from knapper.markdown.media import is_note, write_media
from knapper.markdown.outputs import OutputWriter
from knapper.markdown.patterns import ExtraPatterns
from knapper.markdown.scope import Options, Scope
from knapper.syntax.document import (
    Code,
    Embed,
    Emphasis,
    FootnoteReference,
    HardBreak,
    Highlight,
    Inline,
    InlineFootnote,
    InlineHtml,
    Link,
    Math,
    SoftBreak,
    Strikethrough,
    Strong,
    Tag,
    Text,
)

_TAGS: dict[type, str] = {Emphasis: "em", Strong: "strong", Strikethrough: "del", Highlight: "mark"}


class InlineWriter:
    """Writes inline nodes into an element.

    Attributes:
        write_embed: appends an embed of a note; set by the writer of embeds, which calls this one back.
    """

    write_embed: Callable[[Element, Embed, Scope], None]

    def __init__(self, md: Markdown, options: Options, outputs: OutputWriter) -> None:
        self._md = md
        self._options = options
        self._outputs = outputs
        self._patterns = ExtraPatterns(md)

    def write(self, parent: Element, nodes: Sequence[Inline], scope: Scope) -> None:
        """Append nodes to what an element holds."""
        for index, node in enumerate(nodes):
            if isinstance(node, SoftBreak):
                self._soft_break(parent, nodes, index)
            else:
                self._write(parent, node, scope)

    def _write(self, parent: Element, node: Inline, scope: Scope) -> None:
        match node:
            case Text():
                self._text(parent, node.text)
            case Emphasis() | Strong() | Strikethrough() | Highlight():
                self.write(SubElement(parent, _TAGS[type(node)]), node.children, scope)
            case Code():
                SubElement(parent, "code").text = literal(node.text)
            case Math():
                formula = rf"\[{node.text}\]" if node.display else rf"\({node.text}\)"
                element(parent, "span", class_="arithmatex").text = literal(formula)
            case Link():
                self._link(parent, node, scope)
            case Embed():
                self._embed(parent, node, scope)
            case Tag():
                self._tag(parent, node, scope)
            case InlineHtml():
                append_text(parent, self._md.htmlStash.store(node.text))
            case HardBreak():
                SubElement(parent, "br").tail = "\n"
            case FootnoteReference() | InlineFootnote():
                self._footnote(parent, node, scope)

    def _text(self, parent: Element, text: str) -> None:
        for part in self._patterns.apply(text):
            if isinstance(part, str):
                append_text(parent, part)
            else:
                parent.append(part)

    def _soft_break(self, parent: Element, nodes: Sequence[Inline], index: int) -> None:
        """A line break, unless an attribute list follows, which belongs to the paragraph and is no line of it."""
        after = nodes[index + 1] if index + 1 < len(nodes) else None
        is_attributes = isinstance(after, Text) and after.text.startswith("{") and after.text.rstrip().endswith("}")
        if not self._options.strict_line_breaks and not is_attributes:
            SubElement(parent, "br")
        append_text(parent, "\n")

    def _link(self, parent: Element, node: Link, scope: Scope) -> None:
        href = address(node, scope, self._options)
        if href is None:
            title = f"Not in the vault: {node.target}"
            link = element(parent, "span", class_="unresolved-link", title=title)
        else:
            kind = "external-link" if node.target is None else "internal-link"
            link = element(parent, "a", class_=kind, href=href, title=node.title or None)
        self.write(link, node.children, scope)

    def _embed(self, parent: Element, node: Embed, scope: Scope) -> None:
        if shown := self._outputs.shown(node, scope):
            self._outputs.write_inline(parent, node, shown, scope)
        elif is_note(node, scope, self._options):
            self.write_embed(parent, node, scope)
        else:
            write_media(parent, node, scope, self._options)

    def _tag(self, parent: Element, node: Tag, scope: Scope) -> None:
        url = self._options.tag_url(scope.page_path, node.name) if self._options.tag_url else None
        element(parent, "a" if url else "span", class_="tag", href=url).text = literal(f"#{node.name}")

    def _footnote(self, parent: Element, node: FootnoteReference | InlineFootnote, scope: Scope) -> None:
        note, reference = refer(node, scope)
        if note is None:
            append_text(parent, literal(scope.document.source(node)))
            return
        sup = element(parent, "sup", id=reference)
        element(sup, "a", class_="footnote-ref", href=f"#fn:{note.name}").text = str(note.number)
