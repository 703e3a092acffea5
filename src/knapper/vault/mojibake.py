"""Text that was decoded with a wrong encoding and saved again, such as `‚Äî` for a dash."""

from __future__ import annotations

import re
from collections.abc import Iterable

import ftfy
from ftfy.badness import is_bad

from knapper.diagnostics import Code, Diagnostic
from knapper.syntax.document import Document

_MAX_LINE = 10_000
"""Characters of a line that are looked at."""


def _class(codecs: Iterable[str], first: int, last: int) -> str:
    data = bytes(range(first, last))
    return "[" + re.escape("".join(sorted({c for codec in codecs for c in data.decode(codec, "ignore")}))) + "]"


# UTF-8 read as a single-byte encoding: a first byte of a sequence, then a further one. ftfy's own expression, which
# knows what is unlikely in any language, takes ten times as long, so it sees only lines with such a pair.
_ENCODINGS = ("latin-1", "cp1250", "cp1251", "cp1252", "mac_roman")
_PAIR = re.compile(_class(_ENCODINGS, 0xC2, 0xF5) + _class(_ENCODINGS, 0x80, 0xC0))

# What ftfy leaves alone, next to letters that these encodings do not have or because it is rarer: punctuation, arrows,
# signs and emoji. No language writes these characters next to each other.
_FURTHER = _class(["mac_roman"], 0x80, 0xC0)
_SURE = re.compile(f"‚{_FURTHER}{{2}}|\uf8ff{_FURTHER}{{3}}|â€{_class(['cp1252', 'latin-1'], 0x80, 0xC0)}")


def find_mojibake(path: str, document: Document) -> Diagnostic | None:
    """One diagnostic for a note, at the first of its lines with mis-decoded text; None if there is no such line."""
    if document.text.isascii() or not _PAIR.search(document.text):
        return None
    lines = document.text.split("\n")
    bad = [number for number, line in enumerate(lines) if _is_mojibake(line[:_MAX_LINE])]
    if not bad:
        return None
    column, example = _example(lines[bad[0]])
    where = "1 line" if len(bad) == 1 else f"{len(bad)} lines"
    message = f"mis-decoded text in {where}, such as `{example}`"
    hint = "`knapper repair` shows how to undo it"
    return Diagnostic(path, bad[0] + 1, column, Code.MOJIBAKE, message, hint)


def _is_mojibake(line: str) -> bool:
    if line.isascii() or not _PAIR.search(line):
        return False
    return _SURE.search(line) is not None or (is_bad(line) and ftfy.fix_encoding(line) != line)


def _example(line: str) -> tuple[int, str]:
    """The 1-based column of the first odd pair in a line, and the odd characters from there on."""
    match = _SURE.search(line) or _PAIR.search(line)
    start = match.start() if match else 0
    end = next((i for i in range(start, len(line)) if line[i].isascii()), len(line))
    return start + 1, line[start : min(end, start + 20)]
