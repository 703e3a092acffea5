"""What embeds show, and what keeps them from showing themselves for ever."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knapper.diagnostics import Code
from knapper.syntax import parse
from knapper.syntax.document import List, Target, children_of
from knapper.syntax.targets import wiki_target
from knapper.vault import (
    MAX_DEPTH,
    MAX_EMBEDS,
    Destination,
    Excerpt,
    Index,
    Settings,
    Trail,
    Vault,
    build_index,
    check,
    excerpt,
)
from knapper.vault.note import make_note
from tests.vault.making import index_of, places, problems

NOTE = """\
---
title: The Note
---
Intro.

# One

First. ^first

## Deeper

Deep.

> # Quoted
>
> In the quote.
>
> ## Below
>
> > # Nested
> >
> > Text.
>
> # Second
>
> Last of the quote. ^last

# Two

- a ^outer
  - b ^inner
    - c
  - d

    more of d
- e

3. x
4. y ^ordered

| a | b |
|---|---|
| c | d |

^table

> A quote.

^quote

## Three ^title

<a id="html"></a>
End.
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return index_of(
        tmp_path_factory.mktemp("vault"),
        {"Note.md": NOTE, "pic.png": "", "a.md": "", "Hidden.md": "---\ndraft: true\n---\n"},
    )


def shown(index: Index, link: str, source: str = "a.md", trail: Trail = ()) -> Excerpt:
    found = excerpt(index, wiki_target(link), source, trail)
    assert isinstance(found, Excerpt)
    return found


def text_of(index: Index, found: Excerpt) -> str:
    return index.vault.notes[found.path].document.text[found.span.start : found.span.end].strip()


@pytest.mark.parametrize(
    ("link", "title", "begins", "ends"),
    [
        pytest.param("Note", "The Note", "Intro.", "End.", id="note-without-properties"),
        pytest.param(
            "Note#One", "The Note › One", "# One", "> Last of the quote. ^last", id="section-with-subsections"
        ),
        pytest.param("Note#Deeper", "The Note › Deeper", "## Deeper", "> Last of the quote. ^last", id="subsection"),
        pytest.param("Note#One#Deeper", "The Note › Deeper", "## Deeper", "> Last of the quote. ^last", id="chain"),
        pytest.param("Note#Two", "The Note › Two", "# Two", "End.", id="last-section"),
        pytest.param("Note#Quoted", "The Note › Quoted", "# Quoted", "> > Text.\n>", id="section-of-a-quote"),
        pytest.param("Note#Nested", "The Note › Nested", "# Nested", "Text.", id="section-of-a-nested-quote"),
        pytest.param(
            "Note#Second", "The Note › Second", "# Second", "Last of the quote. ^last", id="quote-ends-section"
        ),
        pytest.param("Note#^first", "The Note", "First.", "First. ^first", id="paragraph"),
        pytest.param("Note#^outer", "The Note", "- a ^outer", "more of d", id="item-with-what-is-nested"),
        pytest.param("Note#^inner", "The Note", "- b ^inner", "- c", id="nested-item"),
        pytest.param("Note#^table", "The Note", "| a | b |", "| c | d |", id="table"),
        pytest.param("Note#^quote", "The Note", "> A quote.", "> A quote.", id="quote"),
        pytest.param("Note#^title", "The Note", "## Three", "## Three ^title", id="heading-by-block-id"),
    ],
)
def test_excerpt(index: Index, link: str, title: str, begins: str, ends: str) -> None:
    found = shown(index, link)
    assert found.path == "Note.md"
    assert found.title == title
    text = text_of(index, found)
    assert text.startswith(begins)
    assert (
        text.removesuffix("^table")
        .removesuffix("^quote")
        .strip()
        .removesuffix(">")
        .strip()
        .endswith(ends.removesuffix(">").strip())
    )


def test_item_is_shown_as_a_list(index: Index) -> None:
    (ordered,) = shown(index, "Note#^ordered").blocks
    assert isinstance(ordered, List)
    assert (ordered.start, ordered.tight, len(ordered.children)) == (4, True, 1)
    (bullets,) = shown(index, "Note#^outer").blocks
    assert isinstance(bullets, List)
    assert bullets.start is None


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("Note#Missing", Code.MISSING_HEADING),
        ("Note#^missing", Code.MISSING_BLOCK),
        ("Note#html", Code.MISSING_HEADING),
        ("Nothing", Code.MISSING_TARGET),
        ("../Note", Code.OUTSIDE_VAULT),
        ("Hidden", Code.UNPUBLISHED_TARGET),
        ("pic.png", None),
    ],
)
def test_shows_nothing(index: Index, link: str, problem: Code | None) -> None:
    found = excerpt(index, wiki_target(link), "a.md")
    assert isinstance(found, Destination)
    assert found.problem is problem


def test_missing_part_is_reported(tmp_path: Path) -> None:
    files = {"n.md": "# H\n<a id='x'></a>", "a.md": "![[n#x]] [[n#x]] ![[n#none]] ![[n#^none]]"}
    found = problems(tmp_path, files)
    assert places(found, Code.MISSING_HEADING) == [("a.md", 1, 1), ("a.md", 1, 18)]
    assert places(found, Code.MISSING_BLOCK) == [("a.md", 1, 30)]


def test_empty_note(index: Index) -> None:
    assert shown(index, "a", "Note.md").blocks == ()


