"""A workshop that runs nothing: what snippets display is told by the test."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from knapper.diagnostics import Code, Diagnostic
from knapper.snippets.layout import Layout, read_snippets
from knapper.snippets.outputs import read_outputs
from knapper.snippets.result import Provenance, Result, State
from knapper.snippets.script import Snippet

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt"><path stroke="#000000" d="M0 0"/></svg>'
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # 1 × 1
FAILS = "raise "
"""What a script contains that the workshop lets fail."""

PROVENANCE = Provenance("3.11.9", {"numpy": "2.3.1", "pandas": "2.3.0"}, "CPU", "cpu", 2.34, 10**8, "2026-11-28")


def display(**data: Any) -> dict[str, Any]:
    """An output as in a notebook; the names below are short for MIME types."""
    types = {
        "svg": "image/svg+xml",
        "png": "image/png",
        "webp": "image/webp",
        "html": "text/html",
        "latex": "text/latex",
        "markdown": "text/markdown",
        "csv": "text/csv",
        "plain": "text/plain",
    }
    return {"output_type": "display_data", "metadata": {}, "data": {types[name]: value for name, value in data.items()}}


def printed(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


class FakeWorkshop:
    """Stands in for the runner; scripts are read as it reads them."""

    displayed: Mapping[str, Sequence[Sequence[Mapping[str, Any]]]] = {}
    state = State.FRESH
    provenance = PROVENANCE

    def __init__(self, layout: Layout, executor: object = "local", progress: object = None) -> None:
        self.layout = layout
        self.closed = False

    def results(self, names: Collection[str] | None = None, force: bool = False) -> dict[str, Result]:
        return {snippet.name: self._result(snippet) for snippet in read_snippets(self.layout).values()}

    def stored(self) -> dict[str, Result]:
        return {snippet.name: Result(snippet, State.PENDING) for snippet in read_snippets(self.layout).values()}

    def _result(self, snippet: Snippet) -> Result:
        if FAILS in snippet.text:
            problem = Diagnostic(snippet.path, 3, 1, Code.SNIPPET_FAILED, "ValueError: too <bad>", "correct it")
            return Result(snippet, State.FAILED, problems=(problem,))
        displayed = tuple(self.displayed.get(snippet.name, ()))
        if len(displayed) != len(snippet.code):
            displayed = tuple([] for _ in snippet.code)
        outputs, problems = read_outputs(snippet, displayed)
        return Result(snippet, self.state, outputs, displayed, self.provenance, tuple(problems))

    def watched(self) -> set[Path]:
        return {self.layout.root / name for name in (self.layout.folder, *self.layout.modules, "data.csv")}

    def module_sources(self) -> dict[str, str]:
        folders = [self.layout.root / folder for folder in self.layout.modules]
        return {
            path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
            for folder in folders
            for path in sorted(folder.rglob("*.py"))
        }

    def close(self) -> None:
        self.closed = True
