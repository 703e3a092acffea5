"""A snippet: a plain Python script in the percent format, split into cells that know their lines.

The format is that of https://jupytext.readthedocs.io/en/latest/formats-scripts.html#the-percent-format; the header is
that of PEP 723.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from knapper.diagnostics import Code, Diagnostic
from knapper.snippets.settings import Settings, read_settings

_MARKER = re.compile(r"# ?%%(?!%)[ \t]*(?P<rest>.*)")
_TYPE = re.compile(r"(?P<title>.*?)\[(?P<type>markdown|md|raw)\]")
_METADATA = re.compile(r"""(?P<key>[A-Za-z_][\w.-]*)[ \t]*=[ \t]*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')""")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")


class CellType(Enum):
    """Types of cells, by their names in notebooks."""

    CODE = "code"
    MARKDOWN = "markdown"
    RAW = "raw"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell.

    Attributes:
        source: its text; that of Markdown without the comment signs.
        line: 1-based line of the script on which `source` begins.
        marker: line of the marker that opens the cell; 0 if it is the script's beginning.
        name: what the marker names it, or an empty string.
        alt: what the marker gives as text alternative of its figure, or an empty string.
    """

    type: CellType
    source: str
    line: int
    marker: int = 0
    name: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A script, read.

    Attributes:
        name: by which notes and commands call it: the path in its folder without `.py`.
        path: relative to the project, with forward slashes.
        problems: what keeps it from running, if there is anything.
    """

    name: str
    path: str
    text: str
    settings: Settings
    cells: tuple[Cell, ...]
    problems: tuple[Diagnostic, ...] = ()

    @property
    def code(self) -> tuple[Cell, ...]:
        """The cells that run."""
        return tuple(cell for cell in self.cells if cell.type is CellType.CODE)

    @property
    def named(self) -> tuple[Cell, ...]:
        """The cells whose output is a file of the vault."""
        return tuple(cell for cell in self.code if cell.name)

    @property
    def title(self) -> str:
        """The first heading, else the name."""
        for cell in self.cells:
            if cell.type is CellType.MARKDOWN and (heading := re.search(r"^#+[ \t]+(.*\S)", cell.source, re.M)):
                return heading[1]
        return self.name


def is_snippet(text: str) -> bool:
    """Whether a script has cells; one without is a module."""
    return any(_MARKER.match(line) for line in text.splitlines())


def read_snippet(name: str, path: str, text: str) -> Snippet:
    """Splits a script into cells; what is wrong with it is in `problems`.

    Args:
        name: of the snippet.
        path: relative to the project.
        text: of the script, with line feeds at line ends.
    """
    settings, problems = read_settings(text, path)
    found = list(_markers(text))
    cells = tuple(_cells(text, found))
    problems += _check_syntax(path, text, cells) or _check_names(path, cells)
    return Snippet(name, path, text, settings, cells, tuple(problems))


