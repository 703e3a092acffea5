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
_NAMED = {"black": "#000000", "white": "#ffffff", "#000": "#000000", "#fff": "#ffffff"}
_DECLARATION = re.compile(
    r"(?P<property>(?<![\w-])(?:fill|stroke|color|stop-color))\s*:\s*"
    r"(?P<colour>#[0-9a-fA-F]{6}|#[0-9a-fA-F]{3}|black|white)(?![\w-])"
)
_ATTRIBUTE = re.compile(r'\s(?P<property>fill|stroke|color|stop-color)="(?P<colour>[^"]*)"')
_STYLE = re.compile(r'\sstyle="(?P<style>[^"]*)"')
_TAG = re.compile(r'<!--.*?-->|<style\b[^>]*>.*?</style>|<[A-Za-z](?:[^<>"]|"[^"]*")*>', re.DOTALL)
_ROOT = re.compile(r"<svg\b[^>]*>")
_PROLOGUE = re.compile(r"\A.*?(?=<svg\b)", re.DOTALL)
_LENGTH = re.compile(r"([\d.]+)(pt|px|in|mm|cm)?")
_PIXELS = {"pt": 96 / 72, "px": 1.0, "in": 96.0, "mm": 96 / 25.4, "cm": 96 / 2.54, None: 1.0}


def adapted(svg: str) -> str:
    """An SVG whose neutral colours are `light-dark()` pairs (CSS Color 5); all others stay.

    Within `<img>` the pair follows the `color-scheme` of the page. Browsers without `light-dark()` take the colour
    that stands before it.
    """
    svg = _TAG.sub(_adapted_tag, _PROLOGUE.sub("", svg, count=1))
    return _ROOT.sub(lambda root: _with_style(root[0], _of_root(root[0])), svg, count=1)


def _of_root(tag: str) -> str:
    """The style of the whole figure; what names no colour is black, as text is that matplotlib draws in black."""
    follow = "color-scheme: light dark"
    return follow if re.search(r"\bfill\b", tag) else f"{follow}; {_pair('fill', '#000000')}"


def _adapted_tag(match: re.Match[str]) -> str:
    """A tag whose neutral colours are pairs; in its style, for attributes may not hold `light-dark()`."""
    tag = match[0]
    if tag.startswith("<!--"):
        return tag
    if tag.startswith("<style"):
        return _DECLARATION.sub(_as_pair, tag)
    tag = _STYLE.sub(lambda style: f' style="{_DECLARATION.sub(_as_pair, style["style"])}"', tag)
    neutral = [found for found in _ATTRIBUTE.finditer(tag) if _hexadecimal(found["colour"]) in _LIGHT_DARK]
    for found in neutral:
        tag = tag.replace(found[0], "", 1)
    return _with_style(tag, "; ".join(_pair(found["property"], found["colour"]) for found in neutral))


def _with_style(tag: str, style: str) -> str:
    """A tag with declarations before those of its style: those were attributes, or are a default."""
    if not style:
        return tag
    if own := _STYLE.search(tag):
        return f'{tag[: own.start()]} style="{style}; {own["style"]}"{tag[own.end() :]}'
    end = len(tag) - (2 if tag.endswith("/>") else 1)
    return f'{tag[:end].rstrip()} style="{style}"{tag[end:]}'


def _as_pair(match: re.Match[str]) -> str:
    return _pair(match["property"], match["colour"])


def _pair(name: str, colour: str) -> str:
    """A declaration, and after it the pair, which browsers that do not know `light-dark()` pass over."""
    pair = _LIGHT_DARK.get(_hexadecimal(colour))
    return f"{name}: {colour}; {name}: {pair}" if pair else f"{name}: {colour}"


def _hexadecimal(colour: str) -> str:
    return _NAMED.get(colour.lower(), colour.lower())


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
