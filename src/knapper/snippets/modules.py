"""Modules of the project, found as Python would find them, but without importing any."""

from __future__ import annotations

import ast
import os
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    BuiltinImporter,
    ExtensionFileLoader,
    FileFinder,
    FrozenImporter,
    ModuleSpec,
    SourceFileLoader,
)
from pathlib import Path
from typing import NamedTuple

from knapper.snippets.distributions import search_path
from knapper.snippets.layout import Layout, file_digest, source_digest

_LOADERS = (ExtensionFileLoader, EXTENSION_SUFFIXES), (SourceFileLoader, SOURCE_SUFFIXES)


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
        self._names = names_in(map(str, self._folders))
        self._found: dict[str, Module | None] = {}
        self._places: dict[str, list[Path]] = {}

    def find(self, name: str) -> Module | None:
        """The module that a name leads to in the project; None if it leads out of it."""
        if name not in self._found:
            self._found[name] = self._find(name)
        return self._found[name]

    def _find(self, name: str) -> Module | None:
        parent = name.rpartition(".")[0]
        if self.find(parent) is None if parent else name not in self._names or is_python_itself(name):
            return None
        namespace: list[Path] = []
        for folder in self._places.get(parent, []) if parent else self._folders:
            spec = _spec(str(folder), name)
            if spec is None:
                continue
            places = [Path(place) for place in spec.submodule_search_locations or ()]
            if spec.loader is None:
                namespace += places
                continue
            self._places[name] = places
            assert spec.origin is not None
            return Module(self._relative(Path(spec.origin)), module_digest(Path(spec.origin)))
        self._places[name] = namespace
        return Module(",".join(map(self._relative, namespace)), "") if namespace else None

    def _relative(self, path: Path) -> str:
        return Path(os.path.relpath(path, self._root)).as_posix()


def names_in(folders: Iterable[str]) -> frozenset[str]:
    """What is before the first dot of all entries of folders: no other name can lead to a module there."""
    names: set[str] = set()
    for folder in folders:
        with suppress(OSError):
            names.update(entry.partition(".")[0] for entry in os.listdir(folder or "."))  # noqa: PTH208 - thousands
    return frozenset(names)


def is_python_itself(name: str) -> bool:
    """Whether a module is built into Python, or loaded before any script runs: no file takes its place."""
    if name in ("__main__", "encodings"):
        return True
    return any(finder.find_spec(name) is not None for finder in (BuiltinImporter, FrozenImporter))


def is_installed(name: str, root: Path) -> bool:
    """Whether Python finds a module outside of the project, without importing any.

    Args:
        name: of the module, without dots.
        root: the project; an environment in it is outside of it.
    """
    if is_python_itself(name):
        return True
    real = os.path.realpath(root)
    prefixes = tuple(os.path.realpath(prefix) + os.sep for prefix in (sys.prefix, sys.base_prefix))
    for folder in search_path():
        inner = f"{os.path.realpath(folder)}{os.sep}"
        if (inner.startswith(prefixes) or not inner.startswith(real + os.sep)) and _spec(folder, name):
            return True
    return False


def module_digest(path: Path) -> str:
    """Digest of a module's file; empty if it cannot be read, or is gone."""
    if path.suffix not in SOURCE_SUFFIXES:
        return file_digest(path)
    try:
        return source_digest(path.read_bytes())
    except OSError:
        return ""


def _spec(folder: str, name: str) -> ModuleSpec | None:
    # Each time a new finder: one that is kept relies on the folder's time stamp.
    return FileFinder(folder, *_LOADERS).find_spec(name)


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
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            # `from package import module` names a module as well as `import package.module` does.
            yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name != "*")
