"""Runs the cells of one snippet, in a process of its own, and writes down what came of them.

The process is forked from `zygote`, or started for the one snippet: `python -m knapper.snippets.worker FOLDER`.
"""

from __future__ import annotations
import __future__

import ast
import atexit
import base64
import builtins
import contextlib
import faulthandler
import functools
import gc
import io
import json
import operator
import os
import platform
import random
import signal
import sys
import tempfile
import threading
import time
import tokenize
import traceback
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from knapper.snippets import landlock
from knapper.snippets.device import used_device
from knapper.snippets.distributions import installed_versions, normalised
from knapper.snippets.figures import MATPLOTLIBRC
from knapper.snippets.job import (
    ENDING,
    JOB,
    MAX_SHOWN,
    MAX_STREAM,
    PROGRESS,
    RESULT,
    STACKS,
    STDERR,
    STDOUT,
    Failure,
    Job,
    Outcome,
    job_of,
)
from knapper.snippets.layout import digests, matching_files, pattern_folders
from knapper.snippets.policy import Policy, make_policy
from knapper.snippets.requirements import RUNNER, closure, owners
from knapper.snippets.shell import Bundle, Publisher, Scrubber, make_shell
from knapper.snippets.supervise import private_memory
from knapper.snippets.trace import (
    Trace,
    UndeclaredError,
    install_audit,
    install_imports,
    install_modules,
    install_threads,
)

_FEATURES = (getattr(__future__, name) for name in __future__.all_feature_names)
_FUTURE = functools.reduce(operator.or_, (feature.compiler_flag for feature in _FEATURES))

_leave = os._exit  # the snippet's is another


class _TooMuchError(RuntimeError):
    """More is displayed than the limit allows; the message says which that is."""


