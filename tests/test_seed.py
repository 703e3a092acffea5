"""Notes as a student left them: lost images, text decoded with a wrong encoding, links to notes never written."""

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from knapper.cli import main
from tests.sites import Site, site_of

TESTS = Path(__file__).parent
SEED = TESTS.parent.parent / "shared" / "seed" / "deep-learning-notes.md"
"""Real notes, which are not part of the repository."""
DAMAGED = TESTS / "vaults" / "damaged" / "vault" / "Lecture notes.md"
"""Made for these tests, with the same kinds of damage."""

_LOST = re.compile(r"!\[\[Pasted image [\d]+\.png|!?\[[^\]]*\]\(attachment:")

pytestmark = pytest.mark.parametrize(
    "notes",
    [
        pytest.param(DAMAGED, id="made"),
        pytest.param(SEED, id="real", marks=pytest.mark.skipif(not SEED.exists(), reason=f"there is no {SEED.name}")),
    ],
)


def built(notes: Path, folder: Path, caplog: pytest.LogCaptureFixture) -> Site:
    (folder / "vault").mkdir()
    shutil.copy(notes, folder / "vault" / "Notes.md")
    return site_of(folder / "vault", caplog)


def lines_of(site: Site, code: str, text: str = "") -> list[int]:
    """The lines of the diagnostics of a code that hold a text."""
    found = [line for line in site.diagnostics if f"[{code}]" in line and text in line]
    return [int(line.split(":")[1]) for line in found]


def test_every_lost_file_is_one_diagnostic_with_its_line(
    notes: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site = built(notes, tmp_path, caplog)
    lines = notes.read_text(encoding="utf-8").split("\n")
    expected = [number for number, line in enumerate(lines, 1) for _ in _LOST.findall(line)]
    assert len(expected) > 2
    assert lines_of(site, "missing-target", "has no file `") == expected
    assert all(re.search(r" \(.+\)$", line) for line in site.diagnostics)


def test_misdecoding_is_reported_once_and_nothing_else_but_missing_notes(
    notes: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site = built(notes, tmp_path, caplog)
    assert len(lines_of(site, "mojibake")) == 1
    others = lines_of(site, "missing-target", "has no note `")
    lost = lines_of(site, "missing-target", "has no file `")
    assert len(site.diagnostics) == 1 + len(others) + len(lost)


def test_the_page_shows_all_but_what_is_lost(notes: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    page = built(notes, tmp_path, caplog).files["notes/index.html"]
    text = notes.read_text(encoding="utf-8")
    words = set(re.findall(r"(?<![\w/:.-])[a-zA-Z]{4,}(?![\w/:.-])", text))
    assert words <= set(re.findall(r"[a-zA-Z]+", page))
    assert not re.search(r'(src|href)="[^"]*(attachment:|Pasted)', page)
    assert page.count('title="Not in the vault: attachment:') == len(re.findall(r"\]\(attachment:", text))


def test_repair_restores_the_text(notes: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    damaged = notes.read_bytes()
    copy = tmp_path / "Notes.md"
    copy.write_bytes(damaged)
    shown = CliRunner().invoke(main, ["repair", str(copy)], catch_exceptions=False)
    assert copy.read_bytes() == damaged
    assert shown.stdout.startswith(f"--- a/{copy}\n+++ b/{copy}\n@@")
    CliRunner().invoke(main, ["repair", "--write", str(copy)], catch_exceptions=False)
    assert copy.read_bytes() == damaged.decode().encode("mac_roman")
    assert lines_of(built(copy, tmp_path, caplog), "mojibake") == []
