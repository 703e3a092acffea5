"""Names and paths of the vault, and how Obsidian compares them."""

from __future__ import annotations

import re
import unicodedata

NOTE_SUFFIX = ".md"
_NUMBER = re.compile(r"(\d+)")
# Obsidian shows these as plain spaces; the final sigma would otherwise depend on what follows the name.
_SAME = str.maketrans({"\u00a0": " ", "\u202f": " ", "ς": "σ"})


def fold(text: str) -> str:
    """The form in which two names are equal to Obsidian: lower case, NFC, no-break spaces as spaces.

    Lower case rather than case folding, so that `Straße` and `Strasse` stay two notes.
    """
    if text.isascii():
        return text.lower()
    # Lower-casing can undo the composition of some letters, such as `İ`.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).translate(_SAME).lower().translate(_SAME))


def is_note(path: str) -> bool:
    """Whether a file is a note by its name."""
    return path[-len(NOTE_SUFFIX) :].lower() == NOTE_SUFFIX


def without_suffix(path: str) -> str:
    """A path without a trailing `.md`; of other files, the path itself."""
    return path[: -len(NOTE_SUFFIX)] if is_note(path) else path


def folder_of(path: str) -> str:
    """The folder of a file, without a trailing slash; empty for the vault itself."""
    return path.rpartition("/")[0]


def base_name(path: str) -> str:
    """The last component of a path."""
    return path.rpartition("/")[2]


def length(path: str) -> int:
    """The length by which Obsidian compares paths: UTF-16 code units, in which an emoji counts twice."""
    return len(path) if path.isascii() else len(path.encode("utf-16-le", "surrogatepass")) // 2


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Sort key of Obsidian's file explorer: regardless of case, and `2` before `10`."""
    parts = _NUMBER.split(fold(name))
    # Odd parts are runs of digits; int() also reads the digits of other scripts.
    return [(0, int(part), "") if odd % 2 else (1, 0, part) for odd, part in enumerate(parts) if part or odd % 2]
