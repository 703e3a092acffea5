"""Text of a note from its bytes."""

from __future__ import annotations

import codecs
from typing import NamedTuple

from knapper.diagnostics import Code, Diagnostic

LARGE_NOTE = 1_000_000
"""Bytes above which a note is reported; it is built all the same."""

_SAVE_AS_UTF8 = "save the file as UTF-8"


class Source(NamedTuple):
    """A note's text, with line feeds at line ends and no byte-order mark, and what was wrong with its bytes."""

    text: str
    problems: tuple[Diagnostic, ...] = ()


def decode(data: bytes, path: str) -> Source:
    """The text of a note's bytes; those that are not UTF-8 become U+FFFD and are reported."""
    problems = []
    if len(data) > LARGE_NOTE:
        message = f"the note has {len(data) / 1e6:.1f} MB, which is slow to open in a browser"
        problems.append(Diagnostic(path, 0, 0, Code.LARGE_NOTE, message, "split it into several notes"))
    text, bad = _decode(data, path)
    return Source(text.replace("\r\n", "\n").replace("\r", "\n"), (*problems, *bad))


def _decode(data: bytes, path: str) -> tuple[str, list[Diagnostic]]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        problem = Diagnostic(path, 1, 1, Code.INVALID_UTF8, "the note is UTF-16", _SAVE_AS_UTF8)
        return data.decode("utf-16", "replace"), [problem]
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode(), []
    except UnicodeDecodeError as error:
        return data.decode("utf-8", "replace"), [_invalid(data, path, error.start)]


def _invalid(data: bytes, path: str, offset: int) -> Diagnostic:
    before = data[:offset].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode()) + 1
    message = f"byte 0x{data[offset]:02X} is not UTF-8; it and others like it are shown as \N{REPLACEMENT CHARACTER}"
    return Diagnostic(path, line, column, Code.INVALID_UTF8, message, _SAVE_AS_UTF8)
