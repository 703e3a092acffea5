"""Hostile input is parsed in seconds. The limit is generous: it is there to notice quadratic time."""

import pytest

from knapper.syntax import parse
from knapper.syntax.document import Link
from tests.syntax.hostile import HOSTILE


@pytest.mark.timeout(30)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile(text: str) -> None:
    document = parse(text)
    assert document.text == text
    assert sum(1 for _ in document.walk()) <= len(text) + 1


@pytest.mark.timeout(30)
def test_every_link_of_a_large_note_is_found() -> None:
    document = parse("".join(f"[[n{number}]] " for number in range(16_000)))
    assert [str(reference.target) for reference in document.references] == [f"n{n}" for n in range(16_000)]
    assert sum(isinstance(node, Link) for node in document.walk()) == 16_000
