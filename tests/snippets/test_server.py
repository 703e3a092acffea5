"""Fork servers: what their snippets share, and what becomes of them when somebody is killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from knapper.snippets import device, server
from knapper.snippets.layout import Layout
from knapper.snippets.result import State
from knapper.snippets.workshop import Workshop
from tests.snippets.running import MARK, Project, failure, leftovers, living, printed, wait_until_dead


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path / "project")
    yield made
    made.workshop.close()
    assert not leftovers()


def servers() -> list[psutil.Process]:
    """The fork servers of this process."""
    found = psutil.Process().children()
    return [process for process in found if "knapper.snippets.zygote" in " ".join(process.cmdline())]


# What is shared -------------------------------------------------------------------------------------------------------

RANDOM = """
import os, random, tempfile, uuid
import numpy as np
print(os.getppid(), random.random(), np.random.rand(), np.random.default_rng().random(), tempfile.mktemp()[-8:])
None
"""


def test_children_of_one_server_draw_different_numbers(project: Project) -> None:
    project.add("a", RANDOM)
    project.add("b", RANDOM)
    first, second = (printed(result).split() for result in project.results().values())
    assert len(servers()) == 1
    assert len(first) == 5
    assert not set(first) & set(second)


def test_two_environments_never_share_a_server(project: Project) -> None:
    body = "import os\nos.environ.get('FLAVOUR'), set('abcdefgh')"
    for name, header in (("a", 'env = {FLAVOUR = "sweet"}'), ("b", 'env = {FLAVOUR = "sour"}'), ("c", "")):
        project.add(name, body, header)
    a, b, c = (printed(result) for result in project.results().values())
    assert [one.partition(",")[0] for one in (a, b, c)] == ["<('sweet'", "<('sour'", "<(None"]
    assert len(servers()) == 3
    # The order of a set of strings follows the seed of hashes.
    assert a.partition(",")[2] == b.partition(",")[2] == c.partition(",")[2]


def test_environment_is_the_same_whatever_the_callers_is(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "TZ": "Asia/Tokyo",
        "PYTHONHASHSEED": "7",
        "LANG": "de_DE.UTF-8",
        "LC_ALL": "de_DE.UTF-8",
        "OMP_NUM_THREADS": "8",
        "PYTHONPATH": "/nowhere",
        "SECRET_TOKEN": "x",
        "HOME": "/nowhere",
        "MPLBACKEND": "agg",
        "CUDA_VISIBLE_DEVICES": "0",
    }.items():
        monkeypatch.setenv(name, value)
    body = """
        import os, time, locale, sys
        names = "TZ PYTHONHASHSEED LANG OMP_NUM_THREADS PYTHONPATH SECRET_TOKEN CUDA_VISIBLE_DEVICES".split()
        home = os.listdir(os.environ["HOME"])
        print([os.environ.get(name) for name in names], time.tzname[0], home, hash("a") % 1000)
        None
    """
    shown = printed(project.run("environment", body))
    seeded = [sys.executable, "-c", "print(hash('a') % 1000)"]
    expected = subprocess.run(seeded, env={"PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=True).stdout
    assert shown == f"['UTC', '0', 'C.UTF-8', '1', None, None, '-1'] UTC [] {expected}"


def test_server_is_kept_for_the_next_build_and_renewed_for_new_imports(project: Project) -> None:
    project.run("a", "1")
    (before,) = servers()
    project.run("b", "import json\n2")  # Python's own
    assert [one.pid for one in servers()] == [before.pid]
    project.run("c", "import yaml\n3")
    (after,) = servers()
    assert after.pid != before.pid
    project.run("d", "4")
    assert [one.pid for one in servers()] == [after.pid]


def test_snippet_that_starts_on_a_warm_server_is_quick(project: Project) -> None:
    project.run("a", "1")
    seconds = []
    for number in range(5):
        started = time.perf_counter()
        project.run(f"b{number}", "1 + 1")
        seconds.append(time.perf_counter() - started)
    assert min(seconds) < 0.5  # 0.1 on a machine with nothing else to do


# Deaths ---------------------------------------------------------------------------------------------------------------

BUILD = """
import sys
from pathlib import Path
from knapper.snippets.layout import Layout
from knapper.snippets.workshop import Workshop
print({name: result.state.value for name, result in Workshop(Layout(Path(sys.argv[1]))).results().items()})
"""


def test_killed_build_leaves_nothing(project: Project) -> None:
    sleeper = f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(50) # {MARK}'])"
    project.add("slow", f"import subprocess, sys, time\n{sleeper}\ntime.sleep(50)")
    project.add("good", "1")
    build = subprocess.Popen([sys.executable, "-c", BUILD, str(project.root)], start_new_session=True)
    until = time.monotonic() + 20
    while not (stored := list(project.root.glob(".knapper/results/good/*"))) or not living():
        assert time.monotonic() < until
        time.sleep(0.05)
    own = str(project.layout.cache / "matplotlib")
    assert living(own)
    os.kill(build.pid, signal.SIGKILL)
    build.wait()
    assert not wait_until_dead(own)
    assert not wait_until_dead()
    assert not leftovers()
    assert stored
    project.add("slow", "2")
    results = project.results()
    assert {name: result.state for name, result in results.items()} == {"good": State.FRESH, "slow": State.FRESH}


def test_closing_ends_what_is_running_and_runs_nothing_again(project: Project) -> None:
    project.add("slow", f"import time  # {MARK}\ntime.sleep(50)")
    found = {}
    thread = threading.Thread(target=lambda: found.update(project.results("slow")))
    thread.start()
    wait_for_children(1)
    project.workshop.close()
    thread.join(10)
    assert not thread.is_alive()
    assert failure(found["slow"]).message == "the build ended before the snippet did"
    assert not servers()


def wait_for_children(count: int) -> psutil.Process:
    """The fork server of this process, once it runs so many snippets."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for one in servers():
            if len(one.children(recursive=True)) >= 2 * count:
                time.sleep(0.2)  # in its cells
                return one
        time.sleep(0.02)
    raise AssertionError("no snippet runs")


