"""Anchors of headings: stable, readable in an address, and made for titles in any script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

_SPACES = re.compile(r"[\s\-]+")


def slugify(text: str) -> str:
    """Lower-case words joined by hyphens, letters of every script kept; "section" if nothing is left.

    Marks that combine with letters (Hindi vowels, accents that NFC cannot compose) are kept with them.
    """
    text = unicodedata.normalize("NFC", text).lower()
    kept = "".join(c if c.isalnum() or c in " _-\t" or unicodedata.category(c)[0] == "M" else "" for c in text)
    return _SPACES.sub("-", kept).strip("-") or "section"


def unique(slug: str, taken: Collection[str]) -> str:
    """The slug, with `_1`, `_2`, … appended if it is taken, as Python-Markdown's toc does."""
    if slug not in taken:
        return slug
    number = 1
    while f"{slug}_{number}" in taken:
        number += 1
    return f"{slug}_{number}"
