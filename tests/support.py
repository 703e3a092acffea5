"""Readers and comparisons that tests of several packages share."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest


class Case(NamedTuple):
    """One case of a text fixture: what goes in, and what must come out."""

    title: str
    line: int
    input: str
    expected: str


_LINES = r"((?:(?!\.\n).*\n)*)\.\n"
_CASE = re.compile(rf"(?:[ \t]*\n)*(?!\.\n)(.*\S.*)\n\.\n{_LINES}{_LINES}")


def iter_cases(text: str) -> Iterator[Case]:
    """Reads cases of the form title, input, expected, each followed by a line with one dot.

    Title is one line. Input and expected end with a newline unless they are empty. Between cases stand blank
    lines only.
    """
    position = 0
    while text[position:].strip():
        match = _CASE.match(text, position)
        if match is None:
            line = text.count("\n", 0, position)
            raise ValueError(f"after line {line}: not a case of title, '.', input, '.', expected, '.'")
        yield Case(match[1].strip(), text.count("\n", 0, match.start(1)) + 1, match[2], match[3])
        position = match.end()


def read_cases(path: Path) -> list[object]:
    """The cases of a text fixture as `pytest.param(case, id="<file>:<line> <title>")`."""
    cases = list(iter_cases(path.read_text(encoding="utf-8")))
    if not cases:
        raise ValueError(f"{path.name} holds no case")
    return [pytest.param(case, id=f"{path.stem}:{case.line} {case.title}") for case in cases]


def read_folder(folder: Path) -> dict[str, str]:
    """All files below a folder by their path in it, `/` between its parts."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def _write_folder(folder: Path, files: Mapping[str, str]) -> None:
    for name in read_folder(folder).keys() - files.keys():
        (folder / name).unlink()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def assert_golden(actual: Mapping[str, str], expected: Path, regen: bool) -> None:
    """Compares files with a golden folder, or rewrites the folder where `regen` is set.

    Args:
        actual: Text of each file by its path in the folder.
        expected: The golden folder, usually `tests/vaults/<case>/expected`.
        regen: Value of the fixture of that name, which the option `--regen` sets. The test then fails, so
            that a forgotten `--regen` never passes for a proof.
    """
    if regen:
        _write_folder(expected, actual)
        pytest.fail(f"rewrote {os.path.relpath(expected)}; read the difference, then run without --regen")
    assert sorted(actual) == sorted(read_folder(expected))
    for name, text in read_folder(expected).items():
        assert actual[name] == text, name
