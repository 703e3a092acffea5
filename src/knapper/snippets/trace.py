"""Sees which modules of the project a snippet imports, and refuses what it has not declared.

Modules of the project are compiled from their source, never from `.pyc`: one that is edited twice within a second, at
the same size, would run as it was. Everything else is watched by an audit hook (PEP 578), which knows the line of the
script that asks.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import os
import sys
import types
from collections.abc import Callable, Sequence
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

from knapper.snippets.layout import digest
from knapper.snippets.policy import Policy

_IMPORTLIB = "<frozen importlib._bootstrap_external>"
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = frozenset(
    "os.mkdir os.remove os.rename os.rmdir os.link os.symlink os.truncate os.chmod os.utime os.mkfifo".split()
)
_LISTINGS = frozenset(("os.listdir", "os.scandir"))
_NETWORK = frozenset(("socket.connect", "socket.sendto", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname"))


class UndeclaredError(PermissionError):
    """What the snippet's header does not declare; the message says what to add."""


class Trace:
    """What a snippet has used so far.

    Attributes:
        modules: name of each imported module of the project to its path and digest; of a namespace package, to the
            paths of its folders.
        missing: names of modules that were looked for in the project's folders in vain.
        absent_files: files of the project that were opened in vain.
        imported: names, up to their first dot, that the project's code has imported.
        refused: what was asked for and not declared, with the line of the script.
        started: threads and processes that the script has started, with the line.
    """

    def __init__(self, script: Path, policy: Policy) -> None:
        self.script = str(script)
        self.policy = policy
        self.modules: dict[str, tuple[str, str]] = {}
        self.missing: set[str] = set()
        self.absent_files: set[str] = set()
        self.imported: set[str] = set()
        self.refused: list[tuple[int, str]] = []
        self.started: list[tuple[int, str]] = []

    def relative(self, path: str | os.PathLike[str]) -> str:
        """A path of the project as manifests have it."""
        return Path(os.path.relpath(path, self.policy.root)).as_posix()

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
        self.trace.modules[fullname] = self.trace.relative(path), digest(data)
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
    outside = [path for path in sys.path if path and (not trace.policy.is_of_project(path) or _is_installed(path))]
    sys.path[:] = [*inside, *outside]
    # Libraries look there for distributions (importlib.metadata), as Python does for modules.
    trace.policy.folders.update(os.path.realpath(path) for path in sys.path)
    hook = _finder_hook(trace, inside, type("Loader", (ProjectLoader,), {"trace": trace}))
    sys.path_hooks.insert(0, hook)
    for path in list(sys.path_importer_cache):
        if any(path == folder or path.startswith(folder + os.sep) for folder in inside):
            del sys.path_importer_cache[path]
    loaded = {name.partition(".")[0] for name in sys.modules} - {"__main__", "builtins", "sys"}
    ours = {name for name in loaded if any(_has_module(folder, name) for folder in inside)}
    for name in [name for name in sys.modules if name.partition(".")[0] in ours]:
        del sys.modules[name]
    return loaded - ours


def _has_module(folder: str, name: str) -> bool:
    """Whether a folder has a module or a package of a name; a mere folder yields to modules elsewhere."""
    places = [f"{name}{suffix}" for suffix in (*SOURCE_SUFFIXES, *EXTENSION_SUFFIXES)]
    return any(Path(folder, place).is_file() for place in (*places, f"{name}/__init__.py"))


def _is_installed(path: str) -> bool:
    return path.startswith((sys.prefix + os.sep, sys.base_prefix + os.sep))


def _finder_hook(trace: Trace, folders: Sequence[str], loader: type[SourceFileLoader]) -> Callable[[str], FileFinder]:
    class Finder(FileFinder):
        """Remembers also what it does not find: a file of that name would be found."""

        def find_spec(self, fullname: str, target: types.ModuleType | None = None) -> ModuleSpec | None:
            spec = super().find_spec(fullname, target)
            if spec is None:
                trace.missing.add(fullname)
            elif spec.loader is None:
                places = sorted(trace.relative(place) for place in spec.submodule_search_locations or ())
                trace.modules[fullname] = ",".join(places), ""
            elif isinstance(spec.loader, ExtensionFileLoader) and spec.origin:
                data = Path(spec.origin).read_bytes()
                trace.modules[fullname] = trace.relative(spec.origin), digest(data)
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
        if level == 0 and _is_project_code(globals):
            trace.imported.add(name.partition(".")[0])
        return real_import(name, globals, locals, fromlist, level)

    def traced_module(name: str, package: str | None = None) -> types.ModuleType:
        if not name.startswith(".") and _is_project_code(sys._getframe(1).f_globals):
            trace.imported.add(name.partition(".")[0])
        return real_module(name, package)

    builtins.__import__ = traced_import  # type: ignore[assignment]
    importlib.import_module = traced_module