class Worker:
    """Runs a job in this process, which it changes for ever.

    Args:
        job: what to run.
        run: the folder of the run, for its files.
        known: module to the distributions that install it, if the server has looked already.
    """

    def __init__(self, job: Job, run: Path, known: Mapping[str, list[str]] | None = None) -> None:
        self._job = job
        self._run = run
        self._known = known
        self._pid = os.getpid()
        self._root = Path(job.root).resolve()
        self._script = self._root / job.path
        declared = matching_files(self._root, tuple(job.reads))
        policy = make_policy(self._root, run, Path(job.cache), [self._script, MATPLOTLIBRC], declared)
        # Also while no file is there that a pattern matches.
        policy.folders.update(str(folder.resolve()) for folder in pattern_folders(self._root, job.reads))
        self._trace = Trace(self._script, policy)
        self._reads = digests(self._root, tuple(job.reads))
        self._scrubber = Scrubber(_shown_folders(self._root, run.resolve()))
        self._outputs: list[dict[str, Any]] = []
        self._displayed: list[list[dict[str, Any]]] = []
        self._seen = {STDOUT: 0, STDERR: 0}
        self._shown = 0
        self._excess: Failure | None = None
        self._future = 0
        self._line = 0

    def main(self) -> NoReturn:
        """Runs the cells, writes the result, and ends the process as Python would."""
        try:
            unenforced = self._confine()
            outcome = self._execute(unenforced)
            if os.getpid() == self._pid:  # what the snippet has forked comes here, too
                self._write(outcome)
                self._end()
        except BaseException:
            traceback.print_exc()
            _leave(70)
        _leave(0)

    # Before the first cell --------------------------------------------------------------------------------------------

    def _confine(self) -> list[str]:
        """Makes the process what a script would have for itself alone; what cannot be enforced is returned."""
        for name in ("home", "tmp"):
            (self._run / name).mkdir()
        os.environ["HOME"] = str(self._run / "home")
        os.environ["TMPDIR"] = str(self._run / "tmp")
        tempfile.tempdir = None  # what the server has found for itself
        self._stacks = (self._run / STACKS).open("w")
        faulthandler.enable(self._stacks)
        if hasattr(faulthandler, "register"):
            faulthandler.register(signal.SIGUSR1, self._stacks, all_threads=True)
        self._progress = (self._run / PROGRESS).open("w")
        _redirect(self._run)
        os.chdir(self._root)
        sys.argv = [self._job.path]
        _reseed()
        folders = [self._script.parent, *(self._root / folder for folder in self._job.modules)]
        self._elsewhere = install_modules(self._trace, folders)
        self._shell = make_shell()
        Publisher.show = staticmethod(self._display)
        builtins.input = _no_input
        self._trace.on_leaving = self._tell_line
        os._exit = self._exit
        install_imports(self._trace)
        install_threads(self._trace)
        unenforced = _lock(self._trace.policy, folders, self._job.network)
        install_audit(self._trace, self._job.network)
        return unenforced

    def _execute(self, unenforced: list[str]) -> Outcome:
        main = types.ModuleType("__main__")
        main.__dict__.update({"__file__": str(self._script), "__builtins__": builtins})
        main.__dict__["get_ipython"] = lambda: self._shell
        main.__dict__["display"] = _display_function()
        sys.modules["__main__"] = main
        self._shell.user_module, self._shell.user_ns = main, main.__dict__
        failure = None
        start = time.perf_counter()
        for source, line in self._job.cells:
            failure = self._cell(source, line, main.__dict__)
            self._displayed.append(self._outputs)
            self._outputs = []
            if failure:
                break
        seconds = time.perf_counter() - start
        failure = failure or self._refused()
        return self._outcome(failure, seconds, unenforced)

    # Cells ------------------------------------------------------------------------------------------------------------

    def _cell(self, source: str, line: int, scope: dict[str, Any]) -> Failure | None:
        self._line = line
        self._tell(str(line))
        try:
            self._trace.is_running = True
            tree = ast.parse(source, str(self._script))
            ast.increment_lineno(tree, line - 1)
            shown = _last_expression(tree, source)
            exec(self._compiled(tree, "exec"), scope)
            if shown:
                self._show_result(eval(self._compiled(ast.Expression(shown.value), "eval"), scope))
            self._trace.is_running = False
            _flush_figures()
            gc.collect()  # generators and files that close late would write into the next cell
        except BaseException as error:
            if os.getpid() != self._pid:
                _leave_as_python(error)
            self._drain()
            return self._excess or self._failed(error)
        self._drain()
        return self._excess

    def _compiled(self, tree: ast.Module | ast.Expression, mode: str) -> types.CodeType:
        """The code of a cell; what it imports from `__future__` holds for those after it, as in one script."""
        code: types.CodeType = compile(tree, str(self._script), mode, self._future, dont_inherit=True)
        self._future |= code.co_flags & _FUTURE
        return code

    def _show_result(self, value: Any) -> None:
        if value is None:
            return
        formatter: Any = self._shell.display_formatter
        data, _ = formatter.format(value)
        if isinstance(value, str):
            data = {**data, "text/plain": value}
        if data:  # nothing of an object that displays itself
            self._add("execute_result", data)

    def _display(self, data: Bundle) -> None:
        self._add("display_data", data)

    def _add(self, kind: str, data: Bundle) -> None:
        self._drain()
        encoded = {mime: _as_json(value) for mime, value in data.items()}
        output: dict[str, Any] = {"output_type": kind, "data": self._scrubber.bundle(encoded), "metadata": {}}
        if kind == "execute_result":
            output["execution_count"] = None
        self._outputs.append(output)
        self._shown += sum(len(value) for value in encoded.values() if isinstance(value, str))
        if self._shown > MAX_SHOWN:
            message = f"more than {MAX_SHOWN // 10**6} MB displayed"
            self._excess = Failure(self._trace.line(), message, "display less: fewer points, or a smaller picture")
            raise _TooMuchError(message)

    def _drain(self) -> None:
        """Adds what has been written to the standard streams since; C code and subprocesses write there, too."""
        for name, stream in ((STDOUT, sys.stdout), (STDERR, sys.stderr)):
            with contextlib.suppress(OSError, ValueError):  # the snippet may have closed it
                stream.flush()
            with (self._run / name).open("rb") as file:
                file.seek(self._seen[name])
                data = file.read(MAX_STREAM + 1)
            self._seen[name] += len(data)
            if sum(self._seen.values()) > MAX_STREAM:
                hint = "print less: a note shows figures, tables and values"
                self._excess = Failure(
                    self._trace.line() or self._line, f"more than {MAX_STREAM // 10**6} MB printed", hint
                )
                return
            if data:
                text = self._scrubber.text(data.decode("utf-8", "replace"))
                self._outputs.append({"output_type": "stream", "name": name, "text": text})

    def _failed(self, error: BaseException) -> Failure:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno or 0 for frame in frames if frame.filename == str(self._script)]
        name, text = type(error).__name__, self._scrubber.text(_text_of(error)).strip()
        ours = str(Path(__file__).parent)
        shown = [frame for frame in frames if not frame.filename.startswith((ours, "<frozen importlib"))]
        listing = traceback.format_list(traceback.StackSummary.from_list(shown))
        trace = [self._scrubber.text(line.rstrip()) for line in listing] + [f"{name}: {text}"]
        self._outputs.append({"output_type": "error", "ename": name, "evalue": text, "traceback": trace})
        line = lines[-1] if lines else self._line
        if isinstance(error, UndeclaredError):
            message, _, hint = text.partition(": ")
            return Failure(line, message, hint, "undeclared-input")
        if isinstance(error, SystemExit):
            return Failure(line, "the snippet ends itself before its end", "remove the call of exit")
        if isinstance(error, SyntaxError) and error.filename in self._sources():
            place, text = f" (in {self._trace.relative(error.filename)}:{error.lineno})", error.msg
        else:
            place = self._place(frames)
        first = text.split("\n", 1)[0]
        hint = self._hint_for(text) if isinstance(error, OSError) else ""
        return Failure(line, f"{name}: {first}{place}" if first else f"{name}{place}", hint)

    def _place(self, frames: traceback.StackSummary) -> str:
        """Where in a module of the project an error was raised, if not in the script itself."""
        sources = self._sources()
        own = (frame for frame in reversed(frames) if frame.filename in sources or frame.filename == str(self._script))
        inner = next(own, None)
        if inner is None or inner.filename == str(self._script):
            return ""
        return f" (in {self._trace.relative(inner.filename)}:{inner.lineno})"

    def _sources(self) -> set[str]:
        """The modules of the project that have been imported."""
        return {str(self._root / path) for path, sha in self._trace.modules.values() if sha}

    def _hint_for(self, text: str) -> str:
        """What to declare, if an error of C code, which the audit hook does not see, names a file of the project."""
        for quoted in text.replace('"', "'").split("'")[1::2]:
            path = self._root / quoted
            if path.is_file() and self._trace.policy.is_of_project(str(path)):
                shown = self._trace.relative(path)
                return f'if it reads `{shown}`, add `reads = ["{shown}"]` to its header'
        return ""

    def _refused(self) -> Failure | None:
        """A refusal that the snippet, or a library, has caught: what it displays may depend on it."""
        if not self._trace.refused:
            return None
        line, text = self._trace.refused[0]
        message, _, hint = text.partition(": ")
        return Failure(line, message, hint, "undeclared-input")

    # After the last cell ----------------------------------------------------------------------------------------------

    def _outcome(self, failure: Failure | None, seconds: float, unenforced: list[str]) -> Outcome:
        trace = self._trace
        elsewhere = self._elsewhere | trace.settle()
        names = trace.imported - trace.modules.keys() - sys.stdlib_module_names - {"__main__"}
        known = self._known if self._known is not None else owners()
        foreign = sorted(name for name in names if name in sys.modules and name not in known)
        if foreign and not failure:
            message = f"module `{foreign[0]}` is neither of the project nor of an installed distribution"
            hint = "install it, or name the folder that it is in under `modules`"
            failure = Failure(0, message, hint, "undeclared-input")
        used = sorted(names | trace.used - trace.modules.keys())
        wanted = closure([*RUNNER, *(owner for name in used for owner in known.get(name, ()))])
        versions = installed_versions()
        return Outcome(
            displayed=self._displayed,
            failure=failure,
            modules=dict(sorted(trace.modules.items())),
            elsewhere=sorted(elsewhere - trace.modules.keys()),
            absent=sorted(trace.missing),
            absent_files=sorted(trace.absent_files),
            listed=dict(sorted(trace.listed.items())),
            reads=self._reads,
            versions={name: versions[name] for name in sorted(map(normalised, wanted)) if name in versions},
            python=platform.python_version(),
            device=used_device(self._job.device),
            seconds=seconds,
            memory=private_memory(os.getpid()),  # of a short run there has been no other look
            unenforced=unenforced,
        )

    def _write(self, outcome: Outcome) -> None:
        partial = self._run / f"{RESULT}.part"
        partial.write_text(json.dumps(outcome.as_json()), encoding="utf-8")
        partial.rename(self._run / RESULT)

    def _end(self) -> None:
        """Lets threads and exit handlers end as they would at the end of a script; the supervisor has patience."""
        others = [thread for thread in threading.enumerate() if thread is not threading.main_thread()]
        lines = [self._trace.threads.get(thread) for thread in others if not thread.daemon]
        self._tell(f"{ENDING} {next(filter(None, lines), self._line)}")
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        self._tell(f"{ENDING} {self._trace.processes[-1] if self._trace.processes else self._line}")

    def _tell_line(self) -> None:
        """Tells where the script is: it may be about to end this process."""
        if os.getpid() == self._pid and (line := self._trace.line()):
            self._tell(str(line))

    def _exit(self, status: int) -> NoReturn:
        """What the snippet has for `os._exit`."""
        self._tell_line()
        _leave(status)

    def _tell(self, text: str) -> None:
        self._progress.seek(0)
        self._progress.write(f"{text}\n")
        self._progress.truncate()
        self._progress.flush()


