"""The official examples of CommonMark, passed through the extension."""

import re
from typing import NamedTuple

import pytest
from markdown import Markdown

from knapper.markdown.extension import KnapperExtension
from tests.markdown.html import normalise
from tools.testbed import NO_SPEC, SPEC

# Where Obsidian itself departs from CommonMark: the number of the example, and why.
DEVIATIONS: dict[int, str] = {}

_FENCE = "`" * 32
_EXAMPLE = re.compile(rf"^{_FENCE} example\n(.*?)^\.\n(.*?)^{_FENCE}$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """One example of the specification."""

    markdown: str
    html: str


def _examples() -> list[Example]:
    """The examples in the order of their official numbers, from 1; none where they were not fetched."""
    if not SPEC.exists():
        return []
    text = SPEC.read_text(encoding="utf-8").partition("<!-- END TESTS -->")[0]
    return [Example(*match) for match in _EXAMPLE.findall(text.replace("→", "\t"))]


EXAMPLES = _examples()


def _parameters() -> list[object]:
    """One parameter an example; a deviation must fail, so that it leaves the list once it is none."""
    return [
        pytest.param(
            example,
            id=str(number),
            marks=[pytest.mark.xfail(strict=True, raises=AssertionError, reason=DEVIATIONS[number])]
            if number in DEVIATIONS
            else [],
        )
        for number, example in enumerate(EXAMPLES, start=1)
    ]


def test_the_specification_was_fetched_whole() -> None:
    assert len(EXAMPLES) == 652, NO_SPEC


@pytest.mark.parametrize("example", _parameters())
def test_example(example: Example) -> None:
    converter = Markdown(extensions=[KnapperExtension(strict_line_breaks=True)])
    assert normalise(converter.convert(example.markdown)) == normalise(example.html)
