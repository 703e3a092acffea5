"""Cells run as the script would, and errors are told where they are."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from knapper.diagnostics import Code
from knapper.snippets.result import State
from tests.snippets.running import Project, line_of, printed, script


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    made = Project(tmp_path_factory.mktemp("run") / "project")
    yield made
    made.workshop.close()


# As a script ----------------------------------------------------------------------------------------------------------


def test_what_a_script_finds_is_what_python_gives(project: Project) -> None:
    body = """
        import sys, os, local_module
        for value in (__name__, __file__, sys.argv, os.getcwd(), sys.path[0], __package__, __spec__ is None,
                      __builtins__.__name__, sys.modules["__main__"].__dict__ is globals(), local_module.VALUE,
                      sys.flags.hash_randomization, __doc__):
            print(ascii(value))
    """
    project.write("snippets/local_module.py", "VALUE = 'beside'\n")
    result = project.run("as_script", body)
    path = project.root / "snippets" / "as_script.py"
    env = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0"}
    plain = [sys.executable, "snippets/as_script.py"]
    real = subprocess.run(plain, cwd=project.root, env=env, capture_output=True, text=True, check=True).stdout
    assert path.is_file()
    # Outputs tell no folders of this machine.
    assert printed(result) == real.replace(f"{project.root}/", "").replace(str(project.root), ".")


def test_snippet_runs_as_a_plain_script(project: Project) -> None:
    text = script('# %% [markdown]\n# Text\n# %% name="out"\nx = 2 + 2\nprint(x)\nx', "timeout = 5")
    path = project.write("snippets/plain.py", text)
    real = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True)
    assert (real.stdout, real.stderr) == ("4\n", "")
    result = project.results("plain")["plain"]
    assert (result.state, printed(result)) == (State.FRESH, "4\n<4>")


def test_future_of_the_first_cell_holds_for_later_ones(project: Project) -> None:
    body = """
        # %%
        from __future__ import annotations
        # %% name="out"
        def f(x: undefined) -> None: ...
        f.__annotations__["x"]
    """
    assert printed(project.run("future", body)) == "<undefined>"


def test_names_live_on_from_cell_to_cell(project: Project) -> None:
    body = """
        # %%
        import math
        def area(r): return math.pi * r ** scale
        # %%
        scale = 2
        # %% name="out"
        round(area(1), 2)
    """
    assert printed(project.run("names", body)) == "<3.14>"


def test_pickles_of_the_script_are_found_again(project: Project) -> None:
    assert printed(project.run("pickles", "import pickle\nclass A: x = 1\npickle.loads(pickle.dumps(A())).x")) == "<1>"


def test_fork_that_comes_to_the_end_makes_no_second_result(project: Project) -> None:
    body = """
        # %%
        import os
        pid = os.fork()
        # %% name="out"
        "child" if pid == 0 else "parent"
        # %%
        if pid:
            print(os.waitpid(pid, 0)[1])
    """
    assert printed(project.run("forks", body)) == "<parent>0\n"


@pytest.mark.parametrize(("end", "status"), [("sys.exit(3)", 3), ("raise ValueError", 1), ("sys.exit()", 0)])
def test_fork_that_ends_ends_as_python_does(project: Project, end: str, status: int) -> None:
    body = f"""
        import os, sys
        if not (pid := os.fork()):
            {end}
        os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    """
    name = f"fork_ends_{status}"
    assert printed(project.run(name, body)).splitlines()[-1] == f"<{status}>"


# What is written ------------------------------------------------------------------------------------------------------


def test_all_that_is_written_is_there_in_order(project: Project) -> None:
    body = """
        import os, subprocess, sys, ctypes
        from IPython.display import display
        print("a", end=" ")
        subprocess.run(["echo", "b"])
        os.write(1, b"c ")
        sys.stdout.write("d ")
        sys.stdout.buffer.write(b"e\\n")
        display(1)
        print("f")
        ctypes.CDLL(None).puts(b"g") and ctypes.CDLL(None).fflush(None)
        sys.__stdout__.write("h\\n")
        display(2)
        print("i", file=sys.stderr)
        subprocess.run(["sh", "-c", "echo j >&2"])
        None
    """
    assert printed(project.run("written", body)) == "a b\nc d e\n<1>f\ng\nh\n<2>i\nj\n"


def test_what_is_of_one_run_or_machine_is_taken_out(project: Project) -> None:
    body = """
        import os, sys, tempfile, uuid
        print(object(), "A at 0xABCDEF", hex(2**40), "0xdeadbeef")
        print(uuid.uuid4())
        print(os.getcwd(), __file__, os.path.expanduser("~/x"))
        print(os.path.dirname(tempfile.mkdtemp()))
        print(os.__file__, sys.argv)
        print(os.getcwd() + "2", "/mnt" + os.getcwd())
        None
    """
    shown = printed(project.run("scrubbed", body))
    folder = str(project.root)
    expected = f"""<object object at 0x…> A at 0x… 0x10000000000 0xdeadbeef
