"""Parts of Python source that notes show: functions, classes, methods and variables, found in the syntax tree."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# Statements whose bodies define names of the scope around them.
_TRANSPARENT = (ast.If, ast.Try, ast.TryStar, ast.With, ast.For, ast.While)


class Lines(NamedTuple):
    """A range of lines of a file, both counted from 1 and included."""

    first: int
    last: int


class Part(NamedTuple):
    """Source text as it is shown, without the indentation of its first line."""

    text: str
    lines: Lines


def symbols(text: str) -> Mapping[str, Lines]:
    """Where a module defines what, by path: `Adam`, `Adam.update`, `RATE`; of what is no Python, nothing.

    Decorators belong to it. Definitions of one name that follow each other, such as overloads or a property with its
    setter, are one part; else the first counts.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as of invalid escapes
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    found: dict[str, Lines] = {}
    _collect(tree.body, "", True, found)
    return found


def cut(text: str, lines: Lines) -> Part:
    """Some lines of a file."""
    kept = text.split("\n")[lines.first - 1 : lines.last]
    indentation = kept[0][: len(kept[0]) - len(kept[0].lstrip())] if kept else ""
    return Part("\n".join(line.removeprefix(indentation) for line in kept), lines)


def whole(text: str) -> Part:
    """All of a file."""
    shown = text.rstrip("\n")
    return Part(shown, Lines(1, shown.count("\n") + 1))


def _collect(body: Sequence[ast.stmt], prefix: str, with_variables: bool, found: dict[str, Lines]) -> None:
    previous = ""
    for statement, following in zip(body, [*body[1:], None], strict=False):
        last = statement.end_lineno or statement.lineno
        name = ""
        if isinstance(statement, _DEFINITIONS):
            name = prefix + statement.name
            lines = Lines(min([statement.lineno, *(d.lineno for d in statement.decorator_list)]), last)
            first = found[name].first if name == previous else lines.first
            if name == previous or name not in found:
                found[name] = Lines(first, last)
            _collect(statement.body, f"{name}.", isinstance(statement, ast.ClassDef), found)
        elif isinstance(statement, _TRANSPARENT):
            for nested in _bodies(statement):
                _collect(nested, prefix, with_variables, found)
        elif with_variables:
            last = _docstring_end(following) or last
            for variable in _variables(statement):
                found.setdefault(prefix + variable, Lines(statement.lineno, last))
        previous = name


def _bodies(statement: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    for field in ("body", "orelse", "finalbody"):
        yield getattr(statement, field, [])
    for handler in getattr(statement, "handlers", []):
        yield handler.body


def _variables(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Assign():
            targets: Sequence[ast.expr] = statement.targets
        case ast.AnnAssign():
            targets = [statement.target]
        case _:
            targets = [name] if isinstance(name := getattr(statement, "name", None), ast.Name) else []  # `type X = …`
    for target in targets:
        names = (node for node in ast.walk(target) if isinstance(node, ast.Name))
        yield from (name.id for name in names if isinstance(name.ctx, ast.Store))


def _docstring_end(statement: ast.stmt | None) -> int | None:
    """The last line of a string that describes the variable before it; None of other statements."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return statement.end_lineno if statement and is_text else None
