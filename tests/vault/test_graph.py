"""Cycles, against a search by brute force."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from knapper.vault.graph import cycles

graphs = st.dictionaries(st.integers(0, 6), st.lists(st.integers(0, 6), max_size=4, unique=True), max_size=7)


def has_cycle(graph: dict[int, list[int]]) -> bool:
    """Whether anything is left after taking away, again and again, what leads nowhere."""
    left = {node: set(targets) for node, targets in graph.items()}
    while dead := [node for node, targets in left.items() if not targets & left.keys()]:
        for node in dead:
            del left[node]
    return bool(left)


@given(graphs)
def test_each_is_a_cycle_and_none_is_left(graph: dict[int, list[int]]) -> None:
    found = list(cycles(graph, lambda node: graph.get(node, [])))
    broken = {node: list(targets) for node, targets in graph.items()}
    for steps in found:
        assert len(set(steps)) == len(steps)
        for node, target in pairwise([*steps, steps[0]]):
            assert target in graph[node]
        broken[steps[-1]].remove(steps[0])
    assert bool(found) is has_cycle(graph)
    assert not has_cycle(broken)
