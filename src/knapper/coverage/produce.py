"""Makes the map: runs the tests on mutants of what notes show. What has not changed is taken from the last map."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterable, Mapping
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knapper.coverage.assertions import TestFile, read_tests
from knapper.coverage.functions import NOTHING, Function, Mutants, mutate, of_symbol, why_unmutated, with_probes
from knapper.coverage.inputs import Inputs
from knapper.coverage.records import (
    MAP_NAME,
    CoverageMap,
    FunctionRecord,
    ModuleRecord,
    Survivor,
    load_map,
    save_map,
)
from knapper.snippets.layout import Layout

_FOLDER = "mutants"


class CoverageError(Exception):
    """The tests cannot be run on mutants, or fail without them."""


@dataclass(slots=True)
class _Task:
    """What is to be found out about a module."""

    path: str
    digest: str
    symbols: Mapping[str, tuple[str, ...]]
    known: Mapping[str, FunctionRecord]
    wanted: list[Function]
    mutants: Mutants = field(default_factory=lambda: Mutants("", {}))

    @property
    def name(self) -> str:
        """The module's name."""
        parts = self.path.removesuffix(".py").split("/")
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def missing(self) -> list[str]:
        """Functions, and symbols without any, of which nothing is known."""
        bare = [symbol for symbol, functions in self.symbols.items() if functions == (symbol,)]
        return [name for name in (*(one.name for one in self.wanted), *bare) if name not in self.known]


def make_map(layout: Layout, tests: str, shown: Mapping[str, Collection[str]], processes: int = 0) -> CoverageMap:
    """Brings the map of a project up to date.

    Args:
        layout: of the project.
        tests: folder of the tests, relative to the project.
        shown: module, by the path at which notes embed it, to the symbols that notes show of it.
        processes: how many run at a time; 0 for one per core.

    Returns:
        The map, which has also been written into the folder `.knapper`.

    Raises:
        CoverageError: the tests fail on the code as it is, or cannot be run, or were edited meanwhile.
    """
    path, inputs = layout.state / MAP_NAME, Inputs(layout, tests)
    old = load_map(path)
    known = old.modules if old and old.tests == tests else {}
    tasks = [_task(inputs, module, symbols, known.get(module)) for module, symbols in shown.items()]
    stale = [task for task in tasks if task.missing]
    found = _found(inputs, stale, processes or os.cpu_count() or 1) if stale else {}
    # Files may have been edited meanwhile; what has been found is then true of neither version.
    changed = _changed(layout, tests, stale)
    made = CoverageMap(tests, {one.path: _record(one, found.get(one.path, {})) for one in tasks if one not in changed})
    save_map(path, made)
    if changed:
        raise CoverageError(f"changed while the tests ran; run them again: {', '.join(task.path for task in changed)}")
    return made


def _changed(layout: Layout, tests: str, tasks: Collection[_Task]) -> list[_Task]:
    """The modules that have changed, or whose tests have, since their digests were taken."""
    now = Inputs(layout, tests)
    return [task for task in tasks if now.digest(task.path) != task.digest]


def _task(inputs: Inputs, module: str, symbols: Iterable[str], old: ModuleRecord | None) -> _Task:
    digest, text = inputs.digest(module), inputs.text(inputs.path(module))
    functions = {symbol: of_symbol(text, symbol) for symbol in symbols}
    wanted = {function.name: function for found in functions.values() for function in found}
    known = old.functions if old and old.digest == digest else {}
    # A symbol without functions, such as a variable, stands for itself.
    names = {symbol: tuple(one.name for one in found) or (symbol,) for symbol, found in functions.items()}
    return _Task(module, digest, names, known, [one for one in wanted.values() if one.name not in known])


def _record(task: _Task, found: Mapping[str, FunctionRecord]) -> ModuleRecord:
    """The record of a module, less what is no longer shown."""
    functions = {**task.known, **found}
    needed = dict.fromkeys(name for names in task.symbols.values() for name in names)
    return ModuleRecord(task.digest, task.symbols, {name: functions[name] for name in needed})


def _found(inputs: Inputs, tasks: Collection[_Task], processes: int) -> dict[str, dict[str, FunctionRecord]]:
    """Module to the records of functions that were missing."""
    work = inputs.layout.state / _FOLDER
    shutil.rmtree(work, ignore_errors=True)
    try:
        for task in tasks:
            _copy(inputs, work, task)
        tests = sorted({test for task in tasks for test in inputs.test_files(task.path)})
        done = _run(inputs, work, tasks, tests, processes) if tests else {}
    finally:
        shutil.rmtree(work, ignore_errors=True)
    read = {test: read_tests(inputs.text(test)) for test in tests}
    return {task.path: dict(_records(inputs, task, done, read)) for task in tasks}


