"""What named cells display, as files of the vault.

Kinds are told apart by MIME type, as Jupyter's front ends do:
https://jupyter-client.readthedocs.io/en/latest/messaging.html#display-data
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from knapper.diagnostics import Code, Diagnostic
from knapper.snippets.figures import adapted, raster_size, svg_size
from knapper.snippets.script import Cell, Snippet

QUESTIONS = "application/vnd.knapper.questions+json"
"""MIME type of a bank of exam questions, which `_repr_mimebundle_` of the snippet's object gives."""

_TEXTS = ("text/markdown", "text/latex", "text/plain")

CellOutputs = Sequence[Mapping[str, Any]]
"""Outputs of a cell as in a notebook (nbformat 4): streams, and what was displayed."""


class Kind(Enum):
    """Kinds of outputs."""

    FIGURE = "figure"
    ANIMATION = "animation"
    TABLE = "table"
    VALUE = "value"
    QUESTIONS = "questions"


@dataclass(frozen=True, slots=True)
class Output:
    """What a named cell displays.

    Attributes:
        snippet: name of the snippet.
        name: of the cell.
        line: of the cell's marker in the script.
        files: path in the vault to content. The first is the one that embeds name: `adam/trajectory.svg`; then there
            are the still of an animation (`.png`) and the numbers of a table (`.csv`).
        text: of a value, the text; of a table, its HTML; otherwise empty.
        alt: text alternative of a figure or animation.
        width, height: of a figure or animation in CSS pixels, or None.
    """

    snippet: str
    name: str
    line: int
    kind: Kind
    files: Mapping[str, bytes]
    text: str = ""
    alt: str = ""
    width: int | None = None
    height: int | None = None

    @property
    def path(self) -> str:
        """The file that embeds name."""
        return next(iter(self.files))


class _Made(Mapping[str, bytes]):
    """Files that are made when they are asked for: to know that all is well, no figure needs its second palette."""

    def __init__(self, makers: Mapping[str, Callable[[], bytes]]) -> None:
        self._makers = {path: cache(maker) for path, maker in makers.items()}

    def __getitem__(self, path: str) -> bytes:
        return self._makers[path]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def read_outputs(snippet: Snippet, displayed: Sequence[CellOutputs]) -> tuple[dict[str, Output], list[Diagnostic]]:
    """The outputs of a snippet by cell name, and what is wrong with them.

    Args:
        snippet: as read.
        displayed: the outputs of each cell of `snippet.code`.
    """
    found: dict[str, Output] = {}
    problems: list[Diagnostic] = []
    for cell, outputs in zip(snippet.code, displayed, strict=True):
        if not cell.name:
            continue
        output = _read(snippet, cell, outputs)
        if isinstance(output, Diagnostic):
            problems.append(output)
            continue
        found[cell.name] = output
        if output.kind in (Kind.FIGURE, Kind.ANIMATION) and not cell.alt:
            message = f"the {output.kind.value} of cell `{cell.name}` has no text alternative"
            hint = f'write what is to be seen: # %% name="{cell.name}" alt="…"'
            problems.append(Diagnostic(snippet.path, cell.marker, 1, Code.FIGURE_TEXT, message, hint))
    return found, problems


def _read(snippet: Snippet, cell: Cell, outputs: CellOutputs) -> Output | Diagnostic:
    bundles = [(output["output_type"], output["data"]) for output in outputs if "data" in output]
    rich = [data for _, data in bundles if _kind(data) is not Kind.VALUE]
    # A figure wins over the bare text of a last expression beside it, such as that of `ax.plot(...)`.
    shown = rich or [data for _, data in bundles]
    if len(shown) == 1:
        return _output(snippet, cell, shown[0])
    if shown:
        message = f"cell `{cell.name}` displays {len(shown)} things, but is one file of the vault"
        hint = "give each a cell with a name of its own"
    else:
        message = f"cell `{cell.name}` displays nothing"
        hint = "end it with what it shall show: a figure, a DataFrame, or a value"
    return Diagnostic(snippet.path, cell.marker, 1, Code.CELL_OUTPUT, message, hint)


def _kind(data: Mapping[str, Any]) -> Kind | None:
    """The kind of a MIME bundle; None if no note can show it."""
    if QUESTIONS in data:
        return Kind.QUESTIONS
    if "image/webp" in data:
        return Kind.ANIMATION
    if "image/svg+xml" in data or "image/png" in data or "image/jpeg" in data:
        return Kind.FIGURE
    if "text/html" in data:
        return Kind.TABLE if "<table" in _text(data["text/html"]) else None
    return Kind.VALUE if any(mime in data for mime in _TEXTS) else None


def _output(snippet: Snippet, cell: Cell, data: Mapping[str, Any]) -> Output | Diagnostic:
    stem = f"{snippet.name}/{cell.name}"
    kind = _kind(data)
    match kind:
        case Kind.QUESTIONS:
            bank = json.dumps(data[QUESTIONS], ensure_ascii=False, sort_keys=True, indent=1)
            return Output(snippet.name, cell.name, cell.marker, kind, {f"{stem}.json": bank.encode()})
        case Kind.FIGURE | Kind.ANIMATION:
            return _image(snippet, cell, kind, data)
        case Kind.TABLE:
            table = _text(data["text/html"]).strip()
            files = {f"{stem}.md": f"{table}\n".encode()}
            if "text/csv" in data:
                files[f"{stem}.csv"] = _text(data["text/csv"]).encode()
            return Output(snippet.name, cell.name, cell.marker, kind, files, table)
        case Kind.VALUE:
            # Notes are Markdown, with formulas between dollar signs.
            text = _text(next(data[mime] for mime in _TEXTS if mime in data)).strip()
            return Output(snippet.name, cell.name, cell.marker, kind, {f"{stem}.md": f"{text}\n".encode()}, text)
    types = ", ".join(sorted(data))
    message = f"cell `{cell.name}` displays {types}, which no note can show"
    hint = "display a matplotlib figure, a DataFrame, or a value"
    return Diagnostic(snippet.path, cell.marker, 1, Code.CELL_OUTPUT, message, hint)


def _image(snippet: Snippet, cell: Cell, kind: Kind, data: Mapping[str, Any]) -> Output:
    stem = f"{snippet.name}/{cell.name}"
    files: Mapping[str, bytes]
    if kind is Kind.ANIMATION:
        files = {f"{stem}.webp": base64.b64decode(_text(data["image/webp"]))}
        if "image/png" in data:
            files[f"{stem}.png"] = base64.b64decode(_text(data["image/png"]))
        size = raster_size(files[f"{stem}.png"]) if "image/png" in data else None
    elif "image/svg+xml" in data:
        svg = _text(data["image/svg+xml"])
        files = _Made({f"{stem}.svg": lambda: adapted(svg).encode()})
        size = svg_size(svg)
    else:
        suffix, mime = (".png", "image/png") if "image/png" in data else (".jpg", "image/jpeg")
        files = {stem + suffix: base64.b64decode(_text(data[mime]))}
        size = raster_size(files[stem + suffix])
    width, height = size or (None, None)
    return Output(snippet.name, cell.name, cell.marker, kind, files, "", cell.alt, width, height)


def _text(value: Any) -> str:
    """Text of a notebook, which may be a list of lines."""
    return value if isinstance(value, str) else "".join(value)
