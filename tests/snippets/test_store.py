import dataclasses
import errno
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from knapper.diagnostics import Code
from knapper.snippets import store as store_module
from knapper.snippets.job import SCHEMA
from knapper.snippets.layout import digest
from knapper.snippets.manifest import Manifest
from knapper.snippets.result import Provenance
from knapper.snippets.store import KEPT, Entry, Store

PROVENANCE = Provenance("3.11.7", {}, "CPU", "cpu", 1.0, 1, "2026-11-28")


def made(code: str, notebook: bytes) -> Manifest:
    return Manifest(SCHEMA, code, {}, "3.11", {}, (), (), (), {}, PROVENANCE, digest(notebook))


def book(text: str) -> bytes:
    cells = [{"cell_type": "markdown"}, {"cell_type": "code", "outputs": [text]}]
    return json.dumps({"cells": cells}, indent=1).encode()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / ".knapper/results", tmp_path)


def put(store: Store, code: str, text: str = "", name: str = "one") -> None:
    assert store.put(name, made(code, book(text)), book(text)) is None


def entries(store: Store, name: str = "one") -> list[Entry]:
    found = [store.load(path, manifest) for path, manifest in store.manifests(name)]
    return [entry for entry in found if entry]


def files(tmp_path: Path, name: str = "one") -> list[Path]:
    return sorted(path for path in (tmp_path / ".knapper/results" / name).iterdir() if path.is_file())


def test_what_is_put_is_found(store: Store) -> None:
    assert entries(store) == []
    put(store, "a", "1")
    (entry,) = entries(store)
    assert (entry.manifest, entry.notebook) == (made("a", book("1")), book("1"))
    assert str(entry.displayed) == "(['1'],)"
    assert store.take_problems() == []


def test_bytes_are_the_same_each_time(store: Store, tmp_path: Path) -> None:
    put(store, "a")
    first = [path.read_bytes() for path in files(tmp_path)]
    put(store, "a")
    assert [path.read_bytes() for path in files(tmp_path)] == first


@pytest.mark.parametrize(
    "name", ["optim", "optim/adam", "odd name [x]*?", "ä\u0301", "a.json", "optim/v1.json", "x\ny"]
)
def test_names(store: Store, name: str) -> None:
    names = ["optim", "optim/adam", "odd name [x]*?", "ä\u0301", "a.json", "optim/v1.json", "optim/x.partial", "x\ny"]
    for one in names:
        put(store, one, one, one)
    (entry,) = entries(store, name)
    assert entry.manifest.code == name
    store.prune("optim")
    store.clear(name)
    assert [len(entries(store, one)) for one in names] == [int(one != name) for one in names]
    assert store.take_problems() == []


DAMAGE: dict[str, tuple[str, bytes | None]] = {
    "manifest truncated": (".json", b'{"schema": 3,'),
    "manifest empty": (".json", b""),
    "manifest of another kind": (".json", b"[1, 2]"),
    "manifest with nothing in it": (".json", b"{}"),
    "manifest not UTF-8": (".json", b"\xff\xfe\x00"),
    "manifest too deep": (".json", b"[" * 100_000),
    "notebook truncated": (".ipynb", b'{"cells": ['),
    "notebook empty": (".ipynb", b""),
    "notebook of another run": (".ipynb", book("other")),
    "notebook gone": (".ipynb", None),
}


@pytest.mark.parametrize(("suffix", "data"), DAMAGE.values(), ids=DAMAGE)
def test_damage_is_told_once_and_taken_away(store: Store, tmp_path: Path, suffix: str, data: bytes | None) -> None:
    put(store, "a")
    put(store, "b")
    path = next(path for path in files(tmp_path) if path.suffix == suffix)
    path.write_bytes(data) if data is not None else path.unlink()
    assert len(entries(store)) == 1
    (problem,) = store.take_problems()
    assert problem.code is Code.STORE
    assert problem.path == f".knapper/results/one/{path.stem}.json"
    assert store.take_problems() == []
    assert len(entries(store)) == 1
    assert store.take_problems() == []
    assert len(files(tmp_path)) == 2


@pytest.mark.parametrize(("suffix", "data"), DAMAGE.values(), ids=DAMAGE)
def test_damage_of_what_is_committed_is_told_and_left(tmp_path: Path, suffix: str, data: bytes | None) -> None:
    frozen = Store(tmp_path / ".knapper/results", tmp_path, is_committed=True)
    put(frozen, "a")
    path = next(path for path in files(tmp_path) if path.suffix == suffix)
    path.write_bytes(data) if data is not None else path.unlink()
    before = {path: path.read_bytes() for path in files(tmp_path)}
    for _ in range(2):
        assert entries(frozen) == []
        (problem,) = frozen.take_problems()
        assert "frozen" in problem.message
        assert "merge" in problem.hint
    assert {path: path.read_bytes() for path in files(tmp_path)} == before


def test_reading_touches_nothing_that_is_committed(tmp_path: Path) -> None:
    frozen = Store(tmp_path / ".knapper/results", tmp_path, is_committed=True)
    put(frozen, "a")
    for path in files(tmp_path):
        os.utime(path, (1, 1))
    assert len(entries(frozen)) == 1
    assert {path.stat().st_mtime for path in files(tmp_path)} == {1.0}


def test_line_ends_of_another_system(tmp_path: Path) -> None:
    frozen = Store(tmp_path / ".knapper/results", tmp_path, is_committed=True)
    put(frozen, "a", "1")
    for path in files(tmp_path):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    (entry,) = entries(frozen)
    assert str(entry.displayed) == "(['1'],)"


