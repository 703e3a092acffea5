"""Runs jobs: on fork servers, each with one environment and what its snippets import, else in a new process each."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from knapper.snippets.channel import receive, send
from knapper.snippets.distributions import installed_versions, search_path
from knapper.snippets.environment import of_this_machine
from knapper.snippets.job import JOB, Failure, Job, Outcome, job_of, outcome_of
from knapper.snippets.supervise import supervise

ZYGOTE: tuple[str, ...] = ("-P", "-m", "knapper.snippets.zygote")
"""What Python is told to start a fork server."""

CAN_FORK = sys.platform == "linux"
"""Elsewhere there is no fork, or system libraries do not survive it (macOS)."""

_START_TIMEOUT = 120.0


class LostError(RuntimeError):
    """The server has died."""


class _Server:
    """A fork server."""

    def __init__(self, env: Mapping[str, str], preload: Sequence[str]) -> None:
        self.env = dict(env)
        self.preload = tuple(preload)
        self.users = 0
        self.is_closed = False
        self._installed = search_path(), installed_versions()
        self._lock = threading.Lock()
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, *ZYGOTE, str(theirs.fileno())],
            env=self.env,
            cwd=os.sep,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=None if os.environ.get("KNAPPER_DEBUG") else subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        self._control = ours
        ours.settimeout(_START_TIMEOUT)
        try:
            send(ours, {"path": search_path(), "preload": list(preload)})
            ready = receive(ours)
        except (OSError, EOFError) as error:
            self.close()
            raise LostError("the server for snippets has not started") from error
        ours.settimeout(None)
        self.threads: int = ready["threads"]

    @property
    def is_alive(self) -> bool:
        """Whether the process runs, and with the versions that are installed now."""
        return self._process.poll() is None and self._installed == (search_path(), installed_versions())

    def run(self, job: Job) -> Outcome:
        """Runs a job; any number of threads may do so at once.

        Raises:
            LostError: the server has died.
        """
        ours, theirs = socket.socketpair()
        with ours:
            try:
                with theirs, self._lock:
                    socket.send_fds(self._control, [b"j"], [theirs.fileno()])
                send(ours, job.as_json())
                return outcome_of(receive(ours))
            except (OSError, EOFError) as error:
                raise LostError("the server for snippets has died") from error

    def close(self) -> None:
        """Ends the server, and whatever it is running."""
        self.is_closed = True
        self._control.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Servers:
    """The servers of this process. Two environments never share one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: list[_Server] = []

    def run(self, job: Job) -> Outcome:
        """Runs a job. If its server dies, once more on one of its own, as another snippet may have killed it."""
        for attempt in range(2):
            server = self._acquire(job, is_own=attempt > 0)
            try:
                return server.run(job)
            except LostError:
                if server.is_closed:
                    return Outcome(failure=Failure(0, "the build ended before the snippet did"))
            finally:
                self._release(server)
        return Outcome(failure=Failure(0, "the server of the snippet has died twice", "does it kill its parent?"))

    def close(self) -> None:
        """Ends all servers, and whatever they are running."""
        with self._lock:
            servers, self._servers = self._servers, []
        for server in servers:
            server.close()

    def _acquire(self, job: Job, is_own: bool) -> _Server:
        with self._lock:
            for server in self._servers:
                has_all = set(job.preload) <= set(server.preload)
                if not is_own and has_all and server.env == dict(job.env) and server.is_alive:
                    server.users += 1
                    return server
            server = _start(job)
            server.users = 1
            self._servers.append(server)
            return server

    def _release(self, server: _Server) -> None:
        """Ends a server that nobody uses, and for whose environment there is a newer one."""
        with self._lock:
            server.users -= 1
            newest = {frozenset(other.env.items()): other for other in self._servers}
            idle = [other for other in self._servers if not other.users]
            old = [other for other in idle if newest[frozenset(other.env.items())] is not other or not other.is_alive]
            self._servers = [other for other in self._servers if other not in old]
        for other in old:
            other.close()


def _start(job: Job) -> _Server:
    """A server that has loaded what it can while it has a single thread, as forks of several are not sound."""
    server = _Server(job.env, job.preload)
    if server.threads == 1:
        return server
    server.close()
    loaded: list[str] = []
    for name in job.preload:
        trial = _Server(job.env, [*loaded, name])
        if trial.threads == 1:
            loaded.append(name)
        trial.close()
    return _Server(job.env, loaded)


_servers = Servers()


def run_job(document: dict[str, Any]) -> dict[str, Any]:
    """Runs a job in this process's servers: what an executor is given, here or on another machine.

    Args:
        document: a `Job` as JSON.

    Returns:
        An `Outcome` as JSON.
    """
    job = job_of(document)
    job = replace(job, env={**of_this_machine(job.device, job.network), **job.env})
    return (_servers.run(job) if CAN_FORK else supervise(job, _Spawned, None)).as_json()


def close_servers() -> None:
    """Ends the servers of this process, and whatever they are running."""
    _servers.close()


class _Spawned:
    """A process started for one job, where a server cannot fork."""

    def __init__(self, job: Job, run: Path) -> None:
        (run / JOB).write_text(json.dumps(job.as_json()), encoding="utf-8")
        command = [sys.executable, "-P", "-m", "knapper.snippets.worker", str(run)]
        self._process = subprocess.Popen(command, env=dict(job.env), stdin=subprocess.DEVNULL, start_new_session=True)
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.poll()
