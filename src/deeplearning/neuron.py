"""One artificial neuron: a weighted sum, a bias and an activation."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from deeplearning._arrays import FloatArray, with_dimensions


def contributions(inputs: ArrayLike, weights: ArrayLike) -> FloatArray:
    """What each input adds to the weighted sum: ``w_i * x_i``.

    Args:
        inputs: shape (n,) for one example, (m, n) for several.
        weights: shape (n,).

    Returns:
        The products, in the shape of ``inputs``.

    Raises:
        ValueError: there is not exactly one weight for each input.
    """
    x = np.asarray(inputs, dtype=np.float64)
    w = with_dimensions(weights, 1, "weights")
    if x.shape[-1:] != w.shape:
        raise ValueError(
            f"{w.size} weights do not fit inputs of the shape {x.shape}"
        )
    return x * w


def weighted_sum(
    inputs: ArrayLike, weights: ArrayLike, bias: float = 0.0
) -> FloatArray:
    """The pre-activation ``z = w_1 x_1 + ... + w_n x_n + b``.

    Args:
        inputs: shape (n,) for one example, (m, n) for several.
        weights: shape (n,).
        bias: a number; minus the threshold of a neuron that fires or not.

    Returns:
        One number per example: shape () or (m,).

    Raises:
        ValueError: there is not exactly one weight for each input.

    Source:
        Rosenblatt, F. (1958). The perceptron. Psychological Review 65(6).
    """
    return np.asarray(contributions(inputs, weights).sum(axis=-1) + bias)


def neuron(
    inputs: ArrayLike,
    weights: ArrayLike,
    bias: float,
    activation: Callable[[FloatArray], FloatArray],
) -> FloatArray:
    """The output ``a = activation(w . x + b)`` of a neuron.

    Args:
        inputs: shape (n,) for one example, (m, n) for several.
        weights: shape (n,).
        bias: a number.
        activation: takes the weighted sums, returns as many outputs.

    Returns:
        One number per example: shape () or (m,).

    Raises:
        ValueError: there is not exactly one weight for each input.

    Source:
        Goodfellow, I., Bengio, Y., Courville, A. (2016). Deep Learning. 6.3.
    """
    return activation(weighted_sum(inputs, weights, bias))
