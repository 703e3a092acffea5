import errno
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from knapper.diagnostics import Code
from knapper.snippets import manifest as manifest_module
from knapper.snippets.job import SCHEMA
from knapper.snippets.layout import Layout
from knapper.snippets.manifest import Machine
from knapper.snippets.result import State
from knapper.snippets.workshop import Workshop
from tests.snippets.projects import VALUE, Lab

CONFLICT = "<<<<<<< ours\n{}\n=======\n{}\n>>>>>>> theirs\n"


def freeze(lab: Lab, name: str = "one") -> Path:
    path = lab.workshop.freeze(lab.workshop.snippets()[name])
    assert path is not None
    return path


def forget_local(lab: Lab) -> None:
    shutil.rmtree(lab.layout.results)


# Stored results -------------------------------------------------------------------------------------------------------


def test_going_back_to_earlier_code_runs_nothing(lab: Lab) -> None:
    for body in ("1", "2", "3"):
        lab.script(body)
        assert lab.value() == body
    lab.script("1")
    assert lab.value() == "1"
    assert lab.ran == []


def test_a_damaged_result_is_made_anew_and_told_once(lab: Lab) -> None:
    lab.script("1")
    lab.value()
    path = next(path for path in lab.stored() if path.suffix == ".ipynb")
    path.write_bytes(b"")
    result = lab.result()
    assert (result.state, lab.ran) == (State.FRESH, ["one"])
    assert [(problem.code, problem.path) for problem in result.problems] == [
        (Code.STORE, f".knapper/results/one/{path.stem}.json")
    ]
    assert lab.result().problems == ()
    assert lab.ran == []