def _markers(text: str) -> Iterator[tuple[int, str]]:
    """Lines with markers, from 1, and what follows the signs; text within a string is no marker."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and token.start[1] == 0 and (match := _MARKER.fullmatch(token.string)):
                yield token.start[0], match["rest"].strip()
    except (tokenize.TokenError, SyntaxError):
        return  # the text is no Python, which the check of the syntax reports


def _cells(text: str, markers: Sequence[tuple[int, str]]) -> Iterator[Cell]:
    lines = text.split("\n")
    first = markers[0][0] if markers else len(lines) + 1
    if any(line.strip() and not line.startswith("#") for line in lines[: first - 1]):
        yield Cell(CellType.CODE, "\n".join(lines[: first - 1]).rstrip(), 1)
    for (line, rest), (end, _) in zip(markers, [*markers[1:], (len(lines) + 1, "")], strict=True):
        yield _cell(line, rest, lines[line : end - 1])


def _cell(marker: int, rest: str, lines: Sequence[str]) -> Cell:
    match = _TYPE.match(rest)
    kind = (
        {"markdown": CellType.MARKDOWN, "md": CellType.MARKDOWN, "raw": CellType.RAW}[match["type"]]
        if match
        else CellType.CODE
    )
    blank = next((i for i, line in enumerate(lines) if line.strip()), 0)
    source = "\n".join(lines[blank:]).rstrip()
    metadata = {m["key"]: m["double"] or m["single"] or "" for m in _METADATA.finditer(rest)}
    if kind is not CellType.CODE:
        source = _uncommented(source)
    return Cell(kind, source, marker + 1 + blank, marker, metadata.get("name", ""), metadata.get("alt", ""))


def _uncommented(source: str) -> str:
    """The text of a Markdown cell, which is written as comments or as a string."""
    try:
        value = ast.literal_eval(source) if source.startswith(('"', "'", "r")) else None
    except (SyntaxError, ValueError):
        value = None
    if isinstance(value, str):
        return value.strip("\n")
    return "\n".join(re.sub(r"^#[ ]?", "", line) for line in source.split("\n"))


# Checks ---------------------------------------------------------------------------------------------------------------


def _check_syntax(path: str, text: str, cells: Sequence[Cell]) -> list[Diagnostic]:
    try:
        compile(text, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return [_syntax_problem(path, text, error)]
    except ValueError as error:  # a null byte
        return [Diagnostic(path, 0, 0, Code.SNIPPET_SYNTAX, f"this is no Python: {error}", "save it as text")]
    for cell in cells:
        if cell.type is CellType.CODE:
            try:
                ast.parse(cell.source)
            except SyntaxError:
                message = "a statement goes on beyond the end of this cell"
                hint = "put the marker `# %%` between statements"
                return [Diagnostic(path, cell.marker or 1, 1, Code.SNIPPET_SYNTAX, message, hint)]
    return []


def _syntax_problem(path: str, text: str, error: SyntaxError) -> Diagnostic:
    lines = text.split("\n")
    line = min(max(error.lineno or 1, 1), len(lines))
    # Python reports a magic after a complete line on its own line, but one within brackets later.
    code = lines[line - 1].strip()
    message, hint = _plain_form(code, error)
    return Diagnostic(path, line, max(error.offset or 1, 1), Code.SNIPPET_SYNTAX, message, hint)


def _plain_form(code: str, error: SyntaxError) -> tuple[str, str]:
    """What is wrong with a line, and what to write in its place."""
    what = error.msg or "invalid syntax"
    if code.startswith("%matplotlib"):
        return "`%matplotlib` is a command of IPython, not Python", "remove it: figures are captured without it"
    if install := re.match(r"[%!]\s*(?:pip|uv pip|conda)\s+install\s+(.*)", code):
        return f"`{code}` is a command of IPython, not Python", f"add {install[1]!r} to `dependencies` in the header"
    if code.startswith("!"):
        hint = f"write `subprocess.run({code[1:].split()!r}, check=True)`"
        return f"`{code}` is a command of IPython, not Python", hint
    if code.startswith("%"):
        return f"`{code}` is a magic of IPython, not Python", "write it in plain Python, such as time.perf_counter()"
    if code.startswith("?") or code.endswith("?"):
        return f"`{code}` is a command of IPython, not Python", "write `help(...)`, or remove it"
    if "outside" in what and ("await" in what or "async" in what):
        return f"{what}: a script cannot await at top level", "write `asyncio.run(main())`"
    return what, ""


def _check_names(path: str, cells: Sequence[Cell]) -> list[Diagnostic]:
    problems = []
    seen: dict[str, int] = {}
    for cell in cells:
        if not cell.name or cell.type is not CellType.CODE:
            continue
        if not _NAME.fullmatch(cell.name):
            message = f"a cell cannot be named `{cell.name}`: the name becomes that of a file"
            hint = "use letters, digits, hyphens and underscores"
            problems.append(Diagnostic(path, cell.marker, 1, Code.CELL_NAME, message, hint))
        elif (first := seen.setdefault(cell.name.lower(), cell.marker)) != cell.marker:
            message = f"the cell on line {first} has the name `{cell.name}` too"
            problems.append(Diagnostic(path, cell.marker, 1, Code.CELL_NAME, message, "name one of them otherwise"))
    return problems
