"""Refuses what a snippet has not declared, by an audit hook (PEP 578), which knows the line of the script that asks.

What C code and other processes do, Landlock refuses; see `confine`.
"""

from __future__ import annotations

import functools
import json
import os
import sys
import threading
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import get_ident
from typing import Any

from knapper.snippets.layout import names_digest
from knapper.snippets.trace import Trace, is_project_code

_IMPORTLIB = "<frozen importlib._bootstrap_external>"
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# Events by which entries of folders come and go: the arguments that name them, each with its folder's descriptor.
_ENTRIES: Mapping[str, tuple[tuple[int, int], ...]] = {
    "os.mkdir": ((0, 2),),
    "os.remove": ((0, 1),),
    "os.rename": ((0, 2), (1, 3)),
    "os.rmdir": ((0, 1),),
    "os.link": ((0, 2), (1, 3)),
    "os.symlink": ((1, 2),),
}
# Events by which files change, likewise.
_FILES: Mapping[str, tuple[tuple[int, int], ...]] = {
    "os.truncate": ((0, -1),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.utime": ((0, 3),),
}
_LISTINGS = frozenset(("os.listdir", "os.scandir"))
_NETWORK = frozenset(
    "socket.connect socket.sendto socket.sendmsg socket.bind socket.getaddrinfo socket.gethostbyname".split()
)


def install_audit(trace: Trace, network: bool) -> None:
    """Refuses files of the project that are not declared, the network, and changes of the environment.

    Args:
        trace: to which refusals are added.
        network: whether the network is allowed.
    """
    audit = _Audit(trace, network)
    os.open = audit.opener(os.open)
    os.supports_dir_fd.add(os.open)
    sys.addaudithook(audit.hook)


class _Audit:
    def __init__(self, trace: Trace, network: bool) -> None:
        self._trace = trace
        self._policy = trace.policy
        self._network = network
        self._busy: set[int] = set()
        self._at = threading.local()

    def opener(self, real: Callable[..., int]) -> Callable[..., int]:
        """`os.open`, of whose folder the event does not tell; `shutil.rmtree` names files relative to that."""

        @functools.wraps(real)
        def opened(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
            self._at.folder = dir_fd
            try:
                return real(path, flags, mode, dir_fd=dir_fd)
            finally:
                self._at.folder = None

        return opened

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Called for every audited event of the process; what a check itself does is not checked."""
        if get_ident() in self._busy:
            return
        if event == "open":
            self._guarded(self._open, arguments)
        elif event in _LISTINGS:
            self._guarded(self._list, arguments)
        elif event in _ENTRIES or event in _FILES:
            self._guarded(self._change, (event, *arguments))
        elif event == "sqlite3.connect":
            self._guarded(self._database, arguments)
        elif event in ("os.kill", "os.killpg", "os.exec"):
            if event == "os.exec" or arguments[0] in (0, os.getpid(), os.getpgid(0)):
                self._trace.on_leaving()
        elif event in _NETWORK and not self._network:
            self._guarded(self._connect, (event, *arguments))
        elif event in ("os.putenv", "os.unsetenv"):
            self._guarded(self._putenv, arguments)
        elif event in ("subprocess.Popen", "os.fork", "os.posix_spawn", "os.system") and (line := self._trace.line()):
            self._trace.processes.append(line)

    def _guarded(self, check: Callable[[tuple[Any, ...]], str | None], arguments: tuple[Any, ...]) -> None:
        self._busy.add(get_ident())
        try:
            message = check(arguments)
        finally:
            self._busy.discard(get_ident())
        if message:
            raise self._trace.refuse(message)

    def _open(self, arguments: tuple[Any, ...]) -> str | None:
        path, mode, flags = arguments
        if isinstance(path, int):
            return None
        path = _absolute(path, getattr(self._at, "folder", None))
        is_writing = bool(flags & _WRITING) if isinstance(flags, int) else bool(set(mode or "r") & set("wax+"))
        if is_writing:
            return None if self._policy.may_write(path) else self._written(path)
        if self._policy.may_read(path):
            return None
        if Path(path).exists():
            return self._undeclared(path)
        if self._policy.is_of_project(path):
            self._trace.absent_files.add(self._trace.relative(os.path.realpath(path)))
        return None

    def _list(self, arguments: tuple[Any, ...]) -> str | None:
        path = arguments[0]
        if isinstance(path, int) or sys._getframe(3).f_code.co_filename == _IMPORTLIB:
            return None
        path = os.fsdecode(path if path is not None else ".")
        if not Path(path).is_dir() or (path in sys.path and _is_by_python()):
            return None
        if not self._policy.may_read(path):
            return self._undeclared(path)
        if self._trace.is_running and self._policy.is_input(path) and not _is_by_python():
            real = os.path.realpath(path)
            self._trace.listed.setdefault(self._trace.relative(real), names_digest(Path(real)))
        return None

    def _change(self, arguments: tuple[Any, ...]) -> str | None:
        event, *rest = arguments
        for position, folder in _ENTRIES.get(event) or _FILES[event]:
            if isinstance(rest[position], int):
                continue  # a descriptor: what it is of was opened for writing
            path = _absolute(rest[position], rest[folder] if folder >= 0 else None)
            # To remove a link, or make one, is to change the folder that it is in, and not what it leads to.
            changed = str(Path(path).parent) if event in _ENTRIES else path
            if not self._policy.may_write(changed):
                return self._written(path)
        return None

    def _database(self, arguments: tuple[Any, ...]) -> str | None:
        name = os.fsdecode(arguments[0])
        path = name.removeprefix("file:").partition("?")[0]
        if path in ("", ":memory:") or self._policy.may_read(path):
            return None
        return self._undeclared(path) if Path(path).exists() else self._written(path)

    def _connect(self, arguments: tuple[Any, ...]) -> str | None:
        event, target = arguments[0], arguments[-1]
        if event == "socket.bind" and not self._is_asked_by_project():
            return None  # libraries try what there is; Landlock denies it
        if event.startswith("socket.get"):
            target = arguments[1]
        if isinstance(target, str | bytes) and not event.startswith("socket.get"):
            return None  # a socket of this machine's file system
        if target is None:
            return None  # on a socket that is connected
        name = target[0] if isinstance(target, tuple) and target else target
        return f"this snippet may not reach the network ({name}): add `network = true` to its header"

    def _putenv(self, arguments: tuple[Any, ...]) -> str | None:
        """Modules that the server has loaded have read the environment by now, so a change would come too late."""
        key = os.fsdecode(arguments[0])
        value = os.fsdecode(arguments[1]) if len(arguments) > 1 else None
        if os.environ.get(key) == value or not self._is_asked_by_project():
            return None
        if value is None:
            return f"this snippet may not unset `{key}`: give it a value under `env` in the header"
        shown = f"{key} = {json.dumps(value, ensure_ascii=False)}"  # a string of TOML, too
        return f"this snippet may not set `{key}` while it runs: add `env = {{{shown}}}` to its header"

    def _is_asked_by_project(self) -> bool:
        """Whether the project's code asks, and not a library; called by a check."""
        frame: types.FrameType | None = sys._getframe(4)
        while frame is not None and frame.f_globals.get("__name__") in ("os", "_collections_abc", "socket"):
            frame = frame.f_back
        return frame is not None and is_project_code(frame.f_globals)

    def _undeclared(self, path: str) -> str:
        if self._policy.is_of_project(path):
            shown = self._trace.relative(os.path.realpath(path))
            pattern = (f"{shown}/*" if shown != "." else "*") if Path(path).is_dir() else shown
            return f'this snippet does not declare that it reads `{shown}`: add `reads = ["{pattern}"]` to its header'
        return f"`{path}` is not of the project: copy it there, and declare it under `reads` in the header"

    def _written(self, path: str) -> str:
        shown = self._trace.relative(path) if self._policy.is_of_project(path) else path
        return f"a snippet may not write `{shown}`: write into tempfile.TemporaryDirectory()"


def _absolute(path: Any, folder: int | None) -> str:
    """The path that one is, which may be relative to an open folder."""
    name = os.fsdecode(path)
    if folder is None or folder < 0:
        return name
    if sys.platform == "darwin":
        import fcntl

        place = os.fsdecode(fcntl.fcntl(folder, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0"))
    else:
        place = os.readlink(f"/proc/self/fd/{folder}")  # noqa: PTH115 - for each file of a folder
    return str(Path(place, name))


def _is_by_python() -> bool:
    """Whether Python itself asks, for modules and distributions, and not the snippet or a library."""
    frame: types.FrameType | None = sys._getframe(4)
    while frame is not None and not is_project_code(frame.f_globals):
        if str(frame.f_globals.get("__name__")).partition(".")[0] in ("importlib", "zipp"):
            return True
        frame = frame.f_back
    return False
