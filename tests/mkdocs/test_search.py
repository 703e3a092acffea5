from typing import Any

import pytest

from knapper.mkdocs.search import Section, sections
from knapper.syntax import parse
from tests.mkdocs.conftest import MakeSite


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\nb\n\nc", [("", "T", ["a b", "c"])], id="paragraphs"),
        pytest.param("# T\n\na\n\n## H\n\nb", [("", "T", ["a"]), ("h", "H", ["b"])], id="headings"),
        pytest.param("# X\n\na\n\n# T", [("", "T", []), ("x", "X", ["a"]), ("t", "T", [])], id="title further down"),
        pytest.param("a %%b%% c\n\n%%\nd\n%%\n\ne<!-- f -->", [("", "T", ["a  c", "e"])], id="comments"),
        pytest.param("`a` $b$\n\n```py\nc\n```\n\n$$\nd\n$$", [("", "T", ["a b", "c", "d"])], id="code and math"),
        pytest.param("[[a|b]] ![[c]] **d** ==e== #f", [("", "T", ["b  d e #f"])], id="inline"),
        pytest.param("| a | b |\n|--|--|\n| c | d |", [("", "T", ["a b", "c d"])], id="table"),
        pytest.param("> [!note] a\n> b\n> - c", [("", "T", ["a", "b", "c"])], id="callout"),
        pytest.param("- a\n  - b\n\n  c", [("", "T", ["a", "b", "c"])], id="list"),
        pytest.param("a[^1]\n\n[^1]: b", [("", "T", ["a", "b"])], id="footnote"),
        pytest.param('!!! note "a"\n    b', [("", "T", ["a", "b"])], id="Material's blocks"),
        pytest.param("<div>a <!-- b --> &lt; <script>c</script></div>", [("", "T", ["a   <"])], id="HTML"),
        pytest.param("> ## a\n> b", [("", "T", ["a", "b"])], id="heading in a quote"),
    ],
)
def test_sections(text: str, expected: list[tuple[str, str, list[str]]]) -> None:
    assert [*sections(parse(text), "T")] == [Section(*section) for section in expected]


def test_entries_have_material_s_form(make_site: MakeSite) -> None:
    site = make_site({"Sub/A & B.md": "---\ntags: [x]\n---\nfirst < second\n\n## Größe\n\n`code`"})
    entries = [entry for entry in site.search() if entry["location"].startswith("sub/a-b/")]
    assert entries == [
        {"location": "sub/a-b/", "title": "A &amp; B", "text": "<p>first &lt; second</p>", "tags": ["x"]},
        {"location": "sub/a-b/#größe", "title": "Größe", "text": "<p>code</p>", "tags": ["x"]},
    ]


def test_the_text_of_an_embed_belongs_to_its_own_note(make_site: MakeSite) -> None:
    site = make_site({"A.md": "![[B]]", "B.md": "only here"})
    assert "only here" in site.article("a")
    assert [entry["location"] for entry in site.search() if "only here" in entry["text"]] == ["b/"]


def test_notes_can_be_excluded_and_boosted(make_site: MakeSite) -> None:
    hidden = "---\nsearch: {exclude: true}\n---\nhidden"
    entries = make_site({"A.md": hidden, "B.md": "---\nsearch: {boost: 2}\n---\nraised"}).search()
    assert not [entry for entry in entries if "hidden" in entry["text"]]
    assert [entry["boost"] for entry in entries if "raised" in entry["text"]] == [2]


def test_pages_of_folders_are_found_by_name(make_site: MakeSite) -> None:
    assert {entry["title"] for entry in make_site({"Sub/A.md": ""}).search()} == {"Vault", "Sub", "A"}


def test_mkdocs_s_own_search(make_site: MakeSite) -> None:
    text = "first < second %%hidden%%\n\n## Part\n\nthird"
    config: dict[str, Any] = {"theme": {"name": "mkdocs"}, "plugins": ["search", "knapper"]}
    entries = [entry for entry in make_site({"A.md": text}, **config).search() if entry["location"].startswith("a/")]
    assert entries == [
        {"location": "a/", "title": "A", "text": "first < second"},
        {"location": "a/#part", "title": "Part", "text": "third"},
    ]


def test_without_search(make_site: MakeSite) -> None:
    assert "search/search_index.json" not in make_site({"A.md": "text"}, plugins=["knapper"])
