"""Everything that is wrong with a vault."""

from __future__ import annotations

import re
from collections.abc import Iterator

from knapper.diagnostics import Code, Diagnostic, filtered
from knapper.syntax.document import CodeBlock, Document, Embed, Origin, Reference
from knapper.vault.destination import Destination
from knapper.vault.embed import embedded
from knapper.vault.embed_check import check_embeds
from knapper.vault.graph import cycles
from knapper.vault.index import Index
from knapper.vault.mojibake import find_mojibake
from knapper.vault.mounts import FIGURE_SUFFIXES
from knapper.vault.note import Note
from knapper.vault.properties import property_line

UNSUPPORTED_LANGUAGES = frozenset({"dataview", "dataviewjs", "query", "base"})
"""Code blocks that only Obsidian can run."""

MAX_SUGGESTIONS = 500
"""Missing files and headings for which a similar name is looked up; a vault that lacks more is not misspelt."""

_SUGGESTED = (Code.MISSING_TARGET, Code.MISSING_HEADING, Code.MISSING_OUTPUT, Code.MISSING_SYMBOL)
"""Problems for which what was probably meant is looked up."""

_UNSUPPORTED_FENCE = re.compile(rf"(?:```|~~~)[ \t]*(?:{'|'.join(sorted(UNSUPPORTED_LANGUAGES))})\b", re.IGNORECASE)


def check(index: Index) -> list[Diagnostic]:
    """All diagnostics of a vault in order of file and line, less those that its settings ignore."""
    found = [*index.vault.diagnostics, *index.diagnostics, *check_embeds(index), *_check_prerequisites(index)]
    references = _References(index)
    for note in index.vault.notes.values():
        found += (*note.document.diagnostics, *note.diagnostics, *note.publication.problems)
        found += references.check(note)
        found += _check_text(note)
    return filtered(found, ignore=index.vault.settings.ignore)


class _References:
    """Checks links and embeds; a limited number of misspelt ones gets a suggestion."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._suggestions = MAX_SUGGESTIONS

    def check(self, note: Note) -> Iterator[Diagnostic]:
        """Links and embeds of a note that do not work, or not in Obsidian; not those in comments."""
        for reference in note.document.references:
            if reference.origin is Origin.COMMENT:
                continue
            find = embedded if reference.embed else Index.destination
            destination = find(self._index, reference.target, note.path)
            if destination.problem:
                line, column = note.document.position(reference.span.start)
                hint = self._suggestion(reference, destination) or destination.hint
                yield Diagnostic(note.path, line, column, destination.problem, destination.message, hint)
            elif self._lacks_caption(reference, destination):
                line, column = note.document.position(reference.span.start)
                message = f"`![[{reference.target}]]` has no caption"
                hint = f"write ![[{reference.target}|what it shows]]"
                yield Diagnostic(note.path, line, column, Code.FIGURE_TEXT, message, hint)

    def _lacks_caption(self, reference: Reference, destination: Destination) -> bool:
        """Whether a reference embeds a snippet's figure without words."""
        path, node = destination.path, reference.node
        if path is None or not path.endswith(FIGURE_SUFFIXES) or not self._index.is_mounted(path):
            return False
        return isinstance(node, Embed) and not node.alt.strip()

    def _suggestion(self, reference: Reference, destination: Destination) -> str:
        if not self._suggestions or destination.problem not in _SUGGESTED:
            return ""
        self._suggestions -= 1
        link = self._index.suggestion(reference.target, destination)
        return f"did you mean {'!' if reference.embed else ''}{link}?" if link else ""


def _check_text(note: Note) -> Iterator[Diagnostic]:
    if mojibake := find_mojibake(note.path, note.document):
        yield mojibake
    if _has_unsupported_code(note.document.text):
        yield from _check_code(note.path, note.document)


def _has_unsupported_code(text: str) -> bool:
    """Whether the tree is worth a walk; a search for fences alone is faster than the expression."""
    return ("```" in text or "~~~" in text) and _UNSUPPORTED_FENCE.search(text) is not None


def _check_code(path: str, document: Document) -> Iterator[Diagnostic]:
    for node in document.walk():
        if isinstance(node, CodeBlock) and node.language in UNSUPPORTED_LANGUAGES:
            line, column = document.position(node.span.start)
            message = f"a static site cannot run this `{node.language}` block; a placeholder is shown"
            yield Diagnostic(path, line, column, Code.UNSUPPORTED, message, "write its result as a list or table")


def _check_prerequisites(index: Index) -> Iterator[Diagnostic]:
    notes = index.vault.notes
    with_prerequisites = [path for path, note in notes.items() if note.prerequisites]
    for steps in cycles(with_prerequisites, index.prerequisites):
        names = " → ".join(f"`{path}`" for path in (*steps, steps[0]))
        line = property_line(notes[steps[0]].document, "prerequisites")
        message = f"prerequisites form a cycle: {names}"
        yield Diagnostic(steps[0], line, 1, Code.PREREQUISITE_CYCLE, message, "remove one of them")