def _copy(inputs: Inputs, work: Path, task: _Task) -> None:
    """Puts a copy of a module's package, in which the module has mutants, where the tests will find it."""
    file = inputs.file(task.path)
    assert file is not None
    top = task.path.partition("/")[0]
    copy = work / "src" / top
    if not copy.exists():
        source = file.parents[task.path.count("/")] / top
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
    # mutmut looks for its settings, and for sources, in the current folder; those of the project are not meant.
    with chdir(work):
        task.mutants = mutate(inputs.text(inputs.path(task.path)), task.wanted)
    (work / "src" / task.path).write_text(with_probes(task.mutants, task.name), encoding="utf-8")


def _run(
    inputs: Inputs, work: Path, tasks: Collection[_Task], tests: Collection[str], processes: int
) -> Mapping[str, Any]:
    """What the worker finds."""
    job, output, log = work / "job.json", work / "found.json", work / "log.txt"
    mutants = {
        f"{task.name}.{mutant}": f"{task.name}.{function}"
        for task in tasks
        for function, ids in task.mutants.ids.items()
        for mutant in ids
    }
    modules = {task.name: f"{task.path}" for task in tasks}
    text = {"root": str(work / "src"), "modules": modules, "mutants": mutants, "tests": list(tests)}
    job.write_text(json.dumps({**text, "processes": processes, "output": str(output)}), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(work / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["HYPOTHESIS_STORAGE_DIRECTORY"] = str(work / "hypothesis")
    command = [sys.executable, "-P", "-m", "knapper.coverage.worker", str(job)]
    with log.open("wb") as said:
        done = subprocess.run(command, cwd=inputs.layout.root, env=environment, stdout=said, stderr=said, check=False)
    if not output.is_file():
        end = log.read_text(encoding="utf-8", errors="replace")[-3000:]
        raise CoverageError(f"the tests cannot be run on mutants (exit status {done.returncode}):\n{end}")
    found: Mapping[str, Any] = json.loads(output.read_bytes())
    if failed := found["baseline"]["failed"]:
        raise CoverageError(f"correct the tests first, as some fail on the code as it is: {', '.join(failed[:3])}")
    return found


def _records(
    inputs: Inputs, task: _Task, done: Mapping[str, Any], read: Mapping[str, TestFile]
) -> Iterable[tuple[str, FunctionRecord]]:
    text = inputs.text(inputs.path(task.path))
    executed = done["baseline"]["executed"] if done else {}
    verdicts = done["verdicts"] if done else {}
    for function in task.wanted:
        name = f"{task.name}.{function.name}"
        running = {_without_parameters(test) for test, functions in executed.items() if name in functions}
        ids = task.mutants.ids[function.name]
        ends = {mutant: verdicts.get(f"{task.name}.{mutant}") for mutant in ids}
        killers = {_without_parameters(end) for end in ends.values() if end and "::" in end}
        asserting = {test for test in running if test in killers or _asserts(test, read)}
        timeouts = sum(end == "timeout" for end in ends.values())
        survivors = tuple(Survivor(mutant, task.mutants.change(mutant)) for mutant, end in ends.items() if end is None)
        yield (
            function.name,
            FunctionRecord(
                tests=tuple(sorted(asserting)),
                silent=tuple(sorted(running - asserting)),
                killed=len(ids) - timeouts - len(survivors),
                timeouts=timeouts,
                survivors=survivors,
                note="" if ids else why_unmutated(text, function),
            ),
        )
    for symbol, functions in task.symbols.items():
        if functions == (symbol,) and symbol in task.missing and symbol not in {one.name for one in task.wanted}:
            yield symbol, FunctionRecord(tests=tuple(sorted(_naming(symbol, read))), note=NOTHING)


def _asserts(test: str, read: Mapping[str, TestFile]) -> bool:
    file, _, name = test.partition("::")
    return file in read and name in read[file].asserting


def _naming(symbol: str, read: Mapping[str, TestFile]) -> Iterable[str]:
    """The asserting tests that name a symbol that has no functions, such as a variable."""
    last = symbol.rpartition(".")[2]
    for file, tests in read.items():
        yield from (f"{file}::{name}" for name in tests.asserting if last in tests.names[name])


def _without_parameters(test: str) -> str:
    return test.partition("[")[0]
