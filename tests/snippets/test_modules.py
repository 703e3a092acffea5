"""Modules are found as Python finds them: the other finder in these tests is Python's own."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knapper.snippets.distributions import installed_versions, normalised, search_path
from knapper.snippets.layout import Layout
from knapper.snippets.modules import Modules, is_installed, is_python_itself, third_party_imports
from knapper.snippets.requirements import closure, owners

NAMES = ("a", "b", "c")
FILES = ("{}.py", "{}/__init__.py", "{}/data.txt", "{}/x.py", "{}", "{}.txt", "{}/{}/__init__.py", "{}/{}.py")


@st.composite
def trees(draw: st.DrawFn) -> list[str]:
    """Files of a search path of two folders."""
    chosen = draw(st.lists(st.tuples(st.sampled_from(FILES), *[st.sampled_from(NAMES)] * 2, st.booleans()), max_size=9))
    return [("snippets/" if first else "src/") + form.format(one, other) for form, one, other, first in chosen]


def by_python(folders: list[str], name: str) -> str | None:
    """Where Python's own import system finds a module, relative to the project; of a namespace package, its folders."""
    importlib.invalidate_caches()
    path: list[str] | None = folders
    parts = name.split(".")
    for i in range(len(parts)):
        spec = PathFinder.find_spec(".".join(parts[: i + 1]), path)
        if spec is None:
            return None
        path = list(spec.submodule_search_locations) if spec.submodule_search_locations is not None else []
    assert spec is not None
    return spec.origin if spec.origin else ",".join(path or [])


@settings(max_examples=150, deadline=None)
@given(files=trees())
def test_find_agrees_with_python(tmp_path_factory: pytest.TempPathFactory, files: list[str]) -> None:
    root = tmp_path_factory.mktemp("tree")
    for file in files:
        path = root / file
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.is_dir():
                path.write_text("")
        except (FileExistsError, NotADirectoryError):
            continue
    folders = [str(root / "snippets"), str(root / "src")]
    modules = Modules(Layout(root), "snippets/one.py")
    for name in ("a", "b", "c", "a.b", "b.a", "a.x", "b.x", "a.b.c", "c.c", "a.a.x"):
        expected = by_python(folders, name)
        found = modules.find(name)
        shown = expected.replace(f"{root}/", "") if expected else None
        assert (found.path if found else None) == shown, name
        assert not found or bool(found.digest) == found.path.endswith(".py")


def test_the_scripts_own_folder_comes_first(tmp_path: Path) -> None:
    for folder in ("snippets/deep", "snippets", "src"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "helper.py").write_text(folder)
    layout = Layout(tmp_path)
    found = Modules(layout, "snippets/deep/one.py").find("helper")
    assert found
    assert found.path == "snippets/deep/helper.py"
    (tmp_path / "snippets/deep/helper.py").unlink()
    found = Modules(layout, "snippets/deep/one.py").find("helper")
    assert found
    assert found.path == "src/helper.py"  # as for Python: a folder above is none of the search path


def test_folders_of_modules_in_their_order(tmp_path: Path) -> None:
    for folder in ("src", "lib"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "helper.py").write_text(folder)
    found = Modules(Layout(tmp_path, modules=("src", "lib")), "snippets/one.py").find("helper")
    assert found
    assert found.path == "src/helper.py"


def test_folders_outside_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/helper.py").write_text("")
    (tmp_path / "project/snippets").mkdir(parents=True)
    found = Modules(Layout(tmp_path / "project", modules=("../lib",)), "snippets/one.py").find("helper")
    assert found
    assert found.path == "../lib/helper.py"


def test_what_python_loads_first_cannot_be_hidden() -> None:
    """What a new process has loaded before it runs a script, and what is built in."""
    code = "import sys, json; print(json.dumps(sorted(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True).stdout
    names = {name for name in json.loads(loaded) if "." not in name and not name.startswith("json")}
    after = {"decoder", "encoder", "re", "enum", "types", "functools", "collections", "operator", "keyword", "reprlib"}
    after |= {"copyreg", "_json", "_sre", "_collections", "_functools", "_operator"}  # which json brings
    assert all(map(is_python_itself, names - after))
    assert not any(map(is_python_itself, ["random", "json", "numpy", "helper"]))


def test_installed_modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_installed("json", tmp_path)
    assert is_installed("numpy", tmp_path)
    assert is_installed("sys", tmp_path)
    assert not is_installed("nowhere_to_be_found", tmp_path)
    (tmp_path / "project").mkdir()
    (tmp_path / "project/mine.py").write_text("")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "project")])
    assert not is_installed("mine", tmp_path / "project")
    assert is_installed("mine", tmp_path / "other")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    yield tmp_path
    importlib.invalidate_caches()


def metadata(site: Path, name: str, version: str, *requires: str) -> Path:
    info = site / f"{name}-{version}.dist-info"
    info.mkdir()
    needs = "".join(f"Requires-Dist: {one}\n" for one in requires)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}")
    (info / "RECORD").write_text(f"{name}.py,,\n")
    (site / f"{name}.py").touch()  # importlib_metadata, which Dask brings, leaves out what is not there
    return info


def test_versions(site: Path) -> None:
    metadata(site, "Fake_Lib", "1.0.post1")
    (site / "old_one-2.0-py3.11.egg-info").mkdir()
    (site / "no-version.egg-info").mkdir()
    versions = installed_versions()
    assert (versions["fake-lib"], versions["old-one"]) == ("1.0.post1", "2.0")
    assert "no-version" not in versions
    assert normalised("Fake_.Lib") == "fake-lib"


def test_the_folder_in_which_the_build_was_started_is_no_place_of_distributions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata(tmp_path, "fakelib", "1.0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), *sys.path])
    assert "fakelib" not in installed_versions()
    assert not {"", str(tmp_path)} & set(search_path())


def test_what_distributions_require(site: Path) -> None:
    metadata(site, "one", "1", "two[fast]>=1", "six; python_version < '3'", "nowhere", "not valid !")
    metadata(site, "two", "1", "three; extra == 'fast'", "four; extra == 'slow'", "one")
    metadata(site, "three", "1")
    metadata(site, "four", "1")
    assert closure(["One"]) == {"one", "two", "three"}
    assert closure(["nowhere"]) == set()


def test_owners_are_without_editable_distributions(site: Path) -> None:
    metadata(site, "fixed", "1")
    for name, text in {"loose": '{"dir_info": {"editable": true}}', "local": '{"dir_info": {}}', "odd": "[{"}.items():
        (metadata(site, name, "1") / "direct_url.json").write_text(text)
    found = owners()
    assert [name for name in ("fixed", "loose", "local", "odd") if name in found] == ["fixed", "local", "odd"]


def test_third_party_imports(tmp_path: Path) -> None:
    (tmp_path / "snippets").mkdir()
    (tmp_path / "src/package").mkdir(parents=True)
    (tmp_path / "src/package/__init__.py").write_text("import pandas")
    (tmp_path / "src/helper.py").write_text("import numpy.linalg, helper\nfrom . import x")
    (tmp_path / "src/broken.py").write_text("import (")
    text = "import helper, package.nothing, broken\nfrom scipy import stats\ndef f():\n    import json\n'\\d'"
    found = third_party_imports(Layout(tmp_path), "snippets/one.py", text)
    assert sorted(found) == ["json", "numpy.linalg", "pandas", "scipy", "scipy.stats"]
    assert third_party_imports(Layout(tmp_path), "snippets/one.py", "import (") == []
