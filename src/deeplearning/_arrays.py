"""What all topics share: float64 arrays of the right shape, or an error."""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
"""An array of double precision; each docstring tells its shape."""


def with_dimensions(
    values: ArrayLike, dimensions: int, name: str
) -> FloatArray:
    """Read numbers as an array with that many dimensions.

    Args:
        values: numbers, of any shape.
        dimensions: how many axes they must have.
        name: what to call them in an error.

    Returns:
        The same numbers in double precision.

    Raises:
        ValueError: they have more or fewer axes.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != dimensions:
        raise ValueError(
            f"{name}: expected {dimensions} dimensions, "
            f"got the shape {array.shape}"
        )
    return array


def examples_with_targets(
    inputs: ArrayLike, targets: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Read the examples that a model is fitted to.

    Args:
        inputs: shape (m, n), one row per example.
        targets: shape (m,), one number per example.

    Returns:
        Both in double precision.

    Raises:
        ValueError: the shapes do not fit, or there is no example.
    """
    x = with_dimensions(inputs, 2, "inputs")
    y = with_dimensions(targets, 1, "targets")
    if len(x) != len(y):
        raise ValueError(f"{len(x)} rows of inputs, but {len(y)} targets")
    if not len(y):
        raise ValueError("there is no example to learn from")
    return x, y
