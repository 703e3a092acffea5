"""Whatever is edited, in whatever order: results with the store are what a new process of plain Python prints."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from knapper.snippets.layout import Layout
from knapper.snippets.result import State
from knapper.snippets.workshop import Workshop
from tests.snippets.projects import Lab

SCRIPT = """# /// script
# [tool.knapper]
# reads = ["data/*.txt"]
# ///
# %% [markdown]
# PROSE
# %%
import glob, importlib
found = [NUMBER]
for name in ("helper", "package.inner", "fakelib"):
    try:
        found.append(importlib.import_module(name).VALUE)
    except ImportError:
        found.append(None)
found += [open(path).read().strip() for path in sorted(glob.glob("data/*.txt"))]
# %% name="value"
print(*found)
"""
PATHS = (
    "src/helper.py",
    "snippets/helper.py",
    "src/helper/__init__.py",
    "src/other.py",
    "snippets/other/__init__.py",
    "src/package/inner.py",
    "snippets/package/inner.py",
    "src/package/__init__.py",
    "src/fakelib.py",
)
SOURCES = (
    "VALUE = 1",
    "VALUE = 2",
    "import other; VALUE = other.VALUE",
    "import helper; VALUE = helper.VALUE",
    "raise ImportError",
    "raise ValueError",
    "VALUE = (",
    "",
)
SIZE = 40
"""Of each module in bytes, so that neither sizes nor time stamps tell one from another."""


@dataclass(frozen=True)
class Edit:
    """What an author does to a project.

    Attributes:
        path: of the file; `prose` and `number` are of the script, `version` is of a distribution.
        text: of the file; None to delete it.
    """

    path: str
    text: str | None


def edits() -> st.SearchStrategy[Edit]:
    """Mostly modules and data; versions seldom, as each restarts the server."""
    modules = st.builds(Edit, st.sampled_from(PATHS), st.none() | st.sampled_from(SOURCES))
    data = st.builds(
        Edit, st.sampled_from(["data/a.txt", "data/b.txt", "data/c.csv"]), st.sampled_from([None, "1", "2"])
    )
    script = st.builds(Edit, st.sampled_from(["prose", "number"]), st.sampled_from(["1", "2"]))
    version = st.builds(Edit, st.just("version"), st.sampled_from(["1.0", "2.0", None]))
    return st.one_of(*[modules] * 6, *[data] * 3, *[script] * 2, version)


class Author:
    """Edits a project, with time stamps that never change."""

    def __init__(self, lab: Lab, site: Path) -> None:
        self._lab = lab
        self._site = site
        self._script = {"prose": "1", "number": "1"}
        self.write("snippets/one.py", SCRIPT.replace("PROSE", "1").replace("NUMBER", "1"))

    def write(self, path: str, text: str) -> None:
        target = self._lab.root / path
        for parent in target.parents:
            if parent.is_file():
                parent.unlink()
        if target.is_dir():
            shutil.rmtree(target)
        self._lab.write(path, text)
        os.utime(target, (1e9, 1e9))

    def apply(self, edit: Edit) -> None:
        if edit.path == "version":
            self._install(edit.text)
        elif edit.path in self._script:
            self._script[edit.path] = edit.text or ""
            text = SCRIPT.replace("PROSE", self._script["prose"]).replace("NUMBER", self._script["number"])
            self.write("snippets/one.py", text)
        elif edit.text is None:
            target = self._lab.root / edit.path
            if target.is_file():
                target.unlink()
        else:
            self.write(edit.path, edit.text.ljust(SIZE) + "\n" if edit.path.endswith(".py") else edit.text)

    def _install(self, version: str | None) -> None:
        shutil.rmtree(self._site)
        self._site.mkdir()
        if version:
            info = self._site / f"fakelib-{version}.dist-info"
            info.mkdir()
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: fakelib\nVersion: {version}\n")
            (info / "RECORD").write_text("fakelib.py,,\n")
            (self._site / "fakelib.py").write_text(f"VALUE = {version}\n")

    def expected(self) -> str | State:
        """What plain Python prints, in a new process, or that it fails."""
        path = os.pathsep.join((str(self._lab.root / "src"), str(self._site)))
        command = [sys.executable, "-B", "-S", "snippets/one.py"]
        made = subprocess.run(
            command, cwd=self._lab.root, env={"PYTHONPATH": path}, capture_output=True, text=True, check=False
        )
        return State.FAILED if made.returncode else made.stdout


def printed(workshop: Workshop) -> str | State:
    result = workshop.results()["one"]
    if result.state is State.FAILED:
        assert result.outputs == {}
        return State.FAILED
    return "".join(output["text"] for cell in result.displayed for output in cell)


class CleanLayout(Layout):
    """The same project with another store."""

    __slots__ = ()

    @property
    def results(self) -> Path:
        return self.root / ".knapper" / "clean"


@pytest.fixture(scope="module")
def lab(shared: Lab) -> Lab:
    """The same for all examples, each of which wipes it."""
    return shared


STEPS: list[str] = []


@settings(
    max_examples=17,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # to shrink takes minutes; steps are few
    suppress_health_check=[HealthCheck.too_slow],
)
@given(changes=st.lists(st.tuples(edits(), st.booleans()), min_size=6, max_size=8))
def test_results_are_those_of_a_clean_run(
    lab: Lab, tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[Edit, bool]]
) -> None:
    lab.wipe()
    site = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [*sys.path, str(site)])
        author = Author(lab, site)
        for edit, is_new in changes:
            author.apply(edit)
            note(f"{edit}")
            if is_new:
                lab.new_build()
            assert printed(lab.workshop) == author.expected()
            lab.recorder.names.clear()
            printed(lab.workshop)
            assert lab.ran == []  # nothing runs twice, be it good or bad
            STEPS.append(edit.path)
        clean = CleanLayout(lab.root)
        assert printed(Workshop(clean)) == printed(lab.workshop)
        shutil.rmtree(clean.results, ignore_errors=True)


def test_there_were_many_steps() -> None:
    assert len(STEPS) >= 100