def _is_project_code(scope: dict[str, Any] | None) -> bool:
    """Whether a module's globals are those of the script, of a module of the project, or of code run by either."""
    loader = (scope or {}).get("__loader__")
    return loader is None or isinstance(loader, ProjectLoader)


# The audit hook -------------------------------------------------------------------------------------------------------


def install_audit(trace: Trace, network: bool) -> None:
    """Refuses files of the project that are not declared, the network, and changes of the environment.

    Args:
        trace: to which refusals are added.
        network: whether the network is allowed.
    """
    audit = _Audit(trace, network)
    sys.addaudithook(audit.hook)


class _Audit:
    def __init__(self, trace: Trace, network: bool) -> None:
        self._trace = trace
        self._policy = trace.policy
        self._network = network
        self._busy: set[int] = set()

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Called for every audited event of the process; what a check itself does is not checked."""
        if get_ident() in self._busy:
            return
        if event == "open":
            self._guarded(self._open, arguments)
        elif event in _LISTINGS:
            self._guarded(self._list, arguments)
        elif event in _CHANGES:
            self._guarded(self._change, arguments)
        elif event in _NETWORK and not self._network:
            self._guarded(self._connect, (event, *arguments))
        elif event in ("os.putenv", "os.unsetenv"):
            self._guarded(self._putenv, arguments)
        elif event in ("_thread.start_new_thread", "subprocess.Popen", "os.fork", "os.posix_spawn", "os.system"):
            self._started(event)

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
        path = os.fsdecode(path)
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
        return None if self._policy.may_read(path) or not Path(path).is_dir() else self._undeclared(path)

    def _change(self, arguments: tuple[Any, ...]) -> str | None:
        paths = [os.fsdecode(item) for item in arguments if isinstance(item, str | bytes)]
        refused = [path for path in paths if not self._policy.may_write(path)]
        return self._written(refused[0]) if refused else None

    def _connect(self, arguments: tuple[Any, ...]) -> str | None:
        event, target = arguments[0], arguments[-1]
        if event.startswith("socket.get"):
            target = arguments[1]
        if isinstance(target, str | bytes) and not event.startswith("socket.get"):
            return None  # a socket of this machine's file system
        name = target[0] if isinstance(target, tuple) and target else target
        return f"this snippet may not reach the network ({name}): add `network = true` to its header"

    def _putenv(self, arguments: tuple[Any, ...]) -> str | None:
        """Modules that the server has loaded have read the environment by now, so a change would come too late."""
        key = os.fsdecode(arguments[0])
        value = os.fsdecode(arguments[1]) if len(arguments) > 1 else None
        if os.environ.get(key) == value or not self._is_set_by_project():
            return None
        shown = "" if value is None else f'{key} = "{value}"'
        if value is None:
            return f"this snippet may not unset `{key}`: give it a value under `env` in the header"
        return f"this snippet may not set `{key}` while it runs: add `env = {{{shown}}}` to its header"

    def _is_set_by_project(self) -> bool:
        frame: types.FrameType | None = sys._getframe(4)
        while frame is not None and frame.f_globals.get("__name__") in ("os", "_collections_abc"):
            frame = frame.f_back
        return frame is not None and _is_project_code(frame.f_globals)

    def _undeclared(self, path: str) -> str:
        if self._policy.is_of_project(path):
            shown = self._trace.relative(os.path.realpath(path))
            pattern = f"{shown}/*" if Path(path).is_dir() else shown
            return f'this snippet does not declare that it reads `{shown}`: add `reads = ["{pattern}"]` to its header'
        return f"`{path}` is not of the project: copy it there, and declare it under `reads` in the header"

    def _written(self, path: str) -> str:
        shown = self._trace.relative(path) if self._policy.is_of_project(path) else path
        return f"a snippet may not write `{shown}`: write into tempfile.TemporaryDirectory()"

    def _started(self, event: str) -> None:
        if line := self._trace.line():
            self._trace.started.append((line, "thread" if event.startswith("_thread") else "process"))
