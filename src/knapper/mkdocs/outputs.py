"""What cells displayed, made ready for a page: images as files beside it, the rest as HTML that loads nothing."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from knapper.markdown.files import numbers_of
from knapper.markdown.pictures import still_source
from knapper.markdown.tables import scrolling
from knapper.snippets.figures import adapted, raster_size, svg_size
from knapper.snippets.outputs import Kind, Output
from knapper.snippets.result import Result, notebook
from knapper.snippets.script import Cell

_FILE = "knapper-file:"
"""Stands, in addresses, for the root of the site: what is made here is kept for pages at any address."""

_ADDRESS = re.compile(rf'(?<==")(?:{_FILE})([^"]*)')
_RASTERS = {"image/webp": ".webp", "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif"}
_ACTIVE = re.compile(r"<(script|style|link|iframe|object|embed)\b[^>]*>(?:.*?</\1\s*>)?", re.IGNORECASE | re.DOTALL)
_HEADING_ID = re.compile(r'(<h[1-6]\b[^>]*?) id="[^"]*"')
_ALT = "What the code above draws"


@dataclass(frozen=True)
class Presentation:
    """A result as its page shows it.

    Attributes:
        notebook: the executed notebook, with elements of HTML in place of images, which name files of the site.
        files: path in the site to content, of all that the notebook names.
    """

    notebook: dict[str, Any]
    files: Mapping[str, bytes]


def presentation(result: Result, folder: str, to_html: Callable[[str], str]) -> Presentation:
    """Prepares a result for its page.

    Args:
        result: of a snippet.
        folder: in the site, for images of cells without a name.
        to_html: makes HTML of Markdown.
    """
    made = notebook(result.snippet, result.displayed)
    files: dict[str, bytes] = {}
    code = [cell for cell in made["cells"] if cell["cell_type"] == "code"]
    for number, (cell, shown) in enumerate(zip(result.snippet.code, code, strict=True), 1):
        output = result.outputs.get(cell.name) if cell.name else None
        present = _Presenter(cell, output, f"{folder}/cell-{number}", files, to_html)
        shown["outputs"] = [present(output) for output in shown["outputs"]]
    return Presentation(made, files)


def with_addresses(cell: str, root: str) -> str:
    """The HTML of a cell, with addresses of its files.

    Args:
        cell: converted from a presentation.
        root: address of the site's root, relative to the page, with a slash at its end.
    """
    return _ADDRESS.sub(lambda match: f"{root}{match[1]}", cell)


class _Presenter:
    """Puts what one cell displayed into a form that needs nothing but HTML."""

    def __init__(
        self,
        cell: Cell,
        output: Output | None,
        stem: str,
        files: dict[str, bytes],
        to_html: Callable[[str], str],
    ) -> None:
        self._to_html = to_html
        self._cell = cell
        self._output = output
        self._stem = stem
        self._files = files
        self._images = 0

    def __call__(self, output: Mapping[str, Any]) -> dict[str, Any]:
        if "data" not in output:
            return dict(output)
        data = {mime: _text(value) for mime, value in output["data"].items()}
        shown = self._image(data) or self._html(data) or self._markdown(data) or self._formula(data)
        plain = {mime: data[mime] for mime in ("text/plain",) if mime in data}
        return {**output, "metadata": {}, "data": {"text/html": shown} if shown else plain}

    def _image(self, data: Mapping[str, str]) -> str:
        """An image of the cell's output, which notes embed too, or one of its own."""
        if self._output and self._output.kind in (Kind.FIGURE, Kind.ANIMATION) and _has_image(data):
            return self._picture(self._output)
        size = None
        if "image/svg+xml" in data:
            suffix, content, size = ".svg", adapted(data["image/svg+xml"]).encode(), svg_size(data["image/svg+xml"])
        elif mime := next((mime for mime in _RASTERS if mime in data), None):
            suffix, content = _RASTERS[mime], base64.b64decode(data[mime])
            size = raster_size(content)
        else:
            return ""
        self._images += 1
        path = f"{self._stem}{f'-{self._images}' if self._images > 1 else ''}{suffix}"
        self._files[path] = content
        return _img(path, self._cell.alt or _ALT, *(size or (None, None)))

    def _picture(self, output: Output) -> str:
        """A figure, or an animation, which rests for readers who ask for less motion."""
        self._files.update(output.files)
        image = _img(output.path, output.alt or _ALT, output.width, output.height)
        still = next((path for path in output.files if path != output.path), None)
        return f"<picture>{still_source(_address(still))}{image}</picture>" if still else image

    def _html(self, data: Mapping[str, str]) -> str:
        """HTML as it is shown, without styles and scripts of its own; tables look as those of notes do."""
        if "text/html" not in data or ("<script" in data["text/html"] and "text/plain" in data):
            return ""
        shown = _ACTIVE.sub("", data["text/html"]).strip()
        if "<table" in shown:
            shown = scrolling(shown, f"Table: {self._cell.name}" if self._cell.name else "Table")
        numbers = numbers_of(self._output.files) if self._output else None
        if self._output is None or numbers is None:
            return shown
        self._files[numbers] = self._output.files[numbers]
        return f'{shown}\n<a class="output-data" href="{html.escape(_address(numbers))}" download>CSV</a>'

    def _markdown(self, data: Mapping[str, str]) -> str:
        """Text as notes have it, whose headings are no parts of the page."""
        return _ACTIVE.sub("", _HEADING_ID.sub(r"\1", self._to_html(data.get("text/markdown", "")))).strip()

    def _formula(self, data: Mapping[str, str]) -> str:
        """A formula, as notes have it."""
        formula = data.get("text/latex", "").strip().strip("$").strip()
        return f'<div class="arithmatex">\\[{html.escape(formula, quote=False)}\\]</div>' if formula else ""


def _has_image(data: Mapping[str, str]) -> bool:
    return any(mime.startswith("image/") for mime in data)


def _img(path: str, alt: str, width: int | None, height: int | None) -> str:
    size = f' width="{width}" height="{height}"' if width and height else ""
    return f'<img alt="{html.escape(alt)}" loading="lazy" src="{html.escape(_address(path))}"{size}>'


def _address(path: str) -> str:
    return f"{_FILE}{quote(path)}"


def _text(value: Any) -> str:
    """Text of a notebook, which may be a list of lines; other data, such as JSON, is shown by no page."""
    if isinstance(value, list):
        return "".join(map(str, value))
    return value if isinstance(value, str) else ""
