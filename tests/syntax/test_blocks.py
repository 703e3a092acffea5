from itertools import product
from typing import Any

import pytest

from knapper.diagnostics import Code
from knapper.syntax import parse
from knapper.syntax.document import (
    Block,
    Callout,
    CodeBlock,
    Heading,
    HtmlBlock,
    Item,
    List,
    MaterialBlock,
    Math,
    Table,
    Text,
    children_of,
    plain_text,
)
from tests.syntax.tree import found, nodes, only, places, shapes

CALLOUTS = """
note abstract summary tldr info todo tip hint important success check done question help faq warning caution
attention failure fail missing danger error bug example quote cite my-type 学习
""".split()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("a ^id", "Paragraph"),
        ("a\nb ^id", "Paragraph"),
        ("a ^ID", "Paragraph"),
        ("a ^id  \n\nb", "Paragraph"),
        ("- a ^id\n- b", "Item"),
        ("1. a ^id", "Item"),
        ("- [ ] a ^id", "Item"),
        ("- a ^id\n  - b", "Item"),
        ("- a\n  ^id\n- b", "Item"),
        ("- a\n  - b\n    ^id", "Item"),
        ("- a\n- b\n\n^id", "List"),
        ("> a\n\n^id", "Quote"),
        ("> a\n^id", "Quote"),
        ("> a ^id", "Quote"),
        ("> [!note] T\n> a\n\n^id", "Callout"),
        ("> [!note] T\n> a\n^id\n\nb", "Callout"),
        ("> [!note] T\n^id", "Callout"),
        ("> [!note] T\n> a ^id", "Callout"),
        ("| a |\n| --- |\n| b |\n\n^id\n\nc", "Table"),
        ("| a |\n| --- |\n| b |\n^id", "Table"),
        ("```\na\n```\n\n^id", "CodeBlock"),
        ("```\na\n```\n^id", "CodeBlock"),
        ("$$\na\n$$\n\n^id", "Paragraph"),
        ("# a ^id", "Heading"),
    ],
)
def test_block_id(text: str, kind: str) -> None:
    document = parse(text)
    assert [(name, type(block).__name__) for name, block in document.blocks.items()] == [("id", kind)]
    assert [node for node in document.walk() if getattr(node, "block_id", None)] == [document.blocks["id"]]
    assert not any("^" in getattr(node, "text", "") for node in document.walk())


@pytest.mark.parametrize(
    "text",
    [
        "a^id",
        "a ^id b",
        "a ^b_c",
        "a ^",
        "a ^é",
        "`a ^id`",
        "```\na ^id\n```",
        r"a \^id",
        "$a ^id$",
        "a ^[b]",
        "[a ^id](b)",
    ],
)
def test_no_block_id(text: str) -> None:
    assert not parse(text).blocks


def test_of_two_blocks_with_one_id_the_first_counts() -> None:
    text = "a ^x\n\nb ^X\n\nc ^y\n"
    assert parse(text).source(parse(text).blocks["x"]).startswith("a")
    assert [line for line, _ in places(text, Code.DUPLICATE_BLOCK_ID)] == [3]


def test_a_block_id_in_a_table_is_no_row() -> None:
    assert len(only("| a |\n| --- |\n| b |\n^id\n", Table).rows) == 1


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("- [ ] a\n- [x] b\n- [X] c", [" ", "x", "X"]),
        ('- [/] a\n- [-] b\n- [>] c\n- [?] d\n- [*] e\n- ["] f', ["/", "-", ">", "?", "*", '"']),
        ("- [🔥] a\n- [学] b", ["🔥", "学"]),
        ("* [ ] a\n\n+ [x] b", [" ", "x"]),
        ("1. [ ] a\n2) [x] b", [" ", "x"]),
        ("- [ ] a\n\n- [x] b", [" ", "x"]),
        ("- [ ] a\n  - [x] b", [" ", "x"]),
        ("> - [x] a", ["x"]),
        ("- [ ]\n- [ ] \n- [x]", [" ", " ", "x"]),
        ("- a\n- [] b\n- [xx] c\n- [x]d\n- [x](e)\n- [[f]] g", [None] * 6),
        ("- [x][r]\n- a [x] b\n- `[x]` c\n- \\[x] d\n\n[r]: y", [None] * 4),
    ],
)
def test_tasks(text: str, tasks: list[str | None]) -> None:
    assert [item.task for item in nodes(text, Item)] == tasks


def test_the_brackets_of_a_task_are_not_in_its_text() -> None:
    for marker in " x/":
        item = only(f"- [{marker}] a [b]\n", Item)
        assert plain_text(item.children[0].children) == "a [b]"  # type: ignore[union-attr, arg-type]


