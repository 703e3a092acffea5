"""Which distribution a module is of, and what that requires."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata

from packaging.requirements import InvalidRequirement, Requirement

from knapper.snippets.distributions import normalised

RUNNER = ("ipython", "matplotlib-inline")
"""Distributions by which the runner displays; outputs depend on them whatever the snippet imports."""


def owners() -> dict[str, list[str]]:
    """Module, up to its first dot, to the distributions that install it; reads all metadata, a third of a second."""
    return {name: [normalised(owner) for owner in found] for name, found in metadata.packages_distributions().items()}


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
        try:
            required = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(name)
        for text in required:
            pending += _wanted(text, extra)
    return found


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
