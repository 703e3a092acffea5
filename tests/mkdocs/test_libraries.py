"""KaTeX and Mermaid: where their scripts and files go."""

import logging
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from knapper.mkdocs import defaults, libraries
from knapper.mkdocs.libraries import LIBRARIES
from knapper.mkdocs.site import default_config
from tests.mkdocs.conftest import MakeSite, Site
from tools.libraries import FILES
from tools.npm import ROOT

FORMULA = "Euler: $e^x$"
DIAGRAM = "```mermaid\ngraph TD\n  A --> B\n```"
VENDOR = "assets/knapper/vendor"
KATEX, MERMAID = f"{VENDOR}/katex/katex.min.js", f"{VENDOR}/mermaid/mermaid.min.js"
MATHJAX = "https://example.org/MathJax/tex.js"


@pytest.fixture
def bare_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package's theme without libraries."""
    theme = tmp_path / "theme"
    shutil.copytree(defaults.THEME, theme, ignore=shutil.ignore_patterns("vendor"))
    for module in (defaults, libraries):
        monkeypatch.setattr(module, "THEME", theme)


@pytest.fixture
def theme(bare_theme: None) -> None:
    """The package's theme with libraries of one byte each."""
    for library in LIBRARIES:
        library.folder.mkdir(parents=True)
        library.stamp.write_text(library.version, encoding="utf-8")
        (library.folder / f"{library.name}.min.js").write_text(";", encoding="utf-8")


def _holds(site: Site) -> tuple[bool, bool]:
    """Whether the site has KaTeX, and whether it has Mermaid; each as script and as file."""
    math, diagrams = ("assets/knapper/math.js" in site.html(), "assets/knapper/diagrams.js" in site.html())
    assert (KATEX in site, MERMAID in site) == (math, diagrams)
    return math, diagrams


@pytest.mark.usefixtures("theme")
@pytest.mark.parametrize(
    ("note", "expected"),
    [("Text, `$x$`.", (False, False)), (FORMULA, (True, False)), (DIAGRAM, (False, True))],
    ids=["neither", "formula", "diagram"],
)
def test_a_site_holds_what_its_notes_need(make_site: MakeSite, note: str, expected: tuple[bool, bool]) -> None:
    site = make_site({"index.md": "", "N.md": note})
    assert _holds(site) == expected
    assert not any(path.name == ".version" for path in site.folder.rglob("*"))


@pytest.mark.usefixtures("theme")
@pytest.mark.parametrize(
    ("options", "scripts", "expected"),
    [
        pytest.param({}, [], (True, True), id="default"),
        pytest.param({}, [MATHJAX], (False, True), id="MathJax of the user's"),
        pytest.param({}, ["mermaid.min.mjs"], (True, False), id="Mermaid of the user's"),
        pytest.param({"math": "katex"}, [MATHJAX], (True, True), id="KaTeX asked for"),
        pytest.param({"math": "none"}, [], (False, True), id="formulas not wanted"),
    ],
)
def test_the_user_decides(
    make_site: MakeSite, options: dict[str, Any], scripts: list[str], expected: tuple[bool, bool]
) -> None:
    note = f"{FORMULA}\n\n{DIAGRAM}"
    site = make_site({"index.md": note}, plugins=[{"knapper": options}], extra_javascript=scripts)
    assert r'<span class="arithmatex">\(e^x\)</span>' in site.article()
    assert _holds(site) == expected


@pytest.mark.usefixtures("bare_theme")
def test_without_a_copy_pages_name_the_same_version_on_a_cdn(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "mkdocs.plugins.knapper"):
        site = make_site({"index.md": FORMULA})
    version = LIBRARIES[0].version
    assert f'"assets/knapper/math.js?katex@{version}"' in site.html()
    (message,) = [record.getMessage() for record in caplog.records if "CDN" in record.getMessage()]
    assert f"katex {version}" in message
    assert "mermaid" not in message
    assert site.warnings == []


@pytest.mark.usefixtures("theme")
def test_a_copy_of_another_version_is_not_used(make_site: MakeSite) -> None:
    LIBRARIES[1].stamp.write_text("0.1", encoding="utf-8")
    site = make_site({"index.md": DIAGRAM})
    assert f"diagrams.js?mermaid@{LIBRARIES[1].version}" in site.html()
    assert MERMAID not in site


def test_packages_hold_what_git_ignores() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    for library in LIBRARIES:
        folder = library.folder.parent.relative_to(ROOT).as_posix()
        assert folder in config["artifacts"]
        assert f"{folder}/" in ignored
        assert FILES[library.name]


def test_the_site_of_a_vault_without_configuration_names_nothing_outside(make_site: MakeSite) -> None:
    theme = default_config(ROOT)["theme"]
    site = make_site({"index.md": f"{FORMULA}\n\n{DIAGRAM}\n\n:smile: #tag"}, theme=theme)
    assert re.findall(r'<(?:script|link|img|iframe)[^>]*(?:src|href)="(?:https?:)?//[^"]*"', site.html()) == []
