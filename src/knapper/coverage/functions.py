"""The functions of a module, and mutants of them as mutmut makes them (https://mutmut.readthedocs.io)."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from typing import NamedTuple

from knapper.markdown.source import Lines, symbols

_ID = re.compile(r"(x_|xǁ(?P<type>.+)ǁ)(?P<name>.+?)__mutmut_(?:\d+|orig)")

NOTHING = "nothing to mutate"
"""Note of a function in which mutmut finds nothing that it could change."""
UNSUPPORTED = "mutmut cannot mutate it where it is"
"""Note of a function that mutmut leaves out: one with a decorator, in a nested class, or within an `if`."""


class Function(NamedTuple):
    """A function or method that is not part of another function.

    Attributes:
        name: qualified, such as `Adam.update`.
        lines: with its decorators.
        first: line of its `def`.
        is_stub: it has no body but a docstring or `...`.
    """

    name: str
    lines: Lines
    first: int
    is_stub: bool


def functions(text: str) -> list[Function]:
    """The functions and methods of a module in the order of its lines; those within a function belong to it."""
    found = []
    for node, name in _nodes(ast.parse(text), ""):
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        lines = Lines(first, node.end_lineno or node.lineno)
        found.append(Function(name, lines, node.lineno, all(map(_is_empty, node.body))))
    return found


def of_symbol(text: str, symbol: str) -> list[Function]:
    """The functions that a symbol shows any of, but for stubs; all of the module for the empty symbol."""
    found = [function for function in functions(text) if not function.is_stub]
    if not symbol:
        return found
    lines = symbols(text).get(symbol)
    return [one for one in found if lines and one.lines.first <= lines.last and lines.first <= one.lines.last]


def _nodes(tree: ast.AST, prefix: str) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, str]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, f"{prefix}{node.name}"
        else:
            yield from _nodes(node, f"{prefix}{node.name}." if isinstance(node, ast.ClassDef) else prefix)


def _is_empty(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


@dataclass(frozen=True, slots=True)
class Mutants:
    """A module with mutants of some of its functions, of which one at a time can be switched on.

    Attributes:
        code: of the module.
        ids: function to the names of its mutants.
    """

    code: str
    ids: dict[str, list[str]]

    def change(self, mutant: str) -> str:
        """What a mutant changes: lines removed and added, one for each statement, without comments."""
        original = self._lines(re.sub(r"__mutmut_\d+$", "__mutmut_orig", mutant))
        lines = list(unified_diff(original, self._lines(mutant), n=0, lineterm=""))[2:]
        return "\n".join(f"{line[0]} {line[1:].strip()}" for line in lines if line[0] in "+-")

    def _lines(self, mutant: str) -> list[str]:
        """A function of the code as Python would lay it out, so that a new layout of the source changes nothing."""
        for node, name in _nodes(ast.parse(self.code), ""):
            if name.rpartition(".")[2] == mutant:
                node.name = qualified_name(mutant).rpartition(".")[2]
                return ast.unparse(node).split("\n")
        raise KeyError(mutant)


def mutate(text: str, wanted: Collection[Function]) -> Mutants:
    """A module with mutants of some of its functions."""
    from mutmut.mutation.file_mutation import mutate_file_contents

    lines = {line for function in wanted for line in range(function.lines.first, function.lines.last + 1)}
    made = mutate_file_contents("module.py", text, lines)
    ids: dict[str, list[str]] = {function.name: [] for function in wanted}
    for name in made.mutant_names:
        ids[qualified_name(name)].append(name)
    return Mutants(made.code, ids)


def qualified_name(mutant: str) -> str:
    """The function that a name of mutmut's stands for; of other names, the name itself."""
    match = _ID.fullmatch(mutant)
    if match is None:
        return mutant
    return f"{match['type']}.{match['name']}" if match["type"] else match["name"]


def why_unmutated(text: str, function: Function) -> str:
    """Why there are no mutants of a function: whether mutmut would find some if the function stood by itself."""
    lines = text.split("\n")[function.first - 1 : function.lines.last]
    indentation = len(lines[0]) - len(lines[0].lstrip())
    alone = "\n".join(line[indentation:] for line in lines).replace("# pragma: no mutate", "#")
    renamed = re.sub(r"def\s+\w+", "def function", alone, count=1)
    return UNSUPPORTED if any(mutate(renamed, functions(renamed)).ids.values()) else NOTHING


def with_probes(mutants: Mutants, module: str) -> str:
    """The code of a module in which functions without mutants tell when they are called, as those with mutants do.

    Args:
        mutants: of the module.
        module: its name.
    """
    tree = ast.parse(mutants.code)
    silent = {name for name, ids in mutants.ids.items() if not ids}
    for node, name in list(_nodes(tree, "")):
        if name in silent:
            probe = f"import knapper.coverage.probe as _knapper_probe; _knapper_probe.hit({f'{module}.{name}'!r})"
            has_docstring = ast.get_docstring(node, clean=False) is not None
            node.body[has_docstring:has_docstring] = ast.parse(probe).body
    return ast.unparse(tree) if silent else mutants.code
