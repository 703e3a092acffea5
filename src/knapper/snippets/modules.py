"""Modules of the project, found as Python would find them, but without importing any."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
from pathlib import Path
from typing import NamedTuple

from knapper.snippets.layout import Layout, digest


class Module(NamedTuple):
    """Where a name leads.

    Attributes:
        path: of the source, relative to the project; of a namespace package, its folders, with commas.
        digest: of the source; empty for a namespace package.
    """

    path: str
    digest: str


class Modules:
    """The modules of a project as they are now; what has been looked up is kept, so make one for each check.

    Args:
        layout: of the project.
        script: path of the script that imports them, relative to the project: its folder comes first.
    """

    def __init__(self, layout: Layout, script: str) -> None:
        self._root = layout.root
        self._folders = [(layout.root / script).parent, *layout.search_path[1:]]
        self._found: dict[str, Module | None] = {}
        self._places: dict[str, list[Path]] = {}

    def find(self, name: str) -> Module | None:
        """The module that a name leads to in the project; None if it leads out of it."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> Module | None:
        parent = name.rpartition(".")[0]
        if parent and self.find(parent) is None:
            return None
        namespace: list[Path] = []
        for folder in self._places.get(parent, []) if parent else self._folders:
            spec = FileFinder(
                str(folder), (ExtensionFileLoader, EXTENSION_SUFFIXES), (SourceFileLoader, SOURCE_SUFFIXES)
            ).find_spec(name)
            if spec is None:
                continue
            places = [Path(place) for place in spec.submodule_search_locations or ()]
            if spec.loader is None:
                namespace += places
                continue
            self._places[name] = places
            assert spec.origin is not None
            return Module(self._relative(Path(spec.origin)), digest(Path(spec.origin).read_bytes()))
        self._places[name] = namespace
        return Module(",".join(map(self._relative, namespace)), "") if namespace else None

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()


def third_party_imports(layout: Layout, script: str, text: str) -> list[str]:
    """The modules outside of the project that a script and the project's modules that it imports name.

    Read off the sources, for the server to load ahead; what is missed here is loaded when it is imported.
    """
    modules = Modules(layout, script)
    found: dict[str, None] = {}
    pending, seen = [text], set[str]()
    while pending:
        for name in _imports(pending.pop()):
            module = modules.find(name) or modules.find(name.partition(".")[0])
            if module is None:
                found[name] = None
            elif module.path not in seen and module.path.endswith(".py"):
                seen.add(module.path)
                pending.append((layout.root / module.path).read_text(encoding="utf-8", errors="replace"))
    return list(found)


def _imports(text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            # `from package import module` names a module as well as `import package.module` does.
            yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*")


def top_level(names: Iterable[str]) -> Sequence[str]:
    """The names up to their first dot, each once."""
    return list(dict.fromkeys(name.partition(".")[0] for name in names))
