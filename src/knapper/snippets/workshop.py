"""The results of a project's snippets: what is fresh is taken, what is stale is run."""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from knapper.diagnostics import Code, Diagnostic
from knapper.snippets.distributions import installed_versions
from knapper.snippets.executors import Machines, machines_for
from knapper.snippets.job import Failure, Outcome
from knapper.snippets.layout import Layout, matching_files, pattern_folders, read_snippets
from knapper.snippets.manifest import Check, Machine, Manifest, make_manifest
from knapper.snippets.modules import Modules
from knapper.snippets.outputs import CellOutputs, read_outputs
from knapper.snippets.result import Provenance, Result, State, dumps, notebook
from knapper.snippets.schedule import Progress, Schedule, Silence
from knapper.snippets.script import Snippet
from knapper.snippets.store import Entry, Store


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a snippet's result is taken, or would be made anew.

    Attributes:
        state: of its result.
        manifest: of the result that is taken, or of the stored one that comes nearest.
        differences: what has changed since that was made; empty if it is fresh.
    """

    state: State
    manifest: Manifest | None = None
    differences: tuple[str, ...] = ()


class _Failed(NamedTuple):
    """A snippet that has failed.

    Attributes:
        used: paths of the project that it has used, or looked for.
        stamp: of these and of what else it may use.
    """

    result: Result
    used: tuple[str, ...]
    stamp: object


@dataclass(slots=True)
class Workshop:
    """The snippets of a project, and their results. Close it at the end.

    Args:
        layout: of the project.
        executor: `local`, or `{dask: address}`.
        progress: who is told how far they are.
    """

    layout: Layout
    executor: str | Mapping[str, str] = "local"
    progress: Progress = field(default_factory=Silence)
    _machines: Machines | None = None
    _failures: dict[str, _Failed] = field(default_factory=dict)

    def snippets(self) -> dict[str, Snippet]:
        """The project's snippets by name, as they are now."""
        return read_snippets(self.layout)

    def results(self, names: Collection[str] | None = None, force: bool = False) -> dict[str, Result]:
        """Results by name of the snippet; those that are stale are run.

        Args:
            names: of the snippets; None for all.
            force: run also what is fresh.

        Raises:
            UnreachableError: the machines of the executor cannot be reached.
        """
        found = self._taken(names, force)
        stale = [result.snippet for result in found.values() if result.state is State.PENDING]
        for name, result in self._run(stale, is_new=force).items():
            found[name] = replace(result, problems=(*found[name].problems, *result.problems))
        return found

    def stored(self) -> dict[str, Result]:
        """Results by name of the snippet, without running any."""
        return self._taken(None, force=False)

    def explain(self, snippet: Snippet) -> Explanation:
        """Why a snippet's result is taken, or would be made anew."""
        check = Check(self.layout, snippet, self._machine([snippet]))
        nearest = Explanation(State.PENDING)
        for store, state in self._stores():
            for path, manifest in store.manifests(snippet.name):
                differences = tuple(check.differences(manifest, is_frozen=state is State.FROZEN))
                if not differences and store.load(path, manifest):
                    return Explanation(state, manifest)
                if not differences:
                    continue  # it is damaged
                if nearest.manifest is None or len(differences) < len(nearest.differences):
                    nearest = Explanation(State.PENDING, manifest, differences)
        return nearest

    def freeze(self, snippet: Snippet) -> Path | None:
        """Copies a fresh result to the folder of frozen ones; returns where it is, None if there is no fresh one."""
        (store, _), (frozen, _) = self._stores()
        entry = self._entry(store, Check(self.layout, snippet, self._machine([snippet])), is_frozen=False)
        if entry is None:
            return None
        if problem := frozen.replace(snippet.name, entry.manifest, entry.notebook):
            raise OSError(str(problem))
        return self.layout.frozen / snippet.name

    def verify(self, names: Collection[str]) -> list[Diagnostic]:
        """Runs snippets twice, on two fresh servers, and compares what they display, byte for byte."""
        snippets = [snippet for name, snippet in self.snippets().items() if name in names]
        problems = [problem for snippet in snippets for problem in snippet.problems]
        sound = [snippet for snippet in snippets if not snippet.problems]
        rounds: list[dict[str, Outcome]] = []
        for _ in range(2):
            self.close()
            rounds.append({snippet.name: outcome for snippet, outcome in self._outcomes(sound)})
        for snippet in sound:
            problems += _compared(snippet, rounds[0][snippet.name], rounds[1][snippet.name])
        return problems

    def watched(self) -> set[Path]:
        """Files and folders whose change may make a result stale."""
        places = {folder for folder in self.layout.search_path if folder.is_dir()}
        for snippet in self.snippets().values():
            places.update(matching_files(self.layout.root, snippet.settings.reads))
            places.update(pattern_folders(self.layout.root, snippet.settings.reads))
        return places

    def module_sources(self) -> dict[str, str]:
        """Text of each module of the project by its path in its folder, such as `deeplearning/optimizers.py`."""
        sources: dict[str, str] = {}
        for folder, path in self.layout.module_files():
            text = path.read_text(encoding="utf-8", errors="replace")
            sources.setdefault(path.relative_to(folder).as_posix(), text)
        return sources

    def close(self) -> None:
        """Ends the servers of snippets, and whatever they are running."""
        if self._machines:
            self._machines.close()
        self._machines = None

    # Taking -----------------------------------------------------------------------------------------------------------

    def _taken(self, names: Collection[str] | None, force: bool) -> dict[str, Result]:
        """A result for each snippet: fresh, frozen, failed for what its script says, or pending."""
        snippets = {name: one for name, one in self.snippets().items() if names is None or name in names}
        machine, stores = self._machine(snippets.values()), self._stores()
        modules: dict[PurePosixPath, Modules] = {}  # by folder of the scripts: what one has looked up serves all there
        found = {}
        for name, snippet in snippets.items():
            if snippet.problems:
                found[name] = Result(snippet, State.FAILED, problems=snippet.problems)
            else:
                known = modules.setdefault(PurePosixPath(snippet.path).parent, Modules(self.layout, snippet.path))
                taken = None if force else self._take(Check(self.layout, snippet, machine, known), stores)
                found[name] = taken or Result(snippet, State.PENDING)
            problems = tuple(problem for store, _ in stores for problem in store.take_problems())
            found[name] = replace(found[name], problems=(*found[name].problems, *problems))
        return found

    def _take(self, check: Check, stores: Iterable[tuple[Store, State]]) -> Result | None:
        for store, state in stores:
            if entry := self._entry(store, check, is_frozen=state is State.FROZEN):
                return _result(check.snippet, state, entry.displayed, entry.manifest.provenance)
        return None

    def _entry(self, store: Store, check: Check, is_frozen: bool) -> Entry | None:
        """The fresh result in a store, if it has one."""
        for path, manifest in store.manifests(check.snippet.name):
            if not any(check.differences(manifest, is_frozen)) and (entry := store.load(path, manifest)):
                return entry
        return None

    def _stores(self) -> list[tuple[Store, State]]:
        """Where results are looked for, in this order."""
        layout = self.layout
        local, frozen = Store(layout.results, layout.root), Store(layout.frozen, layout.root, is_committed=True)
        return [(local, State.FRESH), (frozen, State.FROZEN)]

    def _machine(self, snippets: Iterable[Snippet]) -> Machine:
        wants_gpu = any(snippet.settings.device == "gpu" for snippet in snippets)
        has_gpu = wants_gpu and self._ensured().has_gpu
        return Machine(platform.python_version(), installed_versions(), has_gpu)

    def _ensured(self) -> Machines:
        if self._machines is None:
            self._machines = machines_for(self.executor)
        return self._machines

    # Running ----------------------------------------------------------------------------------------------------------

    def _run(self, stale: Collection[Snippet], is_new: bool) -> dict[str, Result]:
        """Runs snippets; one that has failed, and that nothing can have mended since, fails again without running."""
        if not stale:
            return {}
        shared = self._shared_stamp()
        # Of before: what changes while they run may mend them.
        stamps = {one.name: (shared, self._stamp(one)) for one in stale}
        known = {} if is_new else {one.name: self._known_failure(one, stamps[one.name]) for one in stale}
        found = {name: failed.result for name, failed in known.items() if failed}
        waiting = [one for one in stale if one.name not in found]
        for snippet, outcome in self._outcomes(waiting):
            found[snippet.name] = result = self._finished(snippet, outcome)
            self._failures.pop(snippet.name, None)
            # A machine with what the snippet asks for may come at any time, and to ask for it costs nothing.
            if outcome.failure and outcome.failure.code != Code.MISSING_RESOURCE.value:
                used = tuple(sorted({path for path, _ in outcome.modules.values()} | {*outcome.absent_files}))
                stamp = stamps[snippet.name], self._stamps_of(used)
                self._failures[snippet.name] = _Failed(result, used, stamp)
        Store(self.layout.results, self.layout.root).forget(self.snippets().keys())
        return found

    def _outcomes(self, snippets: Collection[Snippet]) -> Iterator[tuple[Snippet, Outcome]]:
        store = Store(self.layout.results, self.layout.root)
        costs = {}
        for snippet in snippets:
            for _, manifest in store.manifests(snippet.name):
                costs[snippet.name] = manifest.provenance.seconds
                break
        self.layout.make_state()
        if snippets:
            yield from Schedule(self.layout, self._ensured(), self.progress, costs).outcomes(snippets)

    def _known_failure(self, snippet: Snippet, stamp: object) -> _Failed | None:
        """The failure of just this script, if nothing has changed since that it may use."""
        failed = self._failures.get(snippet.name)
        if failed is None or failed.result.snippet != snippet:
            return None
        return failed if failed.stamp == (stamp, self._stamps_of(failed.used)) else None

    def _shared_stamp(self) -> object:
        """What differs once a module or a version has changed."""
        root = self.layout.root
        scripts = {one.path for one in self.snippets().values()}
        helpers = [path for path in (root / self.layout.folder).rglob("*.py") if _shown(path, root) not in scripts]
        files = [*helpers, *(path for _, path in self.layout.module_files())]
        stamps = self._stamps_of(sorted(_shown(path, root) for path in files))
        return stamps, tuple(sorted(installed_versions().items()))

    def _stamp(self, snippet: Snippet) -> object:
        """What differs once a file has changed that a snippet declares."""
        files = matching_files(self.layout.root, snippet.settings.reads)
        return self._stamps_of(_shown(path, self.layout.root) for path in files)

    def _stamps_of(self, paths: Iterable[str]) -> tuple[object, ...]:
        """What differs once a file has changed, also one whose time was set back."""
        stamps: list[object] = []
        for path in paths:
            try:
                found = (self.layout.root / path).stat()
            except OSError:
                stamps.append((path, None))
            else:
                stamps.append((path, found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino))
        return tuple(stamps)

    def _finished(self, snippet: Snippet, outcome: Outcome) -> Result:
        """The result of a run; it is stored if nothing that it was made from has changed meanwhile."""
        if outcome.failure:
            problem = _diagnosed(snippet, outcome.failure)
            return Result(snippet, State.FAILED, displayed=tuple(outcome.displayed), problems=(problem,))
        displayed = tuple(outcome.displayed)
        made = dumps(notebook(snippet, displayed))
        date = datetime.datetime.now(datetime.UTC).date().isoformat()
        machine = self._machine([snippet])
        manifest = make_manifest(snippet, outcome, machine, made, date)
        now = self.snippets().get(snippet.name)
        differences = (
            list(Check(self.layout, now, machine).differences(manifest)) if now else [f"{snippet.path} is gone"]
        )
        if differences:
            message = f"the result is discarded: since it was begun, {'; '.join(differences)}"
            problem = Diagnostic(snippet.path, 0, 0, Code.CHANGED_INPUT, message, "build again")
            return Result(snippet, State.FAILED, displayed=displayed, problems=(problem,))
        store = Store(self.layout.results, self.layout.root)
        unstored = store.put(snippet.name, manifest, made)
        store.prune(snippet.name)
        result = _result(snippet, State.FRESH, displayed, manifest.provenance)
        return replace(result, problems=(*result.problems, unstored)) if unstored else result


