"""Anchors of headings: stable, readable in an address, and made for titles in any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_SPACES = re.compile(r"[\s\-]+")


def slugify(text: str) -> str:
    """Lower-case words joined by hyphens, letters of every script kept; "section" if nothing is left.

    Marks that combine with letters (Hindi vowels, accents that NFC cannot compose) are kept with them.
    """
    text = unicodedata.normalize("NFC", text).lower()
    kept = "".join(c if c.isalnum() or c in " _-\t" or unicodedata.category(c)[0] == "M" else "" for c in text)
    return _SPACES.sub("-", kept).strip("-") or "section"


class Anchors:
    """Makes anchors unique in a note: repeats get `_1`, `_2`, … appended, as from Python-Markdown's toc."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._repeats: dict[str, int] = {}

    def add(self, anchor: str) -> str:
        """The anchor, or the first free one made from it."""
        name = anchor
        while name in self._taken:
            self._repeats[anchor] = self._repeats.get(anchor, 0) + 1
            name = f"{anchor}_{self._repeats[anchor]}"
        self._taken.add(name)
        return name
