import pytest

from knapper.diagnostics import Code
from knapper.syntax import document as d
from knapper.syntax import parse
from tests.syntax.tree import found, nodes, only, places, shape, shapes


@pytest.mark.parametrize(
    ("text", "children"),
    [
        ("a\nb", ["Text", "SoftBreak", "Text"]),
        ("a  \nb\\\nc", ["Text", "HardBreak", "Text", "HardBreak", "Text"]),
        ("==a==", [("Highlight", "Text")]),
        ("==a **b** [[c]]==", [("Highlight", "Text", ("Strong", "Text"), "Text", ("Link", "Text"))]),
        ("**a ==b== c**", [("Strong", "Text", ("Highlight", "Text"), "Text")]),
        ("==a\nb==", [("Highlight", "Text", "SoftBreak", "Text")]),
        ("~~a~~", [("Strikethrough", "Text")]),
        ("***a***", [("Emphasis", ("Strong", "Text"))]),
        ("*a ==b* c==", [("Emphasis", "Text"), "Text"]),
        ("a == b == c", ["Text"]),
        ("a ==b", ["Text"]),
        ("====", ["Text"]),
        ("<u>**a**</u>", ["InlineHtml", ("Strong", "Text"), "InlineHtml"]),
        ("`a` $b$", ["Code", "Text", "Math"]),
        ("a ^[b *c*] d", ["Text", ("InlineFootnote", "Text", ("Emphasis", "Text")), "Text"]),
        ("a[^1]\n\n[^1]: b", ["Text", "FootnoteReference"]),
    ],
)
def test_inline_structure(text: str, children: list[object]) -> None:
    assert merged(shapes(text)[0][1:]) == children


def merged(shape: tuple[object, ...]) -> list[object]:
    """A shape with adjacent texts as one: how text is cut is free."""
    result: list[object] = []
    for node in shape:
        value = (node[0], *merged(node[1:])) if isinstance(node, tuple) else node
        if not (value == "Text" and result and result[-1] == "Text"):
            result.append(value)
    return result


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$x$", [("x", False)]),
        ("$$x$$", [("x", True)]),
        ("a $$x$$ b $y$", [("x", True), ("y", False)]),
        ("$$\na\n+ b\n- c\n$$", [("\na\n+ b\n- c\n", True)]),
        ("$$\na\n=\nb\n$$", [("\na\n=\nb\n", True)]),
        ("$$\na\n\nb\n$$", [("\na\n\nb\n", True)]),
        ("> $$\n> a\n> > b\n> $$", [("\na\n> b\n", True)]),
        ("- $$\n  a\n  $$", [("\na\n", True)]),
        ("$a %%$ b%%", [("a %%", False)]),
        (r"$a \$ b$", [(r"a \$ b", False)]),
        ("$a_b*c*[[d]]`e`==f==%g$", [("a_b*c*[[d]]`e`==f==%g", False)]),
        ("$5 and $6", []),
        ("$20-$30", []),
        ("$x$2", []),
        ("$ x$", []),
        ("$x $", []),
        (r"\$x$", []),
        ("`$x$`", []),
        ("a $ b", []),
        ("$", []),
    ],
)
def test_math(text: str, expected: list[tuple[str, bool]]) -> None:
    assert [(math.text.strip(), math.display) for math in nodes(text, d.Math)] == [
        (latex.strip(), display) for latex, display in expected
    ]


@pytest.mark.parametrize("text", ["x\n\n$$\na\n\nb\n", "x\n\n$$ a\n"])
def test_unclosed_math_is_text_and_reported(text: str) -> None:
    assert places(text, Code.UNCLOSED_MATH) == [(3, 1)]
    assert not nodes(text, d.Math)
    assert "$$" in "".join(node.text for node in nodes(text, d.Text))


@pytest.mark.parametrize(
    ("text", "comments"),
    [
        ("a %%b%% c", ["%%b%%"]),
        ("%%a%% %%b%%", ["%%a%%", "%%b%%"]),
        ("%%\na\n\n- b\n%%\nc", ["%%\na\n\n- b\n%%"]),
        ("%%\n```\n%%\na", ["%%\n```\n%%"]),
        ("%% a\nb %% c", ["%% a\nb %%"]),
        ("- a\n- %%b%%", ["%%b%%"]),
        ("# a %%b%%", ["%%b%%"]),
        ("$a %%$ b%%", []),
        ("50%% off", []),
        ("`%%a%%`", []),
        ("```\n%%\na\n%%\n```", []),
        ('<b title="%%a%%">b</b>', []),
        ("<div>\n%%a%%\n</div>", []),
        ("<!-- %%a%% -->", []),
        ("$$\na %% b\nc %% d\n$$", []),
        ("5% 6%", []),
    ],
)
def test_comments(text: str, comments: list[str]) -> None:
    document = parse(text)
    assert [text[span.start : span.end] for span in document.comments] == comments
    assert not document.diagnostics


def test_links_in_comments_count_but_are_not_shown() -> None:
    document = parse("%%[[a]] ![[b.png]] [t](c)%%\n\n%%\n- [[d]]\n\n`[[e]]`\n%%\n")
    assert [(str(r.target), r.embed, r.origin) for r in document.references] == [
        ("a", False, d.Origin.COMMENT),
        ("b.png", True, d.Origin.COMMENT),
        ("c", False, d.Origin.COMMENT),
        ("d", False, d.Origin.COMMENT),
    ]
    assert not list(document.walk())


