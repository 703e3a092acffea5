"""Cycles in graphs of notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def cycles(nodes: Iterable[T], successors: Callable[[T], Iterable[T]]) -> Iterator[list[T]]:
    """Cycles such that every cycle of the graph shares an edge with one of them; none if there is no cycle.

    Depth first and without recursion. Each begins with the node that is met first and does not repeat it at its end.
    """
    done: set[T] = set()
    for root in nodes:
        if root in done:
            continue
        trail = {root: None}
        pending = [iter(successors(root))]
        while pending:
            node = next(pending[-1], None)
            if node is None:
                done.add(trail.popitem()[0])
                pending.pop()
            elif node in trail:
                steps = list(trail)
                yield steps[steps.index(node) :]
            elif node not in done:
                trail[node] = None
                pending.append(iter(successors(node)))
