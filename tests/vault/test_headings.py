"""Which heading a link names: Obsidian compares without case, markup, most punctuation, and runs of spaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knapper.syntax import parse
from knapper.syntax.document import Target
from knapper.vault.headings import Headings


def find(text: str, subpath: str) -> str | None:
    heading = Headings(parse(text)).find(Target("", subpath).headings)
    return heading.id if heading else None


CHAINED = "# A\n## Same\n### Deep\n# B\n## Same\n#### Deep\n## Last\n"


@pytest.mark.parametrize(
    ("text", "subpath", "expected"),
    [
        pytest.param("# Update rule", "Update rule", "update-rule", id="as-written"),
        pytest.param("# Update rule", "update RULE", "update-rule", id="case"),
        pytest.param("# Update rule", "Update   rule", "update-rule", id="spaces-in-link"),
        pytest.param("#  Update   rule", "Update rule", "update-rule", id="spaces-in-heading"),
        pytest.param("# Why: a|b ^c [d] %%x", "Why a b c d x", "why-ab-c-d-x", id="obsidian-drops-punctuation"),
        pytest.param("# **Bold** and `code`", "Bold and code", "bold-and-code", id="markup-left-out"),
        pytest.param("# **Bold** and `code`", "**Bold** and `code`", "bold-and-code", id="markup-written"),
        pytest.param("# The $\\beta_1$ term", "The $\\beta_1$ term", "the-beta_1-term", id="math"),
        pytest.param("# See [[Note|this]]", "See Note this", "see-this", id="link-in-heading"),
        pytest.param("# See [[Note|this]]", "See this", "see-this", id="link-in-heading-by-its-text"),
        pytest.param("# C\n# C++", "C++", "c_1", id="exact-punctuation-first"),
        pytest.param("# C\n# C++", "C!", "c", id="first-of-those-alike"),
        pytest.param("# ???", "???", "section", id="punctuation-only"),
        pytest.param("# Größe", "GRÖSSE", None, id="lower-case-not-case-folding"),
        pytest.param("# Cafe\u0301", "Café", "café", id="nfd"),
        pytest.param("# 深層学習", "深層学習", "深層学習", id="script"),
        pytest.param("Title\n===\n", "Title", "title", id="setext"),
        pytest.param("> # In a quote", "In a quote", "in-a-quote", id="in-quote"),
        pytest.param("# Same\n# Same", "Same", "same", id="first-of-two"),
        pytest.param("# One", "Two", None, id="missing"),
        pytest.param("# One", "One two", None, id="part-of-link"),
        pytest.param("# One two", "One", None, id="part-of-heading"),
        pytest.param(CHAINED, "Same", "same", id="first-anywhere"),
        pytest.param(CHAINED, "B#Same", "same_1", id="chain"),
        pytest.param(CHAINED, "B#Deep", "deep_1", id="chain-skips-levels"),
        pytest.param(CHAINED, "A#Same#Deep", "deep", id="chain-of-three"),
        pytest.param(CHAINED, "Same#Last", None, id="chain-ends-with-section"),
        pytest.param(CHAINED, "Last#Same", None, id="chain-in-wrong-order"),
        pytest.param("# A\n# A\n## B", "A#B", "b", id="chain-tries-every-first"),
        pytest.param("# A#B", "A#B", None, id="hash-in-heading-is-a-chain"),
    ],
)
def test_find(text: str, subpath: str, expected: str | None) -> None:
    assert find(text, subpath) == expected


@pytest.mark.parametrize(
    ("text", "anchor", "expected"),
    [
        pytest.param("# Update rule", "update-rule", "update-rule", id="id-of-heading"),
        pytest.param('<a id="Spot"></a>', "Spot", "Spot", id="id-in-html"),
        pytest.param("<a name=spot></a>", "spot", "spot", id="name-in-html"),
        pytest.param("Text\n{ .x #spot }", "spot", "spot", id="attribute-list"),
        pytest.param("# Update rule", "update", None, id="unknown"),
    ],
)
def test_find_id(text: str, anchor: str, expected: str | None) -> None:
    assert Headings(parse(text)).find_id(anchor) == expected


words = st.text(st.sampled_from("aB é#^|:%[]\\`*_$-\u0301"), max_size=8)


@given(st.lists(words, max_size=6), words)
def test_never_raises(headings: list[str], subpath: str) -> None:
    find("".join(f"{'#' * (i % 6 + 1)} {text}\n\n" for i, text in enumerate(headings)), subpath)


@given(st.lists(st.text("abc xyz", min_size=1).filter(str.strip), min_size=1, max_size=6))
def test_every_heading_is_found_by_its_text(titles: list[str]) -> None:
    document = parse("".join(f"# {title}\n\n" for title in titles))
    for heading in document.headings:
        found = Headings(document).find((heading.plain,))
        assert found is not None
        assert found.plain.split() == heading.plain.split()