def _last_expression(tree: ast.Module, source: str) -> ast.Expr | None:
    """Takes the last statement out if its value is to be shown; a semicolon at the end hides it, as in Jupyter."""
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        return None
    tokens = [token for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.string.strip()]
    if next(token.string for token in reversed(tokens) if token.type != tokenize.COMMENT) == ";":
        return None
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    return last


def _shown_folders(root: Path, run: Path) -> list[tuple[str, str]]:
    """Folders of this machine, and what outputs show for them."""
    own = [(str(run / "home"), "~"), (str(run / "tmp"), "/tmp"), (str(run), "/run")]
    home = os.path.expanduser("~")  # noqa: PTH111 - stays what it is where nobody knows
    machine = [(str(run.parent), "/tmp"), *([(home, "~")] if len(home) > 1 else [])]
    installed = [path for path in sys.path if path.startswith((sys.prefix, sys.base_prefix))]
    packages = [(path, Path(path).name) for path in sorted(installed, key=len, reverse=True)]
    return [*own, *packages, (f"{root}{os.sep}", ""), (str(root), "."), *machine]


def _flush_figures() -> None:
    if "matplotlib.pyplot" in sys.modules:
        from matplotlib_inline.backend_inline import flush_figures

        flush_figures()  # type: ignore[no-untyped-call]


