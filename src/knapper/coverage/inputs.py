"""What the record of a module is computed from, by content: its source, what it imports of the project, its tests."""

from __future__ import annotations

import ast
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from knapper.snippets.distributions import installed_versions
from knapper.snippets.layout import Layout, digest
from knapper.snippets.modules import Modules
from knapper.snippets.requirements import closure, owners
from knapper.snippets.result import dumps

SCHEMA = 1
"""Raised when records are computed otherwise than before."""
TOOLS = ("mutmut", "pytest")
"""Distributions that make the records."""

# Found among tests of any kind, and imported by pytest unasked.
_CONFTEST = "conftest.py"


@dataclass(slots=True)
class Inputs:
    """The files of a project that records are computed from, as they are now; make one for each check.

    Args:
        layout: of the project.
        tests: folder of the tests, relative to the project.
    """

    layout: Layout
    tests: str
    _texts: dict[str, str] = field(default_factory=dict)
    _reached: dict[str, frozenset[str]] = field(default_factory=dict)
    _owners: dict[str, list[str]] = field(default_factory=owners)
    _installed: dict[str, str] = field(default_factory=installed_versions)

    def file(self, module: str) -> Path | None:
        """Where the module is that notes embed at a path."""
        places = (folder / module for folder in self.layout.search_path[1:])
        return next((place for place in places if place.is_file()), None)

    def text(self, path: str) -> str:
        """The text of a file of the project."""
        if path not in self._texts:
            self._texts[path] = (self.layout.root / path).read_text(encoding="utf-8", errors="replace")
        return self._texts[path]

    def path(self, module: str) -> str:
        """The path, relative to the project, of the module that notes embed at a path; empty if there is none."""
        file = self.file(module)
        return file.relative_to(self.layout.root).as_posix() if file else ""

    def embedded(self, path: str) -> str:
        """The path at which notes embed a file of the project."""
        return "/".join([*self._package(path), path.rpartition("/")[2]])

    def test_files(self, module: str) -> list[str]:
        """The files of tests that import a module, themselves or through others, relative to the project."""
        path = self.path(module)
        return [test for test in self._all_tests() if path in self.reached(test)]

    def reached(self, path: str) -> frozenset[str]:
        """The other files of the project that a file imports, themselves or through others."""
        if path not in self._reached:
            self._reached[path] = frozenset(self._reach(path))
        return self._reached[path]

    def digest(self, module: str) -> str:
        """Digest of all that the record of a module is computed from; empty if there is no such module.

        The other modules that its tests use are not among it: else an edit of one module would make all stale that
        share a file of tests with it.
        """
        path = self.path(module)
        if not path:
            return ""
        tests = self.test_files(module)
        helpers = {file for test in tests for file in self.reached(test) if not self._is_module(file)}
        files = sorted({path, *self.reached(path), *tests, *helpers, *self._conftests()})
        contents = {file: digest(self.text(file).encode()) for file in files}
        python = ".".join(platform.python_version_tuple()[:2])
        return digest(dumps({"schema": SCHEMA, "python": python, "files": contents, "of": self._versions(files)}))[:32]

    def _versions(self, files: Iterable[str]) -> dict[str, str]:
        """Of the distributions that files import, and of what those require."""
        names = {name.partition(".")[0] for file in files for name in _imports(self.text(file), ())}
        distributions = {owner for name in names for owner in self._owners.get(name, ())}
        wanted = closure({*distributions, *TOOLS})
        return {name: version for name, version in self._installed.items() if name in wanted}

    def _conftests(self) -> Iterator[str]:
        folders = [self.layout.root / self.tests, *(self.layout.root / self.tests).parents]
        for folder in folders:
            if folder.is_relative_to(self.layout.root) and (folder / _CONFTEST).is_file():
                yield (folder / _CONFTEST).relative_to(self.layout.root).as_posix()

    def _all_tests(self) -> Iterator[str]:
        for path in sorted((self.layout.root / self.tests).rglob("*.py")):
            if path.name.startswith("test_") or path.stem.endswith("_test"):
                yield path.relative_to(self.layout.root).as_posix()

    def _is_module(self, path: str) -> bool:
        return any((self.layout.root / path).is_relative_to(folder) for folder in self.layout.search_path[1:])

    def _reach(self, path: str) -> Iterator[str]:
        # Tests are in no folder of modules; what they share is found from the project's folder.
        everywhere = Layout(self.layout.root, self.layout.folder, (*self.layout.modules, "."))
        modules = Modules(everywhere, path)
        pending, seen = [path], {path}
        while pending:
            current = pending.pop()
            for name in _imports(self.text(current), self._package(current)):
                for found in _along(modules, name):
                    if found not in seen:
                        seen.add(found)
                        pending.append(found)
                        yield found

    def _package(self, path: str) -> list[str]:
        """The names of the packages that a file is in."""
        file = self.layout.root / path
        folders = [folder for folder in self.layout.search_path[1:] if file.is_relative_to(folder)]
        return list(file.relative_to(folders[0] if folders else self.layout.root).parts[:-1])


def _along(modules: Modules, name: str) -> Iterator[str]:
    """The files that are imported on the way to a name: those of its packages, and its own."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        module = modules.find(".".join(parts[:count]))
        if module is None:
            return
        if module.path.endswith(".py"):
            yield module.path


def _imports(text: str, package: Iterable[str]) -> Iterator[str]:
    """The names that a module imports, relative ones made absolute."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    parts = list(package)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = parts[: len(parts) - node.level + 1] if node.level else []
            base = ".".join([*start, *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" if base else alias.name for alias in node.names)
