"""Where the snippets of a project are, and the modules that they import."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from knapper.diagnostics import Code, Diagnostic
from knapper.snippets.script import Snippet, is_snippet, read_snippet
from knapper.snippets.settings import Settings

_FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of a project.

    Attributes:
        root: the project's folder, in which `mkdocs.yml` is; snippets run there.
        folder: of the snippets, relative to `root`.
        modules: folders of modules that snippets import, relative to `root`.
    """

    root: Path
    folder: str = "snippets"
    modules: tuple[str, ...] = ("src",)

    @property
    def state(self) -> Path:
        """The folder of what Knapper keeps between runs; it may be deleted."""
        return self.root / ".knapper"

    @property
    def results(self) -> Path:
        """The folder of results of this machine."""
        return self.state / "results"

    @property
    def cache(self) -> Path:
        """The folder of what libraries keep between runs, such as matplotlib's list of fonts."""
        return self.state / "cache"

    @property
    def frozen(self) -> Path:
        """The folder of results that are committed."""
        return self.root / self.folder / _FROZEN

    @property
    def search_path(self) -> tuple[Path, ...]:
        """Where Python looks for modules of the project: as for any script, in its own folder first."""
        return tuple(self.root / folder for folder in (self.folder, *self.modules))

    def module_files(self) -> Iterator[tuple[Path, Path]]:
        """The modules of the project, each with its folder, in a stable order; hidden folders are left out."""
        for folder in self.search_path[1:]:
            for path in sorted(folder.rglob("*.py")):
                if not any(part.startswith(".") for part in path.relative_to(folder).parts):
                    yield folder, path


def read_snippets(layout: Layout) -> dict[str, Snippet]:
    """The snippets of a project by name: the scripts that have cells."""
    found: dict[str, Snippet] = {}
    folder = layout.root / layout.folder
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder).parts
        if parts[0] == _FROZEN or any(part.startswith(".") for part in parts):
            continue
        name = PurePosixPath(*parts).with_suffix("").as_posix()
        path = PurePosixPath(layout.folder, *parts).as_posix()
        snippet = _read(file, name, path)
        if snippet is not None:
            found[name] = snippet
    return found


def _read(file: Path, name: str, path: str) -> Snippet | None:
    """A script as a snippet; None for a module."""
    try:
        text = file.read_bytes().decode().removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    except (OSError, UnicodeDecodeError) as error:
        code = Code.INVALID_UTF8 if isinstance(error, UnicodeDecodeError) else Code.UNREADABLE_FILE
        problem = Diagnostic(path, 0, 0, code, f"the script cannot be read: {error}", "save it as UTF-8")
        return Snippet(name, path, "", Settings(), (), (problem,))
    return read_snippet(name, path, text) if is_snippet(text) else None


def digest(data: bytes) -> str:
    """SHA-256 as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def matching_files(root: Path, patterns: tuple[str, ...]) -> list[Path]:
    """The files that patterns of `reads` match, in a stable order."""
    return sorted({path for pattern in patterns for path in root.glob(pattern) if path.is_file()})


def digests(root: Path, patterns: tuple[str, ...]) -> dict[str, str]:
    """Path relative to the project to digest, of the files that patterns of `reads` match."""
    return {path.relative_to(root).as_posix(): digest(path.read_bytes()) for path in matching_files(root, patterns)}
