"""Where links go, who links to a note, and what is around it."""

from pathlib import Path

import pytest

from knapper.diagnostics import Code
from knapper.syntax.document import Target
from knapper.syntax.targets import wiki_target
from knapper.vault import Index
from knapper.vault.index import MAX_CONTEXTS
from tests.vault.making import index_of

FILES = {
    "Adam.md": """---
aliases: [Adaptive Moments]
---
# Update rule
## Bias correction

Text. ^note

<a id='Spot'></a>
""",
    "a/Twin.md": "",
    "b/Twin.md": "",
    "files/fig.png": "",
    "files/doc.pdf": "",
    "x.canvas": "",
    "y.base": "",
    "Secret.md": "---\npublish: false\n---\n# Plan\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return index_of(tmp_path_factory.mktemp("vault"), FILES)


@pytest.mark.parametrize(
    ("link", "path", "anchor", "problem"),
    [
        ("Adam", "Adam.md", "", None),
        ("adam.md", "Adam.md", "", None),
        ("Adam#Update rule", "Adam.md", "update-rule", None),
        ("Adam#update RULE#bias correction", "Adam.md", "bias-correction", None),
        ("Adam#bias-correction", "Adam.md", "bias-correction", None),
        ("Adam#Spot", "Adam.md", "Spot", None),
        ("Adam#^note", "Adam.md", "^note", None),
        ("Adam#^NOTE", "Adam.md", "^note", None),
        ("Adam#", "Adam.md", "", None),
        ("Adam##", "Adam.md", "", None),
        ("Adam#note", "Adam.md", "", Code.MISSING_HEADING),
        ("Adam#Other", "Adam.md", "", Code.MISSING_HEADING),
        ("Adam#^other", "Adam.md", "", Code.MISSING_BLOCK),
        ("#Update rule", "Adam.md", "update-rule", None),
        ("#Other", "Adam.md", "", Code.MISSING_HEADING),
        ("Twin", "a/Twin.md", "", Code.AMBIGUOUS_TARGET),
        ("Adaptive moments", "Adam.md", "", Code.ALIAS_TARGET),
        ("Adaptive moments#Update rule", "Adam.md", "update-rule", Code.ALIAS_TARGET),
        ("Adaptive moments#Other", "Adam.md", "", Code.MISSING_HEADING),
        ("fig.png", "files/fig.png", "", None),
        ("fig.png#outline", "files/fig.png", "outline", None),
        ("doc.pdf#page=3", "files/doc.pdf", "page=3", None),
        ("x.canvas", None, "", Code.UNSUPPORTED),
        ("y.base#View", None, "", Code.UNSUPPORTED),
        ("Nothing", None, "", Code.MISSING_TARGET),
        ("nothing.png", None, "", Code.MISSING_TARGET),
        ("../Adam", None, "", Code.OUTSIDE_VAULT),
        ("Secret", None, "", Code.UNPUBLISHED_TARGET),
        ("Secret#Plan", None, "", Code.UNPUBLISHED_TARGET),
    ],
)
def test_destination(index: Index, link: str, path: str | None, anchor: str, problem: Code | None) -> None:
    destination = index.destination(wiki_target(link), "Adam.md")
    assert (destination.path, destination.anchor, destination.problem) == (path, anchor, problem)
    assert bool(destination.message) is (problem is not None)


def test_hints_of_links_that_work_only_here(index: Index) -> None:
    assert index.destination(Target("Adaptive moments"), "S.md").hint == "write [[Adam|Adaptive moments]]"
    assert "`a/Twin.md`, `b/Twin.md`" in index.destination(Target("Twin"), "S.md").message


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Adm", "[[Adam]]"),
        ("adamm.md", "[[Adam]]"),
        ("fig.jpg", "[[fig.png]]"),
        ("Unlike anything", ""),
        ("Secrt", ""),
        ("", ""),
    ],
)
def test_suggestion(index: Index, name: str, expected: str) -> None:
    target = Target(name)
    assert index.suggestion(target, index.destination(target, "a/Twin.md")) == expected


@pytest.mark.parametrize(("heading", "expected"), [("Update rul", "[[Adam#Update rule]]"), ("Other", "")])
def test_suggestion_of_a_heading(index: Index, heading: str, expected: str) -> None:
    target = Target("Adam", heading)
    assert index.suggestion(target, index.destination(target, "a/Twin.md")) == expected


