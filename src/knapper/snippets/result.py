"""What has come of a snippet: its outputs, what made them, and whether they are still true."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from knapper.diagnostics import Diagnostic
from knapper.snippets.outputs import CellOutputs, Output
from knapper.snippets.script import CellType, Snippet


class State(Enum):
    """How a result stands to its inputs as they are now."""

    FRESH = "fresh"
    """Made here, from exactly these inputs."""
    FROZEN = "frozen"
    """Made from this code and these files, perhaps by other versions or on another device, and committed."""
    FAILED = "failed"
    """There is no result: the snippet failed."""
    PENDING = "pending"
    """There is no result yet."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """What made a result.

    Attributes:
        python: version of Python.
        versions: distribution to version, of all that the snippet imports and what that requires.
        device: name of the device that the snippet ran on, such as `CPU` or `NVIDIA H200`.
        requested: the device that the snippet asks for: `cpu` or `gpu`.
        seconds: of running its cells.
        memory: peak of private memory in bytes.
        date: UTC day on which it ran, as YYYY-MM-DD.
        unenforced: what this machine could not enforce, such as `reads of files by C code`.
    """

    python: str
    versions: Mapping[str, str]
    device: str
    requested: str
    seconds: float
    memory: int
    date: str
    unenforced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """A snippet, and what has come of it.

    Attributes:
        outputs: by name of the cell.
        displayed: the outputs of each cell of `snippet.code`, as in a notebook; empty without a result.
        problems: of the script, of the run, and of the outputs.
    """

    snippet: Snippet
    state: State
    outputs: Mapping[str, Output] = field(default_factory=dict)
    displayed: tuple[CellOutputs, ...] = ()
    provenance: Provenance | None = None
    problems: tuple[Diagnostic, ...] = ()


def notebook(snippet: Snippet, displayed: tuple[CellOutputs, ...]) -> dict[str, Any]:
    """An executed notebook (nbformat 4.5) of a script's cells as they are now and of what they displayed."""
    remaining = iter(displayed)
    cells = []
    for number, cell in enumerate(snippet.cells):
        made: dict[str, Any] = {"cell_type": cell.type.value, "id": f"cell-{number}", "metadata": {}}
        made["source"] = cell.source
        if cell.type is CellType.CODE:
            outputs = list(next(remaining, ()))
            made |= {"execution_count": None, "outputs": outputs}
            if cell.name:
                made["metadata"] = {"name": cell.name}
        cells.append(made)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python", "file_extension": ".py"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def dumps(document: Mapping[str, Any]) -> bytes:
    """A notebook or manifest as JSON, the same bytes for the same content."""
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
