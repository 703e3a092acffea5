"""Obsidian's rules of resolution, one case each; observed on Obsidian 1.13 unless the name says otherwise."""

import unicodedata
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knapper.vault import Ambiguous, Found, Missing, Outside, Resolution, Resolver
from knapper.vault.names import is_note

NFD = unicodedata.normalize("NFD", "Café.md")


def resolver(paths: Iterable[str], aliases: dict[str, list[str]] | None = None) -> Resolver:
    paths = list(paths)
    return Resolver(filter(is_note, paths), (path for path in paths if not is_note(path)), aliases)


def case(name: str, paths: str, link: str, source: str, expected: Resolution) -> object:
    return pytest.param(paths.split(), link, source, expected, id=name)


@pytest.mark.parametrize(
    ("paths", "link", "source", "expected"),
    [
        # Rule 1: an exact path in the vault.
        case("exact-at-root-beats-beside", "Note.md a/Note.md", "Note", "a/S.md", Found("Note.md")),
        case("exact-path-beats-beside", "b/Note.md a/b/Note.md", "b/Note", "a/b/S.md", Found("b/Note.md")),
        case("exact-with-md", "Note.md a/Note.md", "Note.md", "a/S.md", Found("Note.md")),
        # Rule 2: the source's own folder.
        case("beside-beats-shorter", "b/Note.md longer/Note.md", "Note", "longer/S.md", Found("longer/Note.md")),
        case("parent-folder-does-not-count", "zz/Note.md a/Note.md", "Note", "zz/deep/S.md", Found("a/Note.md")),
        case("suffix-beside", "x/b/Note.md aaaa/b/Note.md", "b/Note", "aaaa/b/S.md", Found("aaaa/b/Note.md")),
        case("relative-style-below", "x/b/Note.md aaaa/b/Note.md", "b/Note", "aaaa/S.md", Found("aaaa/b/Note.md")),
        # Rule 3: the shortest path in characters, not components.
        case("shortest-string", "a/b/Note.md zzzz/Note.md", "Note", "S.md", Found("a/b/Note.md")),
        case("shortest-of-suffixes", "a/b/Note.md long/b/Note.md", "b/Note", "S.md", Found("a/b/Note.md")),
        case("emoji-counts-twice", "🎉/Note.md ab/Note.md abc/Note.md", "Note", "S.md",
             Ambiguous("ab/Note.md", ("ab/Note.md", "🎉/Note.md"))),
        # Rule 4: a tie is taken in a stable order, and reported.
        case("tie", "b/Note.md a/Note.md", "Note", "S.md", Ambiguous("a/Note.md", ("a/Note.md", "b/Note.md"))),
        case("tie-only-of-shortest", "b/Note.md a/Note.md ccc/Note.md", "Note", "S.md",
             Ambiguous("a/Note.md", ("a/Note.md", "b/Note.md"))),
        case("tie-takes-spelling", "a/note.md b/Note.md", "Note", "S.md",
             Ambiguous("b/Note.md", ("a/note.md", "b/Note.md"))),
        # Forms.
        case("name-from-anywhere", "a/b/c/Note.md", "Note", "x/S.md", Found("a/b/c/Note.md")),
        case("path-suffix", "a/b/Note.md", "b/Note", "S.md", Found("a/b/Note.md")),
        case("path-suffix-with-md", "a/b/Note.md", "b/Note.md", "S.md", Found("a/b/Note.md")),
        case("suffix-at-component-only", "a/bb/Note.md", "b/Note", "S.md", Missing()),
        case("suffix-of-a-name-is-none", "MyNote.md", "Note", "S.md", Missing()),
        case("from-the-root", "Note.md a/Note.md", "/Note", "a/S.md", Found("Note.md")),
        case("from-the-root-is-exact", "a/Note.md", "/Note", "S.md", Missing()),
        case("backslashes", "a/b/Note.md", r"b\Note", "S.md", Found("a/b/Note.md")),
        case("double-slash", "a/b/Note.md", "b//Note", "S.md", Found("a/b/Note.md")),
        case("empty-is-source", "S.md", "", "a/S.md", Found("a/S.md")),
        # Relative paths.
        case("parent", "y.md a/y.md", "../y", "a/S.md", Found("y.md")),
        case("parent-of-parent", "b/y.md a/b/y.md", "../../b/y", "a/c/S.md", Found("b/y.md")),
        case("here", "y.md a/y.md", "./y", "a/S.md", Found("a/y.md")),
        case("here-in-subfolder", "b/y.md a/b/y.md", "./b/y.md", "a/S.md", Found("a/b/y.md")),
        case("relative-is-exact", "b/y.md", "./y", "a/S.md", Missing()),
        case("dots-within", "b/y.md", "a/../b/y", "S.md", Found("b/y.md")),
        case("dots-within-from-source", "y.md", "b/../../y", "a/S.md", Found("y.md")),
        case("outside", "y.md", "../y", "S.md", Outside()),
        case("outside-further", "y.md", "../../../etc/passwd", "a/S.md", Outside()),
        case("outside-from-the-root", "y.md", "/../y", "S.md", Outside()),
        case("outside-and-back", "y.md", "../vault/y", "S.md", Outside()),
        # Case and Unicode.
        case("case", "My/Note.md", "my/nOTE", "S.md", Found("My/Note.md")),
        case("case-of-md", "Note.md", "Note.MD", "S.md", Found("Note.md")),
        case("case-of-file's-md", "Note.MD", "note", "S.md", Found("Note.MD")),
        case("exact-spelling-first", "Note.md note.md", "note", "S.md",
             Ambiguous("note.md", ("Note.md", "note.md"))),
        case("full-path-is-exact", "Note.md note.md", "note.md", "S.md", Found("note.md")),
        case("nfd-file", NFD, "Café", "S.md", Found(NFD)),
        case("nfd-link", "Café.md", NFD, "S.md", Found("Café.md")),
        case("sharp-s-is-not-ss", "Strasse.md", "Straße", "S.md", Missing()),
        case("final-sigma", "ΟΔΟΣ.md", "οδος", "S.md", Found("ΟΔΟΣ.md")),
        pytest.param(["My\u00a0Note.md"], "My Note", "S.md", Found("My\u00a0Note.md"), id="no-break-space"),
        # Names.
        pytest.param(["v1.2 notes.md"], "v1.2 notes", "S.md", Found("v1.2 notes.md"), id="dot-in-name"),
        case("md-in-name", "a/x.md.md", "x.md", "S.md", Found("a/x.md.md")),
        case("md-in-name-gives-way", "a/x.md.md bbbb/x.md", "x.md", "S.md", Found("bbbb/x.md")),
        # Attachments.
        case("attachment", "files/a.png", "a.png", "S.md", Found("files/a.png")),
        case("attachment-suffix", "x/files/a.png", "files/a.png", "S.md", Found("x/files/a.png")),
        case("attachment-needs-extension", "files/a.png", "a", "S.md", Missing()),
        case("attachment-case", "files/A.PNG", "a.png", "S.md", Found("files/A.PNG")),
        case("attachment-beside", "f/a.png longer/a.png", "a.png", "longer/S.md", Found("longer/a.png")),
        case("attachment-before-note", "a.png.md f/a.png", "a.png", "S.md", Found("f/a.png")),
        case("note-named-like-attachment", "f/a.png.md", "a.png", "S.md", Found("f/a.png.md")),
        case("file-without-extension", "f/LICENSE", "LICENSE", "S.md", Found("f/LICENSE")),
        case("note-before-file-without-extension", "f/LICENSE ffff/LICENSE.md", "LICENSE", "S.md",
             Found("ffff/LICENSE.md")),
        # No file.
        case("missing", "a/Note.md", "Other", "S.md", Missing()),
        case("web-address", "Note.md", "https://example.com", "S.md", Missing()),
        case("a-folder-is-none", "a/Note.md", "a", "S.md", Missing()),
    ],
)  # fmt: skip
def test_resolve(paths: list[str], link: str, source: str, expected: Resolution) -> None:
    assert resolver(paths).resolve(link, source) == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        pytest.param("SGD", Found("b/Descent.md", via_alias=True), id="alias"),
        pytest.param("sgd", Found("b/Descent.md", via_alias=True), id="alias-in-other-case"),
        pytest.param("Descent", Found("b/Descent.md"), id="name"),
        pytest.param("Other", Found("Other.md"), id="a-name-beats-an-alias"),
        pytest.param("Old/Path", Found("b/Descent.md", via_alias=True), id="alias-that-is-a-path"),
        pytest.param("Twice", Ambiguous("a.md", ("a.md", "b/Descent.md"), via_alias=True), id="alias-of-two"),
    ],
)
def test_alias_is_an_extension(link: str, expected: Resolution) -> None:
    aliases = {"b/Descent.md": ["SGD", "Other", "Old/Path", "Twice"], "a.md": ["Twice", "twice"]}
    assert resolver(["b/Descent.md", "Other.md", "a.md"], aliases).resolve(link, "S.md") == expected


