"""Embeds that cannot be shown: those that lead back to themselves, and those too deep or too many."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from knapper.diagnostics import Code, Diagnostic
from knapper.syntax.document import Origin, Reference, Span
from knapper.vault.embed import MAX_DEPTH, MAX_EMBEDS, cycle_message, embedded, excerpt_span
from knapper.vault.graph import cycles
from knapper.vault.index import Index
from knapper.vault.note import Note

_Place: TypeAlias = tuple[str, str]
_Edges: TypeAlias = dict[_Place, dict[_Place, list[Reference]]]


def check_embeds(index: Index) -> Iterator[Diagnostic]:
    """Each cycle of embeds once, and each page whose embeds nest too deeply or unfold into too many."""
    edges = _edges(index)
    pages = [place for place in edges if not place[1]]
    reported: set[tuple[str, Span]] = set()
    for steps in list(cycles(pages, lambda place: edges.get(place, ()))):
        # Without the edges that close cycles the graph has none.
        closing = edges[steps[-1]].pop(steps[0])
        # The same embed may close two: of its note, and of the part of it that the note embeds.
        embed = steps[-1][0], closing[0].span
        if embed not in reported:
            reported.add(embed)
            hint = "remove one of these embeds, or make it a link"
            yield _problem(index, steps[-1], closing, Code.EMBED_CYCLE, cycle_message((*steps, steps[0])), hint)
    depths, counts = _unfold(edges)
    for place in pages:
        if depths[place] > MAX_DEPTH:
            deepest = max(edges[place], key=lambda target: depths.get(target, 0))
            message = f"this begins a chain of more than {MAX_DEPTH} embeds within each other; the rest are links"
            yield _problem(index, place, edges[place][deepest], Code.EMBED_DEPTH, message)
        if counts[place] > MAX_EMBEDS:
            most = max(edges[place], key=lambda target: len(edges[place][target]) * (1 + counts.get(target, 0)))
            message = f"this page would show {counts[place]} embeds within embeds; {MAX_EMBEDS} are shown"
            yield _problem(index, place, edges[place][most], Code.EMBED_DEPTH, message)


def _edges(index: Index) -> _Edges:
    """What is embedded where, as far as notes are concerned: from all pages, and from the parts that these embed."""
    edges: _Edges = {}
    embeds = {path: _embeds(note) for path, note in index.vault.notes.items()}
    pending: list[_Place] = [(path, "") for path in reversed(list(index.vault.notes)) if embeds[path]]
    while pending:
        place = pending.pop()
        if place not in edges and (targets := _embedded_in(index, place, embeds[place[0]])):
            edges[place] = targets
            pending.extend(target for target in targets if target[1])
    return edges


def _embeds(note: Note) -> list[Reference]:
    return [reference for reference in note.document.references if reference.embed and reference.origin is Origin.BODY]


def _embedded_in(index: Index, place: _Place, embeds: list[Reference]) -> dict[_Place, list[Reference]]:
    """The notes and parts of notes embedded at a place, out of the embeds of its note."""
    path, anchor = place
    if embeds and anchor:
        span = excerpt_span(index, index.vault.notes[path], anchor)
        first, last = (bisect_left(embeds, offset, key=lambda reference: reference.span.start) for offset in span)
        embeds = embeds[first:last]
    found: dict[_Place, list[Reference]] = {}
    for reference in embeds:
        destination = embedded(index, reference.target, path)
        broken = destination.problem in (Code.MISSING_HEADING, Code.MISSING_BLOCK)
        if destination.path and destination.path in index.vault.notes and not broken:
            found.setdefault((destination.path, destination.anchor), []).append(reference)
    return found


def _unfold(edges: _Edges) -> tuple[dict[_Place, int], dict[_Place, int]]:
    """How deep embeds nest below each place, and how many are shown there; counted one level beyond the cap."""
    depths = dict.fromkeys(edges, 0)
    counts = dict.fromkeys(edges, 0)
    for _ in range(MAX_DEPTH + 1):
        depths = {place: max((1 + depths.get(t, 0) for t in targets), default=0) for place, targets in edges.items()}
        counts = {place: _count(targets, counts) for place, targets in edges.items()}
    return depths, counts


def _count(targets: Mapping[_Place, list[Reference]], counts: Mapping[_Place, int]) -> int:
    return sum(len(references) * (1 + counts.get(target, 0)) for target, references in targets.items())


def _problem(index: Index, place: _Place, at: list[Reference], code: Code, message: str, hint: str = "") -> Diagnostic:
    line, column = index.vault.notes[place[0]].document.position(at[0].span.start)
    return Diagnostic(place[0], line, column, code, message, hint or "link to it instead")
