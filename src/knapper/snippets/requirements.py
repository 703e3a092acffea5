"""Which distribution a module is of, and what that requires."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from importlib import metadata

from packaging.requirements import InvalidRequirement, Requirement

from knapper.snippets.distributions import normalised

RUNNER = ("ipython", "matplotlib-inline")
"""Distributions by which the runner displays; outputs depend on them whatever the snippet imports."""


def owners() -> dict[str, list[str]]:
    """Module, up to its first dot, to the distributions that install it; reads all metadata, a third of a second.

    Without those that are installed in editable mode: their code changes and their versions do not.
    """
    editable = {normalised(found.name) for found in metadata.distributions() if _is_editable(found)}
    installed = {
        name: [normalised(owner) for owner in found] for name, found in metadata.packages_distributions().items()
    }
    kept = {name: [owner for owner in found if owner not in editable] for name, found in installed.items()}
    return {name: found for name, found in kept.items() if found}


def _is_editable(distribution: metadata.Distribution) -> bool:
    """Whether a distribution is a link to its source.

    https://packaging.python.org/en/latest/specifications/direct-url/
    """
    try:
        return bool(json.loads(distribution.read_text("direct_url.json") or "{}")["dir_info"]["editable"])
    except (ValueError, KeyError, TypeError):
        return False


def closure(names: Iterable[str]) -> set[str]:
    """Distributions, and all that they require here, without extras that nobody asks for."""
    found: set[str] = set()
    pending = [(normalised(name), "") for name in names]
    asked: set[tuple[str, str]] = set()
    while pending:
        name, extra = pending.pop()
        if (name, extra) in asked:
            continue
        asked.add((name, extra))
        required = _required(name, extra)
        if required is not None:
            found.add(name)
            pending += required
    return found


@functools.cache  # only processes of snippets ask, and they end when what is installed changes
def _required(name: str, extra: str) -> list[tuple[str, str]] | None:
    """The distributions that one requires, each with an extra or none; None if it is not installed."""
    try:
        required = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return None
    return [wanted for text in required for wanted in _wanted(text, extra)]


def _wanted(text: str, extra: str) -> list[tuple[str, str]]:
    """What a requirement asks for where it applies: the distribution, and each of its extras."""
    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return []
    if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
        return []
    name = normalised(requirement.name)
    return [(name, ""), *((name, wanted) for wanted in requirement.extras)]
