import datetime

import pytest

from knapper.diagnostics import Code
from knapper.syntax import parse
from knapper.syntax.document import Origin, Paragraph, Rule
from tests.syntax.tree import found, places, shapes

MALFORMED = {Code.PROPERTIES_SYNTAX, Code.PROPERTY_VALUE}


@pytest.mark.parametrize(
    ("block", "properties"),
    [
        ("a: 1\nb: [x, y]\nc: true\n", {"a": 1, "b": ["x", "y"], "c": True}),
        ("title: A New Hope # comment\n", {"title": "A New Hope"}),
        ("cast:\n  - Mark\n  - Carrie\n", {"cast": ["Mark", "Carrie"]}),
        ("date: 2020-08-21\n", {"date": datetime.date(2020, 8, 21)}),
        ('{\n  "tags": "journal",\n  "publish": false\n}\n', {"tags": "journal", "publish": False}),
        ("aliases: [A, 学习]\n", {"aliases": ["A", "学习"]}),
        ("empty:\n", {"empty": None}),
        ("", {}),
        ("# a comment\n", {}),
    ],
)
def test_properties(block: str, properties: dict[str, object]) -> None:
    text = f"---\n{block}---\nbody\n"
    document = parse(text)
    assert dict(document.properties) == properties
    assert text[document.body.start : document.body.end].strip() == "body"
    assert shapes(text) == [("Paragraph", "Text")]
    assert not document.diagnostics


@pytest.mark.parametrize(
    "text",
    ["\n---\na: 1\n---\n", "x\n---\na: 1\n---\n", "----\na: 1\n----\n", "---\na: 1\n", " ---\na: 1\n---\n"],
)
def test_no_properties(text: str) -> None:
    assert not parse(text).properties
    assert parse(text).body.start == 0


def test_three_hyphens_without_an_end_are_a_rule() -> None:
    assert isinstance(parse("---\na\n").children[0], Rule)


@pytest.mark.parametrize(
    ("block", "line"),
    [
        ("title: a\nbad: b: c\n", 3),
        ("title: a\n\tx: b\n", 3),
        ("title: a\nb: c\nd: @e\n", 4),
        ("a: *missing\n", 2),
        ("a: !!python/object:os.system x\n", 2),
        ("a: b\nc: {d\n---\n", 0),
        ('{\n  "a": 1,\n  "b": x: 2\n}\n', 4),
    ],
)
def test_broken_yaml_is_reported_with_its_line(block: str, line: int) -> None:
    text = f"---\n{block}---\nbody [[N]]\n"
    document = parse(text)
    (diagnostic,) = found(text, Code.PROPERTIES_SYNTAX)
    assert not document.properties
    assert diagnostic.line == (line or diagnostic.line)
    assert diagnostic.path == "a.md"
    assert diagnostic.column >= 1
    assert [str(reference.target) for reference in document.references] == ["N"]


@pytest.mark.parametrize("block", ["- a\n- b\n", "just text\n", "[a, b]\n", "42\n"])
def test_what_is_no_mapping_is_reported(block: str) -> None:
    text = f"---\n{block}---\nbody\n"
    assert not parse(text).properties
    assert len(found(text, Code.PROPERTIES_SYNTAX)) == 1
    assert isinstance(parse(text).children[-1], Paragraph)


def test_a_name_that_occurs_twice_is_reported_where_it_recurs() -> None:
    document = parse("---\na: 1\nb: 2\na: 3\n---\nbody\n")
    assert [(d.line, d.column) for d in document.diagnostics if d.code in MALFORMED] == [(4, 1)]


@pytest.mark.parametrize(
    "value",
    [
        "2020-13-45",
        "2020-02-30T10:00:00",
        "0b",
        "!!binary x",
        "1e999999",
        "? x",
        "b\x85c",
        "b\u2028c: d",
        "\x07",
        "&a [*a]",
    ],
)
def test_odd_values_do_no_harm(value: str) -> None:
    assert parse(f"---\na: {value}\n---\nbody\n").children


@pytest.mark.parametrize(
    ("block", "names"),
    [
        ("tags: [a, b/c]", ["a", "b/c"]),
        ("tags:\n  - a\n  - '#b'", ["a", "b"]),
        ("tags: a", ["a"]),
        ("tags: '#a'", ["a"]),
        ("tags:", []),
        ("tags: []", []),
        ("tag: a", []),
        ("title: 'a #b'", []),
        ('{"tags": "journal"}', ["journal"]),
    ],
)
def test_tags_property(block: str, names: list[str]) -> None:
    document = parse(f"---\n{block}\n---\n#body\n")
    assert [tag.name for tag in document.tags if tag.origin is Origin.PROPERTY] == names
    assert document.tags[-1].name == "body"
    assert not document.diagnostics


@pytest.mark.parametrize("block", ["tags: a, b", "tags: [1984]", "tags: [a b]", "tags: {a: b}", "tags: 5"])
def test_an_invalid_tag_is_reported(block: str) -> None:
    text = f"---\nx: y\n{block}\n---\nbody\n"
    assert [line for line, _ in places(text, Code.PROPERTY_VALUE)] == [3]
    assert not any(set(" ,") & set(tag.name) or tag.name.isdigit() for tag in parse(text).tags)


@pytest.mark.parametrize(
    ("block", "targets"),
    [
        ('up: "[[A]]"', ["A"]),
        ("up: '[[A|x]]'", ["A"]),
        ('up:\n  - "[[A]]"\n  - "[[B#H]]"', ["A", "B#H"]),
        ('up: "[x](My%20Note.md)"', ["My Note.md"]),
        ('up: "[x](https://e.org)"', []),
        ('up: "see [[A]] and [[B]]"', ["A", "B"]),
        ("up: [[A]]", []),
        ('{"up": "[[A]]"}', ["A"]),
        ("up: A", []),
    ],
)
def test_links_in_properties(block: str, targets: list[str]) -> None:
    text = f"---\n{block}\n---\nbody\n"
    references = parse(text).references
    assert [str(reference.target) for reference in references] == targets
    assert all(reference.origin is Origin.PROPERTY and reference.node is None for reference in references)
    assert all(text[r.span.start : r.span.end].startswith("[") for r in references)
