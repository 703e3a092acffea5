"""The fork server: `python -m knapper.snippets.zygote DESCRIPTOR`, started with a fixed environment.

It loads the third-party modules that the snippets import, and no code of the project, and forks for each job: a
supervisor, and from that the process that runs the snippet. A snippet that imports TensorFlow then starts in a fraction
of a second. Python's own `multiprocessing` does not serve here: its server imports the parent's main module, which
brings MkDocs along, and its children may have no children.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import psutil

from knapper.snippets import supervise
from knapper.snippets.channel import receive, send
from knapper.snippets.job import Job, job_of
from knapper.snippets.requirements import RUNNER, closure, owners
from knapper.snippets.shell import make_shell
from knapper.snippets.worker import Worker

_SET_DEATH_SIGNAL, _SET_SUBREAPER = 1, 36


def main() -> None:
    """Serves jobs until the client closes its end, then ends all that is running."""
    control = socket.socket(fileno=int(sys.argv[1]))
    config = receive(control)
    sys.path[:] = config["path"]
    _adopt_orphans()
    make_shell()  # before the modules: matplotlib's backend looks for it
    known = owners()  # before the modules, too: some replace Python's own finder of distributions
    _preload(config["preload"])
    closure([*RUNNER, *(owner for name in config["preload"] for owner in known.get(name.partition(".")[0], ()))])
    # What is loaded now stays: children need not look through it, nor copy its pages, to find their own garbage; and
    # what is garbage by now must not be finalized in one of them, as if on behalf of its snippet.
    gc.collect()
    gc.freeze()
    send(control, {"threads": _threads()})
    _Server(control, known).serve()


def _preload(modules: Sequence[str]) -> None:
    """Loads modules; one that fails fails again where it is imported, with a traceback for the snippet."""
    for name in modules:
        with suppress(BaseException):
            importlib.import_module(name)


def _threads() -> int:
    """Threads of this process, also those that are not Python's; a process with several cannot be forked soundly."""
    try:
        return len(list(Path("/proc/self/task").iterdir()))
    except OSError:
        return 1


def _adopt_orphans() -> None:
    """Makes this process the parent of descendants that lose theirs (prctl(2), PR_SET_CHILD_SUBREAPER)."""
    ctypes.CDLL(None).prctl(_SET_SUBREAPER, 1, 0, 0, 0)


def _die_with_parent(signal_number: int, parent: int) -> None:
    """Has the kernel send a signal to this process when its parent ends (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(_SET_DEATH_SIGNAL, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(71)


class _Server:
    def __init__(self, control: socket.socket, known: dict[str, list[str]]) -> None:
        self._control = control
        self._known = known
        self._children: set[int] = set()

    def serve(self) -> None:
        """Forks a supervisor for each channel that comes in."""
        while True:
            ready, _, _ = select.select([self._control], [], [], 1.0)
            self._reap()
            if not ready:
                self._kill_orphans()
                continue
            data, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
            if not data:
                break
            for descriptor in descriptors:
                self._fork(descriptor)
        self._end()

    def _fork(self, descriptor: int) -> None:
        parent = os.getpid()
        pid = os.fork()
        if pid:
            self._children.add(pid)
            os.close(descriptor)
            return
        self._control.close()
        _supervise(socket.socket(fileno=descriptor), self._known, parent)

    def _reap(self) -> None:
        """Takes note of children that have ended; what a supervisor leaves that was killed is removed."""
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0] != 0:
                pid, status = ended
                if pid in self._children and status != 0:
                    self._kill_orphans()
                    for folder in Path(tempfile.gettempdir()).glob(f"{supervise.run_prefix(pid)}*"):
                        shutil.rmtree(folder, ignore_errors=True)
                self._children.discard(pid)

    def _kill_orphans(self) -> None:
        """Kills what the supervisors have left that were killed."""
        for process in psutil.Process().children():
            if process.pid not in self._children:
                with suppress(psutil.Error):
                    process.kill()

    def _end(self) -> None:
        for pid in self._children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        while psutil.Process().children():
            self._reap()
            self._kill_orphans()
            time.sleep(0.01)


def _supervise(channel: socket.socket, known: dict[str, list[str]], parent: int) -> NoReturn:
    """Runs the job that a channel brings, and sends the outcome; in a process of its own."""
    try:
        os.setsid()
        signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
        _die_with_parent(signal.SIGTERM, parent)
        _adopt_orphans()
        supervise.ADOPTS_ORPHANS = True
        job = job_of(receive(channel))
        outcome = supervise.supervise(job, lambda job, run: _Forked(job, run, channel, known), channel)
        send(channel, outcome.as_json())
    except BaseException as error:
        if not isinstance(error, SystemExit | EOFError | BrokenPipeError):
            traceback.print_exc()
        os._exit(1)
    os._exit(0)


class _Forked:
    """A process forked from this one that runs a job."""

    def __init__(self, job: Job, run: Path, channel: socket.socket, known: dict[str, list[str]]) -> None:
        parent = os.getpid()
        self._status: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            try:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                channel.close()
                _die_with_parent(signal.SIGKILL, parent)
                Worker(job, run, known).main()
            except BaseException:  # not back into the supervisor, of which this is a copy
                traceback.print_exc()
                os._exit(70)

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        if self._status is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:  # killed, and waited for, by the supervisor
                pid, status = self.pid, signal.SIGKILL
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status


if __name__ == "__main__":
    main()
