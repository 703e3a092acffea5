"""What linear maps are, and what one straight line can do."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from deeplearning._arrays import FloatArray, examples_with_targets


class Line(NamedTuple):
    """Where ``w . x + b = 0``, and for how many points its sides are right."""

    weights: FloatArray
    """Shape (2,), of length 1: at right angles to the line."""
    bias: float
    correct: int


def superposition_error(
    function: Callable[[FloatArray], ArrayLike],
    u: ArrayLike,
    v: ArrayLike,
    factor: float,
) -> float:
    """By how much ``f(u + c v)`` misses ``f(u) + c f(v)``.

    Args:
        function: f, to be tested.
        u: an input of f, of any shape.
        v: another one, of the same shape.
        factor: c.

    Returns:
        The largest difference. A linear f gives 0, to rounding, for all u, v
        and c; one large difference proves that f is not linear.
    """
    first, second = np.asarray(u, np.float64), np.asarray(v, np.float64)
    whole = np.asarray(function(first + factor * second))
    parts = np.asarray(function(first)) + factor * np.asarray(function(second))
    return float(np.max(np.abs(whole - parts)))


def through_origin(inputs: ArrayLike, targets: ArrayLike) -> float:
    """The best line without a bias: ``w = sum(x y) / sum(x^2)``.

    Args:
        inputs: x, shape (m, 1).
        targets: y, shape (m,).

    Returns:
        The slope with the smallest sum of squared errors.

    Raises:
        ValueError: the shapes do not fit, or all inputs are 0.
    """
    x, y = examples_with_targets(inputs, targets)
    if x.shape[1] != 1 or not x.any():
        raise ValueError("expected one column of inputs, not all of them 0")
    return float(x[:, 0] @ y / np.sum(x**2))


def best_line(
    inputs: ArrayLike, labels: ArrayLike, directions: int = 360
) -> Line:
    """Try all lines: which one puts most ones on its positive side?

    Each direction is tried with a cut between any two neighbours, and before
    and behind all points.

    Args:
        inputs: points of the plane, shape (m, 2).
        labels: zeros and ones, shape (m,).
        directions: how many, evenly around the circle.

    Returns:
        A line with the most points right; of those, the first with the widest
        gap to its neighbours.

    Raises:
        ValueError: the shapes do not fit, or there is no point.
    """
    x, y = examples_with_targets(inputs, labels)
    found = []
    for angle in np.arange(directions) * 2 * np.pi / directions:
        w = np.array([np.cos(angle), np.sin(angle)])
        scores = np.sort(x @ w)
        cuts = [scores[0] - 1, *scores, scores[-1] + 1]
        for low, high in pairwise(cuts):
            b = -(low + high) / 2
            correct = int(np.sum((x @ w + b > 0) == (y > 0)))
            found.append((correct, round(high - low, 9), Line(w, b, correct)))
    return max(found, key=lambda tried: tried[:2])[2]
