import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from knapper.cli import main

HINT = "add the note, or remove the link"
PROBLEM = f"A.md:1:1: [missing-target] the vault has no note `Missing` ({HINT})"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# check ----------------------------------------------------------------------------------------------------------------


def test_check_of_a_sound_vault(here: Path) -> None:
    write(here / "vault", {"A.md": "[[B]]", "B.md": "text"})
    result = run("check", "vault")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no problems in 2 notes\n")


def test_check_reports_problems_and_fails(here: Path) -> None:
    write(here / "vault", {"A.md": "[[Missing]]"})
    result = run("check", "vault")
    assert (result.exit_code, result.stdout) == (1, f"vault/{PROBLEM}\n")
    assert result.stderr == "1 problem in 1 note\n"


def test_check_writes_json(here: Path) -> None:
    write(here / "vault", {"A.md": "größer [[Missing]]"})
    assert json.loads(run("check", "vault", "--format", "json").stdout) == [
        {
            "path": "vault/A.md",
            "line": 1,
            "column": 8,
            "code": "missing-target",
            "message": "the vault has no note `Missing`",
            "hint": HINT,
        }
    ]
    write(here / "vault", {"A.md": "text"})
    assert json.loads(run("check", "vault", "--format", "json").stdout) == []


def test_check_writes_workflow_commands_of_github(here: Path) -> None:
    write(here / "vault", {"A, b%.md": "[[Mis%sing]]"})
    place = "file=vault/A%2C b%25.md,line=1,col=1,title=missing-target"
    expected = f"::warning {place}::the vault has no note `Mis%25sing` ({HINT})\n"
    assert run("check", "vault", "--format", "github").stdout == expected


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        pytest.param([], ["missing-target", "unclosed-comment"], id="all"),
        pytest.param(["--select", "missing-target"], ["missing-target"], id="select"),
        pytest.param(["--ignore", "missing-target"], ["unclosed-comment"], id="ignore"),
        pytest.param(["--ignore", "missing-target,unclosed-comment"], [], id="commas"),
        pytest.param(["--ignore", "missing-target", "--ignore", "unclosed-comment"], [], id="repeated"),
        pytest.param(["--select", "nesting"], [], id="none of these"),
    ],
)
def test_check_selects_and_ignores_codes(here: Path, options: Sequence[str], codes: Sequence[str]) -> None:
    write(here / "vault", {"A.md": "[[Missing]]\n\n%%\ncomment"})
    result = run("check", "vault", "--format", "json", *options)
    assert [record["code"] for record in json.loads(result.stdout)] == codes
    assert result.exit_code == bool(codes)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["check", "--ignore", "missing-targt"], "did you mean missing-target?", id="unknown code"),
        pytest.param(["check", "--select", "zzz"], "known are invalid-utf8, ", id="nothing like it"),
        pytest.param(["check", "nowhere"], "'nowhere' does not exist", id="no such folder"),
        pytest.param(["check", "--format", "xml"], "'xml' is not one of", id="unknown format"),
    ],
)
def test_usage_errors(here: Path, arguments: Sequence[str], message: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.stderr


CONFIG = """\
site_name: x
docs_dir: notes
exclude_docs: "Old/"
markdown_extensions:
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
site_url: !ENV [URL, ""]
plugins:
  - search
  - knapper: {exclude: ["Hidden/"], ignore: [unclosed-comment], drafts: true}
"""


def test_check_follows_the_configuration_here(here: Path) -> None:
    notes = {
        "notes/A.md": "[[Missing]]\n\n%%\ncomment",
        "notes/Old/B.md": "[[Missing]]",
        "notes/Hidden/C.md": "[[Missing]]",
        "notes/templates/D.md": "[[Missing]]",
        "notes/E.md": "---\ndraft: true\n---\n[[Missing]]",
    }
    write(here, {"mkdocs.yml": CONFIG, **notes})
    expected = ["notes/A.md:1:1", "notes/E.md:4:1"]
    for arguments in ([], ["notes"], [here]):
        lines = run("check", *arguments).stdout.splitlines()
        assert [line.split(": ")[0] for line in lines] == expected


def test_check_takes_the_current_folder_without_a_configuration(here: Path) -> None:
    write(here, {"A.md": "[[Missing]]"})
    assert run("check").stdout == f"{PROBLEM}\n"


def test_check_leaves_a_configuration_of_another_vault_aside(here: Path) -> None:
    write(here, {"mkdocs.yml": CONFIG, "notes/A.md": "", "vault/A.md": "%%\nx"})
    assert "unclosed-comment" in run("check", "vault").stdout


def test_an_unreadable_configuration_is_a_usage_error(here: Path) -> None:
    write(here, {"mkdocs.yml": "a: ["})
    result = run("check")
    assert result.exit_code == 2
    assert "mkdocs.yml cannot be read" in result.stderr


def test_check_does_not_import_mkdocs(here: Path) -> None:
    code = "import sys, knapper.cli as c\ntry: c.main(['check'])\nexcept SystemExit: print('mkdocs' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=here)
    assert done.stdout == "False\n"


# build and serve ------------------------------------------------------------------------------------------------------


def build(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from knapper.cli import main; main()", "build", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def test_build_of_a_vault_that_is_a_git_root(here: Path) -> None:
    vault = write(here / "My vault", {".git/HEAD": "ref", "A.md": "[[B]]", "B.md": "text"})
    before = sorted(vault.rglob("*"))
    done = build("My vault", cwd=here)
    assert done.returncode == 0, done.stderr
    assert '<a class="internal-link" href="../b/">' in (here / "site/a/index.html").read_text(encoding="utf-8")
    assert "<title>My vault</title>" in (here / "site/index.html").read_text(encoding="utf-8")
    assert not (here / "site/.git").exists()
    assert sorted(vault.rglob("*")) == before


def test_build_uses_the_configuration_of_a_vault(here: Path) -> None:
    write(here / "project", {"mkdocs.yml": "site_name: Mine\nplugins: [knapper]\ntheme: {name: material}"})
    write(here / "project/docs", {"A.md": "text"})
    done = build("project/docs", "--site-dir", "out", cwd=here)
    assert done.returncode == 0, done.stderr
    assert "<title>Mine</title>" in (here / "out/index.html").read_text(encoding="utf-8")


def test_build_strict_fails_on_a_diagnostic(here: Path) -> None:
    write(here / "vault", {"A.md": "[[Missing]]"})
    done = build("vault", "--strict", cwd=here)
    assert done.returncode == 1
    assert PROBLEM in done.stderr


@pytest.mark.parametrize("arguments", [["."], [".", "--site-dir", "public"], [".", "--site-dir", ".."]])
def test_build_writes_nothing_into_a_vault_nor_over_it(here: Path, arguments: Sequence[str]) -> None:
    vault = write(here / "vault", {"A.md": "text"})
    done = build(*arguments, cwd=vault)
    assert done.returncode == 2
    assert "choose another, such as --site-dir ../vault-site" in done.stderr
    assert [path.name for path in vault.iterdir()] == ["A.md"]


def test_serve_runs_mkdocs_with_a_configuration_outside_the_vault(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[list[str], dict[str, object]]] = []

    def fake(arguments: list[str], **_: object) -> None:
        path = Path(arguments[arguments.index("--config-file") + 1])
        seen.append((arguments, yaml.safe_load(path.read_text(encoding="utf-8"))))

    monkeypatch.setattr("mkdocs.__main__.cli.main", fake)
    vault = write(here / "vault", {"A.md": "text"})
    assert run("serve", vault, "--dev-addr", "localhost:9999").exit_code == 0
    [(arguments, config)] = seen
    assert arguments[0] == "serve"
    assert "--livereload" in arguments
    assert arguments[-2:] == ["--dev-addr", "localhost:9999"]
    assert config["docs_dir"] == str(vault)
    assert [path.name for path in vault.iterdir()] == ["A.md"]


# new ------------------------------------------------------------------------------------------------------------------


def test_new_creates_a_note_with_properties(here: Path) -> None:
    write(here, {"mkdocs.yml": "docs_dir: notes", "notes/A.md": ""})
    result = run("new", "Größe & co", "--folder", "Sub/Deep")
    path = here / "notes/Sub/Deep/Größe & co.md"
    assert (result.exit_code, result.stdout) == (0, "notes/Sub/Deep/Größe & co.md\n")
    text = path.read_text(encoding="utf-8")
    assert yaml.safe_load(text.split("---\n")[1]) == {"aliases": [], "tags": []}
    assert run("check").exit_code == 0


def test_new_does_not_overwrite(here: Path) -> None:
    write(here, {"A.md": "mine"})
    result = run("new", "A")
    assert result.exit_code == 1
    assert "A.md exists already" in result.stderr
    assert (here / "A.md").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "title", ["a/b", "a#b", "[[a]]", "a|b", "a^b", "a: b", "100%%", ".hidden", "a.", "what?", "a\nb"]
)
def test_new_refuses_names_that_links_or_file_systems_do_not_take(here: Path, title: str) -> None:
    result = run("new", title)
    assert result.exit_code == 2
    assert "title: " in result.stderr
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [["", "--folder", "x"], ["CON"], ["a", "--folder", "../x"], ["a", "--folder", ".x"]]
)
def test_new_refuses_impossible_places(here: Path, arguments: Sequence[str]) -> None:
    assert run("new", *arguments).exit_code == 2
    assert list(here.iterdir()) == []