@given(
    st.lists(
        st.sampled_from(
            [
                "# H\n",
                "text ^a{}\n",
                "- x ^b{}\n",
                "> ",
                "  - # Q\n",
                "    ",
                "\n",
                "1. ",
                "> [!note] T\n",
                "!!! note\n",
            ]
        ),
        max_size=25,
    )
)
def test_every_heading_and_block_can_be_shown(parts: list[str]) -> None:
    document = parse("".join(part.format(number) for number, part in enumerate(parts)))
    note = make_note("n.md", document)
    index = build_index(Vault(Path(), Settings(), {"n.md": note}, frozenset(), frozenset(), frozenset(), ()))
    for anchor in (*(heading.id for heading in document.headings), *(f"^{name}" for name in document.blocks)):
        found = excerpt(index, Target("n", anchor), "other.md")
        assert isinstance(found, Excerpt)
        assert found.anchor == anchor
        assert found.blocks
        node = document.blocks[anchor[1:]] if anchor.startswith("^") else index.headings("n.md").with_id(anchor)
        assert node is not None
        assert node is found.blocks[0] or node in children_of(found.blocks[0])


class TestCycles:
    """Guards of `excerpt`, and what `check` says of them."""

    def test_a_note_within_itself(self, tmp_path: Path) -> None:
        index = index_of(tmp_path, {"a.md": "text\n\n![[a]]"})
        found = excerpt(index, Target("a"), "a.md")
        assert isinstance(found, Destination)
        assert (found.path, found.problem) == ("a.md", Code.EMBED_CYCLE)
        assert [str(d) for d in check(index)] == [
            "a.md:3:1: [embed-cycle] this embeds itself: `a.md` → `a.md`"
            " (remove one of these embeds, or make it a link)"
        ]

    def test_two_notes(self, tmp_path: Path) -> None:
        index = index_of(tmp_path, {"a.md": "![[b]]", "b.md": "x ![[a]]"})
        inner = shown(index, "b", "a.md")
        assert inner.trail == (("a.md", ""), ("b.md", ""))
        found = excerpt(index, Target("a"), "b.md", inner.trail)
        assert isinstance(found, Destination)
        assert found.problem is Code.EMBED_CYCLE
        assert found.message == "this embeds itself: `a.md` → `b.md` → `a.md`"
        assert places(check(index), Code.EMBED_CYCLE) == [("b.md", 1, 3)]

    def test_a_section_within_itself(self, tmp_path: Path) -> None:
        index = index_of(tmp_path, {"a.md": "# A\n\n# B\n\n![[#B]]"})
        inner = shown(index, "#B", "a.md")
        assert isinstance(excerpt(index, Target("", "B"), "a.md", inner.trail), Destination)
        assert places(check(index), Code.EMBED_CYCLE) == [("a.md", 5, 1)]

    def test_an_embed_of_the_note_in_a_section_that_is_embedded_is_one_problem(self, tmp_path: Path) -> None:
        found = problems(tmp_path, {"a.md": "![[#B]]\n\n# B\n\n![[a]]"})
        assert places(found, Code.EMBED_CYCLE) == [("a.md", 5, 1)]

    def test_another_section_of_the_note_is_no_cycle(self, tmp_path: Path) -> None:
        index = index_of(tmp_path, {"a.md": "# A\n\n![[#B]]\n\n# B\n\nText.", "b.md": "![[a#A]] ![[a#A]]"})
        assert len(shown(index, "#B", "a.md").blocks) == 2
        assert check(index) == []

    def test_each_cycle_once(self, tmp_path: Path) -> None:
        files = {"a.md": "![[b]]", "b.md": "![[c]] ![[a]]", "c.md": "![[a]]", "d.md": "![[d]]", "e.md": "![[a]] ![[d]]"}
        assert places(problems(tmp_path, files), Code.EMBED_CYCLE) == [("b.md", 1, 8), ("c.md", 1, 1), ("d.md", 1, 1)]

    def test_links_comments_and_properties_are_no_embeds(self, tmp_path: Path) -> None:
        files = {"a.md": '---\nup: "![[a]]"\n---\n[[a]] %%![[a]]%% `![[a]]`'}
        assert places(problems(tmp_path, files), Code.EMBED_CYCLE) == []


class TestDepth:
    """Chains and avalanches of embeds."""

    @staticmethod
    def chain(embeds: int) -> dict[str, str]:
        return {f"{i:02}.md": f"![[{i + 1:02}]]" for i in range(embeds)} | {f"{embeds:02}.md": "end"}

    def depth(self, index: Index) -> int:
        """How deep embeds are shown on the page of the first note."""
        trail: Trail = ()
        for i in range(30):
            found = excerpt(index, Target(f"{i + 1:02}"), f"{i:02}.md", trail)
            if not isinstance(found, Excerpt):
                assert found.problem in (Code.EMBED_DEPTH, Code.MISSING_TARGET)
                break
            trail = found.trail
        return len(trail) - 1

    def test_at_the_cap(self, tmp_path: Path) -> None:
        index = index_of(tmp_path, self.chain(MAX_DEPTH))
        assert self.depth(index) == MAX_DEPTH
        assert check(index) == []

    def test_beyond_the_cap(self, tmp_path: Path) -> None:
        index = index_of(tmp_path, self.chain(MAX_DEPTH + 2))
        assert self.depth(index) == MAX_DEPTH
        assert places(check(index), Code.EMBED_DEPTH) == [("00.md", 1, 1), ("01.md", 1, 1)]

    def test_avalanche(self, tmp_path: Path) -> None:
        files = {f"{i}.md": " ".join([f"![[{i + 1}]]"] * 10) for i in range(9)} | {"9.md": "end"}
        found = problems(tmp_path, files)
        reported = [path for path, _, _ in places(found, Code.EMBED_DEPTH)]
        assert reported == ["0.md", "1.md", "2.md", "3.md", "4.md", "5.md", "6.md"]
        assert f"{MAX_EMBEDS} are shown" in found[0].message
