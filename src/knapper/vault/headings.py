"""Headings as targets of links."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from difflib import get_close_matches

from knapper.syntax.document import Document, Heading
from knapper.vault.names import fold

# Obsidian's `stripHeading`: what it leaves out of both sides when it compares a link with a heading. As marks of
# emphasis, code, math and links are among it, a link may be spelled with a heading's markup or without.
_IGNORED = re.compile(r"[!\"#$%&()*+,.:;<=>?@^`{|}~/\[\]\\]")
# What would end the link, or the heading's part of a chain.
_UNLINKABLE = re.compile(r"[#|^]|%%|\[\[|\]\]")
_ID = re.compile(r"""\b(?:id|name)\s*=\s*["']?([^"'\s>]+)|\{:?[^{}\n]*#([\w:.-]+)[^{}\n]*\}""")

_MAX_COMPARED = 100
_MAX_LENGTH = 120


class Headings:
    """The headings of a note, by what links may call them."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._headings = document.headings
        self._exact = self._table(_spaces_collapsed)
        self._loose = self._table(_stripped)
        self._by_id = {heading.id: heading for heading in reversed(self._headings)}
        self._ids: dict[str, str] | None = None

    def find(self, chain: Sequence[str]) -> Heading | None:
        """The first heading that a chain of headings names: the last of it, within the sections of those before.

        A heading that is spelled exactly so is preferred to one that differs in punctuation.
        """
        for table, key in ((self._exact, _spaces_collapsed), (self._loose, _stripped)):
            heading = self._find(table, [key(part) for part in chain], 0, len(self._headings))
            if heading:
                return heading
        return None

    def close_to(self, text: str) -> str | None:
        """The heading that is most like a text, if any is like it, as Obsidian spells it in a link."""
        texts = {_stripped(heading.plain): heading.plain for heading in self._headings[:_MAX_COMPARED]}
        match = get_close_matches(_stripped(text)[:_MAX_LENGTH], texts, n=1, cutoff=0.7)
        return _as_subpath(texts[match[0]]) if match else None

    def with_id(self, anchor: str) -> Heading | None:
        """The first heading that has an id."""
        return self._by_id.get(anchor)

    def find_id(self, anchor: str) -> str | None:
        """An anchor of the page that is no heading's text: a heading's id, or one written in HTML or braces."""
        if self._ids is None:
            written = (match[1] or match[2] for match in _ID.finditer(self._document.text))
            self._ids = {name: name for name in (*written, *self._by_id)}
        return self._ids.get(anchor) or self._ids.get(anchor.lower())

    def _table(self, key: Callable[[str], str]) -> dict[str, list[int]]:
        table: dict[str, list[int]] = {}
        for position, heading in enumerate(self._headings):
            for name in {key(heading.plain), key(self._source(heading))} - {""}:
                table.setdefault(name, []).append(position)
        return table

    def _source(self, heading: Heading) -> str:
        """The heading as written, without its hashes."""
        if not heading.children:
            return ""
        return self._document.text[heading.children[0].span.start : heading.children[-1].span.end]

    def _find(self, table: dict[str, list[int]], chain: list[str], start: int, end: int) -> Heading | None:
        for position in table.get(chain[0], ()) if chain else ():
            if not start <= position < end:
                continue
            if len(chain) == 1:
                return self._headings[position]
            if heading := self._find(table, chain[1:], position + 1, self._section_end(position)):
                return heading
        return None

    def _section_end(self, position: int) -> int:
        level = self._headings[position].level
        following = range(position + 1, len(self._headings))
        return next((i for i in following if self._headings[i].level <= level), len(self._headings))


def _spaces_collapsed(text: str) -> str:
    return " ".join(fold(text).split())


def _stripped(text: str) -> str:
    return _spaces_collapsed(_IGNORED.sub(" ", text))


def _as_subpath(text: str) -> str:
    return " ".join(_UNLINKABLE.sub(" ", text).split())
