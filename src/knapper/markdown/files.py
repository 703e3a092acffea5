"""Formats of files that Obsidian accepts.

https://help.obsidian.md/file-formats
"""

from __future__ import annotations

from collections.abc import Iterable

IMAGES = frozenset((".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".webp"))
AUDIO = frozenset((".flac", ".m4a", ".mp3", ".ogg", ".wav", ".3gp"))
VIDEO = frozenset((".mkv", ".mov", ".mp4", ".ogv", ".webm"))
DATA = frozenset((".csv", ".json"))
"""Outputs of snippets that are to be taken along rather than looked at."""
UNSUPPORTED = {".canvas": "canvas", ".base": "base"}
FORMATS = IMAGES | AUDIO | VIDEO | UNSUPPORTED.keys() | {".pdf"}
"""All but notes."""


def numbers_of(paths: Iterable[str]) -> str | None:
    """The path of a table's numbers among those of an output's files."""
    return next((path for path in paths if suffix(path) == ".csv"), None)


def suffix(path: str) -> str:
    """The extension of a file's name, lower-cased, with its dot; empty if there is none."""
    name = path.rpartition("/")[2]
    return f".{name.rpartition('.')[2].lower()}" if "." in name else ""
