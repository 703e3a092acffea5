"""Reading a folder: what is a file of the vault, what its text is, and what is read again."""

import os
import socket
from pathlib import Path

import pytest

import knapper.vault.vault
from knapper.diagnostics import Code
from knapper.vault import Settings, build_index, read_vault
from knapper.vault.read import LARGE_NOTE, decode
from tests.vault.making import places, problems, vault_of, write


def codes(root: Path) -> list[tuple[str, Code]]:
    return [(d.path, d.code) for d in read_vault(root).diagnostics]


def test_notes_and_attachments(tmp_path: Path) -> None:
    vault = vault_of(
        tmp_path, {"b.md": "", "A/x.MD": "", "A/pic.png": b"", "data.csv": "", "x.canvas": "", "y.base": ""}
    )
    assert list(vault.notes) == ["A/x.MD", "b.md"]
    assert vault.attachments == {"A/pic.png", "data.csv"}
    assert vault.unsupported == {"x.canvas", "y.base"}
    assert not vault.hidden
    assert not vault.diagnostics


def test_folders_that_are_never_read(tmp_path: Path) -> None:
    ignored = [
        ".obsidian/a.md",
        ".trash/a.md",
        ".git/a.md",
        ".venv/a.md",
        "node_modules/a.md",
        "sub/node_modules/a.md",
        ".a.md",
    ]
    vault = vault_of(tmp_path, dict.fromkeys([*ignored, "kept.md"], "---\npublish: true\n---\n"))
    assert list(vault.notes) == ["kept.md"]
    assert not vault.hidden


def test_root_must_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError):
        read_vault(tmp_path / "missing")


def test_root_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path / "real", {"a.md": "text"})
    (tmp_path / "link").symlink_to("real")
    assert list(read_vault(tmp_path / "link").notes) == ["a.md"]


@pytest.mark.parametrize(
    ("data", "text", "place"),
    [
        pytest.param("é\n".encode(), "é\n", None, id="utf-8"),
        pytest.param("\ufeff# Title".encode(), "# Title", None, id="byte-order-mark"),
        pytest.param(b"a\r\nb\rc\n", "a\nb\nc\n", None, id="line-ends"),
        pytest.param(b"ok\ncaf\xe9 x\n", "ok\ncaf\ufffd x\n", (2, 4), id="latin-1"),
        pytest.param("ok\r\ré: ".encode() + b"\xff\xfe", "ok\n\né: \ufffd\ufffd", (3, 4), id="column-in-characters"),
        pytest.param(b"\xef\xbb\xbf\xe9", "\ufffd", (1, 1), id="byte-order-mark-and-latin-1"),
        pytest.param(b"\xed\xa0\x80", "\ufffd\ufffd\ufffd", (1, 1), id="encoded-surrogate"),
        pytest.param("# é\r\n".encode("utf-16"), "# é\n", (1, 1), id="utf-16"),
        pytest.param(b"", "", None, id="empty"),
    ],
)
def test_decode(data: bytes, text: str, place: tuple[int, int] | None) -> None:
    source = decode(data, "n.md")
    assert source.text == text
    assert [(d.line, d.column, d.code) for d in source.problems] == ([(*place, Code.INVALID_UTF8)] if place else [])


def test_one_bad_byte_loses_nothing_else(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"bad.md": b"# One\n\xff [[Two]]\n", "Two.md": "text"}
    found = problems(tmp_path, files)
    assert [(d.path, d.line, d.column, d.code) for d in found] == [("bad.md", 2, 1, Code.INVALID_UTF8)]


