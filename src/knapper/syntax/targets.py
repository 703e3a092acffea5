"""Destinations of links and embeds: what is a file of the vault, what is an address, and what is a size."""

from __future__ import annotations

import re
from urllib.parse import unquote

from knapper.syntax.document import Target

# `attachment:` is what Notion and Jupyter write for a file that did not come along: a file, and a missing one.
_SCHEME = re.compile(r"(?!attachment:)[a-zA-Z][a-zA-Z0-9+.-]+:(?!\s)")
_SIZE = re.compile(r"(\d+)(?:x(\d+))?")


def wiki_target(destination: str) -> Target:
    """The target of `[[destination]]`, which is not percent-encoded: `Note#H1#H2`, `#^block`, `image.png#outline`."""
    path, _, subpath = destination.partition("#")
    return Target(path.strip(), subpath.strip())


def markdown_target(url: str) -> Target | None:
    """The target of `[…](url)`; None if it leaves the vault."""
    if not url or url.startswith("//") or _SCHEME.match(url):
        return None
    path, _, subpath = url.partition("#")
    return Target(unquote(path), unquote(subpath))


def split_size(text: str) -> tuple[str, int | None, int | None]:
    """Alternative text without the size at its end, width and height: `alt|100x145`, `alt|100`, `100`.

    https://help.obsidian.md/embeds and https://help.obsidian.md/syntax#External+images
    """
    alt, _, last = text.rpartition("|")
    size = _SIZE.fullmatch(last.strip())
    if not size:
        return text, None, None
    return alt, int(size[1]), int(size[2]) if size[2] else None