@pytest.mark.parametrize("kind", CALLOUTS)
def test_callout_head(kind: str) -> None:
    for fold, metadata, title in product(("", "+", "-"), ("", "right", "a b"), ("", "A *title*")):
        for written in (kind, kind.upper(), kind.capitalize()):
            bar = f"|{metadata}" if metadata else ""
            callout = only(f"> [!{written}{bar}]{fold} {title}\n> body\n", Callout)
            assert (callout.type, callout.fold, callout.metadata) == (kind.lower(), fold, metadata)
            assert plain_text(callout.title) == title.replace("*", "")
            assert [type(child).__name__ for child in callout.children] == ["Paragraph"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("> [!a] T", [("Callout", "Text")]),
        ("> [!a]", ["Callout"]),
        ("> [!a] T\n> > [!b]\n> > > [!c] U", [("Callout", "Text", ("Callout", ("Callout", "Text")))]),
        ("> [!a]\n> ---", [("Callout", "Rule")]),
        ("> [!a] T\n> ---", [("Callout", "Text", "Rule")]),
        ("> [!a] T\n> ===", [("Callout", "Text", ("Paragraph", "Text"))]),
        ("> [!a] T\n> 2. l", [("Callout", "Text", ("List", ("Item", ("Paragraph", "Text"))))]),
        ("> [!a] T\n>     c", [("Callout", "Text", "CodeBlock")]),
        ("> [!a] T\n> [r]: x", [("Callout", "Text")]),
        ("> [!a] T `x\n> y`", [("Callout", "Text", ("Paragraph", "Text"))]),
        ("> [!a] T\n> ```\n> c\n> ```", [("Callout", "Text", "CodeBlock")]),
        ("> [!a] T\n\n> [!b] U", [("Callout", "Text"), ("Callout", "Text")]),
        ("> [!a]\n>\n> b", [("Callout", ("Paragraph", "Text"))]),
        ("> a [!b]", [("Quote", ("Paragraph", "Text"))]),
        ("> [!] b", [("Quote", ("Paragraph", "Text"))]),
    ],
)
def test_callout_body(text: str, expected: list[object]) -> None:
    assert shapes(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A\n## B c", [(1, "A", "a"), (2, "B c", "b-c")]),
        ("A\n=\nB\n-", [(1, "A", "a"), (2, "B", "b")]),
        ("# A\n# A\n# a", [(1, "A", "a"), (1, "A", "a_1"), (1, "a", "a_2")]),
        ("# Hello, World!", [(1, "Hello, World!", "hello-world")]),
        ("# 深度 学习", [(1, "深度 学习", "深度-学习")]),
        ("# Über Größe", [(1, "Über Größe", "über-größe")]),
        ("# A b { #custom }", [(1, "A b", "custom")]),
        ("# A {#b}\n# B", [(1, "A", "b"), (1, "B", "b_1")]),
        ("# B\n# A {#b}", [(1, "B", "b_1"), (1, "A", "b")]),
        ("# A ^x", [(1, "A", "a")]),
        ("# **a** [[b|c]] ==d== `e` %%f%% #g", [(1, "a c d e #g", "a-c-d-e-g")]),
        ("# [a](b) ![c](d.png)", [(1, "a c", "a-c")]),
        ("> # A\n\n- # B\n\n> [!x] T\n> # C", [(1, "A", "a"), (1, "B", "b"), (1, "C", "c")]),
        ("#tag\n\n`# a`\n\n%%\n# b\n%%\n\n    # c", []),
    ],
)
def test_headings(text: str, expected: list[tuple[int, str, str]]) -> None:
    document = parse(text)
    assert [(h.level, " ".join(h.plain.split()), h.id) for h in document.headings] == expected
    assert list(document.headings) == [node for node in document.walk() if isinstance(node, Heading)]


@pytest.mark.parametrize(
    "text",
    [
        "# 🎉\n# 🚀\n# !!!\n#\n# $$\n",
        "# A\n# A_1\n# A\n# A\n",
        "# A {#a_1}\n# A\n# A\n",
        "# a\n# A {#a}\n# A {#a}\n",
        "# 学\n# 学\n# é\n# é\n",
    ],
)
def test_heading_ids_are_unique_and_not_empty(text: str) -> None:
    ids = [heading.id for heading in parse(text).headings]
    assert len(set(ids)) == len(ids) == text.count("\n")
    assert all(ids)


@pytest.mark.parametrize(
    ("text", "info", "language", "code"),
    [
        ("```python\na\n```", "python", "python", "a\n"),
        ("~~~Python title='x'\na\n\nb\n~~~", "Python title='x'", "python", "a\n\nb\n"),
        ("````\n```\n````", "", "", "```\n"),
        ("```weird-lang{\na\n```", "weird-lang{", "weird-lang{", "a\n"),
        ("```\na", "", "", "a\n"),
        ("- ```\n  a\n    b\n  ```", "", "", "a\n  b\n"),
        ("> ```\n> a\n>\n> b\n> ```", "", "", "a\n\nb\n"),
        ("> [!x] T\n> ```\n> > a\n> ```", "", "", "> a\n"),
        ("```\n\ta\n```", "", "", "\ta\n"),
    ],
)
def test_fence(text: str, info: str, language: str, code: str) -> None:
    block = only(text, CodeBlock)
    assert (block.info, block.language, block.fenced) == (info, language, True)
    assert block.text.rstrip("\n") == code.rstrip("\n")


