"""Which tests assert something, read off their source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_CHECKS = ("raises", "warns", "deprecated_call", "fail")


@dataclass(frozen=True, slots=True)
class TestFile:
    """A file of tests, read.

    Attributes:
        names: function, or `Class::function`, to all names that it and the functions of the file that it uses mention.
        asserting: those that have an `assert`, call a function named `assert…`, or expect an error, themselves or in a
            function of the file that they use, such as a helper or a fixture.
    """

    names: Mapping[str, frozenset[str]]
    asserting: frozenset[str]


def read_tests(text: str) -> TestFile:
    """Reads the functions of a file of tests; of what is no Python, there are none."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return TestFile({}, frozenset())
    found = dict(_functions(tree, ""))
    own = {path: frozenset(_names(node)) for path, node in found.items()}
    by_name: dict[str, list[str]] = {}
    for path in found:
        by_name.setdefault(path.rpartition("::")[2], []).append(path)
    used = {path: _used(path, own, by_name) for path in found}
    direct = {path for path, node in found.items() if any(map(_asserts, ast.walk(node)))}
    names = {path: frozenset().union(*(own[other] for other in used[path])) for path in found}
    return TestFile(names, frozenset(path for path in found if used[path] & direct))


def _functions(tree: ast.AST, prefix: str) -> Iterator[tuple[str, ast.AST]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, _FUNCTIONS):
            yield f"{prefix}{node.name}", node
        else:
            yield from _functions(node, f"{prefix}{node.name}::" if isinstance(node, ast.ClassDef) else prefix)


def _names(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        match part:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name


def _used(path: str, names: Mapping[str, frozenset[str]], by_name: Mapping[str, list[str]]) -> set[str]:
    """A function and those of its file that it uses, directly or through others."""
    found, pending = set[str](), [path]
    while pending:
        current = pending.pop()
        if current not in found:
            found.add(current)
            pending += (other for name in names[current] for other in by_name.get(name, ()))
    return found


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if not isinstance(node, ast.Call):
        return False
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name.lstrip("_").startswith("assert") or name in _CHECKS
