"""Sees which modules of the project a snippet imports, and refuses what it has not declared.

Modules of the project are compiled from their source, never from `.pyc`: one that is edited twice within a second, at
the same size, would run as it was. Everything else is watched by an audit hook (PEP 578), which knows the line of the
script that asks.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import importlib.util
import json
import os
import sys
import threading
import types
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    SourceFileLoader,
)
from pathlib import Path
from threading import get_ident
from typing import Any
from weakref import WeakKeyDictionary

from knapper.snippets.layout import names_digest, source_digest
from knapper.snippets.modules import is_installed, is_python_itself, module_digest
from knapper.snippets.policy import Policy

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


class UndeclaredError(PermissionError):
    """What the snippet's header does not declare; the message says what to add."""


class Trace:
    """What a snippet has used so far.

    Attributes:
        modules: name of each module of the project that was imported, or looked for and found, to its path and digest;
            of a namespace package, to the paths of its folders.
        missing: names of modules that were looked for in the project's folders in vain.
        absent_files: files of the project that were opened in vain.
        listed: folders of the project whose entries were listed, to the digest of their names.
        imported: names, up to their first dot, that the project's code has imported.
        is_running: whether a cell is running, and what is imported is for it.
        used: names, up to their first dot, that other code has imported for it.
        refused: what was asked for and not declared, with the line of the script.
        threads: threads that have been started, each with the line of the script.
        processes: lines of the script at which it has started processes.
        on_leaving: called before the process sends itself a signal or becomes another program.
    """

    def __init__(self, script: Path, policy: Policy) -> None:
        self.script = str(script)
        self.policy = policy
        self.modules: dict[str, tuple[str, str]] = {}
        self.missing: set[str] = set()
        self.absent_files: set[str] = set()
        self.listed: dict[str, str] = {}
        self.imported: set[str] = set()
        self.is_running = False
        self.used: set[str] = set()
        self.refused: list[tuple[int, str]] = []
        self.threads: WeakKeyDictionary[threading.Thread, int] = WeakKeyDictionary()
        self.processes: list[int] = []
        self.on_leaving: Callable[[], None] = lambda: None

    def relative(self, path: str | os.PathLike[str]) -> str:
        """A path of the project as manifests have it."""
        return Path(os.path.relpath(path, self.policy.root)).as_posix()

    def settle(self) -> set[str]:
        """Tells apart, once all is imported, what was looked for and not found in the project.

        A folder may have the name of a package that is installed, and a module that is installed may fail to load.

        Returns:
            The names, up to their first dot, of modules that are elsewhere.
        """
        for name in [name for name, (_, sha) in self.modules.items() if not sha]:
            if getattr(sys.modules.get(name), "__file__", None):
                del self.modules[name]
        self.missing -= sys.modules.keys() | self.modules.keys()  # one folder has not what the next one has
        elsewhere = {name for name in self.missing if "." not in name and is_installed(name, self.policy.root)}
        self.missing -= elsewhere
        return elsewhere | {name.partition(".")[0] for name in sys.modules} - {"__main__"}

    def line(self) -> int:
        """The line of the script that is running; 0 if none of this thread's frames is the script's."""
        frame: types.FrameType | None = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == self.script:
                return frame.f_lineno
            frame = frame.f_back
        return 0

    def refuse(self, message: str) -> UndeclaredError:
        """The error to raise; the run fails even if the snippet catches it, for its outputs may depend on it."""
        self.refused.append((self.line(), message))
        return UndeclaredError(message)


# Modules --------------------------------------------------------------------------------------------------------------


class ProjectLoader(SourceFileLoader):
    """Compiles a module of the project from its source, and remembers what that was."""

    trace: Trace

    def get_code(self, fullname: str) -> types.CodeType:
        """The code of the source as it is now."""
        path = self.get_filename(fullname)
        self.trace.policy.files.add(os.path.realpath(path))
        data = self.get_data(path)
        self.trace.modules[fullname] = self.trace.relative(path), source_digest(data)
        code: types.CodeType = compile(data, path, "exec", dont_inherit=True)
        return code


def install_modules(trace: Trace, folders: Sequence[Path]) -> set[str]:
    """Puts folders of modules at the head of Python's search path, as they are for a script.

    Modules that this process has loaded for itself, and that have the name of one of the project, are forgotten, so
    that the snippet gets what it would get in a process of its own, and it is traced.

    Args:
        trace: to which modules are added.
        folders: the script's own first.

    Returns:
        The names, up to their first dot, of the modules that were loaded from elsewhere.
    """
    inside = [str(folder) for folder in folders]
    # What may not be read there cannot be imported; a library that looks there for distributions would be refused.
    sys.path[:] = [*inside, *(path for path in sys.path if path and trace.policy.may_read(path))]
    hook = _finder_hook(trace, inside, type("Loader", (ProjectLoader,), {"trace": trace}))
    sys.path_hooks.insert(0, hook)
    for path in list(sys.path_importer_cache):
        if any(path == folder or path.startswith(folder + os.sep) for folder in inside):
            del sys.path_importer_cache[path]
    loaded = {name.partition(".")[0] for name in sys.modules}
    ours = {name for name in loaded & _top_modules(inside) if not is_python_itself(name)}
    for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
        del sys.modules[name]
    return loaded - ours