def test_indented_code() -> None:
    block = only("    a\n\n      b\n", CodeBlock)
    assert (block.text.rstrip("\n"), block.info, block.fenced) == ("a\n\n  b", "", False)


@pytest.mark.parametrize(
    ("text", "alignments"),
    [
        ("| a | b |\n| --- | --- |", ["", ""]),
        ("| a | b | c |\n| :-- | :-: | --: |", ["left", "center", "right"]),
        ("a | b\n-- | --:\n1 | 2", ["", "right"]),
    ],
)
def test_table(text: str, alignments: list[str]) -> None:
    table = only(text, Table)
    assert table.alignments == alignments
    assert all(len(row) == len(alignments) for row in [table.head, *table.rows])


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ("| 1 | 2 | 3 |", range(9, 12)),
        ("1 | 2 | 3", range(7, 10)),
        ("| [[x|y]] | c |", range(11, 14)),
        ("| $a|b$ | c |", range(9, 12)),
        ("| `a|b` | c |", range(9, 12)),
        ("| 学 | 🎉 | é |", range(9, 12)),
    ],
)
def test_surplus_cells_are_reported(row: str, columns: range) -> None:
    text = f"x\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n{row}\n"
    ((line, column),) = places(text, Code.SURPLUS_CELLS)
    assert line == 6
    assert column in columns


@pytest.mark.parametrize(
    "row", ["| 1 | 2 |", "1 | 2", "| 1 |", r"| a \| b | c |", r"| [[a\|b]] | c |", "| | |", "|1|2|  "]
)
def test_no_surplus_cells(row: str) -> None:
    assert not found(f"| a | b |\n| --- | --- |\n{row}\n", Code.SURPLUS_CELLS)


@pytest.mark.parametrize(
    "text",
    ["<div>\n**a**\n</div>", "<!-- a\n\nb -->", "<script>\n\n[[a]]\n\n</script>", "<iframe src='x'></iframe>"],
)
def test_html_block(text: str) -> None:
    assert only(text, HtmlBlock).text.rstrip("\n") == text


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ('!!! note "T"\n    a', '!!! note "T"'),
        ("??? note\n    a", "??? note"),
        ("???+ note\n    a", "???+ note"),
        ('=== "A"\n    a', '=== "A"'),
        ("/// note | T\na\n///", "/// note | T"),
        ("- x\n\n    !!! note\n        a", "!!! note"),
    ],
)
def test_material_block(text: str, head: str) -> None:
    block = only(text, MaterialBlock)
    assert block.head.strip() == head
    assert [type(child).__name__ for child in block.children] == ["Paragraph"]


def test_options_of_a_block_with_slashes_belong_to_its_head() -> None:
    block = only("/// details | T\n    open: true\n    type: warning\na\n///\n", MaterialBlock)
    assert [line.strip() for line in block.head.splitlines()] == ["/// details | T", "open: true", "type: warning"]


def test_an_unclosed_block_with_slashes_is_reported() -> None:
    assert [line for line, _ in places("x\n\n/// note | T\na\n\nb\n", Code.UNCLOSED_BLOCK)] == [3]
    assert not found("/// note | T\na\n///\n", Code.UNCLOSED_BLOCK)


@pytest.mark.parametrize(
    ("text", "start", "tight"),
    [("- a\n- b", None, True), ("- a\n\n- b", None, False), ("3. a\n4. b", 3, True), ("0) a", 0, True)],
)
def test_list(text: str, start: int | None, tight: bool) -> None:
    block = only(text, List)
    assert (block.start, block.tight) == (start, tight)


def test_a_list_and_a_quote_need_no_blank_line_before_them() -> None:
    item = ("List", ("Item", ("Paragraph", "Text")))
    assert shapes("a\n- b") == [("Paragraph", "Text"), item]
    assert shapes("a\n> b") == [("Paragraph", "Text"), ("Quote", ("Paragraph", "Text"))]


@pytest.mark.parametrize(
    "text", ["> " * 150 + "deep", "".join("  " * i + "- x\n" for i in range(150)) + "  " * 150 + "deep"]
)
def test_surplus_nesting_is_flattened_and_reported(text: str) -> None:
    document = parse(text)
    assert {d.code for d in document.diagnostics} == {Code.NESTING}
    assert "deep" in "".join(getattr(node, "text", "") for node in document.walk())
    assert depth(document.children) <= 320


@pytest.mark.parametrize("head", ["[!note] *title*", '!!! note "title"', "/// note | title", "$$ x $$", "%%x%% title"])
def test_heads_of_surplus_blocks_are_shown_as_they_are_written(head: str) -> None:
    document = parse(f"{'> ' * 120}{head}\n")
    (text,) = [node.text for node in document.walk() if isinstance(node, Text | Math)]
    assert text.strip() == head.strip("$").removeprefix("%%x%%").strip()


def depth(blocks: tuple[Block, ...]) -> int:
    """Depth of a tree, without recursion."""
    level, nodes_at = 0, list[Any](blocks)
    while nodes_at:
        level, nodes_at = level + 1, [child for node in nodes_at for child in children_of(node)]
    return level
