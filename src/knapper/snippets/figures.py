"""Figures that are legible on light and on dark pages: one SVG whose colours follow the page."""

from __future__ import annotations

import re
import struct
from pathlib import Path

MATPLOTLIBRC = Path(__file__).with_name("matplotlibrc")
"""How figures are drawn where the snippet does not say."""

FOREGROUND = "#24292f"
"""Colour in which the runner lets text, axes and ticks be drawn, where the snippet names none."""

GRID = "#d1d5da"
"""Colour of grid lines likewise."""

_LIGHT_DARK = {
    FOREGROUND: f"light-dark({FOREGROUND}, #d7dde4)",
    GRID: f"light-dark({GRID}, #454b54)",
    "#000000": "light-dark(#000000, #f0f3f6)",
    "#ffffff": "light-dark(#ffffff, #1e2129)",
}
_STYLE_COLOUR = re.compile(r"(?P<property>\b(?:fill|stroke|color|stop-color)): ?(?P<colour>#[0-9a-fA-F]{6})\b")
_ATTRIBUTE_COLOUR = re.compile(r'\b(?P<property>fill|stroke)="(?P<colour>#[0-9a-fA-F]{6}|black|white)"')
_STYLE = re.compile(r'\bstyle="[^"]*"|<style\b[^>]*>.*?</style>', re.DOTALL)
_ROOT = re.compile(r"<svg\b[^>]*>")
_PROLOGUE = re.compile(r"\A.*?(?=<svg\b)", re.DOTALL)
_LENGTH = re.compile(r"([\d.]+)(pt|px|in|mm|cm)?")
_PIXELS = {"pt": 96 / 72, "px": 1.0, "in": 96.0, "mm": 96 / 25.4, "cm": 96 / 2.54, None: 1.0}
_NAMED = {"black": "#000000", "white": "#ffffff"}


def adapted(svg: str) -> str:
    """An SVG whose neutral colours are `light-dark()` pairs (CSS Color 5); all others stay.

    Within `<img>` the pair follows the `color-scheme` of the page. Browsers without `light-dark()` take the colour
    that stands before it.
    """
    svg = _ATTRIBUTE_COLOUR.sub(_as_style, _PROLOGUE.sub("", svg, count=1))
    svg = _STYLE.sub(lambda style: _STYLE_COLOUR.sub(_pair, style[0]), svg)
    return _ROOT.sub(_follow_page, svg, count=1)


def _as_style(match: re.Match[str]) -> str:
    """A presentation attribute of a neutral colour as a style: attributes may not hold `light-dark()`."""
    colour = _NAMED.get(match["colour"], match["colour"]).lower()
    return f'style="{match["property"]}: {colour}"' if colour in _LIGHT_DARK else match[0]


def _pair(match: re.Match[str]) -> str:
    colour = match["colour"].lower()
    pair = _LIGHT_DARK.get(colour)
    return f"{match['property']}: {colour}; {match['property']}: {pair}" if pair else match[0]


def _follow_page(root: re.Match[str]) -> str:
    return root[0][:-1].rstrip("/") + ' color-scheme="light dark" style="color-scheme: light dark">'


def svg_size(svg: str) -> tuple[int, int] | None:
    """Width and height of an SVG in CSS pixels; None if it does not tell."""
    root = _ROOT.search(svg)
    if root is None:
        return None
    lengths = [re.search(rf'\b{name}="([^"]*)"', root[0]) for name in ("width", "height")]
    numbers = [_LENGTH.fullmatch(length[1]) for length in lengths if length]
    if len(numbers) == 2 and all(numbers):
        width, height = (float(n[1]) * _PIXELS[n[2]] for n in numbers if n)
        return round(width), round(height)
    box = re.search(r'\bviewBox="\S+ \S+ ([\d.]+) ([\d.]+)"', root[0])
    return (round(float(box[1])), round(float(box[2]))) if box else None


def raster_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG in pixels; None for other formats."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or len(data) < 24:
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height
