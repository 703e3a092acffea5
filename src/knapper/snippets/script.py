"""A snippet: a plain Python script in the percent format, split into cells that know their lines.

The format is that of https://jupytext.readthedocs.io/en/latest/formats-scripts.html#the-percent-format; the header is
that of PEP 723.
"""

from __future__ import annotations

import ast
import re
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from knapper.diagnostics import Code, Diagnostic
from knapper.snippets.settings import Settings, read_settings

# `# %%bash` is a cell magic that Jupytext has commented out, and `# %%% x` a part of a cell: neither begins one here.
_MARKER = re.compile(r"#[ \t]*%%(?=\s|\[|$)[ \t]*(?P<rest>.*)", re.MULTILINE)
_TYPE = re.compile(r"\[(?P<type>markdown|md|raw)\]")
_METADATA = re.compile(
    r"""(?P<key>[A-Za-z_][\w.-]*)[ \t]*=[ \t]*(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)')"""
)
_BARE = re.compile(r"\b(?P<key>name|alt)[ \t]*=")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(?<!\.)")


class CellType(Enum):
    """Types of cells, by their names in notebooks."""

    CODE = "code"
    MARKDOWN = "markdown"
    RAW = "raw"


_TYPES = {"markdown": CellType.MARKDOWN, "md": CellType.MARKDOWN, "raw": CellType.RAW}


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
    return bool(_MARKER.search(text) and _markers(text))


@lru_cache(maxsize=1000)
def read_snippet(name: str, path: str, text: str) -> Snippet:
    """Splits a script into cells; what is wrong with it is in `problems`.

    Args:
        name: of the snippet.
        path: relative to the project.
        text: of the script, with line feeds at line ends.
    """
    settings, problems = read_settings(text, path)
    markers = _markers(text)
    cells = tuple(_cells(text, markers))
    problems += _check_syntax(path, text, cells) or [*_check_quotes(path, markers), *_check_names(path, cells)]
    return Snippet(name, path, text, settings, cells, tuple(problems))


def _markers(text: str) -> list[tuple[int, str]]:
    """Lines with markers, from 1, and what follows the signs; text within a string is no marker."""
    lines = text.split("\n")
    matches = ((number, _MARKER.fullmatch(line)) for number, line in enumerate(lines, 1))
    found = [(line, match["rest"].strip()) for line, match in matches if match and not _goes_on(lines, line - 1)]
    if found and ('"""' in text or "'''" in text):
        quoted = _lines_in_strings(text)
        found = [marker for marker in found if marker[0] not in quoted]
    return found


def _goes_on(lines: Sequence[str], line: int) -> bool:
    """Whether a line, from 1, goes on in the next: it ends with a backslash, and is no comment."""
    return line > 0 and lines[line - 1].endswith("\\") and not lines[line - 1].lstrip().startswith("#")


def _lines_in_strings(text: str) -> set[int]:
    """Lines that begin within a string; none of a text that is no Python, of which the page still shows the cells."""
    try:
        tree = _parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant | ast.JoinedStr))
    return {line for node in strings for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)}


def _parsed(text: str, path: str = "", compiles: bool = False) -> ast.Module:
    """The tree of a text; with `compiles`, errors that come up later are raised, too, such as a `return` too many."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Python says of an escape sequence, it says when the snippet runs
        tree = ast.parse(text, path)
        if compiles:
            compile(tree, path, "exec", dont_inherit=True)
        return tree


def _cells(text: str, markers: Sequence[tuple[int, str]]) -> Iterator[Cell]:
    lines = text.split("\n")
    before = lines[: markers[0][0] - 1] if markers else lines
    # The header, and comments above it, are of the script as a whole.
    start = next((i for i, line in enumerate(before) if line.strip() and not line.startswith("#")), None)
    if start is not None:
        yield Cell(CellType.CODE, "\n".join(before[start:]).rstrip(), start + 1)
    ends = [*(line for line, _ in markers[1:]), len(lines) + 1]
    for (line, rest), end in zip(markers, ends, strict=False):
        yield _cell(line, rest, lines[line : end - 1])


def _cell(marker: int, rest: str, lines: Sequence[str]) -> Cell:
    found = list(_METADATA.finditer(rest))
    metadata = {match["key"]: _value(match) for match in found}
    # A title and the type come first; what a text alternative has in brackets is no type.
    match = _TYPE.search(rest, 0, found[0].start() if found else len(rest))
    kind = _TYPES[match["type"]] if match else CellType.CODE
    blank = next((i for i, line in enumerate(lines) if line.strip()), 0)
    source = "\n".join(lines[blank:]).rstrip()
    if kind is not CellType.CODE:
        source = _uncommented(source)
    return Cell(kind, source, marker + 1 + blank, marker, metadata.get("name", ""), metadata.get("alt", ""))


def _value(match: re.Match[str]) -> str:
    """The text between quotes; a backslash stands before a quote, and is otherwise itself, as in formulas."""
    return re.sub(r"""\\(["'])""", r"\1", match["double"] or match["single"] or "")


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
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        return [Diagnostic(path, line, 1, Code.SNIPPET_SYNTAX, "this line has a null byte", "save the file as text")]
    try:
        tree = _parsed(text, path, compiles=True)
    except SyntaxError as error:
        return [_syntax_problem(path, text, error)]
    except (ValueError, RecursionError, MemoryError) as error:
        return [Diagnostic(path, 0, 0, Code.SNIPPET_SYNTAX, f"Python cannot compile this: {error}", "make it simpler")]
    return _check_statements(path, tree, cells)


def _check_statements(path: str, tree: ast.Module, cells: Sequence[Cell]) -> list[Diagnostic]:
    """What would run otherwise than in the script as a whole: statements across markers, and code that is prose."""
    for node in tree.body:
        first, last = _first_line(node), node.end_lineno or node.lineno
        cell = next((cell for cell in reversed(cells) if cell.marker <= first), None)
        if across := next((cell for cell in cells if first < cell.marker <= last), None):
            message = f"the statement that begins on line {first} goes on beyond this marker"
            hint = "put the marker `# %%` between statements"
            return [Diagnostic(path, across.marker, 1, Code.SNIPPET_SYNTAX, message, hint)]
        if cell and cell.type is not CellType.CODE and not _is_text(node):
            message = f"this code is in the {cell.type.value} cell of line {cell.marker}, where it does not run"
            hint = "put a marker `# %%` above it"
            return [Diagnostic(path, first, 1, Code.SNIPPET_SYNTAX, message, hint)]
    return []


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


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


def _check_quotes(path: str, markers: Sequence[tuple[int, str]]) -> list[Diagnostic]:
    problems = []
    for line, rest in markers:
        if bare := _BARE.search(_METADATA.sub("", rest)):
            key = bare["key"]
            message, hint = f"`{key}` of a cell is not in quotes, or they are not closed", f'write {key}="…"'
            problems.append(Diagnostic(path, line, 1, Code.CELL_NAME, message, hint))
    return problems


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
        elif (first := seen.setdefault(folded(cell.name), cell.marker)) != cell.marker:
            message = f"the cell on line {first} has the name `{cell.name}` too, or one that file systems take for it"
            problems.append(Diagnostic(path, cell.marker, 1, Code.CELL_NAME, message, "name one of them otherwise"))
    return problems


def folded(name: str) -> str:
    """A name as file systems compare it that fold case and compose accents."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
