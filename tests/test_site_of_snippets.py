"""Whole builds of a vault with snippets, each by a command of its own."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

NOTE = """\
![[shapes/line.svg|A line that rises]]

![[shapes/numbers]]

It ends at ![[shapes/last]].

![[geometry.py#double]]
"""
SCRIPT = """\
# %%
import matplotlib.pyplot as plt
import pandas as pd

from geometry import double
# %% name="line" alt="A rising line"
plt.plot([double(1), double(2)])
# %% name="numbers"
pd.DataFrame({"x": [1, 2], "2x": [double(1), double(2)]})
# %% name="last"
double(2)
"""
FAILING = """\
# %% name="one"
1
# %% name="two"
raise ValueError("on purpose")
"""
_SECONDS = re.compile(rb"\d+(?:\.\d+)? s\b")


def _project(folder: Path, **more: str) -> Path:
    files = {
        "mkdocs.yml": "site_name: Shapes\ntheme: {name: material, font: false}\nplugins: [search, knapper]\n",
        "docs/index.md": NOTE,
        "snippets/shapes.py": SCRIPT,
        "src/geometry.py": "def double(x):\n    return 2 * x\n",
        **more,
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def _build(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mkdocs", "build", "--site-dir", "site", *options]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1", "CI": "true"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def _files(site: Path) -> dict[str, bytes]:
    """The files of a site; measured times, which no two runs share, are struck out."""
    paths = sorted(path for path in site.rglob("*") if path.is_file() and path.suffix != ".gz")
    return {path.relative_to(site).as_posix(): _SECONDS.sub(b"", path.read_bytes()) for path in paths}


@pytest.mark.timeout(240)
def test_two_cold_builds_in_different_places_give_the_same_bytes(tmp_path: Path) -> None:
    sites = []
    for place in ("here", "some where else"):
        project = _project(tmp_path / place)
        done = _build(project, "--strict")
        assert done.returncode == 0, done.stderr
        sites.append(_files(project / "site"))
    assert sites[0].keys() == sites[1].keys()
    assert [name for name in sites[0] if sites[0][name] != sites[1][name]] == []
    assert {"shapes/line.svg", "shapes/numbers.csv", "snippets/shapes/index.html"} <= sites[0].keys()


@pytest.mark.timeout(240)
def test_a_failing_snippet_fails_a_strict_build_and_nothing_else(tmp_path: Path) -> None:
    note = f"{NOTE}\n![[failing/two]]\n"
    project = _project(tmp_path, **{"snippets/failing.py": FAILING, "docs/index.md": note})
    done = _build(project)
    assert done.returncode == 0, done.stderr
    assert "snippets/failing.py:4:1: [snippet-failed] ValueError: on purpose" in done.stderr
    page = (project / "site" / "index.html").read_text()
    assert 'src="shapes/line.svg"' in page
    assert "output-missing" in page
    assert _build(project, "--strict").returncode == 1