def test_an_unclosed_comment_hides_the_rest_and_is_reported() -> None:
    text = "a\n\n%%\nb\n\n- c [[d]]\n"
    assert places(text, Code.UNCLOSED_COMMENT) == [(3, 1)]
    assert shapes(text) == [("Paragraph", "Text")]


def test_a_comment_that_opens_within_a_line_hides_up_to_a_blank_line_at_most() -> None:
    """What an author hid must not be shown, so a comment may go on over lines and items, but not over paragraphs."""
    assert [shape(item) for item in nodes("- a %%\n- b\n%%\n- c\n", d.Item)] == [
        shape(item) for item in nodes("- a \n- c\n", d.Item)
    ]
    assert [line for line, _ in places("a %%b\nc%%\n", Code.COMMENT_OVER_LINES)] == [1]
    assert not parse("a %%b\n\nc%% d\n").comments


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("a[^1] b[^note]\n\n[^1]: A\n[^note]: B", ["1", "note"]),
        ("a[^Note]\n\n[^NOTE]: A", ["note"]),
        ("a[^1][^1]\n\n[^1]: A", ["1", "1"]),
        ("> a[^1]\n\n[^1]: A", ["1"]),
        ("> [!x] T[^1]\n> b[^2]\n\n[^1]: A\n\n[^2]: B", ["1", "2"]),
        ("a[^学]\n\n[^学]: A", ["学"]),
    ],
)
def test_footnotes(text: str, labels: list[str]) -> None:
    assert [node.label for node in nodes(text, d.FootnoteReference)] == labels
    assert {node.label for node in nodes(text, d.FootnoteDefinition)} == set(labels)
    assert not parse(text).diagnostics


@pytest.mark.parametrize("indent", ["  ", "    ", "\t"])
def test_a_footnote_goes_on_where_lines_are_indented(indent: str) -> None:
    text = f"a[^1]\n\n[^1]: A\n{indent}b\n\n{indent}c\n\nd\n"
    assert [type(block).__name__ for block in only(text, d.FootnoteDefinition).children] == ["Paragraph"] * 2
    assert [type(block).__name__ for block in parse(text).children].count("Paragraph") == 2


def test_an_undefined_footnote_is_text_and_reported() -> None:
    text = "x\n\na [^zz] b\n"
    assert places(text, Code.UNDEFINED_FOOTNOTE) == [(3, 3)]
    assert "".join(node.text for node in nodes(text, d.Text)) == "xa [^zz] b"
    assert not found("`[^zz]` \\[^zz]", Code.UNDEFINED_FOOTNOTE)


SCRIPTS = ["", "word ", "🎉🎉 ", "e\u0301\u0302 ", "学习 ", "שלום ", "مرحبا ", "👩‍👩‍👧 ", "𝔘𝔫𝔦 ", "नमस्ते "]


@pytest.mark.parametrize("before", SCRIPTS)
@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("[[学|🎉]]", d.Link),
        ("[é](é%20é)", d.Link),
        ("<https://e.org>", d.Link),
        ("https://e.org/é", d.Link),
        ("![[🎉.png|100]]", d.Embed),
        ("![é](a.png)", d.Embed),
        ("**学**", d.Strong),
        ("*学*", d.Emphasis),
        ("~~学~~", d.Strikethrough),
        ("==学 `é`==", d.Highlight),
        ("`é`", d.Code),
        ("$é$", d.Math),
        ("$$é$$", d.Math),
        ("#学/🎉", d.Tag),
        ("^[学]", d.InlineFootnote),
        ("<u>", d.InlineHtml),
    ],
)
def test_spans_are_in_characters(before: str, source: str, kind: type) -> None:
    for frame in (
        "{}",
        "- {}",
        "> {} é",
        "# {}",
        "> [!note] {}",
        "> [!note] é\n> {}",
        "| é |\n| --- |\n| {} |",
        "é\n{}",
    ):
        text = "---\né: 学\n---\n\n🎉 %%学%%\n\n" + frame.format(f"{before}{source.replace('|', '')} 学")
        document = parse(text)
        spans = [document.source(node) for node in document.walk() if isinstance(node, kind)]
        assert spans == [source.replace("|", "")], frame


@pytest.mark.parametrize(
    ("text", "kind", "source"),
    [
        ("é\n\n# 学 a\n\nb", d.Heading, "# 学 a"),
        ("🎉\n\n```py\n学\n```\n\nb", d.CodeBlock, "```py\n学\n```"),
        ("🎉\n\n| 学 |\n| --- |\n| é |\n\nb", d.Table, "| 学 |\n| --- |\n| é |"),
        ("🎉\n\n> [!note] 学\n> é\n\nb", d.Callout, "> [!note] 学\n> é"),
        ("🎉\n\n- 学\n- é\n\nb", d.List, "- 学\n- é"),
        ("🎉\n\n> 学\n\nb", d.Quote, "> 学"),
        ("🎉\n\n***\n\nb", d.Rule, "***"),
        ("🎉\n\n!!! note\n    学\n\nb", d.MaterialBlock, "!!! note\n    学"),
    ],
)
def test_spans_of_blocks(text: str, kind: type, source: str) -> None:
    document = parse(text)
    found_sources = [document.source(node).strip() for node in document.walk() if isinstance(node, kind)]
    assert found_sources == [source]


def test_a_position_is_a_line_and_a_column() -> None:
    document = parse("🎉\n\nab [[c]]\n")
    assert document.position(document.references[0].span.start) == (3, 4)
