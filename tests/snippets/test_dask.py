"""Snippets on a real cluster of Dask: processes of workers, of which one has a GPU, or says so."""

import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from knapper.diagnostics import Code
from knapper.snippets import executors, schedule
from knapper.snippets.executors import Dask, machines_for
from knapper.snippets.result import Result, State
from knapper.snippets.workshop import Workshop
from tests.snippets.running import Project, failure, leftovers, line_of, printed, wait_until_dead

pytest.importorskip("distributed")

# Snippets cannot tell where they run: only their environment is of the worker's machine.
WHERE = "import os\nos.environ['PATH'].partition(':')[0]"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The scheduler's, which has two workers."""
    folder = tmp_path_factory.mktemp("cluster")
    processes = [start(folder, "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
    try:
        found = said(processes[0], r"Scheduler at:\s+(tcp://\S+)")
        processes += [start_worker(folder, found, "plain"), start_worker(folder, found, "gpu", "GPU=1")]
        for process in processes[1:]:
            said(process, r"Registered to:()")
        yield found
    finally:
        for process in reversed(processes):  # workers first, which take leave of the scheduler
            process.terminate()
            process.communicate(timeout=30)


def start_worker(folder: Path, address: str, name: str, resources: str = "") -> subprocess.Popen[str]:
    options = ["--name", name, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
    options += ["--local-directory", str(folder), *(["--resources", resources] if resources else [])]
    return start(folder, "dask_worker", address, *options, path=f"/{name}")


def start(folder: Path, program: str, *arguments: str, path: str = "") -> subprocess.Popen[str]:
    command = [sys.executable, "-m", f"distributed.cli.{program}", *arguments]
    env = {"PATH": f"{path}:/usr/bin:/bin", "HOME": str(folder)}
    if path == "/gpu":
        env["CUDA_VISIBLE_DEVICES"] = "3"
    return subprocess.Popen(command, env=env, cwd=folder, stderr=subprocess.PIPE, text=True)


def said(process: subprocess.Popen[str], pattern: str) -> str:
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if found := re.search(pattern, line):
            return found[1]
    raise AssertionError("".join(lines))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, address: str) -> Project:
    made = Project(tmp_path_factory.mktemp("dask") / "project")
    made.write("src/helper.py", "VALUE = 5\n")
    made.add("plain", "import helper\nhelper.VALUE")
    made.add("gpu", f"{WHERE}, os.environ['CUDA_VISIBLE_DEVICES']", 'device = "gpu"')
    made.add("tpu", "1", "resources = {TPU = 1}")
    made.add("much", "1", 'device = "gpu"\nresources = {GPU = 2}')
    made.add("slow", "import time\ntime.sleep(50)  # bad", "timeout = 0.5")
    made.add("fat", "kept = bytearray(b'x') * 300_000_000\nimport time\ntime.sleep(50)  # bad", 'memory = "200 MB"')
    made.add("crash", "import os\nos.abort()  # bad")
    return made


@pytest.fixture(scope="module")
def results(project: Project, address: str) -> Iterator[dict[str, Result]]:
    workshop = Workshop(project.layout, {"dask": address})
    yield workshop.results()
    workshop.close()


def test_plain_snippet_runs_on_any(results: dict[str, Result]) -> None:
    assert results["plain"].state is State.FRESH, results["plain"].problems
    assert printed(results["plain"]) == "<5>"


def test_snippet_for_a_gpu_runs_where_one_is_and_sees_it(results: dict[str, Result]) -> None:
    assert printed(results["gpu"]) == "<('/gpu', '3')>"


@pytest.mark.parametrize(("name", "resource"), [("tpu", "TPU"), ("much", "GPU")])
def test_resource_that_no_worker_has_is_refused(results: dict[str, Result], name: str, resource: str) -> None:
    problem = failure(results[name])
    assert problem.code is Code.MISSING_RESOURCE
    assert problem.message == f"no machine has what the snippet asks for: {resource}"
    assert problem.hint


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("slow", "not done after 0.5 s"),
        ("fat", "more than 200 MB of memory in use"),
        ("crash", "the process was killed by SIGABRT"),
    ],
)
def test_limits_hold_on_workers(results: dict[str, Result], name: str, message: str) -> None:
    problem = failure(results[name])
    assert problem.message == message
    # Memory may have been too much a moment before the line that is marked.
    assert abs(problem.line - line_of(results[name].snippet.text, "# bad")) <= 2 * (name == "fat")


def test_results_are_fresh_for_another_build(project: Project, results: dict[str, Result]) -> None:
    assert results["plain"].state is State.FRESH
    assert Workshop(project.layout).stored()["plain"].state is State.FRESH


def test_nothing_lives_on(results: dict[str, Result]) -> None:
    assert results
    assert not wait_until_dead()
    assert not leftovers()


def test_cluster_stays_when_a_build_leaves_it(address: str, tmp_path: Path) -> None:
    Dask(address).close()
    made = Project(tmp_path / "project")
    made.add("other", "1 + 1")
    workshop = Workshop(made.layout, {"dask": address})
    try:
        assert printed(workshop.results()["other"]) == "<2>"
    finally:
        workshop.close()


def test_snippet_whose_worker_is_lost_is_given_up(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "_LOOK", 0.3)
    worker = start_worker(tmp_path, address, "lone", "LONE=1")
    said(worker, r"Registered to:()")
    made = Project(tmp_path / "project")
    made.add("waits", "import time\ntime.sleep(100)", "resources = {LONE = 1}\ntimeout = 200")
    workshop = Workshop(made.layout, {"dask": address}, KillAtStart(worker))
    try:
        problem = failure(workshop.results()["waits"])
    finally:
        workshop.close()
        worker.communicate(timeout=30)
    assert problem.message == "no machine has what the snippet asks for: LONE"
    assert not wait_until_dead()


class KillAtStart:
    """Kills a worker when the snippets have been handed over."""

    def __init__(self, worker: subprocess.Popen[str]) -> None:
        self._worker = worker

    def total(self, count: int) -> None:
        threading.Timer(2.0, self._worker.kill).start()

    def started(self, name: str) -> None:
        pass

    def finished(self, name: str, seconds: float, ok: bool) -> None:
        pass


def test_scheduler_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "_ANSWER", 0.5)
    started = time.monotonic()
    with pytest.raises(ValueError, match=r"the Dask scheduler at tcp://127\.0\.0\.1:1 does not answer"):
        machines_for({"dask": "tcp://127.0.0.1:1"})
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("option", ["cluster", {"ray": "x"}, {"dask": "x", "y": "z"}, {}])
def test_what_names_no_machines(option: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="`executor` is `local` or"):
        machines_for(option)


def test_address_that_is_none() -> None:
    with pytest.raises(ValueError, match="Dask"):
        machines_for({"dask": "nonsense://x"})
