"""Runs tests on mutants: `python -m knapper.coverage.worker JOB`, in the project's folder.

pytest collects once, so that every library is imported once. Then a child is forked to run the tests as they are, and
one for each mutant. The process that forks runs no test itself: it stays free of threads.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from knapper.coverage import probe

# A mutant may use so many times the processor time of the tests, and so many seconds more, before it is stopped.
_FACTOR, _EXTRA = 3, 3
# A test that waits uses no processor time; the machine may be busy, too.
_PATIENCE = 5


class Job(NamedTuple):
    """What to do.

    Attributes:
        root: folder from which the mutated modules are imported.
        modules: name of each of them to its file, relative to `root`.
        mutants: mutant, as `module.name`, to the function that it is of, as `module.function`.
        tests: files, relative to the project.
        processes: how many run at a time.
        output: file for what was found.
    """

    root: str
    modules: Mapping[str, str]
    mutants: Mapping[str, str]
    tests: Sequence[str]
    processes: int
    output: str


class Baseline(NamedTuple):
    """What the tests do to the code as it is.

    Attributes:
        executed: test to the functions that it executes, as `module.function`.
        seconds: test to its duration.
        failed: tests that fail.
    """

    executed: Mapping[str, Sequence[str]]
    seconds: Mapping[str, float]
    failed: Sequence[str]


def main(path: str) -> int:
    """Does a job; returns pytest's exit status."""
    job = Job(**json.loads(Path(path).read_bytes()))
    os.environ["MUTANT_UNDER_TEST"] = ""
    # Output is not captured: children would share the file that it is captured in.
    return int(pytest.main(["--rootdir=.", "-p", "no:cacheprovider", "-q", "-s", *job.tests], plugins=[Plugin(job)]))


class Plugin:
    """Takes the place of pytest's loop over the tests."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._failed = False
        self._seconds = 0.0

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Has mutated modules found first, and Hypothesis draw the same examples each time, without simplifying any."""
        sys.path.insert(0, self._job.root)
        with suppress(ImportError):
            from hypothesis import Phase, settings

            phases = (Phase.explicit, Phase.generate)
            settings.register_profile("knapper", derandomize=True, database=None, deadline=None, phases=phases)
            settings.load_profile("knapper")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes how a test went."""
        self._failed = self._failed or report.failed
        self._seconds += report.duration

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs the tests as they are, then on each mutant."""
        if session.testsfailed:
            return True  # pytest tells what could not be collected
        self._check_origins()
        gc.freeze()  # else collecting would copy, in each child, all memory that it shares with this process
        baseline = Baseline(**_in_child(lambda: self._baseline(session.items)._asdict()))
        verdicts = {} if baseline.failed else dict(self._verdicts(session.items, baseline))
        Path(self._job.output).write_text(json.dumps({"baseline": baseline._asdict(), "verdicts": verdicts}), "utf-8")
        return True

    def _check_origins(self) -> None:
        for name, path in self._job.modules.items():
            found = getattr(sys.modules.get(name), "__file__", None)
            if found and Path(found) != Path(self._job.root, path):
                raise pytest.UsageError(f"the tests import {name} from {found}, not the copy with mutants")

    def _baseline(self, items: Sequence[pytest.Item]) -> Baseline:
        from mutmut.mutation import trampoline

        vars(trampoline)["record_trampoline_hit"] = probe.switched
        trampoline.set_mutant_under_test("stats")
        done, seconds, failed = {}, {}, []
        for item, following in _pairs(items):
            probe.calls.clear()
            if self._run(item, following):
                failed.append(item.nodeid)
            seconds[item.nodeid] = self._seconds
            done[item.nodeid] = sorted(probe.calls)
        return Baseline(done, seconds, failed)

    def _run(self, item: pytest.Item, following: pytest.Item | None) -> bool:
        """Runs a test; returns whether it fails."""
        self._failed, self._seconds = False, 0.0
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        return self._failed

    def _verdicts(self, items: Sequence[pytest.Item], baseline: Baseline) -> Iterator[tuple[str, str | None]]:
        """Mutant to the test that notices it, `timeout`, or None."""
        waiting = []
        for mutant, function in self._job.mutants.items():
            chosen = [item for item in items if function in baseline.executed[item.nodeid]]
            chosen.sort(key=lambda item: baseline.seconds[item.nodeid])
            waiting.append((mutant, chosen, sum(baseline.seconds[item.nodeid] for item in chosen)))
        pool = _Pool(self._job.processes)
        # What takes longest is begun first, so that no process is left alone with it in the end.
        for mutant, chosen, seconds in sorted(waiting, key=lambda one: -one[2]):
            yield from pool.finished(self._job.processes - 1)
            pool.start(mutant, partial(self._killer, mutant, chosen), seconds)
        yield from pool.finished(0)

    def _killer(self, mutant: str, items: Sequence[pytest.Item]) -> str | None:
        """The first test that fails on a mutant."""
        from mutmut.mutation.trampoline import set_mutant_under_test

        set_mutant_under_test(mutant)
        failing = (item.nodeid for item, following in _pairs(items) if self._run(item, following))
        return next(failing, None)


class _Pool:
    """Children that each try a mutant."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._running: dict[int, tuple[str, int, float]] = {}

    def start(self, mutant: str, work: Callable[[], str | None], seconds: float) -> None:
        """Forks a child that writes what its work returns."""
        limit = int(_FACTOR * seconds) + _EXTRA
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            _become_child(writing, work, limit)
        os.close(writing)
        self._running[child] = mutant, reading, time.monotonic() + _PATIENCE * limit

    def finished(self, remaining: int) -> Iterator[tuple[str, str | None]]:
        """Waits until so many children remain; gives the mutants of the others, and what came of them."""
        while len(self._running) > remaining:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                self._stop_late_ones()
                time.sleep(0.005)
                continue
            mutant, reading, _ = self._running.pop(child)
            with os.fdopen(reading, "rb") as pipe:
                said = pipe.read()
            yield mutant, json.loads(said) if said else _without_words(mutant, os.waitstatus_to_exitcode(status))

    def _stop_late_ones(self) -> None:
        for child, (_, _, deadline) in self._running.items():
            if time.monotonic() > deadline:
                os.kill(child, signal.SIGXCPU)


def _without_words(mutant: str, status: int) -> str:
    """The verdict on a mutant whose child said nothing."""
    if status == -signal.SIGXCPU:
        return "timeout"
    if status == -signal.SIGKILL:
        raise pytest.UsageError(f"the tests of {mutant} were killed, perhaps as memory ran out")
    return "crash"


def _become_child(writing: int, work: Callable[[], Any], limit: int = 0) -> None:
    """Writes what some work returns into a pipe, and ends the process."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    if limit:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
    status = 1
    try:
        with os.fdopen(writing, "w", encoding="utf-8") as pipe:
            pipe.write(json.dumps(work()))
        status = 0
    finally:
        sys.stdout.flush()
        os._exit(status)


def _in_child(work: Callable[[], Any]) -> Any:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _become_child(writing, work)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    if not said:
        raise pytest.UsageError("the tests ended their process")
    return json.loads(said)


def _pairs(items: Sequence[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item | None]]:
    return zip(items, [*items[1:], None], strict=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
