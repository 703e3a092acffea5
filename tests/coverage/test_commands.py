"""`knapper coverage` and `knapper check --coverage`, in a project of its own."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from knapper.cli import main
from tests.coverage.project import make_project
from tests.vault.making import write

SNIPPET = '# %% name="numbers"\nimport pandas as pd\nfrom maths.other import twice\npd.DataFrame({"a": [twice(1)]})\n'
NOTE = "---\nkind: concept\n---\n![[twice/numbers]]\n\n![[maths/other.py#twice]]\n"
FILES = {
    "mkdocs.yml": "site_name: Maths\ndocs_dir: notes\nplugins:\n- knapper\n",
    "snippets/twice.py": SNIPPET,
    "notes/Twice.md": NOTE,
    "notes/Empty.md": "---\nkind: concept\n---\n",
}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_project(tmp_path)
    monkeypatch.chdir(write(tmp_path, FILES))
    return tmp_path


def test_from_nothing_to_a_covered_note(project: Path) -> None:
    assert run("run").exit_code == 0
    before = run("check", "--coverage", "--coverage-min", "50")
    assert before.exit_code == 1
    assert (
        "Twice.md:2:1: [uncovered-concept] it is not known whether the source that it shows is tested" in before.stdout
    )
    assert "coverage: 0 of 2 concept notes (0 %), at least 50 % required" in before.stderr

    made = run("coverage", "tests")
    assert made.exit_code == 0
    assert made.stderr.startswith("1 function that notes show: 2 mutants noticed, 0 not")

    after = run("check", "--coverage", "--coverage-min", "50")
    assert (after.exit_code, after.stdout) == (0, "")
    assert after.stderr.splitlines() == [
        "covered: Twice.md: maths/other.py#twice; figures and tables: 1",
        "not begun: Empty.md",
        "coverage: 1 of 2 concept notes (50 %), at least 50 % required",
        "no problems in 2 notes",
    ]
    strict = run("check", "--coverage")
    assert strict.exit_code == 1
    assert "notes/Empty.md:2:1: [uncovered-concept] it shows no figure or table, and no source" in strict.stdout
    assert run("check").exit_code == 0

    write(project, {"tests/survivors.toml": "[[survivor]]"})
    assert "tests/survivors.toml: [uncovered-concept] entry 1 needs" in run("check", "--coverage").stdout
    write(project, {"src/maths/other.py": "def twice(a):\n    return a + a\n"})
    assert "its figures and tables have no fresh result: twice" in run("check", "--coverage").stdout


def test_where_there_is_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write(tmp_path, {"vault/A.md": "", "tests/test_a.py": ""}))
    judged = run("check", "vault", "--coverage")
    assert (judged.exit_code, "--coverage needs a mkdocs.yml" in judged.stderr) == (2, True)
    made = run("coverage", "tests", "--project", "vault")
    assert (made.exit_code, "the tests must be in the folder of mkdocs.yml" in made.stderr) == (2, True)


def test_failing_tests_are_told(project: Path) -> None:
    write(project, {"src/maths/other.py": "def twice(a):\n    return 3 * a\n"})
    made = run("coverage", "tests", "--processes", "1")
    assert made.exit_code == 1
    assert "correct the tests first" in made.stderr
