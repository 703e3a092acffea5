"""What holds of every text."""

from collections.abc import Mapping
from itertools import pairwise

from hypothesis import example, given, settings

from knapper.syntax import parse
from knapper.syntax.document import Link, Span, Text, children_of
from tests.syntax.strategies import notes, properties


def ordered(spans: list[Span]) -> bool:
    return all(left.end <= right.start for left, right in pairwise(spans))


@given(notes)
@example("# a\t")
@example("- a\\\n%%")
@example("- a %%%%")
@example("* /// ")
@example(">/// note ")
@example("> <b markdown> ")
@example("a|b\n--|--\nc\n")
@settings(max_examples=300)
def test_spans_are_in_bounds_in_order_and_nested(text: str) -> None:
    document = parse(text)
    whole = Span(0, len(document.text))
    for parent, children in [(whole, document.children), *((n.span, children_of(n)) for n in document.walk())]:
        spans = [child.span for child in children]
        assert all(parent.start <= span.start <= span.end <= parent.end for span in spans)
        assert ordered(spans)
    assert ordered(list(document.comments))
    assert all(0 <= span.start < span.end <= whole.end for span in document.comments)


@given(notes)
@example("a\n    /// b")
@example("* [^1]:\na\n    ///")
@settings(max_examples=300)
def test_text_is_what_its_span_holds(text: str) -> None:
    document = parse(text)
    for node in document.walk():
        if isinstance(node, Text) and not set("\\&\0") & set(document.source(node)):
            assert document.source(node) == node.text


@given(notes)
@settings(max_examples=300)
def test_references_are_the_links_of_the_tree(text: str) -> None:
    document = parse(text)
    starts = [reference.span.start for reference in document.references]
    assert starts == sorted(starts)
    links = [node for node in document.walk() if isinstance(node, Link) and node.target is not None]
    assert [r.node for r in document.references if isinstance(r.node, Link)] == links


@given(notes)
@settings(max_examples=200)
def test_parsing_is_deterministic(text: str) -> None:
    assert repr(parse(text)) == repr(parse(text))


@given(properties)
@settings(max_examples=300)
def test_arbitrary_properties_leave_the_body_alone(block: str) -> None:
    document = parse(f"{block}\n[[last]]\n")
    assert isinstance(document.properties, Mapping)
    assert str(document.references[-1].target) == "last"


@given(notes)
@settings(max_examples=200)
def test_diagnostics_have_a_place(text: str) -> None:
    document = parse(text, "a.md")
    for diagnostic in document.diagnostics:
        assert diagnostic.path == "a.md"
        assert 1 <= diagnostic.line <= document.text.count("\n") + 1
        assert diagnostic.column >= 1
        assert diagnostic.message
        assert not diagnostic.message.endswith(".")