def _display_function() -> Callable[..., Any]:
    from IPython.display import display

    return display


def _as_json(value: Any) -> Any:
    """A value of a MIME bundle as notebooks have it: bytes as base64."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _redirect(run: Path) -> None:
    """Sends the standard streams to files, by their descriptors, and gives nothing to read."""
    for descriptor, name in ((1, STDOUT), (2, STDERR)):
        file = os.open(run / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, descriptor)
        os.close(file)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it stays for good
    sys.stdout = sys.__stdout__ = _writer(1, "strict")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _writer(2, "backslashreplace")  # type: ignore[misc]


def _writer(descriptor: int, errors: str) -> io.TextIOWrapper:
    """A standard stream that keeps nothing back, as with `python -u`: other processes and C code write there, too."""
    raw: Any = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", errors=errors, write_through=True)


def _reseed() -> None:
    """Fresh seeds, as each process would have: children of one server would all draw the same numbers."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if torch := sys.modules.get("torch"):
        torch.seed()


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""


def _leave_as_python(error: BaseException) -> NoReturn:
    """Ends a process that the snippet has forked, and which has come to an error, as Python would."""
    code = error.code if isinstance(error, SystemExit) else 1
    if not isinstance(error, SystemExit):
        traceback.print_exception(error)
    _leave(code if isinstance(code, int) else int(code is not None))


def _no_input(prompt: object = "") -> str:
    raise RuntimeError("a snippet cannot ask for input: nobody is there to answer")


def _lock(policy: Policy, folders: list[Path], network: bool) -> list[str]:
    """Lets the kernel enforce what it can; returns what it does not."""
    if not landlock.abi():
        return ["files read by C code and by other processes", "network use by C code and by other processes"]
    listed = [Path(folder) for folder in policy.folders]
    code: list[Path] = []
    for folder in folders:
        for path in folder.rglob("*") if folder.is_dir() else ():
            (listed if path.is_dir() else code).append(path)
        listed.append(folder)
    files = [Path(path) for path in policy.files]
    modules = [path for path in code if path.suffix in (".py", ".so")]
    landlock.restrict([*policy.readable, *files, *modules], listed, policy.writable, network)
    unenforced = ["whether a file exists", "modules of the project that other processes import"]
    if not network:
        what = "network use other than TCP" if landlock.denies_network() else "network use"
        unenforced.append(f"{what} by C code and by other processes")
    return unenforced


def main() -> None:
    """Runs the job in the folder that the command line names."""
    run = Path(sys.argv[1])
    Worker(job_of(json.loads((run / JOB).read_text(encoding="utf-8"))), run).main()


if __name__ == "__main__":
    main()
