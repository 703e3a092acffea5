"""Which concept notes are covered: they show outputs that are true now, and the tested source behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from knapper.coverage.functions import NOTHING
from knapper.coverage.records import CoverageMap, FunctionRecord, ModuleRecord
from knapper.coverage.shown import Shown, embeds
from knapper.coverage.survivors import SURVIVORS_NAME, Accepted, normalised
from knapper.diagnostics import Code, Diagnostic
from knapper.markdown.mounted import Made, Mounted
from knapper.snippets.outputs import Kind
from knapper.snippets.result import State
from knapper.vault import Index
from knapper.vault.note import Note
from knapper.vault.properties import property_line

CONCEPT = "concept"
"""Value of the property `kind` of a note that must be covered."""

_MAKE_MAP = "run make test, or knapper coverage TESTS"
_COUNTED = (Kind.FIGURE, Kind.TABLE, Kind.ANIMATION)
_TRUE = (State.FRESH, State.FROZEN)


class Standing(Enum):
    """How far a concept note is."""

    COVERED = "covered"
    UNCOVERED = "not covered"
    """It shows something, and something is missing."""
    NOT_BEGUN = "not begun"
    """It shows no output and no source."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a concept note lacks.

    Attributes:
        outputs: figures and tables that it shows, by path.
        source: parts of modules that it shows.
        lacks: what is missing, each with what to do about it; empty if the note is covered.
    """

    path: str
    line: int
    standing: Standing
    outputs: tuple[str, ...] = ()
    source: tuple[Shown, ...] = ()
    lacks: tuple[tuple[str, str], ...] = ()

    def problems(self) -> Iterator[Diagnostic]:
        """What is missing, at the line of the property `kind`."""
        for message, hint in self.lacks:
            yield Diagnostic(self.path, self.line, 1, Code.UNCOVERED_CONCEPT, message, hint)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What notes are judged by.

    Attributes:
        mounted: results and modules.
        made: the map; None if there is none.
        digests: module to the digest of what its record must have been computed from.
        behind: snippet, by name, to the modules that it imports, itself or through others.
        accepted: mutants that may live.
    """

    mounted: Mounted
    made: CoverageMap | None
    digests: Mapping[str, str]
    behind: Mapping[str, Collection[str]]
    accepted: Collection[Accepted] = field(default_factory=tuple)

    @property
    def accepted_changes(self) -> set[tuple[str, str, str]]:
        """Module, function and change of the mutants that may live."""
        return {(one.module, one.function, one.change) for one in self.accepted}


def judge(index: Index, evidence: Evidence) -> list[Judgement]:
    """How each concept note of a vault stands, in the order of their paths; other notes need nothing."""
    notes = sorted(index.vault.notes.items())
    return [_judged(index, note, evidence) for _, note in notes if note.document.properties.get("kind") == CONCEPT]


def useless_entries(evidence: Evidence, tests: str) -> Iterator[Diagnostic]:
    """Entries of the table of survivors that name no mutant that lives."""
    modules = evidence.made.modules if evidence.made else {}
    living = {
        (module, function, normalised(survivor.change))
        for module, record in modules.items()
        for function, found in record.functions.items()
        for survivor in found.survivors
    }
    for one in evidence.accepted:
        if (one.module, one.function, one.change) not in living:
            message = f"no mutant of `{one.function}` in {one.module} lives that changes {_brief(one.change)}"
            yield Diagnostic(f"{tests}/{SURVIVORS_NAME}", 0, 0, Code.UNCOVERED_CONCEPT, message, "remove the entry")


def _judged(index: Index, note: Note, evidence: Evidence) -> Judgement:
    line = property_line(note.document, "kind")
    parts = list(dict.fromkeys(embeds(index, note)))
    modules = tuple(part for part in parts if part.module in evidence.digests)
    made = {part.module: cell for part in parts if (cell := evidence.mounted.made(part.module))}
    outputs = tuple(path for path, cell in made.items() if cell.output and cell.output.kind in _COUNTED)
    if not made and not modules:
        lack = "it shows no figure or table, and no source", "embed outputs of a snippet, and the code behind them"
        return Judgement(note.path, line, Standing.NOT_BEGUN, lacks=(lack,))
    true = [made[path] for path in outputs if made[path].result.state in _TRUE]
    found = (*_lacking_outputs(made, outputs, true), *_lacking_source(modules, true, evidence))
    tested = [problem for part in modules for problem in _lacking_tests(part, evidence)]
    lacks = (*found, *dict.fromkeys(tested))
    return Judgement(note.path, line, Standing.UNCOVERED if lacks else Standing.COVERED, outputs, modules, lacks)


def _lacking_outputs(
    made: Mapping[str, Made], outputs: Collection[str], true: Collection[Made]
) -> Iterator[tuple[str, str]]:
    if true:
        return
    stale = sorted({cell.result.snippet.name for cell in made.values() if cell.result.state not in _TRUE})
    if stale:
        names = " ".join(stale)
        yield f"its figures and tables have no fresh result: {', '.join(stale)}", f"knapper run {names}"
    elif not outputs:
        yield "it shows no figure or table", "embed one of a snippet"


def _lacking_source(
    modules: Collection[Shown], true: Collection[Made], evidence: Evidence
) -> Iterator[tuple[str, str]]:
    if not modules:
        yield "it does not show the source behind its outputs", "embed it, such as ![[package/module.py#function]]"
    elif true:
        behind = {module for cell in true for module in evidence.behind.get(cell.result.snippet.name, ())}
        if behind.isdisjoint(part.module for part in modules):
            names = ", ".join(sorted({part.module for part in modules}))
            yield f"no figure or table that it shows is made with {names}", "show the source that made them"


def _lacking_tests(part: Shown, evidence: Evidence) -> Iterator[tuple[str, str]]:
    """What tests owe to a part of a module."""
    if evidence.made is None:
        yield "it is not known whether the source that it shows is tested", _MAKE_MAP
        return
    record = evidence.made.modules.get(part.module)
    if record is None or part.symbol not in record.symbols:
        yield f"it is not known whether `{part}` is tested", _MAKE_MAP
    elif record.digest != evidence.digests[part.module]:
        yield f"since `{part}` was tested, it or its tests have changed", _MAKE_MAP
    else:
        for name in record.symbols[part.symbol]:
            yield from _lacking(part.module, name, record, evidence)


def _lacking(module: str, name: str, record: ModuleRecord, evidence: Evidence) -> Iterator[tuple[str, str]]:
    found, accepted = record.functions[name], evidence.accepted_changes
    what = f"`{name}` of {module}"
    if not found.tests:
        silent = f"{found.silent[0]} executes it, but asserts nothing" if found.silent else "write a test that asserts"
        yield f"no test asserts what {what} does", silent
        return
    if reason := _why_nothing_killed(found):
        yield f"no mutant of {what} was noticed: {reason}", "test it where mutmut can reach it"
    for survivor in found.survivors:
        if (module, name, normalised(survivor.change)) not in accepted:
            message = f"no test notices this change of {what}: {_brief(survivor.change)}"
            yield message, f"test it, or name it in {SURVIVORS_NAME} with the reason why no test can"


def _why_nothing_killed(found: FunctionRecord) -> str:
    if found.killed or found.note == NOTHING:
        return ""
    return found.note or "all of them live, or run for too long"


def _brief(change: str) -> str:
    return " → ".join(f"`{line[2:]}`" for line in normalised(change).splitlines())
