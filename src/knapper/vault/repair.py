"""Undoes what `knapper.vault.mojibake` finds."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable

import ftfy

_CONFIG = ftfy.TextFixerConfig(replace_lossy_sequences=False)
_RUN = re.compile(r"[^\x00-\x7f]+")
# Two characters may be letters of a language; three or more that happen to be valid UTF-8 are not.
_LONG_RUN = re.compile(r"[^\x00-\x7f]{3,}")
_MAC_ROMAN_LEADS = "‚\uf8ff"


def repaired(text: str) -> str:
    """Text with what was UTF-8, but read as another encoding, read again. All else stays as it is.

    A byte above 127 is a character outside ASCII in every single-byte encoding, so each run of such characters is
    judged by itself: first those that ftfy finds unlikely, then longer ones that the encodings of those explain, too.
    Short ones, such as `√ó` for ×, might be meant: they change only if one encoding explains the whole text.
    """
    encodings: dict[str, None] = {}

    def fix(run: re.Match[str]) -> str:
        fixed, steps = ftfy.fix_encoding_and_explain(run[0], _CONFIG)
        encodings.update((step.parameter, None) for step in steps or () if step.action == "encode")
        return fixed

    fixed = _RUN.sub(fix, text)
    for encoding in encodings:
        with contextlib.suppress(UnicodeError):
            return text.encode(encoding).decode()
    return _LONG_RUN.sub(lambda run: _decoded(run[0], encodings), fixed)


def _decoded(run: str, encodings: Iterable[str]) -> str:
    for encoding in (*encodings, "mac_roman") if run[0] in _MAC_ROMAN_LEADS else encodings:
        with contextlib.suppress(UnicodeError):
            return run.encode(encoding).decode()
    return run
