"""Properties as a note's title, names and so on; YAML can hold anything."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knapper.diagnostics import Code
from knapper.syntax import parse
from knapper.syntax.document import Target
from knapper.vault import Note
from knapper.vault.note import make_note

KEYS = [
    "title",
    "aliases",
    "tags",
    "description",
    "cssclasses",
    "permalink",
    "prerequisites",
    "publish",
    "draft",
    "image",
]


def note(properties: str, body: str = "") -> Note:
    return make_note("Folder/My Note.md", parse(f"---\n{properties}\n---\n{body}", "Folder/My Note.md"))


@pytest.mark.parametrize(
    ("properties", "attribute", "expected"),
    [
        pytest.param("x: 1", "title", "My Note", id="title-is-file-name"),
        pytest.param("title: Other", "title", "Other", id="title"),
        pytest.param("title: ' '", "title", "My Note", id="blank-title"),
        pytest.param("title:", "title", "My Note", id="empty-title"),
        pytest.param("aliases: [A, B, A]", "aliases", ("A", "B"), id="aliases"),
        pytest.param("aliases: One, two", "aliases", ("One, two",), id="alias-as-text"),
        pytest.param("aliases: [A, null, '', ' ']", "aliases", ("A",), id="empty-aliases"),
        pytest.param("aliases:", "aliases", (), id="no-aliases"),
        pytest.param("alias: A", "aliases", (), id="dropped-in-1.9"),
        pytest.param("description: ' a\n  b '", "description", "a b", id="description"),
        pytest.param("cssclasses: [wide, two cols]", "cssclasses", ("wide", "two", "cols"), id="cssclasses"),
        pytest.param("cssclasses: wide dark", "cssclasses", ("wide", "dark"), id="cssclasses-as-text"),
        pytest.param("permalink: /a/b/", "permalink", "a/b", id="permalink"),
        pytest.param("permalink: ''", "permalink", None, id="empty-permalink"),
        pytest.param(
            'prerequisites: ["[[A]]", "[[b/C#D|e]]"]', "prerequisites", (Target("A"), Target("b/C", "D")), id="links"
        ),
        pytest.param('prerequisites: "[[A]]"', "prerequisites", (Target("A"),), id="one-link"),
    ],
)
def test_properties(properties: str, attribute: str, expected: object) -> None:
    read = note(properties)
    assert getattr(read, attribute) == expected
    assert read.diagnostics == ()


@pytest.mark.parametrize(
    ("properties", "attribute", "expected", "words"),
    [
        pytest.param("title: 1984", "title", "My Note", "a number", id="number-as-title"),
        pytest.param("title: yes", "title", "My Note", "true or false", id="boolean-as-title"),
        pytest.param("title: 2024-01-01", "title", "My Note", "a date", id="date-as-title"),
        pytest.param("title: [a]", "title", "My Note", "a list", id="list-as-title"),
        pytest.param("title: {a: b}", "title", "My Note", "a mapping", id="mapping-as-title"),
        pytest.param("title: !!binary aGk=", "title", "My Note", "bytes", id="binary-as-title"),
        pytest.param("aliases: [A, 2024, B]", "aliases", ("A", "B"), "a number", id="number-among-aliases"),
        pytest.param("aliases: [[A]]", "aliases", (), "a list", id="link-as-alias"),
        pytest.param("aliases: {a: b}", "aliases", (), "a mapping", id="mapping-as-aliases"),
        pytest.param("description: 1.5", "description", "", "a number", id="number-as-description"),
        pytest.param("permalink: ../up", "permalink", None, "no address", id="permalink-up"),
        pytest.param("permalink: https://x.y/z", "permalink", None, "no address", id="permalink-elsewhere"),
        pytest.param("permalink: a?b", "permalink", None, "no address", id="permalink-with-query"),
        pytest.param("permalink: a//b", "permalink", None, "no address", id="permalink-with-gap"),
        pytest.param("prerequisites: [[A]]", "prerequisites", (), "a list", id="link-without-quotes"),
        pytest.param("prerequisites: A", "prerequisites", (), "text", id="text-as-link"),
    ],
)
def test_values_of_a_wrong_kind(properties: str, attribute: str, expected: object, words: str) -> None:
    read = note(f"first: 1\n{properties}")
    assert getattr(read, attribute) == expected
    problem, *others = read.diagnostics
    assert not others
    assert (problem.path, problem.line, problem.column) == ("Folder/My Note.md", 3, 1)
    assert problem.code is Code.PROPERTY_VALUE
    assert words in problem.message
    assert problem.hint


def test_tags_once_in_the_first_case() -> None:
    read = note("tags: [Deep, b/c]", "#deep #new %%#hidden%% `#code` #New")
    assert read.tags == ("Deep", "b/c", "new", "hidden")


def test_line_of_a_quoted_property() -> None:
    assert note('a: 1\n"title": 2').diagnostics[0].line == 3
    assert note('{"a": 1, "title": 2}').diagnostics[0].line == 1


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.datetimes() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.integers(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(KEYS), values))
def test_any_value_of_any_property(properties: dict[str, Any]) -> None:
    read = note(yaml.dump(properties, allow_unicode=True))
    assert isinstance(read.title, str)
    assert read.title
    assert all((*read.aliases, *read.tags, *read.cssclasses))
    assert all(problem.line >= 1 for problem in read.diagnostics)


@given(st.sampled_from(KEYS), st.text())
def test_any_yaml(key: str, source: str) -> None:
    assert note(f"{key}: {source}").title


@pytest.mark.parametrize(
    "value", ["&a [*a]", "&a {b: *a}", "0x" + "f" * 5000, ".nan", "!!set {a, b}", "12:30:45", "!!omap [a: 1]"]
)
@pytest.mark.parametrize("key", KEYS)
def test_odd_yaml(key: str, value: str) -> None:
    assert note(f"{key}: {value}").title == "My Note"
