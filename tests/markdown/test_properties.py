"""What holds of the page of every text."""

import re
from collections import Counter
from html import unescape
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from knapper.syntax import parse
from knapper.syntax.document import Origin
from tests.markdown.rendering import render
from tests.syntax.strategies import notes

# Characters that mean something to Markdown, to Obsidian, to an extension or to HTML.
SPECIAL = "*_=~%[]|#^!()<>&;{}:+-/'.,@ aé学🎉"
special = st.text(SPECIAL, max_size=12).map("x{}x".format)
contents = st.lists(special, min_size=1, max_size=4)

FRAMES = (
    "_‖a _ b‖- _‖1. a\n   _‖> _‖> [!note] t\n> _‖> [!note]- _‖# _‖==_==‖*_*‖a [_](n)‖%%c%% _‖<u>_</u>‖a ^[_]‖"
    '- [x] _ ^id‖a[^1]\n\n[^1]: _‖!!! note\n    _‖=== "t"\n    _'
).split("‖")
BLOCK_FRAMES = ["_", "> _", "- _", "> [!note] t\n> _", "!!! note\n    _", "- a\n\n  - b\n\n    _"]


def framed(frame: str, text: str) -> str:
    """The text where the frame has `_`, each line with the prefix of the first."""
    prefix = frame.rpartition("\n")[2].partition("_")[0].replace("-", " ")
    return frame.replace("_", text.replace("\n", f"\n{prefix}"))


class _Page(HTMLParser):
    """Collects the text of the elements that have a name or a class."""

    def __init__(self, wanted: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wanted, self.found, self.open = wanted, list[str](), list[bool]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("br", "hr", "img", "input"):
            self.open.append(self.wanted in (tag, dict(attrs).get("class")))
            self.found += [""] * self.open[-1]

    def handle_endtag(self, tag: str) -> None:
        if self.open:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        if any(self.open):
            self.found[-1] += data


def texts(html: str, wanted: str) -> list[str]:
    page = _Page(wanted)
    page.feed(html)
    page.close()
    return page.found


@given(notes)
@example("<b>\n<b markdown>")
@example("<div\n<b markdown>")
@example("```$$`$$")
@settings(max_examples=200)
def test_any_text_is_rendered_always_the_same_and_without_masks(text: str) -> None:
    html = render(text)
    assert html == render(text)
    assert "\x1a" in text or "\x1a" not in html


@given(special, st.sampled_from(FRAMES))
@settings(max_examples=200)
def test_code_spans_survive(content: str, frame: str) -> None:
    assert texts(render(framed(frame, f"`{content}`")), "code") == [content]


@given(special.filter(lambda text: not set("{}") & set(text)), st.sampled_from(FRAMES))
@settings(max_examples=200)
def test_math_survives(content: str, frame: str) -> None:
    assert texts(render(framed(frame, f"${content}$")), "arithmatex") == [rf"\({content}\)"]


@given(contents, st.sampled_from(BLOCK_FRAMES))
@settings(max_examples=200)
def test_display_math_survives(lines: list[str], frame: str) -> None:
    latex = "\n".join(lines)
    (found,) = texts(render(framed(frame, f"$$\n{latex}\n$$")), "arithmatex")
    assert found.removeprefix(r"\[").removesuffix(r"\]").strip() == latex


@given(contents, st.sampled_from(BLOCK_FRAMES))
@settings(max_examples=200)
def test_fences_survive(lines: list[str], frame: str) -> None:
    code = "\n".join(lines)
    assert texts(render(framed(frame, f"```\n{code}\n```")), "code") == [f"{code}\n"]


@given(special, st.sampled_from(FRAMES))
@settings(max_examples=200)
def test_attributes_survive(content: str, frame: str) -> None:
    assert f'<b title="{content}">' in render(framed(frame, f'<b title="{content}">c</b>'))


@given(special.filter(lambda text: "--" not in text), st.sampled_from(["_", "a _ b", "- _", "> a _", "a\n\n_\n\nb"]))
@settings(max_examples=200)
def test_comments_survive(content: str, frame: str) -> None:
    assert f"<!--{content}-->" in render(framed(frame, f"<!--{content}-->"))


@given(contents)
@settings(max_examples=200)
def test_blocks_of_html_survive(lines: list[str]) -> None:
    block = "\n".join(["<div>", *lines, "</div>"])
    assert block in render(f"a\n\n{block}\n\nb")


LINKS = (
    "[[N_]]‖[[N_|a]]‖[t](N_)‖[t](<N_>)‖![[N_.png]]‖![a](N_.png)‖%%[[N_]]%%‖`[[N_]]`‖$[[N_]]$‖<b title='[[N_]]'>‖[[N_‖"
    "N_]]‖[https://e.org](N_)‖==[[N_]]==‖*[[N_]]‖\\[[N_]]‖a‖==‖*‖`‖$‖%%‖"
).split("‖")
LINK_STARTS = ["", "", "> ", "- ", "# ", "- [ ] ", "> [!note] ", "    ", "!!! note\n    ", "| ", "%% ", "```"]
link_lines = st.tuples(st.sampled_from(LINK_STARTS), st.lists(st.sampled_from(LINKS), max_size=6).map(" ".join))
link_notes = st.tuples(st.lists(link_lines.map("".join), max_size=8), st.sampled_from(["\n", "\n\n"]))


@given(link_notes)
@settings(max_examples=300)
def test_what_the_document_calls_a_link_is_one_on_the_page(drawn: tuple[list[str], str]) -> None:
    first, *others = drawn[1].join(drawn[0]).split("_")
    text = first + "".join(f"{number}{other}" for number, other in enumerate(others))
    known = [r.target.path for r in parse(text).references if r.origin is Origin.BODY]
    shown = re.findall(r'(?:<a class="internal-link" href|<img[^>]* src)="([^"]*)"', render(text))
    assert [unquote(unescape(address)).removesuffix(".md") for address in shown] == known


def test_links_within_footnotes_are_rendered_once() -> None:
    text = "a[^1] ^[[[A]]] b\n\n[^1]: [[B]]\n"
    shown = re.findall(r'<a class="internal-link" href="(\w)\.md"', render(text))
    assert Counter(shown) == Counter(str(reference.target) for reference in parse(text).references)


@pytest.mark.parametrize("text", ["\x02wzxhzdk:0\x03", "\x02klzzwxh:0000\x03", "a \x02amp\x03 `b`", "\x1a\x1a %%a%%"])
def test_placeholders_of_the_machinery_are_text(text: str) -> None:
    html = render(f"{text} <b>c</b>\n\n```\nd\n```\n")
    assert html.count("<b>c</b>") == 1
    assert texts(html, "pre") == ["d\n"]
