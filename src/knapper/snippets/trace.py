"""What a snippet uses: modules of the project, what it imports from elsewhere, the threads that it starts.

The project's modules are compiled from their source, never from `.pyc`: one that is edited twice within a second, at
the same size, would run as it was.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import importlib.util
import os
import sys
import threading
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
from typing import Any
from weakref import WeakKeyDictionary

from knapper.snippets.layout import source_digest
from knapper.snippets.modules import is_installed, is_python_itself, module_digest
from knapper.snippets.policy import Policy


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
            (trace.imported if is_project_code(globals) else trace.used).add(name.partition(".")[0])
        return real_import(name, globals, locals, fromlist, level)

    def traced_module(name: str, package: str | None = None) -> types.ModuleType:
        if not name.startswith(".") and trace.is_running:
            is_ours = is_project_code(sys._getframe(1).f_globals)
            (trace.imported if is_ours else trace.used).add(name.partition(".")[0])
        return real_module(name, package)

    builtins.__import__ = traced_import  # type: ignore[assignment]
    importlib.import_module = traced_module


def is_project_code(scope: dict[str, Any] | None) -> bool:
    """Whether a module's globals are those of the script, of a module of the project, or of code run by either."""
    loader = (scope or {}).get("__loader__")
    return loader is None or isinstance(loader, ProjectLoader)


def install_threads(trace: Trace) -> None:
    """Remembers where threads are started, for those that are still running at the end."""
    real = threading.Thread.start

    @functools.wraps(real)
    def start(thread: threading.Thread) -> None:
        trace.threads[thread] = trace.line()
        real(thread)

    threading.Thread.start = start  # type: ignore[method-assign, assignment]
