"""Attributes of what embeds become."""

from html.parser import HTMLParser
from urllib.parse import unquote

import pytest

from tests.markdown.rendering import render

Attributes = dict[str, str]


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, Attributes]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


def elements(text: str, tag: str) -> list[Attributes]:
    parser = _Elements()
    parser.feed(render(text))
    return [attributes for name, attributes in parser.found if name == tag]


@pytest.mark.parametrize(
    ("text", "tag", "expected"),
    [
        ("![[a.png]]", "img", {"src": "a.png", "loading": "lazy"}),
        ("![[a.png|100]]", "img", {"src": "a.png", "width": "100"}),
        ("![[a.png|640x480]]", "img", {"src": "a.png", "width": "640", "height": "480"}),
        ("![[a.png|A cat|100]]", "img", {"alt": "A cat", "width": "100"}),
        ("![[a b.PNG]]", "img", {"src": "a%20b.PNG"}),
        ("![[a.png#outline]]", "img", {"src": "a.png#outline"}),
        ("![[a.png#outline|100]]", "img", {"src": "a.png#outline", "width": "100"}),
        ("![A cat|100](https://e.org/a.jpg)", "img", {"alt": "A cat", "width": "100"}),
        ("![250](https://e.org/a.jpg)", "img", {"alt": "", "width": "250"}),
        ("![640x480](a.jpg)", "img", {"alt": "", "width": "640", "height": "480"}),
        *((f"![[a.{x}]]", "img", {"src": f"a.{x}"}) for x in "avif bmp gif jpeg jpg png svg webp".split()),
        *(
            (f"![[a.{x}]]", "audio", {"src": f"a.{x}", "controls": "controls", "preload": "metadata"})
            for x in "flac m4a mp3 ogg wav 3gp".split()
        ),
        *((f"![[a.{x}]]", "video", {"src": f"a.{x}", "controls": "controls"}) for x in "mkv mov mp4 ogv".split()),
        ("![[a.pdf]]", "iframe", {"class": "embed-pdf", "src": "a.pdf", "loading": "lazy"}),
        ("![[a.pdf#page=3]]", "iframe", {"src": "a.pdf#page=3", "height": "400"}),
        ("![[a.pdf#height=250]]", "iframe", {"height": "250"}),
        ("![[a.pdf#page=3&height=250]]", "iframe", {"height": "250"}),
        *(
            (
                f"![]({url})",
                "iframe",
                {"class": "embed-youtube", "src": "https://www.youtube-nocookie.com/embed/NnTvZWp5Q7o"},
            )
            for url in ("https://www.youtube.com/watch?v=NnTvZWp5Q7o", "https://youtu.be/NnTvZWp5Q7o")
        ),
        ("![[a.canvas]]", "div", {"class": "unsupported", "data-kind": "canvas"}),
        ("![[a.base]]", "div", {"class": "unsupported"}),
        ("![[a.base#View]]", "div", {"class": "unsupported"}),
        ("```query\ntag:#a\n```", "div", {"class": "unsupported", "data-kind": "query"}),
        ("```dataview\nLIST\n```", "div", {"class": "unsupported", "data-kind": "dataview"}),
    ],
)
def test_an_embed_has_the_attributes(text: str, tag: str, expected: Attributes) -> None:
    (found,) = elements(text, tag)
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize("text", ["![[a.png|100]]", "![a|100](b.png)"])
def test_a_width_alone_keeps_the_ratio(text: str) -> None:
    assert "height" not in elements(text, "img")[0]


def test_a_post_on_a_social_network_is_a_link() -> None:
    url = "https://twitter.com/obsdmd/status/1580548874246443010"
    assert not elements(f"![]({url})", "img")
    assert [link["href"] for link in elements(f"![]({url})", "a")] == [url]


@pytest.mark.parametrize("text", ["![[a.canvas]]", "```query\ntag:#secret\n```", "```dataview\nLIST secret\n```"])
def test_what_a_site_cannot_show_does_not_show_its_source(text: str) -> None:
    assert "secret" not in render(text)


def test_every_task_has_a_name_for_screen_readers() -> None:
    boxes = elements("- [ ] a\n- [x] b\n- [/] c\n", "input")
    assert len(boxes) == 3
    assert all(box["aria-label"].strip() for box in boxes)


@pytest.mark.parametrize("title", ["Update rule", "学习", "Größe & Maß", "A, b! (c)", "x_y-z 1.2", "مرحبا بالعالم"])
def test_a_link_meets_the_anchor_of_its_heading(title: str) -> None:
    text = f"# {title}\n\n[[#{title}]]\n"
    (heading,), (link,) = elements(text, "h1"), elements(text, "a")
    assert unquote(link["href"]) == f"#{heading['id']}"
