"""What goes to the process that runs a snippet, and what comes back; both as JSON, for they may cross machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

SCHEMA = 3
"""Raised when the runner changes such that stored results are no longer what it would make."""

JOB, RESULT, PROGRESS, STACKS, STDOUT, STDERR = "job.json", "result.json", "progress", "stacks", "stdout", "stderr"
"""Files of the folder of a run."""

MAX_STREAM = 10_000_000
"""Bytes that a snippet may write to its standard streams."""

MAX_SHOWN = 50_000_000
"""Bytes of all that it displays."""

ENDING = "ending"
"""What `PROGRESS` says once all cells have run, and the process only has to end."""


@dataclass(frozen=True, slots=True)
class Job:
    """A snippet to run.

    Attributes:
        root: the project's folder, an absolute path.
        cache: the folder of what libraries keep between runs, an absolute path.
        path: of the script, relative to `root`.
        modules: folders of the project's modules, relative to `root`.
        cells: source and first line of each cell of code.
        timeout, memory, network, reads, device: see `Settings`.
        env: the whole environment, which the server has too.
        preload: third-party modules that the server has loaded.
    """

    root: str
    cache: str
    path: str
    modules: Sequence[str]
    cells: Sequence[tuple[str, int]]
    timeout: float
    memory: int
    network: bool
    reads: Sequence[str]
    device: str
    env: Mapping[str, str]
    preload: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """The job as JSON has it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no result.

    Attributes:
        line: of the script; 0 if it is not known.
        code: value of a `Code`.
    """

    line: int
    message: str
    hint: str = ""
    code: str = "snippet-failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job.

    Attributes:
        displayed: the outputs of each cell that ran.
        failure: why there is no result, or None.
        modules: name of each imported module of the project to its path and digest; of a namespace package, to the
            paths of its folders and an empty digest.
        elsewhere: names, up to their first dot, of modules that are not the project's.
        absent: names of modules that were looked for in vain.
        absent_files: files of the project that were opened in vain.
        listed: folder of the project whose entries were listed to the digest of their names.
        reads: declared file to digest.
        versions: distribution to version, of those that the project's code imports and what they require.
        python: version.
        device: what the snippet ran on.
        seconds: from the first cell to the end of the last.
        memory: peak of private memory, in bytes.
        unenforced: what this machine cannot enforce.
    """

    displayed: list[list[dict[str, Any]]] = field(default_factory=list)
    failure: Failure | None = None
    modules: dict[str, tuple[str, str]] = field(default_factory=dict)
    elsewhere: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    absent_files: list[str] = field(default_factory=list)
    listed: dict[str, str] = field(default_factory=dict)
    reads: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    python: str = ""
    device: str = "CPU"
    seconds: float = 0.0
    memory: int = 0
    unenforced: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The outcome as JSON has it."""
        return asdict(self)


def job_of(document: Mapping[str, Any]) -> Job:
    """A job from JSON."""
    cells = [(source, line) for source, line in document["cells"]]
    return Job(**{**document, "cells": cells})


def outcome_of(document: Mapping[str, Any]) -> Outcome:
    """An outcome from JSON."""
    failure = Failure(**document["failure"]) if document.get("failure") else None
    modules = {name: (path, sha) for name, (path, sha) in document.get("modules", {}).items()}
    return Outcome(**{**document, "failure": failure, "modules": modules})
