"""Which concept notes are covered, and what the others lack."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from knapper.coverage.functions import NOTHING, UNSUPPORTED
from knapper.coverage.judge import Evidence, Judgement, Standing, judge, useless_entries
from knapper.coverage.records import CoverageMap, FunctionRecord, ModuleRecord, Survivor
from knapper.coverage.report import Report
from knapper.coverage.shown import all_shown
from knapper.coverage.survivors import Accepted
from knapper.diagnostics import Code
from knapper.markdown.mounted import Mounted
from knapper.snippets.result import Result, State
from knapper.vault import Index, build_index, read_vault
from tests.markdown.mounted import result, sources
from tests.vault.making import write

PATH = "deeplearning/optimizers.py"
FIGURE, SOURCE = "![[adam/trajectory.svg|Two paths]]", f"![[{PATH}#Adam.update]]"
GOOD = FunctionRecord(tests=("tests/test_a.py::test_update",), killed=5)
SURVIVOR = Survivor("xǁAdamǁupdate__mutmut_3", "- return inner()\n+ return None")


def concept(*lines: str) -> str:
    return "\n".join(["---", "tags: [a]", "kind: concept", "---", *lines])


def evidence(record: FunctionRecord = GOOD, made: Result | None = None) -> Evidence:
    functions = {"Adam.update": record, "Adam.rate": GOOD, "RATE": replace(GOOD, killed=0, note=NOTHING)}
    symbols = {"Adam.update": ("Adam.update",), "Adam": ("Adam.rate", "Adam.update"), "RATE": ("RATE",)}
    module = ModuleRecord("digest", symbols, functions)
    mounted = Mounted({"adam": made or result()}, sources())
    return Evidence(mounted, CoverageMap("tests", {PATH: module}), {PATH: "digest"}, {"adam": {PATH}})


def index_of(root: Path, *notes: str, made: Result | None = None) -> Index:
    vault = read_vault(write(root, {f"{number}.md": note for number, note in enumerate(notes)}))
    return build_index(vault, Mounted({"adam": made or result()}, sources()).mounts())


def judged(root: Path, note: str, given: Evidence, made: Result | None = None) -> Judgement:
    (judgement,) = judge(index_of(root, note, made=made), given)
    return judgement


def messages(judgement: Judgement) -> list[str]:
    return [message for message, _ in judgement.lacks]


@pytest.mark.parametrize("output", [FIGURE, "![[adam/losses]]", "![[adam/descent|It falls]]"])
@pytest.mark.parametrize("symbol", ["Adam.update", "Adam", "RATE"])
@pytest.mark.parametrize("state", [State.FRESH, State.FROZEN])
def test_covered(tmp_path: Path, output: str, symbol: str, state: State) -> None:
    made = result(state)
    judgement = judged(tmp_path, concept(output, "", f"![[{PATH}#{symbol}]]"), evidence(made=made), made)
    assert (judgement.standing, judgement.lacks) == (Standing.COVERED, ())
    assert [str(part) for part in judgement.source] == [f"{PATH}#{symbol}"]


def test_only_concepts_are_judged(tmp_path: Path) -> None:
    topic = concept().replace("concept", "topic")
    assert judge(index_of(tmp_path, topic, FIGURE, ""), evidence()) == []


def test_a_note_that_shows_nothing_has_not_begun(tmp_path: Path) -> None:
    judgement = judged(tmp_path, concept("text, and a link to [[adam/losses]]", f"%%{FIGURE}%%"), evidence())
    assert judgement.standing is Standing.NOT_BEGUN
    assert messages(judgement) == ["it shows no figure or table, and no source"]


def test_problems_are_at_the_line_of_the_property(tmp_path: Path) -> None:
    (problem,) = judged(tmp_path, concept(FIGURE), evidence()).problems()
    assert str(problem) == (
        "0.md:3:1: [uncovered-concept] it does not show the source behind its outputs"
        " (embed it, such as ![[package/module.py#function]])"
    )


@pytest.mark.parametrize("lines", [[SOURCE], ["![[adam/final-loss]]", SOURCE]])
def test_a_value_is_no_figure(tmp_path: Path, lines: Sequence[str]) -> None:
    assert messages(judged(tmp_path, concept(*lines), evidence())) == ["it shows no figure or table"]


def test_a_script_is_not_the_source_behind_it(tmp_path: Path) -> None:
    judgement = judged(tmp_path, concept(FIGURE, "![[snippets/adam.py#losses]]"), evidence())
    assert messages(judgement) == ["it does not show the source behind its outputs"]


@pytest.mark.parametrize("state", [State.PENDING, State.FAILED])
def test_what_is_shown_must_be_fresh(tmp_path: Path, state: State) -> None:
    made = replace(result(state), outputs={}, displayed=())
    judgement = judged(tmp_path, concept("![[adam/losses]]", SOURCE), evidence(made=made), made)
    assert judgement.lacks == (("its figures and tables have no fresh result: adam", "knapper run adam"),)


def test_the_figure_must_be_made_with_what_is_shown(tmp_path: Path) -> None:
    judgement = judged(tmp_path, concept(FIGURE, SOURCE), replace(evidence(), behind={"adam": {"other.py"}}))
    assert messages(judgement) == [f"no figure or table that it shows is made with {PATH}"]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (FunctionRecord(killed=5), f"no test asserts what `Adam.update` of {PATH} does"),
        (
            replace(GOOD, killed=0),
            f"no mutant of `Adam.update` of {PATH} was noticed: all of them live, or run for too long",
        ),
        (replace(GOOD, killed=0, note=UNSUPPORTED), f"no mutant of `Adam.update` of {PATH} was noticed: {UNSUPPORTED}"),
        (
            replace(GOOD, survivors=(SURVIVOR,)),
            f"no test notices this change of `Adam.update` of {PATH}: `return inner()` → `return None`",
        ),
    ],
)
@pytest.mark.parametrize("symbol", ["Adam.update", "Adam"])
def test_the_source_must_be_tested(tmp_path: Path, symbol: str, record: FunctionRecord, message: str) -> None:
    judgement = judged(tmp_path, concept(FIGURE, "", f"![[{PATH}#{symbol}]]"), evidence(record))
    assert messages(judgement) == [message]


def test_a_test_that_asserts_nothing_is_named(tmp_path: Path) -> None:
    judgement = judged(tmp_path, concept(FIGURE, SOURCE), evidence(FunctionRecord(silent=("a.py::test_a",), killed=1)))
    assert [hint for _, hint in judgement.lacks] == ["a.py::test_a executes it, but asserts nothing"]


def test_a_survivor_may_be_named_with_its_reason(tmp_path: Path) -> None:
    named = Accepted(PATH, "Adam.update", SURVIVOR.change, "None is what inner returns")
    gone = replace(named, function="Adam.init")
    given = replace(evidence(replace(GOOD, survivors=(SURVIVOR,))), accepted=(named, gone))
    assert judged(tmp_path, concept(FIGURE, SOURCE), given).standing is Standing.COVERED
    (problem,) = useless_entries(given, "tests")
    assert (problem.path, problem.code) == ("tests/survivors.toml", Code.UNCOVERED_CONCEPT)
    assert "`Adam.init`" in problem.message


def test_without_a_map_nothing_is_known(tmp_path: Path) -> None:
    judgement = judged(tmp_path, concept(FIGURE, SOURCE), replace(evidence(), made=None))
    assert judgement.lacks == (
        ("it is not known whether the source that it shows is tested", "run make test, or knapper coverage TESTS"),
    )


def test_an_outdated_map_counts_for_nothing(tmp_path: Path) -> None:
    note = concept(FIGURE, SOURCE)
    stale = judged(tmp_path, note, replace(evidence(), digests={PATH: "another"}))
    assert messages(stale) == [f"since `{PATH}#Adam.update` was tested, it or its tests have changed"]
    other = judged(tmp_path, concept(FIGURE, f"![[{PATH}]]"), evidence())
    assert messages(other) == [f"it is not known whether `{PATH}` is tested"]


def test_what_notes_show(tmp_path: Path) -> None:
    index = index_of(
        tmp_path, SOURCE, concept(FIGURE, SOURCE, f"![[{PATH}#RATE]] ![[{PATH}#Adma]]"), f"[[{PATH}#Adam]]"
    )
    assert all_shown(index, sources()) == {PATH: ["Adam.update", "RATE"]}


def report(*standings: Standing, minimum: int = 100) -> Report:
    lacks = (("something is missing", ""),)
    return Report([Judgement(f"{one.name}.md", 1, one, lacks=lacks) for one in standings], minimum=minimum)


@pytest.mark.parametrize(
    ("minimum", "failing"), [(33, ["UNCOVERED.md"]), (34, ["UNCOVERED.md", "NOT_BEGUN.md"]), (0, ["UNCOVERED.md"])]
)
def test_notes_that_have_not_begun_fail_only_below_the_minimum(minimum: int, failing: list[str]) -> None:
    made = report(Standing.COVERED, Standing.UNCOVERED, Standing.NOT_BEGUN, minimum=minimum)
    assert made.percentage == 33
    assert [problem.path for problem in made.of_notes] == failing
    assert list(made.lines()) == [
        "covered: COVERED.md: no source; figures and tables: 0",
        "not covered: UNCOVERED.md: no source; figures and tables: 0",
        "not begun: NOT_BEGUN.md",
        f"coverage: 1 of 3 concept notes (33 %), at least {minimum} % required",
    ]


def test_without_concepts_all_are_covered() -> None:
    assert list(report().lines()) == ["coverage: 0 of 0 concept notes (100 %), at least 100 % required"]
