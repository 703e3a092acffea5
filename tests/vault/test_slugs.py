"""Addresses: of notes, of folders, and where two would be the same."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knapper.diagnostics import Code
from knapper.vault import Settings, slug
from knapper.vault.folders import Folder
from knapper.vault.slugs import assign_addresses
from tests.vault.making import index_of, problems


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("Optimizers/Adam.md", "optimizers/adam/", id="folder"),
        pytest.param("Gradient Descent.md", "gradient-descent/", id="space"),
        pytest.param("What's  new? (2024).md", "what-s-new-2024/", id="punctuation"),
        pytest.param("-a_b--c-.md", "a-b-c/", id="hyphens"),
        pytest.param("v1.2 notes.md", "v1-2-notes/", id="dot"),
        pytest.param("深層学習.md", "深層学習/", id="japanese"),
        pytest.param("हिन्दी पाठ.md", "हिन्दी-पाठ/", id="vowel-signs"),
        pytest.param("Ünïcode Straße.md", "ünïcode-straße/", id="letters"),
        pytest.param("Cafe\u0301.md", "café/", id="nfc"),
        pytest.param("C++.md", "c/", id="signs"),
        pytest.param("???.md", "3f-3f-3f/", id="only-punctuation"),
        pytest.param("❤️.md", "2764-fe0f/", id="only-emoji"),
        pytest.param("🎉 Party.md", "party/", id="emoji-and-letters"),
        pytest.param("a\nb\x00.md", "a-b/", id="control-characters"),
        pytest.param("Folder", "folder/", id="of-a-folder"),
    ],
)
def test_slug(path: str, expected: str) -> None:
    assert slug(path) == expected


def addresses(*paths: str) -> dict[str, str]:
    return dict(assign_addresses(paths).notes)


@pytest.mark.parametrize(
    "expected",
    [
        pytest.param({"index.md": "", "a/index.md": "a/"}, id="index"),
        pytest.param({"README.md": "", "a/readme.md": "a/"}, id="readme"),
        pytest.param({"index.md": "", "README.md": "readme/"}, id="index-before-readme"),
        pytest.param({"a/A.md": "a/", "a/b.md": "a/b/"}, id="note-with-its-folders-name"),
        pytest.param({"a/index.md": "a/", "a/a.md": "a/a/"}, id="index-before-name"),
        pytest.param({"a.md": "a/", "a/b.md": "a/b/"}, id="note-beside-its-folder"),
        pytest.param({"a/index.md": "a/", "a.md": "a-2/"}, id="index-before-note-beside"),
        pytest.param({"a/a.md": "a/", "a/a/b.md": "a/a/b/"}, id="a-note-is-one-folder's-page"),
        pytest.param({"C#.md": "c/", "C++.md": "c-2/", "C.md": "c-3/"}, id="by-path"),
        pytest.param({"C#.md": "c/", "C++.md": "c-3/", "c 2.md": "c-2/"}, id="natural-addresses-first"),
        pytest.param({"C#/x.md": "c/x/", "C++/x.md": "c-2/x/", "C++/y.md": "c-2/y/"}, id="folders"),
        pytest.param({"C#/x.md": "c/x/", "C++.md": "c-2/"}, id="note-and-another-folder"),
        pytest.param({"A/x.md": "a/x/", "a/index.md": "a-2/", "a/x.md": "a-2/x/"}, id="folders-by-case"),
    ],
)
def test_addresses(expected: dict[str, str]) -> None:
    assert addresses(*expected) == expected
    assert addresses(*reversed(expected)) == expected


@given(
    st.sets(
        st.lists(st.sampled_from(["a", "A", "a-2", "A 2", "index", "README", "?", "b"]), min_size=1, max_size=3).map(
            "/".join
        )
    )
)
def test_addresses_are_different_and_safe(names: set[str]) -> None:
    given = assign_addresses(f"{name}.md" for name in names)
    pages = [*given.notes.values()]
    generated = [address for folder, address in given.folders.items() if folder not in given.folder_notes]
    assert len({*pages, *generated}) == len(pages) + len(generated)
    assert set(given.notes) == {f"{name}.md" for name in names}
    assert all(address == "" or address.endswith("/") for address in pages)


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_slug_of_any_name(name: str) -> None:
    parts = slug(name).split("/")
    assert parts.pop() == ""
    for part in parts:
        assert part not in ("", ".", "..")
        assert part == part.lower() or not part.isascii()
        assert len(part.encode()) <= 255
        assert not set(part) & set(' \\?#%*:|"<>\n\t')


def test_thousands_of_equal_addresses() -> None:
    pages = addresses(*(f"a{''.join(signs)}.md" for signs in product("+?!&", repeat=6)))
    assert set(pages.values()) == {"a/", *(f"a-{number}/" for number in range(2, 4097))}


def test_duplicates_are_reported(tmp_path: Path) -> None:
    found = problems(tmp_path, {"C#.md": "", "C++.md": "", "D!/x.md": "", "D?/x.md": ""})
    codes = [(d.path, d.code) for d in found if d.code is not Code.FILE_NAME]
    assert codes == [("C++.md", Code.DUPLICATE_SLUG), ("D?", Code.DUPLICATE_SLUG)]
    assert "`c/`" in found[1].message
    assert "`c-2/`" in found[1].message


class TestRedirects:
    """Permalinks are the address; full-path aliases and the address without the permalink lead there."""

    def test_permalink(self, tmp_path: Path) -> None:
        index = index_of(tmp_path, {"Optimizers/Adam.md": "---\npermalink: /Guides/adam\n---\n"})
        assert index.addresses == {"Optimizers/Adam.md": "Guides/adam/"}
        assert index.redirects == {"optimizers/adam/": "Optimizers/Adam.md"}

    def test_aliases_that_are_paths(self, tmp_path: Path) -> None:
        index = index_of(
            tmp_path, {"New/Adam.md": "---\naliases: [Old/Adam W, SGD, Moments.md, New/Adam, '//']\n---\n"}
        )
        assert index.addresses == {"New/Adam.md": "new/adam/"}
        assert index.redirects == {"old/adam-w/": "New/Adam.md", "moments/": "New/Adam.md"}
        assert index.diagnostics == ()

    def test_permalink_that_changes_nothing(self, tmp_path: Path) -> None:
        index = index_of(tmp_path, {"Adam.md": "---\npermalink: adam\n---\n"})
        assert index.addresses == {"Adam.md": "adam/"}
        assert index.redirects == {}

    @pytest.mark.parametrize(
        ("files", "path", "line"),
        [
            pytest.param({"a.md": "permalink: b", "b.md": ""}, "a.md", 2, id="another-note"),
            pytest.param({"a.md": "permalink: x", "b.md": "y: 1\npermalink: X"}, "b.md", 3, id="another-permalink"),
            pytest.param({"a.md": "permalink: f", "f/x.md": ""}, "a.md", 2, id="a-folder"),
            pytest.param({"a.md": "aliases: [f/x]", "f/x.md": ""}, "a.md", 2, id="alias-of-a-note"),
            pytest.param({"a.md": "aliases: [o/x]", "b.md": "aliases: [O/X]"}, "b.md", 2, id="two-aliases"),
            pytest.param({"a.md": "permalink: o/x", "b.md": "aliases: [o/x]"}, "b.md", 2, id="permalink-and-alias"),
        ],
    )
    def test_duplicates_are_reported(self, tmp_path: Path, files: dict[str, str], path: str, line: int) -> None:
        index = index_of(tmp_path, {name: f"---\n{text}\n---\n" for name, text in files.items()})
        assert [(d.path, d.line, d.code) for d in index.diagnostics] == [(path, line, Code.DUPLICATE_REDIRECT)]
        assert index.addresses[path] == slug(path)
        assert not set(index.redirects) & set(index.addresses.values())


def outline(folder: Folder) -> list[object]:
    return [folder.note, *((child.name, outline(child)) for child in folder.folders), *folder.notes]


def test_folders(tmp_path: Path) -> None:
    paths = [
        "index.md",
        "b 10.md",
        "B 9.md",
        "Z/x.md",
        "a/A.md",
        "a/y.md",
        "a/deep/er/z.md",
        "a/pic.png",
        "only/pic.png",
    ]
    index = index_of(tmp_path, dict.fromkeys(paths, ""))
    assert outline(index.folders) == [
        "index.md",
        ("a", ["a/A.md", ("deep", [None, ("er", [None, "a/deep/er/z.md"])]), "a/y.md"]),
        ("Z", [None, "Z/x.md"]),
        "B 9.md",
        "b 10.md",
    ]
    assert [(f.path, f.address) for f in index.folders.walk()] == [
        ("", ""),
        ("a", "a/"),
        ("a/deep", "a/deep/"),
        ("a/deep/er", "a/deep/er/"),
        ("Z", "z/"),
    ]


def test_the_settings_may_name_the_home_page(tmp_path: Path) -> None:
    index = index_of(tmp_path, {"Map.md": "a\n", "index.md": "b\n"}, Settings(home="map"))
    assert index.addresses == {"Map.md": "", "index.md": "index/"}
    assert not index.diagnostics


def test_a_missing_home_page_is_reported(tmp_path: Path) -> None:
    index = index_of(tmp_path, {"index.md": "b\n"}, Settings(home="Map"))
    assert index.addresses == {"index.md": ""}
    assert [diagnostic.code for diagnostic in index.diagnostics] == [Code.MISSING_TARGET]
