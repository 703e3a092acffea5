"""Runs the cells of a script one after the other in one namespace, and keeps what they display."""

from __future__ import annotations
import __future__

import ast
import base64
import builtins
import contextlib
import functools
import gc
import io
import operator
import os
import sys
import tokenize
import traceback
import types
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

from IPython.core.interactiveshell import InteractiveShell
from IPython.display import display

from knapper.snippets.failures import Failures
from knapper.snippets.job import MAX_SHOWN, MAX_STREAM, STDERR, STDOUT, Failure
from knapper.snippets.shell import Bundle, Publisher, Scrubber
from knapper.snippets.trace import Trace

_FEATURES = (getattr(__future__, name) for name in __future__.all_feature_names)
_FUTURE = functools.reduce(operator.or_, (feature.compiler_flag for feature in _FEATURES))

leave = os._exit  # what the snippet has by this name tells where it is called


class _TooMuchError(RuntimeError):
    """More is displayed than the limit allows; the message says which that is."""


class Cells:
    """The cells of a script.

    Args:
        run: the folder of the run, in which the standard streams are.
        trace: what the script uses.
        scrubber: takes out of outputs what is of this machine.
        begins: called with the first line of each cell before it runs.

    Attributes:
        displayed: the outputs of each cell that has run.
        line: first line of the cell that runs, or ran last.
    """

    def __init__(self, run: Path, trace: Trace, scrubber: Scrubber, begins: Callable[[int], None]) -> None:
        self.displayed: list[list[dict[str, Any]]] = []
        self.line = 0
        self._run = run
        self._trace = trace
        self._scrubber = scrubber
        self._begins = begins
        self._failures = Failures(trace, scrubber)
        self._pid = os.getpid()
        self._outputs: list[dict[str, Any]] = []
        self._seen = {STDOUT: 0, STDERR: 0}
        self._shown = 0
        self._excess: Failure | None = None
        self._future = 0

    def execute(self, cells: Iterable[tuple[str, int]], shell: InteractiveShell) -> Failure | None:
        """Runs cells up to the first that fails.

        Args:
            cells: source and first line of each.
            shell: by which they display.
        """
        main = types.ModuleType("__main__")
        scope = main.__dict__
        scope.update({"__file__": self._trace.script, "__builtins__": builtins, "display": display})
        scope["get_ipython"] = lambda: shell
        sys.modules["__main__"] = main
        shell.user_module, shell.user_ns = main, scope
        Publisher.show = staticmethod(functools.partial(self._add, "display_data"))
        for source, line in cells:
            self.line = line
            self._begins(line)
            failure = self._cell(source, line, shell, scope)
            self.displayed.append(self._outputs)
            self._outputs = []
            if failure:
                return failure
        return self._failures.of_refusal()

    def _cell(self, source: str, line: int, shell: InteractiveShell, scope: dict[str, Any]) -> Failure | None:
        try:
            self._trace.is_running = True
            tree = ast.parse(source, self._trace.script)
            ast.increment_lineno(tree, line - 1)
            shown = _last_expression(tree, source)
            exec(self._compiled(tree, "exec"), scope)
            if shown:
                self._show(eval(self._compiled(ast.Expression(shown.value), "eval"), scope), shell)
            self._trace.is_running = False
            _flush_figures()
            gc.collect()  # generators and files that close late would write into the next cell
        except BaseException as error:
            if os.getpid() != self._pid:
                _leave_as_python(error)
            self._drain()
            self._outputs.append(self._failures.output(error))
            return self._excess or self._failures.of_error(error, line)
        self._drain()
        return self._excess

    def _compiled(self, tree: ast.Module | ast.Expression, mode: str) -> types.CodeType:
        """The code of a cell; what it imports from `__future__` holds for those after it, as in one script."""
        code: types.CodeType = compile(tree, self._trace.script, mode, self._future, dont_inherit=True)
        self._future |= code.co_flags & _FUTURE
        return code

    def _show(self, value: Any, shell: InteractiveShell) -> None:
        """Displays the value of a cell's last expression."""
        if value is None or _is_open_figure(value):
            return
        formatter: Any = shell.display_formatter
        data, _ = formatter.format(value)
        if isinstance(value, str):
            data = {**data, "text/plain": value}
        if data:  # nothing of an object that displays itself
            self._add("execute_result", data)

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
                message = f"more than {MAX_STREAM // 10**6} MB printed"
                hint = "print less: a note shows figures, tables and values"
                self._excess = Failure(self._trace.line() or self.line, message, hint)
                return
            if data:
                text = self._scrubber.text(data.decode("utf-8", "replace"))
                self._outputs.append({"output_type": "stream", "name": name, "text": text})


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


def _is_open_figure(value: Any) -> bool:
    """Whether a value is a figure of pyplot, which is shown at the end of the cell anyway."""
    figures, pyplot = sys.modules.get("matplotlib.figure"), sys.modules.get("matplotlib.pyplot")
    if figures is None or pyplot is None or not isinstance(value, figures.Figure):
        return False
    return any(pyplot.figure(number) is value for number in pyplot.get_fignums())


def _flush_figures() -> None:
    if "matplotlib.pyplot" in sys.modules:
        from matplotlib_inline.backend_inline import flush_figures

        flush_figures()  # type: ignore[no-untyped-call]


def _as_json(value: Any) -> Any:
    """A value of a MIME bundle as notebooks have it: bytes as base64."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _leave_as_python(error: BaseException) -> NoReturn:
    """Ends a process that the snippet has forked, and which has come to an error, as Python would."""
    code = error.code if isinstance(error, SystemExit) else 1
    if not isinstance(error, SystemExit):
        traceback.print_exception(error)
    leave(code if isinstance(code, int) else int(code is not None))
