import xml.etree.ElementTree as ElementTree

import pytest

from knapper.snippets.figures import FOREGROUND, GRID, adapted, raster_size, svg_size

BLACK, WHITE = "light-dark(#000000, #f0f3f6)", "light-dark(#ffffff, #1e2129)"
ROOT = f"color-scheme: light dark; fill: #000000; fill: {BLACK}"


def inside(markup: str) -> str:
    """What becomes of an element in an SVG; it must be well formed."""
    made = adapted(f'<svg xmlns="http://www.w3.org/2000/svg">{markup}</svg>')
    ElementTree.fromstring(made)
    return made.partition(">")[2].removesuffix("</svg>")


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<path fill="#000000"/>', f'<path style="fill: #000000; fill: {BLACK}"/>'),
        ('<path fill="black" d="M0"/>', f'<path d="M0" style="fill: black; fill: {BLACK}"/>'),
        ('<g stroke="#FFF"></g>', f'<g style="stroke: #FFF; stroke: {WHITE}"></g>'),
        (
            '<g fill="white" stroke="black"/>',
            f'<g style="fill: white; fill: {WHITE}; stroke: black; stroke: {BLACK}"/>',
        ),
        (
            '<g fill="black" style="opacity: .5"/>',
            f'<g style="fill: black; fill: {BLACK}; opacity: .5"/>',
        ),
        ('<g style="fill:#000000;stroke: red"/>', f'<g style="fill: #000000; fill: {BLACK};stroke: red"/>'),
        ("<style>a { color: white }</style>", f"<style>a {{ color: white; color: {WHITE} }}</style>"),
        ("<style>a { stop-color:#000 }</style>", f"<style>a {{ stop-color: #000; stop-color: {BLACK} }}</style>"),
    ],
)
def test_neutral_colours_become_pairs(markup: str, expected: str) -> None:
    assert inside(markup) == expected


@pytest.mark.parametrize(
    "markup",
    [
        '<path fill="#d1690e" stroke="red"/>',
        '<path style="fill: #123456; stroke: rebeccapurple"/>',
        '<path fill="none" stroke="currentColor"/>',
        '<path fill="url(#000000)"/>',
        "<style>a { background-color: #ffffff; flood-color: black }</style>",
        '<text data-fill="black">fill: #000000; stroke="#000000"</text>',
        '<!-- <path fill="#000000"/> -->',
        '<path id="a&gt;b" d="M0 0 > 1"/>',
        "<style>a { color: blackish; fill: #0000001 }</style>",
    ],
)
def test_other_colours_and_texts_stay(markup: str) -> None:
    assert inside(markup) == markup


def test_colours_of_the_runner_are_pairs() -> None:
    for colour in (FOREGROUND, GRID):
        assert f"stroke: light-dark({colour}, #" in inside(f'<path stroke="{colour}"/>')


def test_the_whole_figure_follows_the_page() -> None:
    assert adapted('<?xml version="1.0"?>\n<!DOCTYPE svg>\n<svg width="1"/>') == f'<svg width="1" style="{ROOT}"/>'


def test_a_style_of_the_root_is_kept_and_its_fill_wins() -> None:
    assert adapted('<svg style="x: y"></svg>') == f'<svg style="{ROOT}; x: y"></svg>'
    assert adapted('<svg fill="none"></svg>') == '<svg fill="none" style="color-scheme: light dark"></svg>'


@pytest.mark.parametrize(
    ("root", "size"),
    [
        ('<svg width="72pt" height="36pt">', (96, 48)),
        ('<svg height="10" width="20px">', (20, 10)),
        ('<svg width="1in" height="2.54cm">', (96, 96)),
        ('<svg width="100%" height="100%" viewBox="0 0 30 40.4">', (30, 40)),
        ('<svg viewBox="0 0 30 40">', (30, 40)),
        ("<svg>", None),
        ("no picture", None),
    ],
)
def test_size_of_svg(root: str, size: tuple[int, int] | None) -> None:
    assert svg_size(root) == size


def test_size_of_png() -> None:
    head = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (640).to_bytes(4, "big") + (480).to_bytes(4, "big")
    assert raster_size(head) == (640, 480)
    assert raster_size(b"GIF89a") is None
    assert raster_size(head[:20]) is None
