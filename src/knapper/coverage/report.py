"""Judges the notes of a project by its map, and says how far they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from knapper.coverage.inputs import Inputs
from knapper.coverage.judge import Evidence, Judgement, Standing, judge, useless_entries
from knapper.coverage.records import MAP_NAME, load_map
from knapper.coverage.survivors import SURVIVORS_NAME, read_accepted
from knapper.diagnostics import Code, Diagnostic
from knapper.markdown.mounted import Mounted, SourceFile
from knapper.snippets.layout import Layout
from knapper.snippets.result import Result
from knapper.vault import Index


@dataclass(frozen=True, slots=True)
class Report:
    """How far the notes of a vault are.

    Attributes:
        judgements: of the concept notes.
        of_project: problems of the table of survivors, with paths relative to the project.
        minimum: percentage of concept notes that must be covered.
    """

    judgements: Sequence[Judgement]
    of_project: Sequence[Diagnostic] = ()
    minimum: int = 100

    @property
    def percentage(self) -> int:
        """Of concept notes that are covered, rounded down; of no concept notes, 100."""
        return 100 * len(self._are(Standing.COVERED)) // len(self.judgements) if self.judgements else 100

    @property
    def of_notes(self) -> list[Diagnostic]:
        """What notes lack: those that have begun, anything; the others only while there are too few covered ones."""
        failing = [Standing.UNCOVERED, *([Standing.NOT_BEGUN] if self.percentage < self.minimum else [])]
        return [problem for one in self._are(*failing) for problem in one.problems()]

    def lines(self) -> Iterator[str]:
        """What each note shows, and how many are covered."""
        for one in self._are(Standing.COVERED, Standing.UNCOVERED):
            source = ", ".join(map(str, one.source)) or "no source"
            yield f"{one.standing.value}: {one.path}: {source}; figures and tables: {len(one.outputs)}"
        begun = len(self.judgements) - len(self._are(Standing.NOT_BEGUN))
        if begun < len(self.judgements):
            yield f"not begun: {', '.join(one.path for one in self._are(Standing.NOT_BEGUN))}"
        covered, total = len(self._are(Standing.COVERED)), len(self.judgements)
        yield f"coverage: {covered} of {total} concept notes ({self.percentage} %), at least {self.minimum} % required"

    def _are(self, *standings: Standing) -> list[Judgement]:
        return [one for one in self.judgements if one.standing in standings]


def check_coverage(
    index: Index, results: Mapping[str, Result], sources: Mapping[str, SourceFile], layout: Layout, minimum: int
) -> Report:
    """Judges the concept notes of a project; runs nothing.

    Args:
        index: of the vault, with what is mounted into it.
        results: of snippets, by name.
        sources: modules by the paths at which notes embed them.
        layout: of the project.
        minimum: percentage of concept notes that must be covered.
    """
    made = load_map(layout.state / MAP_NAME)
    tests = made.tests if made else ""
    inputs = Inputs(layout, tests)
    behind = {name: _behind(inputs, result) for name, result in results.items()}
    digests = {module: inputs.digest(module) if made and module in made.modules else "" for module in sources}
    accepted, problem = read_accepted(layout.root / tests) if made else ([], "")
    evidence = Evidence(Mounted(results, sources), made, digests, behind, accepted)
    of_project = list(useless_entries(evidence, tests))
    if problem:
        of_project.append(Diagnostic(f"{tests}/{SURVIVORS_NAME}", 0, 0, Code.UNCOVERED_CONCEPT, problem))
    return Report(judge(index, evidence), of_project, minimum)


def _behind(inputs: Inputs, result: Result) -> set[str]:
    """The modules that a snippet imports, by the paths at which notes embed them."""
    return {inputs.embedded(path) for path in inputs.reached(result.snippet.path)}
