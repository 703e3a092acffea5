"""What is compared, without running anything."""

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knapper.snippets.job import SCHEMA, Outcome
from knapper.snippets.layout import Layout, digest, digests, matching_files, names_digest
from knapper.snippets.manifest import Check, Machine, Manifest, make_manifest, manifest_of
from knapper.snippets.result import dumps
from knapper.snippets.script import read_snippet

TEXT = '# /// script\n# [tool.knapper]\n# device = "gpu"\n# reads = ["data/*.txt"]\n# ///\n# %% name="a"\n1\n'
SNIPPET = read_snippet("one", "snippets/one.py", TEXT)
MACHINE = Machine("3.11.7", {"numpy": "2.0", "other": "1.0"}, has_gpu=True)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    for path in ("snippets/one.py", "src/helper.py", "data/a.txt"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("1\n")
    return Layout(tmp_path)


def manifest(layout: Layout, **changed: Any) -> Manifest:
    outcome = Outcome(
        displayed=[[]],
        modules={"helper": ("src/helper.py", digest(b"1\n"))},
        elsewhere=["json", "numpy"],
        absent=["nowhere"],
        absent_files=["data/none.bin"],
        listed={"data": names_digest(layout.root / "data")},
        reads=digests(layout.root, SNIPPET.settings.reads),
        versions={"numpy": "2.0"},
        python="3.11.2",
        device="NVIDIA H200",
    )
    return make_manifest(SNIPPET, dataclasses.replace(outcome, **changed), MACHINE, b"{}", "2026-11-28")


def differences(layout: Layout, made: Manifest, machine: Machine = MACHINE, is_frozen: bool = False) -> list[str]:
    return list(Check(layout, SNIPPET, machine).differences(made, is_frozen))


def test_nothing_has_changed(layout: Layout) -> None:
    assert differences(layout, manifest(layout)) == []
    # A patch of Python, and what is installed and not used, do not matter.
    assert differences(layout, manifest(layout), Machine("3.11.9", {"numpy": "2.0", "other": "2.0"}, True)) == []


MACHINES = {
    "python": (Machine("3.12.0", MACHINE.versions, True), "Python is now 3.12, was 3.11"),
    "version": (Machine("3.11.7", {"numpy": "2.1"}, True), "numpy is now 2.1, was 2.0"),
    "gone": (Machine("3.11.7", {}, True), "numpy 2.0 is no longer installed"),
    "device": (Machine("3.11.7", MACHINE.versions, False), "`device` is now 'cpu', was 'gpu'"),
}


@pytest.mark.parametrize(("machine", "difference"), MACHINES.values(), ids=MACHINES)
def test_another_machine(layout: Layout, machine: Machine, difference: str) -> None:
    assert differences(layout, manifest(layout), machine) == [difference]
    assert differences(layout, manifest(layout), machine, is_frozen=True) == []


EDITS: dict[str, tuple[Callable[[Path], object], str]] = {
    "module": (lambda root: (root / "src/helper.py").write_text("2\n"), "src/helper.py has changed"),
    "module gone": (lambda root: (root / "src/helper.py").unlink(), "src/helper.py is gone"),
    "module renamed": (
        lambda root: (root / "src/helper.py").rename(root / "src/helper.bak"),
        "src/helper.py is gone",
    ),
    "data": (lambda root: (root / "data/a.txt").write_text("2"), "data/a.txt has changed"),
    "absent module": (lambda root: (root / "src/nowhere.py").write_text(""), "module nowhere is now src/nowhere.py"),
    "absent namespace": (lambda root: (root / "src/nowhere").mkdir(), "module nowhere is now src/nowhere"),
    "hidden module": (lambda root: (root / "src/json.py").write_text(""), "module json is now src/json.py"),
    "listing": (
        lambda root: (root / "data/b.csv").write_text(""),
        "the folder data, which it lists, has other entries",
    ),
}


@pytest.mark.parametrize(("edit", "difference"), EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("is_frozen", [False, True])
def test_another_project(layout: Layout, edit: Callable[[Path], object], difference: str, is_frozen: bool) -> None:
    made = manifest(layout)
    edit(layout.root)
    assert differences(layout, made, is_frozen=is_frozen) == [difference]


def test_a_folder_hides_no_module_that_is_elsewhere(layout: Layout) -> None:
    made = manifest(layout)
    (layout.root / "src/numpy").mkdir()
    (layout.root / "snippets/json").mkdir()
    assert differences(layout, made) == []


def test_hidden_files_and_caches_are_no_entries(layout: Layout) -> None:
    made = manifest(layout)
    (layout.root / "data/.DS_Store").touch()
    (layout.root / "data/__pycache__").mkdir()
    assert differences(layout, made) == []


def test_a_file_that_was_absent(layout: Layout) -> None:
    made = manifest(layout, listed={})
    (layout.root / "data/none.bin").touch()
    assert differences(layout, made) == ["data/none.bin is new"]


def test_schemas(layout: Layout) -> None:
    older = dataclasses.replace(manifest(layout), schema=SCHEMA - 1)
    newer = dataclasses.replace(manifest(layout), schema=SCHEMA + 1)
    assert [bool(differences(layout, made)) for made in (older, newer)] == [True, True]
    # A frozen result is of its time; but what a later runner means is not known.
    assert [bool(differences(layout, made, is_frozen=True)) for made in (older, newer)] == [False, True]


def test_the_style_of_figures(layout: Layout) -> None:
    made = dataclasses.replace(manifest(layout), style="other")
    assert differences(layout, made) == ["the style of figures has changed"]
    assert differences(layout, made, is_frozen=True) == []


def test_keys_differ_with_every_input(layout: Layout) -> None:
    made = manifest(layout)
    provenance = dataclasses.replace(made.provenance, versions={"numpy": "2.1"})
    changes: dict[str, Any] = {
        "schema": 0,
        "code": "x",
        "settings": {},
        "python": "3.12",
        "modules": {},
        "elsewhere": (),
        "absent": (),
        "absent_files": (),
        "reads": {},
        "listed": {},
        "lines": (9,),
        "style": "x",
        "provenance": provenance,
    }
    others = [dataclasses.replace(made, **{field: value}) for field, value in changes.items()]
    assert len({made.key, *(other.key for other in others)}) == len(others) + 1
    seconds = dataclasses.replace(made, provenance=dataclasses.replace(made.provenance, seconds=99.0, device="CPU"))
    assert seconds.key == made.key


def test_json_and_back(layout: Layout) -> None:
    made = manifest(layout)
    assert manifest_of(json.loads(dumps(dataclasses.asdict(made)))) == made


def test_a_manifest_of_an_earlier_schema_can_be_read(layout: Layout) -> None:
    document = json.loads(dumps(dataclasses.asdict(manifest(layout))))
    for later in ("lines", "style", "listed"):
        del document[later]
    assert manifest_of(document).listed == {}


WRONG: dict[str, Any] = {
    "schema": "3",
    "code": None,
    "settings": [],
    "modules": {"helper": "src/helper.py"},
    "elsewhere": "json",
    "absent": [1],
    "reads": {"a": 1},
    "listed": [],
    "lines": ["1"],
    "provenance": {},
    "notebook": 1,
}


@pytest.mark.parametrize(("key", "value"), WRONG.items(), ids=WRONG)
def test_what_is_no_manifest(layout: Layout, key: str, value: Any) -> None:
    document = json.loads(dumps(dataclasses.asdict(manifest(layout))))
    with pytest.raises((KeyError, TypeError, ValueError)):
        manifest_of({**document, key: value})
    with pytest.raises((KeyError, TypeError, ValueError)):
        manifest_of(None)


# Files that are read --------------------------------------------------------------------------------------------------


def test_patterns(tmp_path: Path) -> None:
    for name in ("data/a.csv", "data/b.txt", "data/deep/c.csv", ".git/d.csv", "data/.e.csv", ".cache/f.csv", "[x].csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "data/folder.csv").mkdir()
    (tmp_path / "data/link.csv").symlink_to("a.csv")
    (tmp_path / "data/broken.csv").symlink_to("nowhere")

    def matched(*patterns: str) -> list[str]:
        return [path.relative_to(tmp_path).as_posix() for path in matching_files(tmp_path, patterns)]

    assert matched("data/*.csv") == ["data/a.csv", "data/link.csv"]
    assert matched("**/*.csv") == ["[x].csv", "data/a.csv", "data/deep/c.csv", "data/link.csv"]
    assert matched("data/a.csv", "data/a.*") == ["data/a.csv"]
    assert matched(".cache/*.csv", "data/.e.csv") == [".cache/f.csv", "data/.e.csv"]
    assert matched("data", "nowhere/*") == []


def test_a_file_that_cannot_be_read_ends_no_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("1")

    def refuse(self: Path, *args: object) -> object:
        raise PermissionError(13, "refused")

    monkeypatch.setattr(Path, "open", refuse)
    assert digests(tmp_path, ("*.txt",)) == {"a.txt": ""}