def _top_modules(folders: Sequence[str]) -> set[str]:
    """Names of the modules and packages in folders; a mere folder yields to modules elsewhere."""
    names = set()
    for entry in (entry for folder in folders if Path(folder).is_dir() for entry in Path(folder).iterdir()):
        suffixes = [suffix for suffix in (*EXTENSION_SUFFIXES, *SOURCE_SUFFIXES) if entry.name.endswith(suffix)]
        if suffixes:
            names.add(entry.name.removesuffix(suffixes[0]))
        elif (entry / "__init__.py").is_file():
            names.add(entry.name)
    return names


def _finder_hook(trace: Trace, folders: Sequence[str], loader: type[SourceFileLoader]) -> Callable[[str], FileFinder]:
    class Finder(FileFinder):
        """Remembers also what it does not find: a file of that name would be found."""

        def find_spec(self, fullname: str, target: types.ModuleType | None = None) -> ModuleSpec | None:
            spec = super().find_spec(fullname, target)
            if spec is None:
                trace.missing.add(fullname)
            elif spec.loader is None:
                known, sha = trace.modules.get(fullname, ("", ""))
                places = [trace.relative(place) for place in spec.submodule_search_locations or ()]
                if not sha:  # each finder finds its own folders of a namespace package
                    trace.modules[fullname] = ",".join(dict.fromkeys([*filter(None, known.split(",")), *places])), ""
            elif spec.origin and not trace.modules.get(fullname, ("", ""))[1]:
                # Also of one that is not imported then: `find_spec` tells that it is there. The loader knows better.
                trace.policy.files.add(os.path.realpath(spec.origin))
                trace.modules[fullname] = trace.relative(spec.origin), module_digest(Path(spec.origin))
            return spec

    def hook(path: str) -> FileFinder:
        if not any(path == folder or path.startswith(folder + os.sep) for folder in folders):
            raise ImportError("not of the project", path=path)
        return Finder(path, (ExtensionFileLoader, EXTENSION_SUFFIXES), (loader, SOURCE_SUFFIXES))

    return hook


def install_imports(trace: Trace) -> None:
    """Remembers what the project's own code imports, whether or not it has been loaded before."""
    real_import, real_module = builtins.__import__, importlib.import_module

    def traced_import(
        name: str,
        globals: dict[str, Any] | None = None,
        locals: dict[str, Any] | None = None,
        fromlist: Sequence[str] = (),
        level: int = 0,
    ) -> types.ModuleType:
        if level == 0 and trace.is_running:
            (trace.imported if _is_project_code(globals) else trace.used).add(name.partition(".")[0])
        return real_import(name, globals, locals, fromlist, level)

    def traced_module(name: str, package: str | None = None) -> types.ModuleType:
        if not name.startswith(".") and trace.is_running:
            is_ours = _is_project_code(sys._getframe(1).f_globals)
            (trace.imported if is_ours else trace.used).add(name.partition(".")[0])
        return real_module(name, package)

    builtins.__import__ = traced_import  # type: ignore[assignment]
    importlib.import_module = traced_module


def _is_project_code(scope: dict[str, Any] | None) -> bool:
    """Whether a module's globals are those of the script, of a module of the project, or of code run by either."""
    loader = (scope or {}).get("__loader__")
    return loader is None or isinstance(loader, ProjectLoader)


def _is_by_python() -> bool:
    """Whether Python itself asks, for modules and distributions, and not the snippet or a library."""
    frame: types.FrameType | None = sys._getframe(4)
    while frame is not None and not _is_project_code(frame.f_globals):
        if str(frame.f_globals.get("__name__")).partition(".")[0] in ("importlib", "zipp"):
            return True
        frame = frame.f_back
    return False


def install_threads(trace: Trace) -> None:
    """Remembers where threads are started, for those that are still running at the end."""
    real = threading.Thread.start

    @functools.wraps(real)
    def start(thread: threading.Thread) -> None:
        trace.threads[thread] = trace.line()
        real(thread)

    threading.Thread.start = start  # type: ignore[method-assign, assignment]


# The audit hook -------------------------------------------------------------------------------------------------------


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
        return frame is not None and _is_project_code(frame.f_globals)

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
