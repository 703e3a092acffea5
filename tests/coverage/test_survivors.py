"""The table of mutants that may live."""

from pathlib import Path

import pytest

from knapper.coverage.survivors import Accepted, read_accepted

ENTRY = """
[[survivor]]
module = "a.py"
function = "f"
change = '''
  - return 1

  + return 2
'''
reason = "no difference"
"""


def test_an_entry(tmp_path: Path) -> None:
    (tmp_path / "survivors.toml").write_text(ENTRY)
    assert read_accepted(tmp_path) == ([Accepted("a.py", "f", "- return 1\n+ return 2", "no difference")], "")


def test_no_table_accepts_nothing(tmp_path: Path) -> None:
    assert read_accepted(tmp_path) == ([], "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[survivor", "it cannot be read: "),
        ("survivors = 1", "it may hold nothing but [[survivor]]"),
        ("survivor = 1", "it may hold nothing but [[survivor]]"),
        ("survivor = [1]", "entry 1 needs the texts change, function, module, reason, and nothing else"),
        (f"{ENTRY}{ENTRY.replace('no difference', '')}", "entry 2 needs the texts"),
    ],
)
def test_a_table_that_says_something_else(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "survivors.toml").write_text(text)
    accepted, found = read_accepted(tmp_path)
    assert accepted == []
    assert found.startswith(problem)
