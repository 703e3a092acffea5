"""What is mounted into a vault, as notes find and show it: results of snippets, and Python source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from knapper.diagnostics import Code, Diagnostic
from knapper.markdown.source import Lines, Part, cut, symbols, whole
from knapper.snippets.outputs import Kind, Output
from knapper.snippets.result import Result, State
from knapper.snippets.script import Cell, Snippet
from knapper.vault.mounts import Absent, Mounts


@dataclass(frozen=True, slots=True)
class SourceFile:
    r"""A Python file of the project.

    Attributes:
        text: with `\n` at line ends.
        url: address of the file, with `{first}` and `{last}` for lines of it, such as that of a repository; empty if it
            is shown at its own path in the site.
    """

    text: str
    url: str = ""

    def address(self, lines: Lines | None) -> str:
        """The address of some lines, or of the whole file."""
        if lines is None:
            return self.url.partition("#")[0]
        return self.url.replace("{first}", str(lines.first)).replace("{last}", str(lines.last))


class Made(NamedTuple):
    """A named cell, and what it displays; None if that is not there."""

    result: Result
    cell: Cell
    output: Output | None

    @property
    def page(self) -> str:
        """Path of the snippet's page."""
        return snippet_page(self.result.snippet)


class Mounted:
    """Results and source files, by the paths at which they are mounted.

    Args:
        results: by name of the snippet.
        sources: by path; scripts of results are among them whether given or not.
    """

    def __init__(self, results: Mapping[str, Result], sources: Mapping[str, SourceFile]) -> None:
        self._results = results
        self._scripts = {result.snippet.path: result for result in results.values()}
        scripts = {path: SourceFile(result.snippet.text) for path, result in self._scripts.items()}
        self._sources = {**scripts, **sources}
        self._cells: dict[str, Made] = {}
        for result in results.values():
            for cell in result.snippet.named:
                made = Made(result, cell, result.outputs.get(cell.name))
                self._cells[_stem(result.snippet, cell)] = made
                self._cells.update(dict.fromkeys(made.output.files if made.output else (), made))

    def made(self, path: str) -> Made | None:
        """The cell that makes a file; of an absent output, by its path without suffix."""
        return self._cells.get(path)

    def script(self, path: str) -> Result | None:
        """The result of a script."""
        return self._scripts.get(path)

    def source(self, path: str) -> SourceFile | None:
        """The file at a path."""
        return self._sources.get(path)

    def part(self, path: str, subpath: str) -> Part | None:
        """A cell or a symbol of a file, or all of it if the subpath is empty; None if the file lacks it."""
        source = self._sources.get(path)
        if source is None:
            return None
        if not subpath:
            return whole(source.text)
        result = self._scripts.get(path)
        for cell in result.snippet.named if result else ():
            if cell.name == subpath:
                return Part(cell.source, Lines(cell.line, cell.line + cell.source.count("\n")))
        lines = symbols(source.text).get(subpath)
        return cut(source.text, lines) if lines else None

    def mounts(self) -> Mounts:
        """What of all this links and embeds can name."""
        outputs = [output for result in self._results.values() for output in result.outputs.values()]
        files = {path for output in outputs for path in output.files}
        parts = {path: frozenset(symbols(source.text)) for path, source in self._sources.items()}
        for path, result in self._scripts.items():
            parts[path] |= {cell.name for cell in result.snippet.named}
        without = [made for made in self._cells.values() if not made.output]
        return Mounts(
            frozenset(files | self._sources.keys()),
            absent={_stem(made.result.snippet, made.cell): _absent(made) for made in without},
            parts=parts,
            snippets=frozenset(self._results),
            texts={output.path: output.text for output in outputs if output.kind is Kind.VALUE},
        )


def mounts_of(results: Mapping[str, Result], sources: Mapping[str, SourceFile]) -> Mounts:
    """What results and source files mount into a vault.

    Args:
        results: by name of the snippet.
        sources: by path.
    """
    return Mounted(results, sources).mounts()


def mounted_paths(result: Result) -> tuple[str, ...]:
    """All paths that links to a snippet may have for their destination: its script, and the outputs of its cells."""
    files = (path for output in result.outputs.values() for path in output.files)
    return (result.snippet.path, *files, *(_stem(result.snippet, cell) for cell in result.snippet.named))


def snippet_page(snippet: Snippet) -> str:
    """Path of the page that shows a snippet, on which each named cell is an anchor."""
    return f"{snippet.path.removesuffix('.py')}.ipynb"


def _stem(snippet: Snippet, cell: Cell) -> str:
    return f"{snippet.name}/{cell.name}"


def _absent(made: Made) -> Absent | None:
    """Why a cell has no output; None if its snippet has yet to run."""
    snippet = made.result.snippet
    if made.result.state is State.PENDING:
        return None
    message = f"cell `{made.cell.name}` of {snippet.path} has no result"
    problem = _cause(made)
    if problem is None:
        return Absent(message, f"see what `knapper run {snippet.name}` says")
    line = f" (line {problem.line})" if problem.line else ""
    return Absent(f"{message}: {problem.message}{line}", problem.hint or f"correct {snippet.path}")


def _cause(made: Made) -> Diagnostic | None:
    """The problem of the cell itself, else that of the snippet."""
    problems = [problem for problem in made.result.problems if problem.code is not Code.FIGURE_TEXT]
    own = (problem for problem in problems if problem.line == made.cell.marker)
    return next(own, None) or (problems[0] if problems and made.result.state is State.FAILED else None)
