"""Short ways to look into a Document."""

from typing import Any, TypeVar

from knapper.diagnostics import Code, Diagnostic
from knapper.syntax import parse
from knapper.syntax.document import children_of

N = TypeVar("N")


def nodes(text: str, kind: type[N]) -> list[N]:
    """The nodes of a kind, in order."""
    return [node for node in parse(text).walk() if isinstance(node, kind)]


def only(text: str, kind: type[N]) -> N:
    """The one node of a kind."""
    (node,) = nodes(text, kind)
    return node


def shape(node: Any) -> Any:
    """A node as the name of its class, with the shapes of its children if it has any."""
    children = [shape(child) for child in children_of(node)]
    return (type(node).__name__, *children) if children else type(node).__name__


def shapes(text: str) -> list[Any]:
    return [shape(block) for block in parse(text).children]


def found(text: str, code: Code) -> list[Diagnostic]:
    """The diagnostics with a code."""
    return [diagnostic for diagnostic in parse(text, "a.md").diagnostics if diagnostic.code is code]


def places(text: str, code: Code) -> list[tuple[int, int]]:
    """Lines and columns of the diagnostics with a code."""
    return [(diagnostic.line, diagnostic.column) for diagnostic in found(text, code)]
