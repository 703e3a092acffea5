"""Whole vaults: each folder of `tests/vaults` holds a vault and what its site must be.

`expected/` holds the pages of the site (title, table of contents, article), `files.txt` with the names of all files
written, and `diagnostics.txt` with what `knapper check` prints. `options.yml` holds options of the plugin.
"""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.sites import Site, site_of
from tests.support import assert_golden

VAULTS = Path(__file__).parent / "vaults"
CASES = sorted(path.parent.name for path in VAULTS.glob("*/vault"))
SECRET = "hush"
"""In every name and text of `publish` that must not be published."""


def build(case: str, folder: Path, caplog: pytest.LogCaptureFixture) -> Site:
    shutil.copytree(VAULTS / case / "vault", folder / "vault")
    options = VAULTS / case / "options.yml"
    return site_of(
        folder / "vault", caplog, yaml.safe_load(options.read_text(encoding="utf-8")) if options.exists() else {}
    )


@pytest.mark.parametrize("case", CASES)
def test_vault(case: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, regen: bool) -> None:
    site = build(case, tmp_path, caplog)
    pages = {name: text for name, text in site.files.items() if name.endswith(".html")}
    lists = {"files.txt": site.files, "diagnostics.txt": site.diagnostics}
    texts = {name: "".join(f"{line}\n" for line in lines) for name, lines in lists.items()}
    assert_golden(pages | texts, VAULTS / case / "expected", regen)


def test_nothing_of_what_is_not_published_leaks(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    build("publish", tmp_path, caplog)
    files = [path for path in (tmp_path / "site").rglob("*") if path.is_file()]
    assert any("search_index" in path.name for path in files)
    assert not [path for path in files if SECRET in str(path) or SECRET.encode() in path.read_bytes().lower()]
