"""Stored results: executed notebooks, each with a manifest. Only results are stored, never failures.

A manifest is written last, by renaming, and names the digest of its notebook: what was interrupted is not there, and
what was damaged is noticed.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from knapper.diagnostics import Code, Diagnostic
from knapper.snippets.layout import digest
from knapper.snippets.manifest import Manifest, manifest_of
from knapper.snippets.outputs import CellOutputs
from knapper.snippets.result import dumps

KEPT = 8
"""Results kept of a snippet, so that going back to a version, or to another branch, runs nothing."""

_PARTIAL = ".partial"
_DAY = 86_400.0
_FORGOTTEN = 30 * _DAY
"""Seconds after which results of a deleted snippet go; until then it may come back, with another branch."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored result."""

    manifest: Manifest
    path: Path
    notebook: bytes

    @property
    def displayed(self) -> tuple[CellOutputs, ...]:
        """The outputs of each cell of code."""
        cells = json.loads(self.notebook)["cells"]
        return tuple(cell["outputs"] for cell in cells if cell["cell_type"] == "code")


class Store:
    """A folder of results.

    Args:
        folder: need not exist.
        root: of the project, for the paths that are told.
        is_committed: the files are the author's: reading never changes, removes or touches one.
    """

    def __init__(self, folder: Path, root: Path, is_committed: bool = False) -> None:
        self._folder = folder
        self._root = root
        self._is_committed = is_committed
        self._problems: list[Diagnostic] = []

    def take_problems(self) -> list[Diagnostic]:
        """What was wrong with stored results since this was last asked; those are left out, and made anew."""
        problems, self._problems = self._problems, []
        return problems

    def manifests(self, name: str) -> Iterator[tuple[Path, Manifest]]:
        """The manifests of a snippet, those used last first."""
        for path in self._paths(name):
            try:
                yield path, manifest_of(json.loads(path.read_bytes()))
            except FileNotFoundError:
                continue  # another build has just pruned it
            except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                self._discard(path, f"its manifest cannot be read ({type(error).__name__})")

    def load(self, path: Path, manifest: Manifest) -> Entry | None:
        """The whole of a result; None if it is damaged."""
        try:
            # Git may have given committed files the line ends of this system.
            notebook = path.with_suffix(".ipynb").read_bytes().replace(b"\r\n", b"\n")
        except OSError as error:
            if path.exists():  # or another build has just pruned both
                self._discard(path, f"its notebook cannot be read: {error.strerror}")
            return None
        if digest(notebook) != manifest.notebook:
            self._discard(path, "its notebook is not the one that was written")
            return None
        if not self._is_committed:
            with suppress(OSError):
                os.utime(path)  # the order in which results are pruned; whether one is fresh does not depend on it
        return Entry(manifest, path, notebook)

    def put(self, name: str, manifest: Manifest, notebook: bytes) -> Diagnostic | None:
        """Writes a result; returns what went wrong, if anything did."""
        path = self._path(name, manifest)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path.with_suffix(".ipynb"), notebook)
            _write(path, dumps(asdict(manifest)))
        except OSError as error:
            message = f"the result of `{name}` could not be stored: {error.strerror}"
            hint = "make room, or let the folder be written; until then it is made anew each time"
            return Diagnostic(self._shown(path.parent), 0, 0, Code.STORE, message, hint)
        return None

    def clear(self, name: str) -> None:
        """Removes all results of a snippet."""
        for path in self._paths(name):
            _remove(path)

    def replace(self, name: str, manifest: Manifest, notebook: bytes) -> Diagnostic | None:
        """Writes a result, and once it is there removes all others of the snippet."""
        problem = self.put(name, manifest, notebook)
        if problem is None:
            for path in self._paths(name):
                if path != self._path(name, manifest):
                    _remove(path)
        return problem

    def prune(self, name: str) -> None:
        """Removes old results of a snippet, and what interrupted writes have left."""
        for path in self._paths(name)[KEPT:]:
            _remove(path)
        folder = self._folder / name
        left = [path for path in folder.glob("*.ipynb") if not path.with_suffix(".json").exists()]
        for path in (*folder.glob(f"*{_PARTIAL}"), *left):
            with suppress(OSError):
                if path.is_file() and _age(path) > _DAY:
                    path.unlink()

    def forget(self, names: Collection[str]) -> None:
        """Removes what nobody has used for long of snippets that are no longer there.

        Args:
            names: of the snippets that there are.
        """
        found = self._folder.rglob("*.json")
        for path in sorted(found, key=lambda path: -len(path.parts)):  # an outer folder is empty once the inner is gone
            with suppress(OSError):
                name = path.parent.relative_to(self._folder).as_posix()
                if name not in names and path.is_file() and _age(path) > _FORGOTTEN:
                    _remove(path)
                    path.parent.rmdir()  # fails while something is in it

    def _path(self, name: str, manifest: Manifest) -> Path:
        # With the notebook's digest, so that two builds at once never write one's manifest for the other's notebook.
        return self._folder / name / f"{manifest.key}-{manifest.notebook[:8]}.json"

    def _paths(self, name: str) -> list[Path]:
        found: list[tuple[float, Path]] = []
        for path in (self._folder / name).glob("*.json"):
            with suppress(OSError):
                status = path.stat()
                if stat.S_ISREG(status.st_mode):  # a folder is that of another snippet, such as `optim/v1.json.py`
                    found.append((status.st_mtime, path))
        return [path for _, path in sorted(found, key=lambda item: (-item[0], item[1]))]

    def _discard(self, path: Path, why: str) -> None:
        if self._is_committed:
            message = f"a frozen result cannot be used: {why}"
            hint = "if a merge has left both sides in it, take one; else remove it, or freeze the snippet again"
        else:
            message = f"a stored result is damaged: {why}; it is made anew"
            hint = "nothing is to be done"
            _remove(path)
        self._problems.append(Diagnostic(self._shown(path), 0, 0, Code.STORE, message, hint))

    def _shown(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()


def _age(path: Path) -> float:
    """Seconds since a file was written or used."""
    return time.time() - path.stat().st_mtime


def _write(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all, also if the machine stops."""
    descriptor, partial = tempfile.mkstemp(suffix=_PARTIAL, dir=path.parent)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(partial, 0o644)  # noqa: PTH101 - it is a string
        os.replace(partial, path)  # noqa: PTH105
    except BaseException:
        with suppress(OSError):
            os.unlink(partial)  # noqa: PTH108
        raise


def _remove(path: Path) -> None:
    for file in (path, path.with_suffix(".ipynb")):
        with suppress(OSError):
            file.unlink()
