"""Whatever a snippet does, it ends with a clear problem at its line, alone, and nothing of it lives on."""

import time
from collections.abc import Iterator

import pytest

from knapper.diagnostics import Code
from knapper.snippets.result import Result, State
from tests.snippets.running import MARK, Project, failure, leftovers, line_of, living, printed, wait_until_dead

SLEEPER = f'"import time; time.sleep(60)  # {MARK}"'

# Name to body, header, the message, and what the hint contains. The bad line ends with `# bad`.
BAD: dict[str, tuple[str, str, str, str]] = {
    "busy": (
        "def f():\n    x = 0\n    while True: x += 1  # bad\nf()",
        "timeout = 0.5",
        "not done after 0.5 s",
        "raise `timeout = 0.5`",
    ),
    "busy_in_c": ("x = 1\nx = 3 ** (10 ** 9)  # bad", "timeout = 0.5", "not done after 0.5 s", ""),
    "sleeps": ("import time\n\ntime.sleep(60)  # bad", "timeout = 0.5", "not done after 0.5 s", ""),
    "waits_with_threads": (
        "import threading, time\n"
        "threading.Thread(target=lambda: time.sleep(60), daemon=True).start()\n"
        "time.sleep(60)  # bad",
        "timeout = 0.5",
        "not done after 0.5 s",
        "",
    ),
    "waits_for_child": (
        f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {SLEEPER}])  # bad",
        "timeout = 0.5",
        "not done after 0.5 s",
        "",
    ),
    "deaf": (
        "import signal, time\n"
        "for one in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGUSR1}:\n"
        "    signal.signal(one, signal.SIG_IGN)\n"
        "time.sleep(60)  # bad",
        "timeout = 0.5",
        "not done after 0.5 s",
        "",
    ),
    "memory": (
        "kept = []\nwhile True:\n    kept.append(bytearray(10_000_000))  # bad",
        'memory = "200 MB"',
        "more than 200 MB of memory in use",
        'raise `memory = "200 MB"`',
    ),
    "memory_of_children": (
        "import os, time\n"
        "for _ in range(3):\n"
        "    if not os.fork():\n"
        "        kept = bytearray(b'x') * 80_000_000\n"
        "        time.sleep(60)\n"
        "time.sleep(60)  # bad",
        'memory = "200 MB"',
        "more than 200 MB of memory in use",
        "",
    ),
    "aborts": ("import os\n\nos.abort()  # bad", "", "the process was killed by SIGABRT", "given up"),
    "null": ("import ctypes\n\nctypes.string_at(0)  # bad", "", "the process was killed by SIGSEGV", "crashed"),
    "exits": ("import os\n\nos._exit(0)  # bad", "", "the process ended without a result", "os._exit"),
    "exits_with_3": ("import os\n\nos._exit(3)  # bad", "", "the process ended with status 3", ""),
    "kills_itself": (
        "import os, signal\n\nos.kill(os.getpid(), signal.SIGKILL)  # bad",
        "",
        "the process was killed by SIGKILL",
        "memory",
    ),
    "becomes_another": (
        "import os\n\nos.execvp('true', ['true'])  # bad",
        "",
        "the process ended without a result",
        "",
    ),
    "prints": (
        "import time\nwhile True:\n    print('x' * 1_000_000)  # bad\n    time.sleep(0.001)",
        "",
        "more than 10 MB printed",
        "print less",
    ),
    "prints_at_once": (
        '# %%\nx = 1\n# %% name="out"\nprint("x" * 20_000_000)  # bad',
        "",
        "more than 10 MB printed",
        "",
    ),
    "displays": (
        "from IPython.display import display\nfor i in range(60):\n    display('x' * 1_000_000)  # bad",
        "",
        "more than 50 MB displayed",
        "display less",
    ),
    "catches_the_limit": (
        "from IPython.display import display\ntry:\n    display('x' * 60_000_000)  # bad\nexcept Exception:\n    pass",
        "",
        "more than 50 MB displayed",
        "",
    ),
    "leaves_thread": (
        "import threading, time\n\nthreading.Thread(target=time.sleep, args=(60,)).start()  # bad",
        "",
        "a thread that the snippet has started is still running at its end",
        "join it",
    ),
    "leaves_child": (
        f"import subprocess, sys\n\nsubprocess.Popen([sys.executable, '-c', {SLEEPER}])  # bad\n1",
        "",
        "a process that the snippet has started is still running at its end",
        "wait for it",
    ),
    "leaves_daemon": (
        "import os, sys\n\n"
        "if not os.fork():  # bad\n"
        "    os.setsid()\n"
        "    if not os.fork():\n"
        f"        os.execv(sys.executable, [sys.executable, '-c', {SLEEPER}])\n"
        "    os._exit(0)\n"
        "os.wait()",
        "",
        "a process that the snippet has started is still running at its end",
        "",
    ),
    "asks": ("x = 1\ny = input('name?')  # bad", "", "RuntimeError: a snippet cannot ask for input", ""),
}

