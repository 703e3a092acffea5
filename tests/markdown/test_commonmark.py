"""The official examples of CommonMark, passed through the extension."""

import re
from typing import NamedTuple

import pytest
from markdown import Markdown

from knapper.markdown.extension import KnapperExtension
from tests.markdown.html import Token, normalise
from tools.testbed import NO_SPEC, SPEC

# Where Obsidian itself departs from CommonMark: the number of the example, and why.
DEVIATIONS = {
    64: "`#hashtag` is a tag",
    96: "a first line of `---` opens the properties, and the next one closes them",
    98: "a first line of `---` opens the properties, and the next one closes them",
    548: "`[[foo]]` is a link to the note foo",
    559: "`[[*foo* bar]]` is a link to a note, and text in such a link is not markup",
    590: "`![[foo]]` embeds the note foo",
    602: "a bare URL is a link",
    608: "a bare URL is a link",
    611: "a bare URL is a link",
}

# What every page gets besides: a heading can be linked to, a link looks as Obsidian's, an image waits for its turn.
ADDED = {
    **dict.fromkeys(["h1", "h2", "h3", "h4", "h5", "h6"], re.compile(r"id=.+")),
    "a": re.compile(r"class=(internal|external)-link"),
    "img": re.compile(r"loading=lazy"),
}

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


def _without_added(token: Token) -> Token:
    if token[0] != "start" or token[1] not in ADDED:
        return token
    return (*token[:2], *(attribute for attribute in token[2:] if not ADDED[token[1]].fullmatch(attribute)))


def test_the_specification_was_fetched_whole() -> None:
    assert len(EXAMPLES) == 652, NO_SPEC


@pytest.mark.parametrize("example", _parameters())
def test_example(example: Example) -> None:
    converter = Markdown(extensions=[KnapperExtension(strict_line_breaks=True)])
    tokens = [_without_added(token) for token in normalise(converter.convert(example.markdown))]
    assert tokens == normalise(example.html)
