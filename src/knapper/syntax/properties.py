"""Properties: the YAML mapping between `---` lines at the top of a note.

https://help.obsidian.md/properties
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from knapper.diagnostics import Code
from knapper.syntax.document import Origin, Reference, Span, TagUse
from knapper.syntax.inline import is_tag
from knapper.syntax.regions import Problem
from knapper.syntax.targets import markdown_target, wiki_target

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.S | re.M)
_LINK = re.compile(r"(!?)(?:\[\[([^\[\]|\n]+)(?:\|[^\[\]\n]*)?\]\]|\[[^\[\]\n]*\]\(([^()\s]+|<[^<>\n]+>)\))")
_MAX_DEPTH = 50
_IN_QUOTES = "put text with `: `, `#`, `@` or `[[links]]` in quotes"
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Properties(NamedTuple):
    """What stands at the top of a note; `end` is where the body begins."""

    values: Mapping[str, Any]
    end: int
    problems: list[Problem]


def read_properties(text: str) -> Properties:
    """The properties of a note; none, with a problem, where the YAML cannot be read. Never raises."""
    match = _FRONT_MATTER.match(text)
    if not match:
        return Properties({}, 0, [])
    start = match.start(1)
    if _depth(match[1]) > _MAX_DEPTH:
        return Properties({}, match.end(), [_syntax(start, "nested too deeply")])
    try:
        values, problems = _load(match[1], start)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        offset = start + (_offset(_line_starts(match[1]), mark) if mark else 0)
        return Properties({}, match.end(), [_syntax(offset, str(error.problem or error.context))])
    except Exception as error:  # YAML's constructors raise what their values make int(), date(), … raise
        return Properties({}, match.end(), [_syntax(start, str(error).partition("\n")[0])])
    return Properties(values, match.end(), problems)


def _load(source: str, start: int) -> tuple[dict[str, Any], list[Problem]]:
    loader = _Loader(source)
    try:
        node = loader.get_single_node()
        if node is None:
            return {}, []
        if not isinstance(node, yaml.MappingNode):
            return {}, [_syntax(start, "they must be names with values", "write each as `name: value`")]
        starts = _line_starts(source)
        problems = [
            _syntax(start + _offset(starts, mark), f"{name!r} stands twice; the last one counts", "remove one of them")
            for name, mark in _repeated(node)
        ]
        values = loader.construct_document(node)
        return {str(key): value for key, value in values.items()}, problems
    finally:
        loader.dispose()


def _repeated(node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Mark]]:
    seen = set()
    for key, _ in node.value:
        name = str(key.value)
        if name in seen and key.start_mark:
            yield name, key.start_mark
        seen.add(name)


def _depth(source: str) -> int:
    """An upper bound of how deeply YAML is nested: brackets, indentation and `- - -` within a line."""
    brackets = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", source):
        brackets = brackets + 1 if bracket in "[{" else max(brackets - 1, 0)
        deepest = max(deepest, brackets)
    indents = (
        (len(line) - len(line.lstrip(" "))) // 2 + len(re.findall(r"[-?:] ", line)) for line in source.split("\n")
    )
    return max(deepest, *indents)


def _line_starts(source: str) -> list[int]:
    """Where lines start in the eyes of YAML, and the end of the source."""
    return [0, *(newline.end() for newline in re.finditer("[\n\x85\u2028\u2029]", source)), len(source)]


def _offset(starts: list[int], mark: yaml.Mark) -> int:
    return min(starts[min(mark.line, len(starts) - 1)] + mark.column, starts[-1])


def _syntax(offset: int, message: str, hint: str = _IN_QUOTES) -> Problem:
    return Problem(offset, Code.PROPERTIES_SYNTAX, f"properties cannot be read: {message}", hint)


def property_tags(values: Mapping[str, Any], text: str, end: int) -> tuple[list[TagUse], list[Problem]]:
    """The tags of the `tags` property: a list, or one tag as text; `#` is not needed."""
    value = values.get("tags")
    offset = max(text.find("tags", 0, end), 0)
    names = value if isinstance(value, list) else [] if value is None else [value]
    tags, problems = [], []
    for name in names:
        written = name if isinstance(name, str) else ""
        parts = [part for part in re.split(r"[,\s]+", written.strip()) if part]
        tags += [
            TagUse(part.strip("#/"), _locate(text, part, offset, end), Origin.PROPERTY)
            for part in parts
            if is_tag(part.strip("#/"))
        ]
        if len(parts) != 1 or not all(is_tag(part.strip("#/")) for part in parts):
            message = f"not a tag: {name[:40]!r}" if isinstance(name, str) else "a tag must be text"
            hint = "write a list of tags, each without spaces and not of digits alone"
            problems.append(Problem(offset, Code.PROPERTY_VALUE, message, hint))
    return tags, problems


def property_references(values: Mapping[str, Any], text: str, end: int) -> Iterator[Reference]:
    """Links in text and list properties, wikilinks and Markdown ones."""
    position = 0
    for value in values.values():
        for string in value if isinstance(value, list) else [value]:
            if not isinstance(string, str):
                continue
            for match in _LINK.finditer(string):
                target = wiki_target(match[2]) if match[2] else markdown_target(match[3].strip("<>"))
                if target:
                    span = _locate(text, match[0], position, end)
                    position = max(position, span.end if span.end <= end else position)
                    yield Reference(target, span, bool(match[1]), Origin.PROPERTY)


def _locate(text: str, part: str, start: int, end: int) -> Span:
    """Where a value stands in the source; YAML may have written it otherwise, then the start of the search."""
    found = text.find(part, start, end)
    return Span(found, found + len(part)) if found >= 0 else Span(start, start)
