"""Watches over the process of one snippet: its time, its memory, what it writes, and what it leaves behind."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import NamedTuple, Protocol

import psutil

from knapper.snippets.job import (
    ENDING,
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
    outcome_of,
)

PATIENCE = 3.0
"""Seconds in which threads and exit handlers may end after the last cell."""

_GRACE = 1.0
"""Seconds in which processes may end once the snippet's own has ended."""

_START = 60.0
"""Seconds in which the process must have come to its first cell."""

_LOOK = 0.1
"""Seconds between two looks at a process that is running."""


class Process(Protocol):
    """A process that runs a snippet."""

    pid: int

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        ...


class _Stage(Enum):
    """How far a process is."""

    STARTING = "starting"
    CELLS = "cells"
    ENDING = "ending"


class _End(NamedTuple):
    """Why a process was ended."""

    message: str
    hint: str = ""


def supervise(job: Job, start: Callable[[Job, Path], Process], cancelled: socket.socket | None) -> Outcome:
    """Runs a job in a process of its own; whatever that does, what comes back is an outcome, and nothing lives on.

    Args:
        job: what to run.
        start: starts the process, for the job and the folder of the run.
        cancelled: a socket whose other end is closed when nobody wants the outcome any more.
    """
    # Not a TemporaryDirectory: a forked process, ending as Python does, would remove it.
    run = Path(tempfile.mkdtemp(prefix=run_prefix(os.getpid())))
    watch = _Watch(job, run, cancelled)
    try:
        return watch.run(start(job, run))
    finally:
        watch.end_all()
        shutil.rmtree(run, ignore_errors=True)


def run_prefix(pid: int) -> str:
    """How the names of the folders of runs begin that a process supervises."""
    return f"knapper-{pid}-"


class _Watch:
    def __init__(self, job: Job, run: Path, cancelled: socket.socket | None) -> None:
        self._job = job
        self._run = run
        self._cancelled = cancelled
        self._peak = 0
        self._process: Process | None = None
        self._stage = _Stage.STARTING
        self._since = time.monotonic()
        self._seen: set[psutil.Process] = set()

    def run(self, process: Process) -> Outcome:
        self._process = process
        waiter = _Waiter(process.pid, self._cancelled)
        try:
            while (status := process.poll()) is None:
                reason = self._excess()
                if reason or waiter.wait(_LOOK):
                    return self._ended(reason or _End("the build ended before the snippet did"))
        finally:
            waiter.close()
        return self._exited(status)

    # While it runs ----------------------------------------------------------------------------------------------------

    def _excess(self) -> _End | None:
        """The limit that the process has passed, if it has passed one."""
        self._peak = max(self._peak, self._memory())
        if self._peak > self._job.memory:
            limit = _amount(self._job.memory)
            return _End(f"more than {limit} of memory in use", f'use less, or raise `memory = "{limit}"` in the header')
        written = sum(_size(self._run / name) for name in (STDOUT, STDERR))
        if written > MAX_STREAM:
            return _End(
                f"more than {_amount(MAX_STREAM)} printed", "print less: a note shows figures, tables and values"
            )
        return self._overdue()

    def _overdue(self) -> _End | None:
        """The time that the process has passed: that of the cells begins with the first."""
        progress = self._progress()
        stage = _Stage.ENDING if progress.startswith(ENDING) else _Stage.CELLS if progress else _Stage.STARTING
        if stage is not self._stage:
            self._stage, self._since = stage, time.monotonic()
        passed = time.monotonic() - self._since
        match stage:
            case _Stage.ENDING if passed > PATIENCE:
                return _End("a thread that the snippet has started is still running at its end", "join it")
            case _Stage.CELLS if passed > self._job.timeout:
                hint = f"make it faster, or raise `timeout = {self._job.timeout:g}` in the header"
                return _End(f"not done after {self._job.timeout:g} s", hint)
            case _Stage.STARTING if passed > _START:
                return _End("the process has not come to its first cell", "is this machine overloaded?")
        return None

    def _progress(self) -> str:
        with suppress(OSError):
            return (self._run / PROGRESS).read_text(encoding="utf-8")
        return ""

    def _memory(self) -> int:
        """Private memory of the process and of all that it has started."""
        return sum(private_memory(process.pid) for process in self._descendants())

    def _descendants(self) -> list[psutil.Process]:
        """The process and its descendants; where this process adopts orphans, those, too.

        A look that finds none may have missed one that was just being adopted.
        """
        return self._look() or self._look()

    def _look(self) -> list[psutil.Process]:
        if self._process is None:
            return []
        if ADOPTS_ORPHANS:
            return _children(psutil.Process())
        # Orphans are those of the session that the process leads, and those that were seen before.
        self._seen |= {process for process in psutil.process_iter() if _session(process.pid) == self._process.pid}
        self._seen |= {child for process in self._seen for child in _children(process)}
        self._seen = {process for process in self._seen if process.is_running()}
        return list(self._seen)

    # At its end -------------------------------------------------------------------------------------------------------

    def _ended(self, reason: _End) -> Outcome:
        """The outcome of a process that must be ended, with the line that it was at."""
        line = self._line()
        self.end_all()
        return Outcome(failure=Failure(line, reason.message, reason.hint), memory=self._peak)

    def _exited(self, status: int) -> Outcome:
        outcome = self._result() if status == 0 else None
        if outcome is None:
            return Outcome(failure=self._death(status), memory=self._peak)
        if outcome.failure is None and (left := self._left()):
            line = self._told_line()
            names = ", ".join(sorted({_name(process) for process in left}))
            message = f"a process that the snippet has started is still running at its end ({names})"
            outcome = replace(outcome, failure=Failure(line, message, "wait for it, or terminate it"))
        return replace(outcome, memory=max(self._peak, outcome.memory))

    def _left(self) -> list[psutil.Process]:
        """Processes that live on after the snippet's own; those of a pool need a moment to end."""
        until = time.monotonic() + _GRACE
        while (left := [one for one in self._descendants() if not _is_ending(one)]) and time.monotonic() < until:
            time.sleep(0.02)
        return left

    def _result(self) -> Outcome | None:
        """What the process has written at its end, if it came to that."""
        path = self._run / RESULT
        if not path.is_file():
            return None
        if (size := _size(path)) > 2 * MAX_SHOWN:  # as JSON it takes more; the process has looked, too
            message = f"{_amount(size)} displayed, and {_amount(MAX_SHOWN)} are the limit"
            return Outcome(failure=Failure(0, message, "display less: fewer points, or a smaller picture"))
        return outcome_of(json.loads(path.read_text(encoding="utf-8")))

    def _death(self, status: int) -> Failure:
        if status == 0:
            return Failure(self._line(), "the process ended without a result", "remove the call of os._exit")
        if status < 0:
            try:
                name = signal.Signals(-status).name
            except ValueError:
                name = f"signal {-status}"
            return Failure(self._line(), f"the process was killed by {name}", _HINTS.get(name, ""))
        last = self._last_error()
        return Failure(self._line(), f"the process ended with status {status}{f': {last}' if last else ''}")

    def _last_error(self) -> str:
        with suppress(OSError):
            lines = (self._run / STDERR).read_text(encoding="utf-8", errors="replace").strip().splitlines()
            return lines[-1][:200] if lines else ""
        return ""

    def _line(self) -> int:
        """The line of the script that the process is or was at: from its stack, else the one that it has told."""
        if self._stage is _Stage.ENDING:
            return self._told_line()
        if self._process and self._process.poll() is None and hasattr(signal, "SIGUSR1"):
            before = _size(self._run / STACKS)
            with suppress(OSError):
                os.kill(self._process.pid, signal.SIGUSR1)
            until = time.monotonic() + 0.5
            while _size(self._run / STACKS) == before and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(0.02)
        return self._stack_line() or self._told_line()

    def _stack_line(self) -> int:
        """The innermost line of the script in the stacks that the process has written, of its main thread if it can."""
        script = re.escape(str(Path(self._job.root).resolve() / self._job.path))
        with suppress(OSError):
            stacks = (self._run / STACKS).read_text(encoding="utf-8", errors="replace").split("\n\n")
            for stack in sorted(stacks, key=lambda stack: not stack.startswith("Current thread")):
                if found := re.search(rf'File "{script}", line (\d+)', stack):
                    return int(found[1])
        return 0

    def _told_line(self) -> int:
        found = re.search(r"\d+", self._progress())
        return int(found[0]) if found else 0

    def end_all(self) -> None:
        """Kills the process and all that it has started, also what has left its group."""
        for _ in range(5):  # a process may start another while it is being killed
            living = self._descendants()
            for process in living:
                with suppress(psutil.Error):
                    process.kill()
            psutil.wait_procs(living, timeout=2)
            if self._process:
                self._process.poll()
            if not living:
                return


