"""What a snippet may read and write: nothing of the project but what is traced or declared."""

from __future__ import annotations

import os
import site
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

_SYSTEM = (
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/Library",
    "/nix",
    "/opt",
    "/proc",
    "/run",
    "/sbin",
    "/snap",
    "/sys",
    "/System",
    "/usr",
    "/var",
    os.environ.get("SYSTEMROOT", "/usr"),
    os.environ.get("PROGRAMFILES", "/usr"),
)
_DEVICES = ("/dev", "/proc")


@dataclass(slots=True)
class Policy:
    """Rights of one run. All paths are absolute, with symbolic links resolved.

    Attributes:
        root: the project.
        readable: folders outside of the project whose files may be read: Python, its packages, the system.
        writable: folders whose files may be changed: that of this run, the libraries' cache, and devices.
        files: files of the project that may be read: the script, what is declared, and modules once imported.
        folders: folders of the project that may be listed, as they hold declared files.
    """

    root: Path
    readable: tuple[Path, ...]
    writable: tuple[Path, ...]
    files: set[str] = field(default_factory=set)
    folders: set[str] = field(default_factory=set)

    def may_read(self, path: str) -> bool:
        """Whether a file may be read, or a folder listed."""
        real = os.path.realpath(path)
        if real in self.files or real in self.folders:
            return True
        inner = [folder for folder in (*self.readable, *self.writable) if _is_within(real, str(folder))]
        if _is_within(real, str(self.root)):
            # An environment or a temporary folder may lie in the project, and the project in a folder of the system.
            return any(_is_within(str(folder), str(self.root)) for folder in inner)
        return bool(inner)

    def may_write(self, path: str) -> bool:
        """Whether a file may be made, changed or removed."""
        real = os.path.realpath(path)
        return any(_is_within(real, str(folder)) for folder in self.writable)

    def is_of_project(self, path: str) -> bool:
        """Whether a path leads into the project."""
        return _is_within(os.path.realpath(path), str(self.root))

    def is_input(self, folder: str) -> bool:
        """Whether a folder is one of the project's own: no environment, cache or temporary folder within it."""
        real, root = os.path.realpath(folder), str(self.root)
        within = (place for place in map(str, (*self.readable, *self.writable)) if _is_within(place, root))
        return _is_within(real, root) and not any(_is_within(real, place) for place in within)


def make_policy(root: Path, run: Path, cache: Path, own: Iterable[Path], declared: Iterable[Path]) -> Policy:
    """The rights of a run.

    Args:
        root: the project.
        run: the folder that belongs to this run.
        cache: the folder of what libraries keep between runs.
        own: files that the runner itself lets be read: the script, and how figures are drawn.
        declared: files that the script declares; the folders that they are in may be listed.
    """
    root = root.resolve()
    writable = (run.resolve(), cache.resolve(), *(Path(folder) for folder in _DEVICES))
    policy = Policy(root, tuple(_readable(root)), writable, {str(path.resolve()) for path in own})
    for path in declared:
        policy.files.add(str(path.resolve()))
        folder = path.absolute().parent
        policy.folders.add(str(folder.resolve()))
        while root in folder.parents and (folder := folder.parent) != root:
            policy.folders.add(str(folder.resolve()))
    return policy


def _readable(root: Path) -> Iterator[Path]:
    """Folders outside of the project, and those in it that Python itself needs."""
    places = [*_SYSTEM, sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values()]
    places += [*site.getsitepackages(), site.getusersitepackages(), *_mapped()]
    for place in {Path(place).resolve() for place in places} | {Path(place) for place in sys.path if place}:
        if place == root or root in place.parents:
            # Of the project, only its environment.
            if _is_within(str(place), str(Path(sys.prefix).resolve())):
                yield place
        elif place in root.parents:
            yield from around(place, root)
        elif place.exists() and place != Path(tempfile.gettempdir()).resolve():
            yield place


def around(folder: Path, hole: Path) -> Iterator[Path]:
    """What is in a folder, less one path below it: Landlock can only allow."""
    try:
        entries = list(folder.iterdir())
    except OSError:
        return
    for entry in entries:
        if entry in hole.parents:
            yield from around(entry, hole)
        elif entry != hole and not entry.is_symlink():
            yield entry


def _mapped() -> set[str]:
    """Folders of the shared libraries that this process has loaded, wherever they are."""
    try:
        lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return set()
    paths = {line.partition("/")[2] for line in lines if ".so" in line and "/" in line}
    return {os.path.dirname(f"/{path}") for path in paths}  # noqa: PTH120 - thousands of strings


def _is_within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder if folder.endswith(os.sep) else folder + os.sep)
