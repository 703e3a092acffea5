r"""The map of coverage: what tests did to the code that notes show.

It is JSON, for other tools to read as well:

    {"version": 1,
     "tests": "tests/deeplearning",
     "modules": {
       "deeplearning/optimizers.py": {
         "digest": "<of all that this was computed from>",
         "symbols": {"Adam": ["Adam.init", "Adam.update"]},
         "functions": {
           "Adam.update": {
             "tests": ["tests/deeplearning/test_optimizers.py::test_single_step_of_keras"],
             "silent": [],
             "killed": 52,
             "timeouts": 0,
             "survivors": [{"id": "xǁAdamǁupdate__mutmut_7", "change": "- t = state.steps + 1\n+ t = state.steps - 1"}],
             "note": ""}}}}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from knapper.snippets.result import dumps

VERSION = 1
MAP_NAME = "coverage.json"
"""Name of the file in the folder `.knapper`."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A change of the code that no test noticed.

    Attributes:
        id: mutmut's name for it, good until the function is edited.
        change: the removed and added lines, each after `- ` or `+ `.
    """

    id: str
    change: str


@dataclass(frozen=True, slots=True)
class FunctionRecord:
    """What tests did to a function or method; of a symbol that has none, to the symbol.

    Attributes:
        tests: those that execute it, and assert something or have noticed a mutant of it.
        silent: those that execute it and assert nothing.
        killed: mutants that a test noticed.
        timeouts: mutants that ran for much longer than the code itself.
        survivors: mutants that no test noticed.
        note: why there are no mutants; empty if there are.
    """

    tests: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    killed: int = 0
    timeouts: int = 0
    survivors: tuple[Survivor, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class ModuleRecord:
    """What tests did to what notes show of a module.

    Attributes:
        digest: of all that this was computed from.
        symbols: what notes show, to the functions in it; the empty symbol is the whole file.
        functions: by qualified name.
    """

    digest: str
    symbols: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    functions: Mapping[str, FunctionRecord] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """The map.

    Attributes:
        tests: folder of the tests that were run, relative to the project.
        modules: by the paths at which notes embed them.
    """

    tests: str
    modules: Mapping[str, ModuleRecord] = field(default_factory=dict)


def load_map(path: Path) -> CoverageMap | None:
    """The map in a file; None if there is none that this version can read."""
    try:
        document = json.loads(path.read_bytes())
        if document["version"] != VERSION:
            return None
        modules = {name: _module(record) for name, record in document["modules"].items()}
        return CoverageMap(str(document["tests"]), modules)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def save_map(path: Path, made: CoverageMap) -> None:
    """Writes the map; all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(dumps({"version": VERSION, **asdict(made)}))
    partial.replace(path)


def _module(record: Mapping[str, Any]) -> ModuleRecord:
    symbols = {name: tuple(functions) for name, functions in record["symbols"].items()}
    functions = {name: function_record(values) for name, values in record["functions"].items()}
    return ModuleRecord(str(record["digest"]), symbols, functions)


def function_record(values: Mapping[str, Any]) -> FunctionRecord:
    """A record from JSON.

    Raises:
        KeyError, TypeError: it is none.
    """
    survivors = tuple(Survivor(**survivor) for survivor in values["survivors"])
    lists = {name: tuple(values[name]) for name in ("tests", "silent")}
    return FunctionRecord(**{**values, **lists, "survivors": survivors})
