"""Code cells of an executed notebook as HTML, made by mkdocs-jupyter's template and kept by content.

The template is that of mkdocs-jupyter, without what it adds to every page: 600 KB of JupyterLab's styles, and scripts
of CDNs. Importing nbconvert takes half a second: it is imported only for a notebook that has not been seen before.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from markdown import Markdown

from knapper.markdown.code import fence_around, is_selectable, with_code_id
from knapper.mkdocs.defaults import THEME
from knapper.snippets.result import dumps

_SCHEMA = "3"
"""To be raised with each change of this module that changes what it makes."""

_TEMPLATES = THEME / "notebook"
_TEMPLATE = "cells.html"
_MARK = "<!--knapper:cell-->"
_PACKAGES = ("mkdocs-jupyter", "nbconvert", "pygments", "pymdown-extensions")
# Ids of lines would be those of the page's own code blocks, if the page's extension and this one both counted from 0.
_FIRST_BLOCK = 1000
# What fits a phone, and half a window.
_COLUMNS, _LINES = 36, 20


class CellConverter:
    """Converts notebooks.

    Args:
        folder: where conversions are kept; made when there is one.
        highlight: the options of `pymdownx.highlight`, so that code looks as it does in notes.
    """

    def __init__(self, folder: Path, highlight: Mapping[str, Any]) -> None:
        self._folder = folder
        self._highlight = highlight
        self._used: set[str] = set()

    def cells(self, notebook: Mapping[str, Any]) -> list[str]:
        """The HTML of each code cell, with what it displayed below the code."""
        name = f"{self._key(notebook)}.json"
        self._used.add(name)
        kept = self._read(name)
        if kept is None:
            kept = _converted(notebook, self._highlight)
            self._write(name, kept)
        return kept

    def forget_unused(self) -> None:
        """Removes what has not been asked for since the last call."""
        for path in self._folder.glob("*.json"):
            if path.name not in self._used:
                path.unlink(missing_ok=True)
        self._used.clear()

    def _key(self, notebook: Mapping[str, Any]) -> str:
        digest = hashlib.sha256(dumps(notebook))
        digest.update(self._environment)
        return digest.hexdigest()

    @cached_property
    def _environment(self) -> bytes:
        """What a conversion depends on besides its notebook."""
        options = json.dumps(self._highlight, sort_keys=True, default=str)
        template = (_TEMPLATES / _TEMPLATE).read_text(encoding="utf-8")
        return "\0".join((_SCHEMA, options, template, *map(_version, _PACKAGES))).encode()

    def _read(self, name: str) -> list[str] | None:
        """A conversion, unless there is none, or a process has died while it wrote it."""
        try:
            cells = json.loads((self._folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return cells if isinstance(cells, list) else None

    def _write(self, name: str, cells: list[str]) -> None:
        """Keeps a conversion. A folder that cannot be written to costs time at the next build, and nothing else."""
        path = self._folder / name
        beside = path.with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(cells, ensure_ascii=False), encoding="utf-8")
            beside.replace(path)
        except OSError:
            return


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _converted(notebook: Mapping[str, Any], highlight: Mapping[str, Any]) -> list[str]:
    import nbformat
    from mkdocs_jupyter.config import settings  # type: ignore[import-untyped]
    from nbconvert.exporters.html import HTMLExporter
    from traitlets.config import Config

    # Not `mkdocs_jupyter.convert.get_nbconvert_app`: it also takes options from files in the home and current folder.
    excluded = ("input_prompt", "output_prompt", "markdown", "raw")
    config = Config({"TemplateExporter": {f"exclude_{part}": True for part in excluded}})
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        config=config,
        template_file=_TEMPLATE,
        extra_template_paths=[str(_TEMPLATES), settings.templates_dir],
        filters={"highlight_code": _highlighter(highlight)},
    )
    node = nbformat.from_dict(notebook)  # type: ignore[no-untyped-call]
    body, _ = exporter.from_notebook_node(node)
    return [_tidied(cell) for cell in body.split(_MARK)[1:]]


def _highlighter(options: Mapping[str, Any]) -> Callable[[str], str]:
    """What makes of code the HTML that a fenced block of a note has."""
    extensions = ["pymdownx.highlight", "pymdownx.superfences"]
    md = Markdown(extensions=extensions, extension_configs={"pymdownx.highlight": dict(options)})
    for extension in md.registeredExtensions:
        if hasattr(extension, "pygments_code_block"):
            extension.pygments_code_block = _FIRST_BLOCK

    def highlighted(source: str, **_: Any) -> str:
        fence = fence_around(source)
        return md.convert(f"{fence}python\n{source}\n{fence}") if source else ""

    return highlighted


def _tidied(cell: str) -> str:
    """A cell without the ids and empty elements of JupyterLab's own page, whose wide texts keys can scroll."""
    cell = re.sub(r' id="cell-id=[^"]*"', "", cell)
    name = re.match(r'<div class="cell" id="([^"]*)"', cell)
    if name and not is_selectable(name[1]):
        cell = with_code_id(cell, re.sub(r"[^\w-]", "-", name[1]))
    cell = re.sub(r"(jp-RenderedText\b[^>]*>\s*)<pre>(.*?)</pre>", _reachable, cell, flags=re.DOTALL)
    cell = re.sub(r'<div class="[^"]*\bjp-Collapser\b[^"]*">\s*</div>', "", cell)
    return re.sub(r">\s*\n\s*(?=<div|</div)", ">", cell).strip()


def _reachable(match: re.Match[str]) -> str:
    """A text that may scroll, so that keys must reach it; any other is no stop of the Tab key."""
    lines = re.sub(r"<[^>]*>", "", match[2]).split("\n")
    if len(lines) <= _LINES and max(map(len, lines)) <= _COLUMNS:
        return match[0]
    return f'{match[1]}<pre tabindex="0" role="region" aria-label="Output">{match[2]}</pre>'
