"""Footnotes, in the markup of Python-Markdown's own extension, which themes style."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element, SubElement

from knapper.markdown.elements import append_text, element
from knapper.markdown.scope import Footnote, Page, Scope
from knapper.syntax.document import FootnoteReference, InlineFootnote


def refer(node: FootnoteReference | InlineFootnote, scope: Scope) -> tuple[Footnote | None, str]:
    """The footnote that a reference points to, counted, and the reference's own id; None without a definition."""
    label = node.label if isinstance(node, FootnoteReference) else f"inline-{node.span.start}"
    key = scope.prefix, label
    note = scope.page.notes.get(key)
    if note is None:
        content = scope.document.footnotes.get(label) if isinstance(node, FootnoteReference) else node
        if content is None:
            return None, ""
        number = len(scope.page.notes) + 1
        name = f"{scope.prefix}{label}" if isinstance(node, FootnoteReference) else f"{scope.prefix}inline-{number}"
        note = scope.page.notes[key] = Footnote(number, name, content, scope)
    note.references += 1
    return note, _reference_id(note, note.references)


def _reference_id(note: Footnote, count: int) -> str:
    return f"fnref{count if count > 1 else ''}:{note.name}"


def write_footnotes(root: Element, page: Page, write: Callable[[Element, Footnote], None]) -> None:
    """The list of footnotes at the end of a page; those that only footnotes refer to come last."""
    if not page.notes:
        return
    container = element(root, "div", class_="footnote")
    SubElement(container, "hr")
    items = SubElement(container, "ol")
    written: list[tuple[Footnote, Element]] = []
    while len(written) < len(page.notes):
        note = list(page.notes.values())[len(written)]
        item = element(items, "li", id=f"fn:{note.name}")
        write(item, note)
        written.append((note, item))
    for note, item in written:
        _write_backlinks(item, note)


def _write_backlinks(item: Element, note: Footnote) -> None:
    last = item[-1] if len(item) and item[-1].tag == "p" else SubElement(item, "p")
    for count in range(1, note.references + 1):
        if last.text or len(last):
            append_text(last, "\u00a0")
        title = f"Jump back to footnote {note.number} in the text"
        element(last, "a", class_="footnote-backref", href=f"#{_reference_id(note, count)}", title=title).text = "↩"