def test_killed_server_is_replaced(project: Project) -> None:
    project.add("a", "import time\ntime.sleep(0.8)\n1")
    project.add("b", "import time\ntime.sleep(0.8)\n2")
    found: dict[str, object] = {}
    thread = threading.Thread(target=lambda: found.update(project.results()))
    thread.start()
    wait_for_children(1).kill()
    thread.join(20)
    assert [result.state for result in found.values()] == [State.FRESH] * 2  # type: ignore[attr-defined]


WITHOUT = """
from knapper.snippets import landlock
landlock.abi = lambda: 0  # which would deny the signal
from knapper.snippets import zygote
zygote.main()
"""


def test_snippet_that_kills_its_parent_takes_no_other_along(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "ZYGOTE", ("-P", "-c", WITHOUT))
    sleeper = f"subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(50) # {MARK}'])"
    project.add("bad", f"import os, signal, subprocess, sys\n{sleeper}\nos.kill(os.getppid(), signal.SIGKILL)")
    project.add("group", "import os, signal\nos.killpg(0, signal.SIGKILL)")
    project.add("good", "import time\ntime.sleep(0.5)\n1")
    results = project.results()
    assert failure(results["bad"]).message == "the server of the snippet has died twice"
    assert failure(results["group"]).message == "the server of the snippet has died twice"
    assert results["good"].state is State.FRESH
    assert not wait_until_dead()
    project.workshop.close()
    assert not leftovers()


def test_landlock_denies_to_kill_the_parent(project: Project) -> None:
    from knapper.snippets import landlock

    if landlock.abi() < 6:
        pytest.skip("the kernel does not confine signals")
    assert "PermissionError" in project.failure("bad", "import os\nos.kill(os.getppid(), 9)").message


# Without fork ---------------------------------------------------------------------------------------------------------


def test_process_of_its_own_where_a_server_cannot_fork(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "CAN_FORK", False)
    project.write("data/x.csv", "1")
    project.write("src/helper.py", "VALUE = 5\n")
    project.add("good", "import helper\nopen('data/x.csv').read(), helper.VALUE", 'reads = ["data/*"]')
    project.add("slow", "import time\ntime.sleep(50)", "timeout = 0.5")
    project.add("child", f"import subprocess\nsubprocess.Popen(['sleep', '50'], env={{'X': '{MARK}'}})\n1")
    project.add("refused", "open('data/x.csv')")
    results = project.results()
    assert printed(results["good"]) == "<('1', 5)>"
    assert (failure(results["slow"]).line, failure(results["slow"]).message) == (7, "not done after 0.5 s")
    assert "still running at its end (sleep)" in failure(results["child"]).message
    assert 'add `reads = ["data/x.csv"]`' in failure(results["refused"]).hint
    assert not servers()
    assert not wait_until_dead()


# Devices --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def fake_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A program that answers as NVIDIA's does."""
    command = tmp_path / "bin" / "nvidia-smi"
    command.parent.mkdir()
    command.write_text("#!/bin/sh\necho 'GPU 0: NVIDIA H200 (UUID: GPU-1)'\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}:{os.environ['PATH']}")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    device.has_gpu.cache_clear()
    yield command
    device.has_gpu.cache_clear()


def test_gpu_is_found_by_its_program(fake_gpu: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert device.has_gpu()
    device.has_gpu.cache_clear()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert not device.has_gpu()


@pytest.mark.parametrize("answer", ["echo 'No devices were found'", "exit 9"])
def test_program_without_a_gpu(fake_gpu: Path, answer: str) -> None:
    fake_gpu.write_text(f"#!/bin/sh\n{answer}\n")
    assert not device.has_gpu()


def test_snippet_for_a_gpu_runs_on_the_cpu_where_there_is_none(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    device.has_gpu.cache_clear()
    result = project.run("for_gpu", "import os\nos.environ['CUDA_VISIBLE_DEVICES']", 'device = "gpu"')
    device.has_gpu.cache_clear()
    assert printed(result) == "<-1>"
    assert result.provenance is not None
    assert (result.provenance.requested, result.provenance.device) == ("gpu", "CPU")


def test_snippet_sees_the_gpu_of_its_machine(project: Project, fake_gpu: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3")
    body = "import os\nos.environ.get('CUDA_VISIBLE_DEVICES')"
    assert printed(project.run("for_gpu", body, 'device = "gpu"')) == "<3>"
    assert printed(project.run("for_cpu", body)) == "<-1>"


def test_memory_is_told(project: Project) -> None:
    result = project.run("memory", "x = bytearray(b'x') * 50_000_000\nlen(x)")
    assert result.provenance is not None
    assert result.provenance.memory > 50_000_000


def test_layout_by_a_link(tmp_path: Path) -> None:
    real = Project(tmp_path / "real")
    (tmp_path / "link").symlink_to(real.root)
    real.write("src/helper.py", "VALUE = 5\n")
    real.add("linked", "import helper\nhelper.VALUE")
    workshop = Workshop(Layout(tmp_path / "link"))
    result = workshop.results()["linked"]
    workshop.close()
    assert printed(result) == "<5>"
