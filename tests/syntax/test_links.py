import pytest

from knapper.diagnostics import Code
from knapper.syntax import parse
from knapper.syntax.document import Cell, Embed, Heading, Link, Origin, Paragraph, Target, plain_text
from tests.syntax.tree import nodes, only, places

TABLE = "| a |\n| --- |\n| {} |\n"


@pytest.mark.parametrize(
    ("text", "target", "shown"),
    [
        ("[[Note]]", Target("Note"), "Note"),
        ("[[Note.md]]", Target("Note.md"), "Note.md"),
        ("[[Folder/Note]]", Target("Folder/Note"), "Folder/Note"),
        ("[[../y]]", Target("../y"), "../y"),
        ("[[Note|x y]]", Target("Note"), "x y"),
        ("[[Note#H]]", Target("Note", "H"), "Note#H"),
        ("[[Note#H1#H2|x]]", Target("Note", "H1#H2"), "x"),
        ("[[#H]]", Target("", "H"), "#H"),
        ("[[Note#^id]]", Target("Note", "^id"), "Note#^id"),
        ("[[#^id|x]]", Target("", "^id"), "x"),
        ("[[file.pdf#page=3]]", Target("file.pdf", "page=3"), "file.pdf#page=3"),
        ("[[Sq]uare]]", Target("Sq]uare"), "Sq]uare"),
        ("[[a [[Inner]] b]]", Target("Inner"), "Inner"),
        ("[[https://x]]", Target("https://x"), "https://x"),
        ("[[R&D]]", Target("R&D"), "R&D"),
        ("[[a_b_c|*d*]]", Target("a_b_c"), "d"),
        ("[[学习#标题|学]]", Target("学习", "标题"), "学"),
        (TABLE.format(r"[[Note\|x]]"), Target("Note"), "x"),
        (TABLE.format(r"[[Note#H\|x]]"), Target("Note", "H"), "x"),
        (TABLE.format("[[Note]]"), Target("Note"), "Note"),
    ],
)
def test_wikilink(text: str, target: Target, shown: str) -> None:
    link = only(text, Link)
    assert (link.target, plain_text(link.children), link.wiki) == (target, shown, True)


@pytest.mark.parametrize(
    ("text", "alias"),
    [("[[a]]", False), ("[[a|b]]", True), ("[[a#b]]", False), (TABLE.format(r"[[a\|b]]"), True)],
)
def test_a_wikilink_tells_whether_it_has_an_alias(text: str, alias: bool) -> None:
    assert only(text, Link).alias is alias


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("[t](Note)", Target("Note")),
        ("[t](Note.md)", Target("Note.md")),
        ("[t](Note#H)", Target("Note", "H")),
        ("[t](#H)", Target("", "H")),
        ("[t](<My Note>)", Target("My Note")),
        ("[t](<My Note.md#Two words>)", Target("My Note.md", "Two words")),
        ("[t](My%20Note.md#Two%20words)", Target("My Note.md", "Two words")),
        ("[t](Note#%5Eid)", Target("Note", "^id")),
        ("[t](caf%C3%A9)", Target("café")),
        ("[t](café)", Target("café")),
        ("[t](../a/b.md)", Target("../a/b.md")),
        ("[t](a&amp;b)", Target("a&b")),
        (r"[t](a\_b)", Target("a_b")),
        ("[t](100%)", Target("100%")),
        ("[t](a%23b)", Target("a#b")),
        ("[t][r]\n\n[r]: Note 'T'", Target("Note")),
        ("[r]\n\n[R]: <My Note>", Target("My Note")),
        ("[t](https://e.org/a#b)", None),
        ("[t](HTTP://e.org)", None),
        ("[t](mailto:a@e.org)", None),
        ("[t](obsidian://open?vault=v&file=My%20Note.md)", None),
        ("[t](<obsidian://open?vault=v&file=My Note.md>)", None),
        ("[t](//e.org/a)", None),
        ("[t](tel:123)", None),
        ("<https://e.org/a>", None),
        ("https://e.org/a", None),
        ("www.e.org", None),
    ],
)
def test_markdown_link(text: str, target: Target | None) -> None:
    link = only(text, Link)
    assert (link.target, link.wiki) == (target, False)


