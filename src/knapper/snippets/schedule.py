"""Runs many snippets on what machines there are, those that take longest first."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from knapper.diagnostics import Code
from knapper.snippets.environment import environment
from knapper.snippets.executors import GPU, Machines
from knapper.snippets.job import Failure, Job, Outcome, outcome_of
from knapper.snippets.layout import Layout
from knapper.snippets.modules import third_party_imports
from knapper.snippets.script import Snippet
from knapper.snippets.server import run_job

_TICK = 0.1
_LOOK = 5.0
"""Seconds between two looks whether a cluster still has what snippets wait for."""

_Pending: TypeAlias = dict[Future[dict[str, Any]], tuple[Snippet, dict[str, float]]]


class Progress(Protocol):
    """Who is told how far the snippets are; always from the same thread."""

    def total(self, count: int) -> None:
        """So many snippets are to be run."""
        ...

    def started(self, name: str) -> None:
        """A snippet is being run."""
        ...

    def finished(self, name: str, seconds: float, ok: bool) -> None:
        """A snippet has been run, or has failed."""
        ...


class Silence:
    """Tells nobody."""

    def total(self, count: int) -> None:
        """Says nothing."""

    def started(self, name: str) -> None:
        """Says nothing."""

    def finished(self, name: str, seconds: float, ok: bool) -> None:
        """Says nothing."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How snippets are run.

    Attributes:
        layout: of the project.
        machines: where.
        progress: who is told how far they are.
        costs: seconds that snippets took before, by name; others are taken for long.
    """

    layout: Layout
    machines: Machines
    progress: Progress
    costs: Mapping[str, float]

    def outcomes(self, snippets: Collection[Snippet]) -> Iterator[tuple[Snippet, Outcome]]:
        """Runs snippets; each comes with its outcome as soon as it has one."""
        self.progress.total(len(snippets))
        preload = self._preload(snippets)
        pending: _Pending = {}
        for snippet in sorted(snippets, key=lambda one: (-self.costs.get(one.name, one.settings.timeout), one.name)):
            resources = self._resources(snippet)
            if lacking := self.machines.lacking(resources):
                yield snippet, self._told(snippet, _refusal(lacking))
            else:
                job = self._job(snippet, preload)
                pending[self.machines.executor(resources).submit(run_job, job.as_json())] = snippet, resources
        yield from self._waited_for(pending)

    def _waited_for(self, pending: _Pending) -> Iterator[tuple[Snippet, Outcome]]:
        running: set[str] = set()
        looked = time.monotonic()
        while pending:
            done, _ = wait(pending, _TICK, FIRST_COMPLETED)
            for name in [one.name for future, (one, _) in pending.items() if future.running() or future in done]:
                if name not in running:
                    running.add(name)
                    self.progress.started(name)
            for future in done:
                snippet, _ = pending.pop(future)
                yield snippet, self._told(snippet, _outcome(future))
            if time.monotonic() > looked + _LOOK:
                yield from self._lost(pending)
                looked = time.monotonic()

    def _lost(self, pending: _Pending) -> Iterator[tuple[Snippet, Outcome]]:
        """Gives up what waits for a machine that has left the cluster."""
        for future, (snippet, resources) in list(pending.items()):
            if resources and (lacking := self.machines.lacking(resources)):
                del pending[future]
                future.cancel()
                yield snippet, self._told(snippet, _refusal(lacking))

    def _told(self, snippet: Snippet, outcome: Outcome) -> Outcome:
        self.progress.finished(snippet.name, outcome.seconds, outcome.failure is None)
        return outcome

    def _resources(self, snippet: Snippet) -> dict[str, float]:
        """What a machine must have for a snippet: a GPU if it asks for one, and this machine, or a worker, has it."""
        wants_gpu = snippet.settings.device == "gpu" and (self.machines.has_gpu or not self.machines.falls_back)
        return {**({GPU: 1.0} if wants_gpu else {}), **snippet.settings.resources}

    def _job(self, snippet: Snippet, preload: Collection[str]) -> Job:
        settings = snippet.settings
        device = "gpu" if GPU in self._resources(snippet) else "cpu"
        return Job(
            root=str(self.layout.root.resolve()),
            cache=str(self.layout.cache.resolve()),
            path=snippet.path,
            modules=self.layout.modules,
            cells=[(cell.source, cell.line) for cell in snippet.code],
            timeout=settings.timeout,
            memory=settings.memory,
            network=settings.network,
            reads=settings.reads,
            device=device,
            env=environment(self.layout, settings, device),
            preload=tuple(preload),
        )

    def _preload(self, snippets: Collection[Snippet]) -> list[str]:
        """The third-party modules that these snippets import; those of Python itself are not worth a new server."""
        found = {name for one in snippets for name in third_party_imports(self.layout, one.path, one.text)}
        return sorted(name for name in found if name.partition(".")[0] not in sys.stdlib_module_names)


def _refusal(resource: str) -> Outcome:
    hint = "start a worker with it, or remove it from the header"
    message = f"no machine has what the snippet asks for: {resource}"
    return Outcome(failure=Failure(0, message, hint, Code.MISSING_RESOURCE.value))


def _outcome(future: Future[dict[str, Any]]) -> Outcome:
    try:
        return outcome_of(future.result())
    except Exception as error:  # a worker of a cluster may fail in any way
        return Outcome(failure=Failure(0, f"the machine that ran it has failed: {type(error).__name__}: {error}"))