# Writing --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", ["replace", "fsync", "mkstemp", "mkdir"])
def test_a_full_or_read_only_disk(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str) -> None:
    put(store, "a")

    def fail(*args: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    place = {"mkstemp": tempfile, "mkdir": Path}.get(function, os)
    with monkeypatch.context() as patch:
        patch.setattr(place, function, fail)
        problem = store.put("one", made("b", book("")), book(""))
    assert problem is not None
    assert (problem.code, problem.path) == (Code.STORE, ".knapper/results/one")
    assert "No space left" in problem.message
    assert [entry.manifest.code for entry in entries(store)] == ["a"]
    assert len(files(tmp_path)) == 2


def test_a_kill_between_notebook_and_manifest(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(document: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store_module, "dumps", interrupt)
        with pytest.raises(KeyboardInterrupt):
            put(store, "a")
    assert [path.suffix for path in files(tmp_path)] == [".ipynb"]
    assert entries(store) == []
    put(store, "a")
    assert len(entries(store)) == 1
    assert store.take_problems() == []


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.snippets.test_store import Store, book, made
store = Store(Path({folder!r}), Path({folder!r}))
print("ready", flush=True)
for i in range(100_000):
    text = str(i) * 20_000
    assert store.put("one", made(str(i), book(text)), book(text)) is None
    store.prune("one")
"""


@pytest.mark.parametrize("pause", [0.02, 0.05, 0.11])
def test_a_process_that_is_killed_while_it_writes_loses_nothing(tmp_path: Path, pause: float) -> None:
    root = str(Path(__file__).resolve().parents[2])
    code = KILLED.format(root=root, folder=str(tmp_path))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout:
        process.stdout.readline()
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
    store = Store(tmp_path, tmp_path)
    found = entries(store)
    assert store.take_problems() == []
    assert all(json.loads(entry.notebook) for entry in found)
    put(store, "a")
    assert "a" in [entry.manifest.code for entry in entries(store)]


def test_two_builds_at_once(store: Store, tmp_path: Path) -> None:
    """Of one snippet that shows something else each time: each manifest keeps the notebook that it was made with."""
    other = Store(tmp_path / ".knapper/results", tmp_path)
    put(store, "a", "1")
    put(other, "a", "2")
    assert sorted(str(entry.displayed) for entry in entries(store)) == ["(['1'],)", "(['2'],)"]
    assert store.take_problems() == []


def test_another_build_that_prunes_meanwhile(store: Store, tmp_path: Path) -> None:
    put(store, "a")
    ((path, manifest),) = list(store.manifests("one"))
    for file in files(tmp_path):
        file.unlink()
    assert store.load(path, manifest) is None
    assert store.take_problems() == []


# Pruning --------------------------------------------------------------------------------------------------------------


def age(path: Path, days: float) -> None:
    when = time.time() - days * 86_400
    os.utime(path, (when, when))


def test_those_used_last_are_kept(store: Store, tmp_path: Path) -> None:
    for i in range(KEPT + 3):
        put(store, str(i))
    by_code = {manifest.code: path for path, manifest in store.manifests("one")}
    for i in range(KEPT + 3):
        age(by_code[str(i)], 30 - i)
    oldest = by_code["0"]
    assert store.load(oldest, made("0", book("")))  # going back to it counts as use
    store.prune("one")
    assert sorted(entry.manifest.code for entry in entries(store)) == sorted(["0", *map(str, range(4, KEPT + 3))])
    assert len(files(tmp_path)) == 2 * KEPT


def test_leftovers_of_interrupted_writes_go_after_a_day(store: Store, tmp_path: Path) -> None:
    put(store, "a")
    folder = tmp_path / ".knapper/results/one"
    left: list[Path] = []
    for name in ("x.partial", "orphan.ipynb"):
        for days in (0, 2):
            path = folder / f"{days}{name}"
            path.write_text("")
            age(path, days)
            left += [path] if days else []
    store.prune("one")
    assert not any(path.exists() for path in left)
    assert len(files(tmp_path)) == 4
    assert len(entries(store)) == 1


def test_results_of_deleted_snippets_are_forgotten(store: Store, tmp_path: Path) -> None:
    for name in ("one", "old", "old/deep", "recent"):
        put(store, "a", name=name)
    for name in ("one", "old", "old/deep"):
        for path in files(tmp_path, name):
            age(path, 31)
    store.forget(["one"])
    assert [len(entries(store, name)) for name in ("one", "old", "old/deep", "recent")] == [1, 0, 0, 1]
    store.forget(["one"])
    assert sorted(path.name for path in (tmp_path / ".knapper/results").iterdir()) == ["one", "recent"]
    Store(tmp_path / "nowhere", tmp_path).forget([])


def test_replace(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, "a")
    put(store, "b")
    assert store.replace("one", made("c", book("")), book("")) is None
    assert store.replace("one", made("c", book("")), book("")) is None
    assert [entry.manifest.code for entry in entries(store)] == ["c"]

    def fail(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    assert store.replace("one", made("d", book("")), book("")) is not None
    assert [entry.manifest.code for entry in entries(store)] == ["c"]


def test_a_newer_schema_is_no_damage(store: Store, tmp_path: Path) -> None:
    newer = dataclasses.replace(made("a", book("")), schema=SCHEMA + 1)
    assert store.put("one", newer, book("")) is None
    path = next(path for path in files(tmp_path) if path.suffix == ".json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "later": [1]}))
    ((_, found),) = list(store.manifests("one"))
    assert found.schema == SCHEMA + 1
    assert store.take_problems() == []
