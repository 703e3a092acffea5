import pytest

from knapper.syntax import parse
from knapper.syntax.document import Origin, Tag
from tests.syntax.tree import nodes


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("#tag", ["tag"]),
        ("a #b c", ["b"]),
        ("#a/b/c #d-e_f", ["a/b/c", "d-e_f"]),
        ("#y1984 #2024/x #1_", ["y1984", "2024/x", "1_"]),
        ("#CamelCase", ["CamelCase"]),
        ("#学习 #größe #тест #עברית", ["学习", "größe", "тест", "עברית"]),
        ("#🎉 #a🎉b #❤️", ["🎉", "a🎉b", "❤️"]),
        ("#नमस्ते", ["नमस्ते"]),
        ("#a, #b. #c; #d", ["a", "b", "c", "d"]),
        ("#a's", ["a"]),
        ("x\t#a\u00a0#b", ["a", "b"]),
        ("# A #b", ["b"]),
        ("- #a\n- [ ] #b", ["a", "b"]),
        ("> #a\n\n> [!note] #b\n> #c", ["a", "b", "c"]),
        ("| #a |\n| --- |\n| #b |", ["a", "b"]),
        ("a [^1]\n\n[^1]: #b", ["b"]),
        ("#a #a #A", ["a", "a", "A"]),
        ("x\n#a\n#b", ["a", "b"]),
    ],
)
def test_tags(text: str, names: list[str]) -> None:
    document = parse(text)
    assert [tag.name for tag in document.tags] == names
    assert [tag.name for tag in nodes(text, Tag)] == names
    assert [text[tag.span.start : tag.span.end] for tag in document.tags] == [f"#{name}" for name in names]


@pytest.mark.parametrize(
    "text",
    [
        "#1984",
        "#12 #34",
        "a#b",
        "1#a",
        "#",
        "# a",
        "## a",
        "# ",
        r"\#a",
        "`#a`",
        "```\n#a\n```",
        "    #a",
        "$#a$",
        "[[N#a]]",
        "[t](N#a)",
        "[t](#a)",
        "<#a>",
        "https://x.y/#tag",
        "<https://x.y/#tag>",
        '<a href=" #a">b</a>',
        "<!-- #a -->",
        "<div>\n#a\n</div>",
        "&#35;a",
        "#.a",
    ],
)
def test_no_tag(text: str) -> None:
    assert not parse(text).tags


def test_tags_in_comments_count_but_are_not_shown() -> None:
    document = parse("#a %%#b%%\n\n%%\n#c\n%%\n")
    assert [(tag.name, tag.origin) for tag in document.tags] == [
        ("a", Origin.BODY),
        ("b", Origin.COMMENT),
        ("c", Origin.COMMENT),
    ]
    assert [node.name for node in document.walk() if isinstance(node, Tag)] == ["a"]