GOOD: dict[str, tuple[str, str]] = {
    "good": ("1 + 1", "<2>"),
    "good_pool": (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "pool = ThreadPoolExecutor(2)\npool.submit(len, 'abc').result()",
        "<3>",
    ),
    "good_daemon": (
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n4",
        "<4>",
    ),
    "good_processes": (
        "from multiprocessing import get_context\n"
        "def square(x): return x * x\n"
        "with get_context('fork').Pool(2) as pool: squares = pool.map(square, range(3))\n"
        "squares",
        "<[0, 1, 4]>",
    ),
    "good_spawn": (
        "from multiprocessing import get_context\n"
        "def square(x): return x * x\n"
        "squares = 0\n"
        "if __name__ == '__main__':\n"
        "    with get_context('spawn').Pool(1) as pool: squares = pool.map(square, range(3))\n"
        "squares",
        "<[0, 1, 4]>",
    ),
    "good_joblib": (
        "from joblib import Parallel, delayed\nParallel(n_jobs=2)(delayed(abs)(i) for i in (-1, 2))",
        "<[1, 2]>",
    ),
    "good_input": ("import sys\nrepr(sys.stdin.read())", "<''>"),
    "good_exit_handler": ("import atexit\natexit.register(print, 'bye')\n5", "<5>"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    made = Project(tmp_path_factory.mktemp("limits") / "project")
    yield made
    made.workshop.close()


@pytest.fixture(scope="module")
def results(project: Project) -> dict[str, Result]:
    """All of them in one call: none may take another along."""
    for name, (body, header, _, _) in BAD.items():
        project.add(name, body, header)
    for name, (body, _) in GOOD.items():
        project.add(name, body)
    return project.results()


@pytest.mark.parametrize("name", BAD)
def test_bad_snippet_fails_at_its_line(results: dict[str, Result], project: Project, name: str) -> None:
    _, _, message, hint = BAD[name]
    problem = failure(results[name])
    assert problem.message.startswith(message)
    assert hint in problem.hint
    assert problem.code is Code.SNIPPET_FAILED
    text = (project.root / problem.path).read_text(encoding="utf-8")
    # A limit on memory or output is noticed a moment later.
    assert abs(problem.line - line_of(text, "# bad")) <= (name in ("memory", "prints"))


@pytest.mark.parametrize("name", GOOD)
def test_good_snippet_succeeds_beside_them(results: dict[str, Result], name: str) -> None:
    assert results[name].state is State.FRESH, results[name].problems
    assert printed(results[name]) == GOOD[name][1]


def test_nothing_lives_on(results: dict[str, Result], project: Project) -> None:
    assert results
    assert not wait_until_dead()
    # The server of this project knows it by a variable of its environment.
    own = str(project.layout.cache / "matplotlib")
    until = time.monotonic() + 3
    while len(living(own)) > 1 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(living(own)) == 1
    assert not leftovers()