def _shown(path: Path, root: Path) -> str:
    return Path(os.path.relpath(path, root)).as_posix()


def _result(snippet: Snippet, state: State, displayed: tuple[CellOutputs, ...], provenance: Provenance) -> Result:
    outputs, problems = read_outputs(snippet, displayed)
    return Result(snippet, state, outputs, displayed, provenance, tuple(problems))


def _diagnosed(snippet: Snippet, failure: Failure) -> Diagnostic:
    column = int(failure.line > 0)
    return Diagnostic(snippet.path, failure.line, column, Code(failure.code), failure.message, failure.hint)


def _compared(snippet: Snippet, first: Outcome, second: Outcome) -> Iterator[Diagnostic]:
    """What differs between two runs of a snippet."""
    for outcome in (first, second):
        if outcome.failure:
            yield _diagnosed(snippet, outcome.failure)
            return
    for cell, one, other in zip(snippet.code, first.displayed, second.displayed, strict=True):
        if json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True):
            name = f"cell `{cell.name}`" if cell.name else "this cell"
            message = f"{name} displays something else when it is run again"
            hint = "give each random generator a seed, sort what is a set, and show no times"
            yield Diagnostic(snippet.path, cell.marker or 1, 1, Code.NOT_REPRODUCIBLE, message, hint)