def test_large_note_is_reported_and_read(tmp_path: Path) -> None:
    large = "word " * (LARGE_NOTE // 5 + 1)
    found = problems(tmp_path, {"large.md": large, "small.md": "word " * (LARGE_NOTE // 5)})
    assert [(d.path, d.code) for d in found] == [("large.md", Code.LARGE_NOTE)]
    assert len(read_vault(tmp_path).notes["large.md"].document.text) == len(large)


INSIDE = ["a#b", "a^b", "a|b", "a\\b", "a[[b", "a]]b", "a%%b", "a\nb", "a\tb", "a\x7fb"]
UNLINKABLE = [f"{name}{suffix}" for name in INSIDE for suffix in (".md", ".png")]
UNLINKABLE += ["c#/x.md", "x .md", "x].md", " x.md", "[x.md", " x.png"]


@pytest.mark.parametrize("path", UNLINKABLE)
def test_file_name_that_no_wikilink_reaches(tmp_path: Path, path: str) -> None:
    vault = vault_of(tmp_path, {path: ""})
    assert [(d.path, d.code) for d in vault.diagnostics] == [(path, Code.FILE_NAME)]
    assert vault.attachments | vault.notes.keys() == {path}


def test_other_awkward_file_names_are_linked_like_any(tmp_path: Path) -> None:
    awkward = 'a:b|what?|a*b|a<b>|say "x"|ends.|50%|q/[x] y/ z|x [y] z|a]b|(c)|c++|\'|émoji 🎉|a&b|{x}|x /y'.split("|")
    files = {f"{name}.md": "" for name in awkward}
    found = problems(tmp_path, {"hub.md": "\n\n".join(f"[[{name}]]" for name in awkward), **files})
    assert {d.code for d in found} == {Code.DUPLICATE_SLUG}
    assert set(build_index(read_vault(tmp_path)).outgoing("hub.md")) == set(files)


def test_file_name_that_is_not_utf8(tmp_path: Path) -> None:
    write(tmp_path, {"ok.md": ""})
    with (tmp_path / os.fsdecode(b"caf\xe9.md")).open("w"):
        pass
    assert codes(tmp_path) == [("caf\ufffd.md", Code.UNREADABLE_FILE)]
    assert list(read_vault(tmp_path).notes) == ["ok.md"]


def test_symlinks_out_of_the_vault_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, {"secret.md": "secret", "out/x.md": "secret", "vault/ok.md": ""})
    (tmp_path / "vault/file.md").symlink_to("../secret.md")
    (tmp_path / "vault/folder").symlink_to("../out")
    (tmp_path / "vault/absolute.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "vault/up").symlink_to("..")
    vault = read_vault(tmp_path / "vault")
    assert list(vault.notes) == ["ok.md"]
    assert {(d.path, d.code) for d in vault.diagnostics} == {
        (name, Code.SYMLINK_OUTSIDE_VAULT) for name in ("file.md", "folder", "absolute.md", "up")
    }


def test_vault_beside_a_folder_whose_name_begins_like_its_own(tmp_path: Path) -> None:
    write(tmp_path, {"vault-private/x.md": "secret", "vault/ok.md": ""})
    (tmp_path / "vault/x.md").symlink_to("../vault-private/x.md")
    assert list(read_vault(tmp_path / "vault").notes) == ["ok.md"]


def test_symlinks_within_the_vault(tmp_path: Path) -> None:
    write(tmp_path, {"a/x.md": "text"})
    (tmp_path / "y.md").symlink_to("a/x.md")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "a/loop").symlink_to("..")
    (tmp_path / "self.md").symlink_to("self.md")
    (tmp_path / "broken.md").symlink_to("nowhere.md")
    vault = read_vault(tmp_path)
    assert list(vault.notes) == ["a/x.md", "y.md"]
    assert {d.path for d in vault.diagnostics} >= {"b", "a/loop", "broken.md"}


def test_what_is_no_file(tmp_path: Path) -> None:
    write(tmp_path, {"ok.md": "", "folder.md/inner.md": ""})
    os.mkfifo(tmp_path / "pipe.md")
    listener = socket.socket(socket.AF_UNIX)
    cwd = Path.cwd()
    os.chdir(tmp_path)  # the path of a socket must be short
    try:
        listener.bind("socket.md")
    finally:
        os.chdir(cwd)
        listener.close()
    vault = read_vault(tmp_path)
    assert list(vault.notes) == ["folder.md/inner.md", "ok.md"]
    assert {(d.path, d.code) for d in vault.diagnostics} == {
        (p, Code.UNREADABLE_FILE) for p in ("pipe.md", "socket.md")
    }


def test_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.md": "[[b]]", "b.md": ""})
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "b.md":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    vault = read_vault(tmp_path)
    assert [str(d) for d in vault.diagnostics] == [
        "b.md: [unreadable-file] the file cannot be read: Permission denied (check that it may be read)"
    ]
    assert list(vault.notes) == ["a.md"]


def test_select(tmp_path: Path) -> None:
    files = {"a.md": "", "b.md": "---\npublish: true\n---\n", "x.png": "", "y.png": ""}
    vault = read_vault(write(tmp_path, files), select={"a.md", "x.png", "unknown.md"})
    assert list(vault.notes) == ["a.md"]
    assert vault.attachments == {"x.png"}
    assert vault.hidden == {"b.md", "y.png"}


class TestPrevious:
    """Notes whose stamp is unchanged are not read again."""

    @pytest.fixture
    def old(self, tmp_path: Path) -> None:
        """Files last changed long ago, so that their stamps can be relied on."""
        write(tmp_path, {"a.md": "[[b]] \r\n", "b.md": b"# B \xff", "c.md": "---\npublish: false\n---\n"})
        for path in tmp_path.iterdir():
            os.utime(path, ns=(10**18, 10**18))

    @pytest.mark.usefixtures("old")
    def test_unchanged_notes_are_the_same_objects(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        first = read_vault(tmp_path)

        def refuse(path: Path) -> bytes:
            raise AssertionError(path)

        monkeypatch.setattr(Path, "read_bytes", refuse)
        again = read_vault(tmp_path, previous=first)
        assert all(again.notes[path] is note for path, note in first.notes.items())
        assert again.hidden == first.hidden == {"c.md"}
        assert again.diagnostics == first.diagnostics

    @pytest.mark.usefixtures("old")
    def test_edits_new_renamed_and_deleted_notes(self, tmp_path: Path) -> None:
        first = read_vault(tmp_path)
        write(tmp_path, {"a.md": "edited", "new.md": ""})
        (tmp_path / "b.md").rename(tmp_path / "renamed.md")
        write(tmp_path, {"c.md": "---\npublish: true\n---\n"})
        again, fresh = read_vault(tmp_path, previous=first), read_vault(tmp_path)
        assert list(again.notes) == list(fresh.notes) == ["a.md", "c.md", "new.md", "renamed.md"]
        for path, note in fresh.notes.items():
            assert again.notes[path].document.text == note.document.text
            assert again.notes[path].diagnostics == note.diagnostics

    @pytest.mark.usefixtures("old")
    def test_settings_apply_anew(self, tmp_path: Path) -> None:
        first = read_vault(tmp_path, Settings(exclude=("a.md",)))
        assert list(first.notes) == ["b.md"]
        assert list(read_vault(tmp_path, previous=first).notes) == ["a.md", "b.md"]

    def test_recent_edit_of_same_stamp_is_noticed(self, tmp_path: Path) -> None:
        write(tmp_path, {"a.md": "one"})
        first = read_vault(tmp_path)
        stamp = (tmp_path / "a.md").stat()
        write(tmp_path, {"a.md": "two"})
        os.utime(tmp_path / "a.md", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        assert read_vault(tmp_path, previous=first).notes["a.md"].document.text == "two"

    def test_touched_note_is_not_parsed_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path, {"a.md": "one"})
        first = read_vault(tmp_path)
        os.utime(tmp_path / "a.md", ns=(10**18, 10**18))
        monkeypatch.setattr(knapper.vault.vault, "parse", None)
        again = read_vault(tmp_path, previous=first)
        assert again.notes["a.md"] is first.notes["a.md"]


def test_diagnostics_of_every_note_once(tmp_path: Path) -> None:
    files = {"a.md": "x ^id\n\ny ^id\n", "b.md": "---\na: [\n---\n", "c.md": "---\ntitle: 1\n---\n"}
    found = problems(tmp_path, files)
    assert places(found, Code.DUPLICATE_BLOCK_ID) == [("a.md", 3, 1)]
    assert [path for path, _, _ in places(found, Code.PROPERTIES_SYNTAX)] == ["b.md"]
    assert places(found, Code.PROPERTY_VALUE) == [("c.md", 2, 1)]
    assert len(found) == 3
