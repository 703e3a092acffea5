"""Hostile input is rendered in seconds, with the extensions that Material's users have."""

import pytest

from tests.markdown.rendering import render
from tests.syntax.hostile import HOSTILE


@pytest.mark.timeout(30)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile(text: str) -> None:
    assert isinstance(render(text), str)


def test_every_link_of_a_large_note_is_rendered() -> None:
    assert render("[[a]] *b* " * 16_000).count('<a class="internal-link" href="a.md">a</a> <em>b</em>') == 16_000