def test_a_result_that_cannot_be_stored_is_used(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.script("1")

    def fail(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        result = lab.result()
    assert (result.state, result.outputs["value"].text) == (State.FRESH, "1")
    assert [problem.code for problem in result.problems] == [Code.STORE]
    assert lab.stored() == []
    assert lab.value() == "1"
    assert lab.ran == ["one"]


def test_a_project_that_cannot_be_written(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.script("1")

    def fail(self: Path, *args: object, **options: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", fail)
        result = lab.result()
    assert (result.state, result.outputs["value"].text) == (State.FRESH, "1")
    assert [problem.code for problem in result.problems] == [Code.STORE]


def test_two_builds_of_a_snippet_that_shows_something_else_each_time(lab: Lab) -> None:
    lab.script("import random\nrandom.random()")
    with ThreadPoolExecutor(2) as pool:
        results = [future.result()["one"] for future in [pool.submit(Workshop(lab.layout).results) for _ in range(2)]]
    shown = {result.outputs["value"].text for result in results}
    assert len(shown) == 2
    assert lab.value() in shown
    assert lab.ran == []
    assert lab.result().problems == ()


def test_snippets_in_folders_do_not_mix(lab: Lab) -> None:
    lab.script("1", "optim")
    lab.script("2", "optim/adam")
    lab.script("3", "optim/v1.json")
    results = lab.workshop.results()
    assert {name: one.outputs["value"].text for name, one in results.items()} == {
        "optim": "1",
        "optim/adam": "2",
        "optim/v1.json": "3",
    }
    assert {name: one.state for name, one in lab.workshop.stored().items()} == dict.fromkeys(results, State.FRESH)
    assert results["optim/adam"].outputs["value"].path == "optim/adam/value.md"
    assert not any(one.problems for one in lab.workshop.stored().values())


def test_results_of_deleted_snippets_go_at_last(lab: Lab) -> None:
    lab.script("1")
    lab.value()
    for path in lab.stored():
        os.utime(path, (0, 0))
    (lab.root / "snippets/one.py").unlink()
    lab.script("2", "two")
    lab.value("two")
    assert lab.stored() == []


def test_some_of_the_snippets(lab: Lab) -> None:
    lab.script("1")
    lab.script("2", "two")
    assert list(lab.workshop.results(["two", "unknown"])) == ["two"]
    assert lab.ran == ["two"]
    assert {name: one.state for name, one in lab.workshop.stored().items()} == {
        "one": State.PENDING,
        "two": State.FRESH,
    }


def test_force_runs_what_is_fresh(lab: Lab) -> None:
    lab.script("1")
    lab.value()
    lab.recorder.names.clear()
    assert lab.workshop.results(force=True)["one"].state is State.FRESH
    assert lab.ran == ["one"]


def test_a_script_with_problems_does_not_run(lab: Lab) -> None:
    lab.script("1")
    lab.value()
    lab.script("%timeit 1")
    result = lab.result()
    assert (result.state, result.outputs, lab.ran) == (State.FAILED, {}, [])
    assert [problem.code for problem in result.problems] == [Code.SNIPPET_SYNTAX]


@pytest.mark.parametrize(("python", "versions", "why"), [("3.99.1", None, "Python is now 3.99"), (None, {}, "ipython")])
def test_another_machine(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, python: str | None, versions: dict[str, str] | None, why: str
) -> None:
    lab.script("1")
    lab.value()
    machine = lab.workshop._machine([])
    other = Machine(python or machine.python, machine.versions if versions is None else versions)
    monkeypatch.setattr(Workshop, "_machine", lambda self, snippets: other)
    assert lab.workshop.stored()["one"].state is State.PENDING
    assert why in lab.why()


def test_another_runner(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.script("1")
    lab.value()
    monkeypatch.setattr(manifest_module, "SCHEMA", SCHEMA + 1)
    assert "the runner has changed" in lab.why()
    assert not lab.is_fresh()


# Failures -------------------------------------------------------------------------------------------------------------


def fails(lab: Lab) -> bool:
    """Whether the build ran it, and it failed."""
    assert lab.result().state is State.FAILED
    return lab.ran == ["one"]


def test_a_failed_snippet_waits_until_something_may_have_mended_it(lab: Lab) -> None:
    lab.files({"src/helper.py": "raise ValueError(1)", "snippets/other.py": "X = 1", "data/a.txt": "1"})
    lab.write(
        "snippets/one.py", f'# /// script\n# [tool.knapper]\n# reads = ["data/*.txt"]\n# ///\n{VALUE}import helper\n1'
    )
    assert fails(lab)
    assert not fails(lab)
    lab.script("1", "two")  # another snippet is of no help
    lab.workshop.results(["two"])
    assert not fails(lab)
    lab.quietly("src/helper.py", "raise ValueError(2)")
    assert fails(lab)
    lab.write("data/a.txt", "2")
    assert fails(lab)
    lab.quietly("snippets/other.py", "X = 2")  # it may be a module
    assert fails(lab)
    assert not fails(lab)
    lab.workshop.results(force=True)
    assert lab.ran[-1:] == ["two"]
    lab.recorder.names.clear()
    lab.write("src/helper.py", "")
    assert lab.value() == "1"


def test_a_failed_snippet_runs_once_a_module_or_file_is_there(lab: Lab) -> None:
    lab.script("import helper\nopen('data/none.bin')")
    assert fails(lab)
    lab.write("src/helper.py", "")
    assert fails(lab)
    assert not fails(lab)
    lab.write("data/none.bin", "")
    assert fails(lab)
    assert not fails(lab)


def test_a_failed_snippet_runs_when_another_that_it_imports_is_edited(lab: Lab) -> None:
    lab.write("snippets/two.py", "# %%\nraise ValueError(1)")
    lab.script("import two\n1")
    assert fails(lab)
    lab.write("snippets/two.py", "# %%\nVALUE = 2")
    assert lab.value() == "1"


def test_a_failed_snippet_runs_when_it_is_edited(lab: Lab) -> None:
    lab.script("1 / 0")
    assert fails(lab)
    lab.script("2 / 0")
    assert fails(lab)
    lab.script("2 / 1")
    assert lab.value() == "2.0"


def test_what_no_machine_has_is_asked_for_each_time(lab: Lab) -> None:
    lab.write("snippets/one.py", f"# /// script\n# [tool.knapper]\n# resources = {{TPU = 1}}\n# ///\n{VALUE}1")
    assert fails(lab)
    assert fails(lab)
    assert lab.result().problems[0].code is Code.MISSING_RESOURCE


def test_force_runs_what_has_failed(lab: Lab) -> None:
    lab.script("1 / 0")
    assert fails(lab)
    lab.recorder.names.clear()
    lab.workshop.results(force=True)
    assert lab.ran == ["one"]


# Frozen results -------------------------------------------------------------------------------------------------------


def test_order_is_local_then_frozen_then_run(lab: Lab) -> None:
    lab.script("import random\nrandom.random()")
    first = lab.value()
    assert freeze(lab) == lab.root / "snippets/frozen/one"
    lab.workshop.results(force=True)
    local = lab.result()
    assert (local.state, local.outputs["value"].text == first) == (State.FRESH, False)
    forget_local(lab)
    frozen = lab.result()
    assert (frozen.state, frozen.outputs["value"].text, lab.ran) == (State.FROZEN, first, [])
    assert "frozen/one" not in lab.workshop.snippets()
    shutil.rmtree(lab.layout.frozen)
    assert lab.result().state is State.FRESH
    assert lab.ran == ["one"]


def test_a_frozen_result_of_another_machine_is_shown_with_what_made_it(lab: Lab) -> None:
    lab.write("snippets/one.py", f'# /// script\n# [tool.knapper]\n# device = "gpu"\n# ///\n{VALUE}1')
    lab.value()
    freeze(lab)
    path = next(lab.layout.frozen.rglob("*.json"))
    document = json.loads(path.read_bytes())
    document["provenance"] |= {"device": "NVIDIA H200", "versions": {"ipython": "0.1", "gone": "1"}, "python": "3.99.1"}
    document |= {"python": "3.99", "settings": {**document["settings"], "device": "gpu"}}
    path.write_text(json.dumps(document))
    forget_local(lab)
    result = lab.result()
    assert (result.state, lab.ran) == (State.FROZEN, [])
    assert result.provenance is not None
    assert (result.provenance.device, result.provenance.requested) == ("NVIDIA H200", "gpu")
    assert lab.workshop.explain(result.snippet).state is State.FROZEN


def test_a_frozen_result_is_not_shown_once_code_or_files_have_changed(lab: Lab) -> None:
    lab.files({"src/helper.py": "VALUE = 1", "data/a.txt": "1"})
    text = f'# /// script\n# [tool.knapper]\n# reads = ["data/*.txt"]\n# ///\n{VALUE}import helper\nhelper.VALUE'
    lab.write("snippets/one.py", text)
    lab.value()
    freeze(lab)
    forget_local(lab)
    edits = {"src/helper.py": "VALUE = 2", "data/a.txt": "2", "snippets/one.py": text + " * 3"}
    for path, new in edits.items():
        old = (lab.root / path).read_text()
        lab.write(path, new)
        assert lab.workshop.stored()["one"].state is State.PENDING
        assert path in lab.why()
        lab.write(path, old)
        assert lab.workshop.stored()["one"].state is State.FROZEN
    lab.write("snippets/one.py", text.replace(VALUE, "# %% [markdown]\n# Prose.\n" + VALUE))
    assert lab.workshop.stored()["one"].state is State.FROZEN


def test_freezing_twice_replaces(lab: Lab) -> None:
    lab.script("1")
    lab.value()
    freeze(lab)
    lab.script("2")
    assert lab.workshop.freeze(lab.workshop.snippets()["one"]) is None
    assert len(list(lab.layout.frozen.rglob("*.json"))) == 1
    lab.value()
    freeze(lab)
    assert len(list(lab.layout.frozen.rglob("*.json"))) == len(list(lab.layout.frozen.rglob("*.ipynb"))) == 1
    forget_local(lab)
    assert lab.value() == "2"


def test_freezing_on_a_full_disk_keeps_what_there_is(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.script("1")
    lab.value()
    freeze(lab)
    before = sorted(lab.layout.frozen.rglob("*"))

    def fail(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        freeze(lab)
    assert sorted(lab.layout.frozen.rglob("*")) == before


@pytest.mark.parametrize("suffix", [".json", ".ipynb"])
def test_h_conflict_markers_in_a_frozen_result(lab: Lab, suffix: str) -> None:
    lab.script("1")
    lab.value()
    freeze(lab)
    forget_local(lab)
    path = next(lab.layout.frozen.rglob(f"*{suffix}"))
    text = path.read_text()
    path.write_text(CONFLICT.format(text, text))
    result = lab.result()
    assert (result.state, result.outputs["value"].text, lab.ran) == (State.FRESH, "1", ["one"])
    (problem,) = result.problems
    assert (problem.code, problem.path) == (Code.STORE, f"snippets/frozen/one/{path.stem}.json")
    assert "merge" in problem.hint
    assert "<<<<<<<" in path.read_text()  # the author's file is the author's


def test_reading_a_frozen_result_changes_no_file_that_is_watched(lab: Lab) -> None:
    lab.script("1")
    lab.value()
    freeze(lab)
    forget_local(lab)
    before = {path: path.stat().st_mtime_ns for path in lab.layout.frozen.rglob("*")}
    for path in before:
        os.utime(path, ns=(1, 1))
    lab.value()
    assert {path.stat().st_mtime_ns for path in before} == {1}


# Explanations, watching -----------------------------------------------------------------------------------------------


def test_explanations(lab: Lab) -> None:
    lab.files({"src/helper.py": "VALUE = 1"})
    lab.script("import helper\nhelper.VALUE")
    snippet = lab.workshop.snippets()["one"]
    assert lab.workshop.explain(snippet).manifest is None
    lab.value()
    found = lab.workshop.explain(snippet)
    assert (found.state, found.differences) == (State.FRESH, ())
    lab.write("src/helper.py", "VALUE = 2")
    lab.value()
    lab.write("src/helper.py", "VALUE = 3")
    found = lab.workshop.explain(snippet)
    assert (found.state, found.differences) == (State.PENDING, ("src/helper.py has changed",))
    for path in lab.stored():
        if path.suffix == ".ipynb":
            path.unlink()
    lab.write("src/helper.py", "VALUE = 2")
    assert lab.workshop.explain(snippet).differences == ("src/helper.py has changed",)


def test_what_is_watched(lab: Lab) -> None:
    lab.write("data/deep/a.txt", "1")
    lab.write("root.txt", "1")
    header = '# /// script\n# [tool.knapper]\n# reads = ["data/deep/*.txt", "*.txt", "nowhere/x.txt"]\n# ///\n'
    lab.write("snippets/one.py", f"{header}{VALUE}1")
    shown = {path.relative_to(lab.root).as_posix() for path in lab.workshop.watched()}
    assert shown == {"snippets", "src", "data/deep", "data/deep/a.txt", "root.txt"}


def test_sources_of_modules(lab: Lab) -> None:
    lab.files({"src/package/__init__.py": "x = 1", "src/package/inner.py": "y = 1", "src/.hidden/z.py": ""})
    assert lab.workshop.module_sources() == {"package/__init__.py": "x = 1", "package/inner.py": "y = 1"}


# Verifying ------------------------------------------------------------------------------------------------------------


def test_verify(lab: Lab) -> None:
    lab.write(
        "snippets/one.py",
        "# %% [markdown]\n# Prose.\n# %%\nimport random, time\nrandom.seed(0)\n"
        '# %% name="seeded"\nrandom.random()\n'
        '# %% name="set"\n{str(i) for i in range(20)}\n'
        "# %%\nobject()\n",
    )
    lab.write(
        "snippets/two.py",
        '# %%\nimport random, time\n# %% name="random"\nrandom.random()\n# %%\nprint(id(object()))\n'
        '# %% name="time"\ntime.time()\n',
    )
    lab.script("1 / 0", "three")
    lab.script("%timeit", "four")
    found = lab.workshop.verify(["one", "two", "three", "four", "unknown"])
    assert sorted((problem.path, problem.line, problem.code) for problem in found if "two" not in problem.path) == [
        ("snippets/four.py", 2, Code.SNIPPET_SYNTAX),
        ("snippets/three.py", 2, Code.SNIPPET_FAILED),
    ]
    assert [(problem.line, problem.code) for problem in found if "two" in problem.path] == [
        (3, Code.NOT_REPRODUCIBLE),
        (5, Code.NOT_REPRODUCIBLE),
        (7, Code.NOT_REPRODUCIBLE),
    ]
    assert "cell `random`" in next(problem.message for problem in found if problem.line == 3)
    lab.warm_up()


# Weight ---------------------------------------------------------------------------------------------------------------

LIGHT = """
import json, sys
from pathlib import Path
from knapper.snippets import Layout, Workshop
results = Workshop(Layout(Path({root!r}))).results()
heavy = "IPython numpy nbformat matplotlib mkdocs jupytext pandas distributed markdown yaml".split()
print(json.dumps([[one.state.value for one in results.values()], [name for name in heavy if name in sys.modules]]))
"""


def test_a_build_with_nothing_stale_loads_nothing_heavy(lab: Lab) -> None:
    lab.script("1")
    lab.value()
    code = LIGHT.format(root=str(lab.root))
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(made.stdout) == [["fresh"], []]


def test_a_project_without_snippets(tmp_path: Path) -> None:
    workshop = Workshop(Layout(tmp_path))
    assert (workshop.results(), workshop.stored(), workshop.module_sources()) == ({}, {}, {})
    assert workshop.watched() == set()
    assert list(tmp_path.iterdir()) == []
    workshop.close()
