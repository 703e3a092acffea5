"""The map of a tiny project."""

from pathlib import Path

import pytest

from knapper.coverage import CoverageError, make_map
from knapper.coverage.functions import NOTHING
from knapper.coverage.records import CoverageMap, load_map
from tests.coverage.project import make_project
from tests.vault.making import write

BASIC, OTHER = "maths/basic.py", "maths/other.py"
SHOWN = {BASIC: ["add", "scale", "slow", "same", "LIMIT"], OTHER: [""]}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CoverageMap]:
    layout = make_project(tmp_path_factory.mktemp("project"))
    return layout.root, make_map(layout, "tests", SHOWN, 2)


def test_a_function_that_is_tested_well(project: tuple[Path, CoverageMap]) -> None:
    add = project[1].modules[BASIC].functions["add"]
    assert (add.tests, add.silent, add.killed, add.survivors) == (("tests/test_basic.py::test_add",), (), 1, ())


def test_a_test_that_asserts_nothing_and_what_it_does_not_notice(project: tuple[Path, CoverageMap]) -> None:
    scale = project[1].modules[BASIC].functions["scale"]
    assert (scale.tests, scale.silent, scale.killed) == ((), ("tests/test_basic.py::test_scale",), 0)
    changes = {survivor.change for survivor in scale.survivors}
    assert "- return a * ONE * 2\n+ return a * ONE / 2" in changes
    assert "- return a * ONE * 2\n+ return a * ONE * 3" in changes


def test_a_mutant_that_never_ends_is_stopped(project: tuple[Path, CoverageMap]) -> None:
    slow = project[1].modules[BASIC].functions["slow"]
    assert (slow.timeouts, slow.killed) == (2, 3)
    assert not slow.survivors


def test_where_there_is_nothing_to_mutate_the_tests_are_known_still(project: tuple[Path, CoverageMap]) -> None:
    functions = project[1].modules[BASIC].functions
    for name in ("same", "LIMIT"):
        assert (functions[name].tests, functions[name].note) == (("tests/test_basic.py::test_same",), NOTHING)


def test_a_whole_file_is_all_of_its_functions(project: tuple[Path, CoverageMap]) -> None:
    other = project[1].modules[OTHER]
    assert other.symbols == {"": ("twice",)}
    assert other.functions["twice"].killed == 2


def test_the_map_is_kept_and_nothing_else_is_left(project: tuple[Path, CoverageMap]) -> None:
    root, made = project
    assert load_map(root / ".knapper" / "coverage.json") == made
    assert [path.name for path in (root / ".knapper").iterdir()] == ["coverage.json"]
    assert {path.name for path in root.iterdir()} == {".knapper", "src", "tests"}


def test_what_has_not_changed_is_not_run_again(
    project: tuple[Path, CoverageMap], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither once more, nor after an edit of another module; an edit of what a module imports counts."""
    layout = make_project(tmp_path)
    (tmp_path / ".knapper").mkdir()
    (tmp_path / ".knapper" / "coverage.json").write_bytes((project[0] / ".knapper" / "coverage.json").read_bytes())
    asked: list[list[str]] = []

    def found(inputs: object, tasks: object, processes: int) -> dict[str, object]:
        asked.append([task.path for task in tasks])  # type: ignore[attr-defined]
        raise CoverageError

    monkeypatch.setattr("knapper.coverage.produce._found", found)
    assert make_map(layout, "tests", SHOWN) == project[1]
    assert asked == []
    write(tmp_path, {"src/maths/other.py": "def twice(a):\n    return a + a\n"})
    with pytest.raises(CoverageError):
        make_map(layout, "tests", SHOWN)
    write(tmp_path, {"src/maths/constants.py": "ONE = 1.0\n"})
    with pytest.raises(CoverageError):
        make_map(layout, "tests", SHOWN)
    assert asked == [[OTHER], [BASIC, OTHER]]


def test_tests_must_hold_on_the_code_as_it_is(tmp_path: Path) -> None:
    layout = make_project(tmp_path)
    write(tmp_path, {"src/maths/other.py": "def twice(a):\n    return 3 * a\n"})
    with pytest.raises(CoverageError, match=r"some fail on the code as it is: tests/test_other\.py::test_twice"):
        make_map(layout, "tests", {OTHER: ["twice"]}, 1)
    assert not (tmp_path / ".knapper" / "coverage.json").exists()
    assert list((tmp_path / ".knapper").iterdir()) == []


def test_tests_that_cannot_be_collected(tmp_path: Path) -> None:
    layout = make_project(tmp_path)
    write(tmp_path, {"tests/test_other.py": "import maths.other, missing_module\n"})
    with pytest.raises(CoverageError, match="missing_module"):
        make_map(layout, "tests", {OTHER: ["twice"]}, 1)


def test_without_a_test_nothing_is_run(tmp_path: Path) -> None:
    layout = make_project(tmp_path)
    (tmp_path / "tests" / "test_other.py").unlink()
    twice = make_map(layout, "tests", {OTHER: ["twice"]}, 1).modules[OTHER].functions["twice"]
    assert (twice.tests, twice.silent, len(twice.survivors)) == ((), (), 2)


def test_what_changes_while_the_tests_run_is_not_kept(tmp_path: Path) -> None:
    """A test edits its own file; what was found of the other module stays."""
    layout = make_project(tmp_path)
    edit = "from pathlib import Path\nfrom maths.other import twice\ndef test_twice():\n    Path(__file__).touch()\n"
    write(tmp_path, {"tests/test_other.py": f"{edit}    assert twice(3) == 6\n"})
    make_map(layout, "tests", {OTHER: ["twice"]}, 1)
    write(tmp_path, {"tests/test_other.py": f"{edit}    Path(__file__).write_text('')\n    assert twice(3) == 6\n"})
    with pytest.raises(CoverageError, match=r"changed while the tests ran; run them again: maths/other\.py"):
        make_map(layout, "tests", {BASIC: ["add"], OTHER: ["twice"]}, 1)
    made = load_map(tmp_path / ".knapper" / "coverage.json")
    assert made is not None
    assert list(made.modules) == [BASIC]