00000000-0000-0000-0000-000000000000
. snippets/scrubbed.py ~/x
/tmp
python{sys.version_info[0]}.{sys.version_info[1]}/os.py ['snippets/scrubbed.py']
{folder}2 /mnt{folder}
"""
    home = str(Path.home())
    assert shown == expected.replace(f"{home}/", "~/" if len(home) > 1 else f"{home}/")


def test_warnings_tell_no_folder(project: Project) -> None:
    shown = printed(project.run("warns", "import warnings\nwarnings.warn('careful')\n1"))
    assert "snippets/warns.py:3: UserWarning: careful" in shown
    assert str(project.root) not in shown


# Errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "bad", "message"),
    [
        ("raises", "1 / 0  # bad", "ZeroDivisionError: division by zero"),
        ("in_function", "f = lambda: 1 / 0  # bad\nf()", "ZeroDivisionError: division by zero"),
        ("no_module", "import nonexistent_module  # bad", "ModuleNotFoundError: No module named 'nonexistent_module'"),
        ("exec_syntax", "exec('1 +')  # bad", "SyntaxError: invalid syntax (<string>, line 1)"),
        ("in_exec", "exec('\\n\\n1 / 0')  # bad", "ZeroDivisionError: division by zero"),
        ("in_library", "import json\njson.loads('{')  # bad", "JSONDecodeError: Expecting property name"),
        ("ends", "import sys\nsys.exit(0)  # bad", "the snippet ends itself before its end"),
        ("interrupts", "raise KeyboardInterrupt  # bad", "KeyboardInterrupt"),
        ("base", "class Base(BaseException): ...\nraise Base('x')  # bad", "Base: x"),
        ("recursion", "def f(): return f()  # bad\nf()", "RecursionError: maximum recursion depth exceeded"),
        ("unprintable", "class E(Exception):\n    def __str__(self): 1 / 0\nraise E  # bad", "E"),
        ("in_display", "class R:\n    def __repr__(self): raise ValueError('r')  # bad\nR()", "ValueError: r"),
    ],
)
def test_error_in_the_script(project: Project, name: str, bad: str, message: str) -> None:
    problem = project.failure(name, f'# %%\nx = 1\n# %% name="out"\n\n{bad}')
    assert problem.code is Code.SNIPPET_FAILED
    assert problem.message.startswith(message)
    assert problem.line == line_of((project.root / problem.path).read_text(encoding="utf-8"), "# bad")


def test_error_in_a_module_of_the_project(project: Project) -> None:
    project.write("src/helpers.py", "import json\n\n\ndef load(text):\n    return json.loads(text)\n")
    problem = project.failure("in_module", "import helpers\n\nhelpers.load('{')")
    assert problem.line == 4
    assert problem.message.startswith("JSONDecodeError: Expecting property name")
    assert problem.message.endswith(" (in src/helpers.py:5)")


def test_syntax_error_in_a_module_of_the_project(project: Project) -> None:
    project.write("src/broken.py", "x = 1\ny = (\n")
    problem = project.failure("in_broken", "x = 1\nimport broken")
    assert (problem.line, problem.message) == (3, "SyntaxError: '(' was never closed (in src/broken.py:2)")


def test_output_before_an_error_is_shown(project: Project) -> None:
    result = project.results(project.add("before", "print('so far')\n1 / 0"))["before"]
    assert printed(result) == "so far\n"
    assert result.displayed[0][-1]["ename"] == "ZeroDivisionError"
    assert "snippets/before.py" in "".join(result.displayed[0][-1]["traceback"])
    assert "worker.py" not in "".join(result.displayed[0][-1]["traceback"])


def test_a_script_that_hides_the_module_it_imports_is_told_so(project: Project) -> None:
    project.write("src/hidden.py", "VALUE = 1\n")
    problem = project.failure("hidden", "from hidden import VALUE\nVALUE")
    assert problem.message.startswith("ImportError: cannot import name 'VALUE'")
    assert "rename one of them" in problem.hint
