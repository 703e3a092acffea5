"""The README's example of a snippet works as it stands there."""

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from knapper.cli import main

README = Path(__file__).parent.parent / "README.md"
MODULE = """\
class Adam:
    def path(self):
        return [3.0, 1.0, 0.0]

    def update(self, x):
        return x / 3

    def loss(self):
        return 0.25
"""


def _block(language: str, mark: str) -> str:
    blocks = re.findall(rf"^```{language}\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    (found,) = (block for block in blocks if mark in block)
    return str(found)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    config = f"{_block('yaml', 'site_name')}docs_dir: notes\n"
    files = {
        "mkdocs.yml": config,
        "notes/index.md": _block("markdown", "trajectory"),
        "snippets/adam.py": _block("python", "trajectory"),
        "src/optimizers.py": MODULE,
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_outputs_of_the_example_are_where_its_note_embeds_them(project: Path) -> None:
    built = CliRunner().invoke(main, ["run"], catch_exceptions=False)
    assert built.exit_code == 0, built.output
    checked = CliRunner().invoke(main, ["check"], catch_exceptions=False)
    assert checked.exit_code == 0, checked.output
    copied = CliRunner().invoke(main, ["run", "--into-vault"], catch_exceptions=False)
    assert copied.exit_code == 0, copied.output
    outputs = project / "notes" / "outputs" / "adam"
    assert (outputs / "final-loss.md").read_text() == "0.2500\n"
    assert "light-dark(" in (outputs / "trajectory.svg").read_text()


def test_each_key_of_a_header_is_in_the_table() -> None:
    from knapper.snippets.settings import _READERS

    listed = re.findall(r"^\| `(\w+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == list(_READERS)


def test_each_command_is_in_the_table() -> None:
    named = set(re.findall(r"^\| `knapper (\w+)", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert named == set(main.list_commands(click.Context(main)))