# repair ---------------------------------------------------------------------------------------------------------------


DAMAGED = "\ufeff# A\r\nsound  \r\na ‚Äî b\r\n\r\nend\u2028 without newline".encode()
REPAIRED = "\ufeff# A\r\nsound  \r\na — b\r\n\r\nend\u2028 without newline".encode()


def test_repair_shows_the_difference_and_writes_only_if_asked(here: Path) -> None:
    (here / "A.md").write_bytes(DAMAGED)
    shown = run("repair", "A.md")
    assert shown.exit_code == 0
    assert "-a ‚Äî b\r\n+a — b\r\n".encode() in shown.stdout_bytes
    assert (here / "A.md").read_bytes() == DAMAGED
    assert run("repair", "A.md", "--write").stdout == shown.stdout
    assert (here / "A.md").read_bytes() == REPAIRED
    assert run("repair", "A.md", "--write").stdout == ""


def test_repair_mends_what_check_reports(here: Path) -> None:
    write(here, {"A.md": "a ‚Äî b\n\n‚àë\n\nÃ©tÃ©\n"})
    assert "[mojibake]" in run("check").stdout
    run("repair", "A.md", "--write")
    assert run("check").stdout == ""


def test_repair_refuses_what_is_not_utf8(here: Path) -> None:
    (here / "A.md").write_bytes(b"caf\xe9 \xe2\x80")
    result = run("repair", "A.md", "--write")
    assert result.exit_code == 1
    assert "byte 3 is not UTF-8" in result.stderr
    assert (here / "A.md").read_bytes() == b"caf\xe9 \xe2\x80"