def test_shortest_link() -> None:
    files = resolver(["a/One.md", "a/Two.md", "b/two.md", "a/x.png", "b/y.png", "c/y.png"])
    links = [files.shortest_link(path) for path in ("a/One.md", "a/Two.md", "a/x.png", "b/y.png")]
    assert links == ["One", "a/Two", "x.png", "b/y.png"]


def test_many_notes_of_one_name_are_not_all_listed() -> None:
    found = resolver(f"{i:04}/index.md" for i in range(3000)).resolve("index", "S.md")
    assert isinstance(found, Ambiguous)
    assert found.path == "0000/index.md"
    assert len(found.candidates) == 10


names = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1, max_size=6).filter(
    lambda name: name not in (".", "..")
)
few_names = st.sampled_from(["a", "A", "b", "é", "e\u0301", "ß", "ss", "x.md", "n", "İ", "Σ", "c.png"])
vault_paths = st.sets(
    st.builds(
        lambda parts, suffix: "/".join(parts) + suffix,
        st.lists(few_names | names, min_size=1, max_size=4),
        st.sampled_from([".md", ".MD", ".png", ""]),
    ),
    max_size=12,
)


@given(vault_paths, st.text() | st.lists(few_names | st.just(".."), max_size=4).map("/".join), vault_paths)
def test_never_raises_and_finds_only_files_of_the_vault(paths: set[str], link: str, sources: set[str]) -> None:
    files = resolver(paths)
    for source in {"S.md", *sources}:
        found = files.resolve(link, source)
        if isinstance(found, Found | Ambiguous):
            assert found.path in paths or (not link and found.path == source)
        if isinstance(found, Ambiguous):
            assert found.path in found.candidates
            assert len(set(found.candidates)) == len(found.candidates) > 1


@given(vault_paths, st.sampled_from(["S.md", "a/S.md", "a/b/S.md"]))
def test_every_file_is_found_by_its_full_path(paths: set[str], source: str) -> None:
    files = resolver(paths)
    for path in paths:
        assert files.resolve(path, source) == Found(path)


@given(vault_paths.map(list).flatmap(lambda paths: st.tuples(st.just(paths), st.permutations(paths))), st.data())
def test_order_of_files_does_not_matter(orders: tuple[list[str], list[str]], data: st.DataObject) -> None:
    one, other = (resolver(paths) for paths in orders)
    link = data.draw(st.lists(few_names, min_size=1, max_size=3).map("/".join))
    for source in ("S.md", "a/S.md", "b/A/S.md"):
        assert one.resolve(link, source) == other.resolve(link, source)


@given(vault_paths, st.lists(st.tuples(few_names, st.sampled_from(["S.md", "a/S.md", "b/S.md"])), max_size=12))
def test_earlier_look_ups_do_not_matter(paths: set[str], links: list[tuple[str, str]]) -> None:
    used = resolver(paths)
    for link, source in links:
        assert used.resolve(link, source) == resolver(paths).resolve(link, source)