class TestBacklinks:
    """Counted as Obsidian counts them."""

    def test_grouped_by_note_in_order(self, tmp_path: Path) -> None:
        files = {"t.md": "", "b.md": "One [[t]]. Two ![[t]].", "a.md": "See [[T|this]] now.", "c/t2.md": "[[Other]]"}
        one, two = index_of(tmp_path, files).backlinks("t.md")
        assert (one.source, one.count, one.contexts) == ("a.md", 1, (("See ", "this", " now."),))
        assert (two.source, two.count) == ("b.md", 2)
        assert [context.text for context in two.contexts] == ["t", "t"]

    def test_links_to_itself_do_not_count(self, tmp_path: Path) -> None:
        assert index_of(tmp_path, {"t.md": "# H\n[[t]] [[#H]] ![[t#H]]"}).backlinks("t.md") == ()

    def test_comments_and_properties_count_without_text(self, tmp_path: Path) -> None:
        files = {"t.md": "", "a.md": '---\nup: "[[t]]"\n---\n%% secret [[t]] words %% and [[t]]'}
        (backlink,) = index_of(tmp_path, files).backlinks("t.md")
        assert backlink.count == 3
        assert backlink.contexts == (("and ", "t", ""),)

    def test_links_to_parts_and_by_markdown_count(self, tmp_path: Path) -> None:
        files = {"My t.md": "# H\n", "a.md": "[[My t#H]] [x](My%20t.md#h) [[My t#missing]] [[my T]]"}
        (backlink,) = index_of(tmp_path, files).backlinks("My t.md")
        assert backlink.count == 4

    def test_of_an_attachment(self, tmp_path: Path) -> None:
        (backlink,) = index_of(tmp_path, {"x.png": "", "a.md": "![[x.png|A figure|100]]"}).backlinks("x.png")
        assert backlink.contexts == (("", "A figure", ""),)

    def test_code_and_mathematics_hold_no_links(self, tmp_path: Path) -> None:
        files = {"t.md": "", "a.md": "`[[t]]` $[[t]]$\n\n```\n[[t]]\n```\n"}
        assert index_of(tmp_path, files).backlinks("t.md") == ()

    def test_many_links_of_one_note(self, tmp_path: Path) -> None:
        (backlink,) = index_of(tmp_path, {"t.md": "", "a.md": "[[t]] " * 16_000}).backlinks("t.md")
        assert (backlink.count, len(backlink.contexts)) == (16_000, MAX_CONTEXTS)

    def test_of_what_is_not_there(self, tmp_path: Path) -> None:
        assert index_of(tmp_path, {"a.md": "[[nothing]]"}).backlinks("nothing.md") == ()


def test_outgoing(tmp_path: Path) -> None:
    text = "[[c]] [[b]] [[c]] [[a]] ![[x.png]] [[none]] %%[[d]]%%"
    index = index_of(tmp_path, {"a.md": text, "b.md": "", "c.md": "", "d.md": "", "x.png": ""})
    assert index.outgoing("a.md") == ("c.md", "b.md", "d.md")
    assert index.outgoing("unknown.md") == ()


def test_prerequisites(tmp_path: Path) -> None:
    files = {
        "a.md": '---\nprerequisites: ["[[b]]", "[[c#H|x]]", "[[none]]", "[[hidden]]", "[[x.png]]", "[[B]]"]\n---\n',
        "b.md": "",
        "c.md": "",
        "hidden.md": "---\ndraft: true\n---\n",
        "x.png": "",
    }
    assert index_of(tmp_path, files).prerequisites("a.md") == ("b.md", "c.md")


def test_tags(tmp_path: Path) -> None:
    files = {
        "a.md": "#Deep/CNN #zebra",
        "b.md": "---\ntags: [deep, CNN]\n---\n#deep/cnn/Pool",
        "c.md": "%%#hidden%% #ZEBRA",
    }
    tags = index_of(tmp_path, files).tags
    assert dict(tags.notes) == {
        "CNN": ("b.md",),
        "Deep": ("a.md", "b.md"),
        "Deep/CNN": ("a.md", "b.md"),
        "deep/cnn/Pool": ("b.md",),
        "hidden": ("c.md",),
        "zebra": ("a.md", "c.md"),
    }
    assert list(tags.notes) == sorted(tags.notes, key=str.lower)
    assert [tags.name(tag) for tag in ("DEEP", "deep/cnn", "unknown")] == ["Deep", "Deep/CNN", "unknown"]


def test_an_empty_vault(tmp_path: Path) -> None:
    index = index_of(tmp_path, {})
    assert index.folders.path == ""
    assert not index.folders.folders
    assert not index.addresses
    assert not index.tags.notes
    assert index.destination(Target("x"), "y.md").problem is Code.MISSING_TARGET