@pytest.mark.parametrize(
    "text",
    [
        "[[a\nb]]",
        "[[a|b\nc]]",
        "[[]]",
        "[[a]",
        "[a]]",
        r"\[[a]]",
        "`[[a]]`",
        "[[a `]]`",
        "```\n[[a]]\n```",
        "    [[a]]",
        "$[[a]]$",
        "$$\n[[a]]\n$$",
        "<!-- [[a]] -->",
        "<div>\n[[a]]\n</div>",
        '<span title="[[a]]">b</span>',
        "[t](My Note)",
        "[t]",
        "xhttps://e.org",
        "`https://e.org`",
        "## [t] (a)",
    ],
)
def test_no_link(text: str) -> None:
    assert not nodes(text, Link)
    assert not parse(text).references


def test_a_wikilink_over_lines_is_reported() -> None:
    assert places("x\n\n> a [[b\n> c]]\n", Code.LINK_LIKE_TEXT) == [(3, 5)]


@pytest.mark.parametrize(
    ("text", "target", "alt", "width", "height"),
    [
        ("![[a.png]]", Target("a.png"), "", None, None),
        ("![[a.png|100]]", Target("a.png"), "", 100, None),
        ("![[a.png|640x480]]", Target("a.png"), "", 640, 480),
        ("![[a.png|A cat]]", Target("a.png"), "A cat", None, None),
        ("![[a.png|A cat|100x50]]", Target("a.png"), "A cat", 100, 50),
        ("![[a.png#outline|100]]", Target("a.png", "outline"), "", 100, None),
        ("![[Doc.pdf#page=3]]", Target("Doc.pdf", "page=3"), "", None, None),
        ("![[Note#H]]", Target("Note", "H"), "", None, None),
        ("![[Note#^id]]", Target("Note", "^id"), "", None, None),
        ("![A **cat**|100x145](a.jpg)", Target("a.jpg"), "A cat", 100, 145),
        ("![A cat|100](https://e.org/a.jpg)", None, "A cat", 100, None),
        ("![250](https://e.org/a.jpg)", None, "", 250, None),
        ("![a|b](x.png)", Target("x.png"), "a|b", None, None),
        ("![100 cats](x.png)", Target("x.png"), "100 cats", None, None),
        (TABLE.format(r"![[a.png\|200]]"), Target("a.png"), "", 200, None),
        (TABLE.format(r"![A cat\|200](a.png)"), Target("a.png"), "A cat", 200, None),
    ],
)
def test_embed(text: str, target: Target | None, alt: str, width: int | None, height: int | None) -> None:
    embed = only(text, Embed)
    assert (embed.target, embed.alt, embed.width, embed.height) == (target, alt, width, height)


def test_references_are_in_the_order_of_the_source() -> None:
    text = """\
---
up: "[[P]]"
---
# [[H]]

a [[A]] ![[B.png]] %%[[C]]%% [t](D) https://e.org

| x |
| --- |
| [[E]] |

> [!note] [[F]]
> ![[G]]

[^1]: [[I]]
"""
    document = parse(text)
    assert [(str(r.target), r.embed, r.origin) for r in document.references] == [
        ("P", False, Origin.PROPERTY),
        ("H", False, Origin.BODY),
        ("A", False, Origin.BODY),
        ("B.png", True, Origin.BODY),
        ("C", False, Origin.COMMENT),
        ("D", False, Origin.BODY),
        ("E", False, Origin.BODY),
        ("F", False, Origin.BODY),
        ("G", True, Origin.BODY),
        ("I", False, Origin.BODY),
    ]
    slices = [text[r.span.start : r.span.end] for r in document.references]
    assert slices == "[[P]]|[[H]]|[[A]]|![[B.png]]|[[C]]|[t](D)|[[E]]|[[F]]|![[G]]|[[I]]".split("|")


@pytest.mark.parametrize(
    ("text", "kind"),
    [("a [[b]]", Paragraph), ("- *a [[b]]*", Paragraph), ("# [[b]]", Heading), (TABLE.format("[[b]]"), Cell)],
)
def test_a_reference_knows_its_node_and_the_block_around_it(text: str, kind: type[Paragraph | Heading | Cell]) -> None:
    document = parse(text)
    (reference,) = document.references
    assert reference.node is next(node for node in document.walk() if isinstance(node, Link))
    assert isinstance(reference.block, kind)
    assert "[[b]]" in text[slice(*reference.block.span)]
