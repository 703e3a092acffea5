"""The sentence around a link."""

import pytest

from knapper.syntax import parse
from knapper.vault.context import MAX_CONTEXT, context_of


def contexts(text: str) -> list[tuple[str, str, str] | None]:
    return [context_of(reference) for reference in parse(text).references]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[[t]]", ("", "t", ""), id="alone"),
        pytest.param("One. Two [[t]] three. Four.", ("Two ", "t", " three."), id="sentence"),
        pytest.param("Is it? [[t]]! Yes.", ("", "t", "!"), id="question-and-exclamation"),
        pytest.param('He said "so." [[T]] then.', ("", "T", " then."), id="quote-after-stop"),
        pytest.param(
            "See e.g. [[t]] for it, vs. others.", ("See e.g. ", "t", " for it, vs. others."), id="abbreviation"
        ),
        pytest.param("Version 1.2 of [[t]] has 3.5 x.", ("Version 1.2 of ", "t", " has 3.5 x."), id="decimals"),
        pytest.param("これは文。これは[[t]]です。次。", ("これは", "t", "です。"), id="japanese"),
        pytest.param("One\ntwo [[t]]\nthree", ("One two ", "t", " three"), id="lines"),
        pytest.param("A **bold [[t|x _y_]] b** `c` $d$.", ("A bold ", "x y", " b c d."), id="markup"),
        pytest.param("A [*x* y](t.md) b", ("A ", "x y", " b"), id="markdown-link"),
        pytest.param("- item [[t]]\n- other", ("item ", "t", ""), id="list-item"),
        pytest.param("# Head [[t]]", ("Head ", "t", ""), id="heading"),
        pytest.param("> [!note] Title [[t]]\n> Body", ("Title ", "t", ""), id="callout-title"),
        pytest.param("| a | b [[t]] |\n|---|---|\n| c | d |", ("b ", "t", ""), id="cell"),
        pytest.param("See ![[t]] here", ("See ", "t", " here"), id="embed"),
        pytest.param("See [](t.md) here", ("See ", "t.md", " here"), id="without-text"),
        pytest.param("Shown %%hidden%% [[t]] end", ("Shown ", "t", " end"), id="comment-left-out"),
        pytest.param("A ==b [[t]] c== d", ("A b ", "t", " c d"), id="highlight"),
        pytest.param("Text^[note on [[t]].] and more.", ("note on ", "t", "."), id="inline-footnote"),
        pytest.param("%% [[t]] %%", None, id="in-comment"),
        pytest.param('---\nup: "[[t]]"\n---\n', None, id="in-property"),
    ],
)
def test_context(text: str, expected: tuple[str, str, str] | None) -> None:
    assert contexts(text) == [expected]


def test_two_links_in_one_sentence() -> None:
    assert contexts("A [[b]] c [[d]] e.") == [("A ", "b", " c d e."), ("A b c ", "d", " e.")]


def test_long_sentence_is_cut_at_words() -> None:
    (context,) = contexts("before " * 100 + "[[t]]" + " after" * 100)
    assert context is not None
    before, _, after = context
    assert before.startswith("…before ")
    assert after.endswith(" after…")
    assert max(len(before), len(after)) <= MAX_CONTEXT + 1


def test_thousands_of_links_in_one_paragraph() -> None:
    document = parse("word [[t]] " * 16_000)
    assert len(document.references) == 16_000
    assert all(context_of(reference) for reference in document.references)
