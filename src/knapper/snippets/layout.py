"""Where the snippets of a project are, and the modules that they import."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from knapper.diagnostics import Code, Diagnostic
from knapper.snippets.script import Snippet, folded, is_snippet, read_snippet
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

    def make_state(self) -> None:
        """Makes the folders of what Knapper keeps, out of Git's sight; one that cannot be written goes without."""
        with suppress(OSError):
            self.cache.mkdir(parents=True, exist_ok=True)
            (self.state / ".gitignore").write_text("*\n", encoding="utf-8")

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
        if parts[0] == _FROZEN or any(part.startswith(".") for part in parts) or file.is_dir():
            continue
        name = PurePosixPath(*parts).with_suffix("").as_posix()
        path = PurePosixPath(layout.folder, *parts).as_posix()
        snippet = _read(file, name, path)
        if snippet is not None:
            found[name] = snippet
    return _apart(found)


def _apart(snippets: dict[str, Snippet]) -> dict[str, Snippet]:
    """Snippets with a problem for each whose name some file systems, and links of notes, take for another's."""
    first: dict[str, str] = {}
    for name, snippet in snippets.items():
        if (other := first.setdefault(folded(name), name)) != name:
            message = f"the snippet `{other}` has the same name but for upper and lower case"
            problem = Diagnostic(snippet.path, 0, 0, Code.FILE_NAME, message, "rename one of them")
            snippets[name] = replace(snippet, problems=(*snippet.problems, problem))
    return snippets


def _read(file: Path, name: str, path: str) -> Snippet | None:
    """A script as a snippet; None for a module."""
    try:
        data = file.read_bytes()
        text = data.decode().removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        message = f"the script cannot be read: {error.strerror}"
        problem = Diagnostic(path, 0, 0, Code.UNREADABLE_FILE, message, "let it be read, or remove it")
        return Snippet(name, path, "", Settings(), (), (problem,))
    except UnicodeDecodeError as error:
        if not is_snippet(data.decode("latin-1")):
            return None  # Python takes modules in other encodings
        line = data.count(b"\n", 0, error.start) + 1
        problem = Diagnostic(path, line, 1, Code.INVALID_UTF8, "the script is not UTF-8", "save it as UTF-8")
        return Snippet(name, path, "", Settings(), (), (problem,))
    return read_snippet(name, path, text) if is_snippet(text) else None


def digest(data: bytes) -> str:
    """SHA-256 as hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def source_digest(data: bytes) -> str:
    """Digest of a module's source, the same with the line ends of any system, as for Python."""
    return digest(data.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))


def matching_files(root: Path, patterns: tuple[str, ...]) -> list[Path]:
    """The files that patterns of `reads` match, in a stable order; hidden ones only if a pattern names them."""
    found: set[Path] = set()
    for pattern in patterns:
        named = {part for part in pattern.split("/") if part.startswith(".")}
        for path in root.glob(pattern):
            hidden = {part for part in path.relative_to(root).parts if part.startswith(".")}
            if (hidden <= named or any("*" in part for part in named)) and path.is_file():
                found.add(path)
    return sorted(found)


def pattern_folders(root: Path, patterns: Iterable[str]) -> list[Path]:
    """The folders in which files may appear that patterns match; not the project itself, in which much appears."""
    found: list[Path] = []
    for pattern in patterns:
        parts = pattern.split("/")[:-1]
        stem = list(itertools.takewhile(lambda part: not set("*?[") & set(part), parts))
        if stem and (folder := root.joinpath(*stem)).is_dir():
            found.append(folder)
    return found


def digests(root: Path, patterns: tuple[str, ...]) -> dict[str, str]:
    """Path relative to the project to digest, of the files that patterns of `reads` match; empty if unreadable."""
    return {path.relative_to(root).as_posix(): file_digest(path) for path in matching_files(root, patterns)}


def names_digest(folder: Path) -> str:
    """Digest of the names of a folder's entries, less hidden ones and Python's caches; empty if it is none."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return ""
    return digest("\n".join(name for name in names if not name.startswith((".", "__pycache__"))).encode())


def file_digest(path: Path) -> str:
    """Digest of a file; empty if it cannot be read, or is gone."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