class _Waiter:
    """Waits for the end of a process, or for nobody wanting its outcome any more."""

    def __init__(self, pid: int, cancelled: socket.socket | None) -> None:
        self._cancelled = cancelled
        self._descriptor: int | None = None
        if hasattr(os, "pidfd_open"):
            with suppress(OSError):
                self._descriptor = os.pidfd_open(pid)

    def wait(self, seconds: float) -> bool:
        """Waits for as long, or until the process ends; returns whether nobody wants its outcome."""
        watched = [item for item in (self._descriptor, self._cancelled) if item is not None]
        if not watched or sys.platform == "win32":
            time.sleep(seconds)
            return False
        ready, _, _ = select.select(watched, [], [], seconds)
        return self._cancelled is not None and self._cancelled in ready

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)


ADOPTS_ORPHANS = False
"""Whether this process does nothing but supervise one job, and adopts whatever loses its parent; set by `zygote`."""

_HINTS = {
    "SIGKILL": "perhaps the system has run out of memory",
    "SIGSEGV": "a library has crashed",
    "SIGABRT": "a library has given up",
}


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.Error:
        return []


def _session(pid: int) -> int:
    """The leader of a process's session; 0 where there are none."""
    try:
        return os.getsid(pid) if hasattr(os, "getsid") else 0
    except OSError:
        return 0


def private_memory(pid: int) -> int:
    """Bytes of a process that it shares with no other; 0 if it is no more."""
    try:
        with Path(f"/proc/{pid}/smaps_rollup").open(encoding="ascii") as file:
            return 1024 * sum(int(line.split()[1]) for line in file if line.startswith("Private_"))
    except (OSError, ValueError):
        pass
    try:
        return int(psutil.Process(pid).memory_full_info().uss)
    except (psutil.Error, NotImplementedError):
        return 0


def _is_ending(process: psutil.Process) -> bool:
    """Whether a process has ended, or is Python's own tracker of shared resources, which ends after its parent."""
    try:
        return "resource_tracker" in " ".join(process.cmdline()) or process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return "unknown"


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _amount(size: int) -> str:
    """An amount of bytes as headers have it."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size} B"
