"""Fully connected layers: one after the other, or all in one."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from deeplearning._arrays import FloatArray, with_dimensions


class Dense(NamedTuple):
    """A layer of m neurons that each see all of n inputs."""

    weights: ArrayLike
    """Shape (m, n), one row per neuron."""
    bias: ArrayLike
    """Shape (m,)."""


def affine(inputs: ArrayLike, layer: Dense) -> FloatArray:
    """The pre-activations ``W x + b`` of a layer.

    Args:
        inputs: shape (n,) for one example, (k, n) for several.
        layer: m neurons of n weights.

    Returns:
        One number per neuron: shape (m,) or (k, m).

    Raises:
        ValueError: inputs, weights and biases do not fit each other.
    """
    x = np.asarray(inputs, dtype=np.float64)
    w = with_dimensions(layer.weights, 2, "weights")
    b = with_dimensions(layer.bias, 1, "bias")
    if x.shape[-1:] != w.shape[1:] or b.shape != w.shape[:1]:
        raise ValueError(
            f"weights of the shape {w.shape} and biases of the shape "
            f"{b.shape} do not fit inputs of the shape {x.shape}"
        )
    return np.asarray(x @ w.T + b)


def forward(
    inputs: ArrayLike,
    layers: Sequence[Dense],
    activations: Sequence[Callable[[FloatArray], FloatArray]],
) -> list[FloatArray]:
    """The forward pass: each layer reads what the one before has said.

    Args:
        inputs: shape (n,) for one example, (k, n) for several.
        layers: from the first hidden layer to the output.
        activations: one function for each layer.

    Returns:
        The inputs, then the activations of each layer; the last are the
        predictions.

    Raises:
        ValueError: a layer does not fit the one before, or there is not
            exactly one activation for each.

    Source:
        Goodfellow, I., Bengio, Y., Courville, A. (2016). Deep Learning. 6.5.
    """
    outputs = [np.asarray(inputs, dtype=np.float64)]
    for layer, activation in zip(layers, activations, strict=True):
        outputs.append(activation(affine(outputs[-1], layer)))
    return outputs


def collapse(layers: Sequence[Dense]) -> Dense:
    """The one layer that does what these do without activations.

    Args:
        layers: at least one, from the first to the last.

    Returns:
        The product of the matrices, and one bias per output.

    Raises:
        ValueError: a layer does not fit the one before, or there is none.
    """
    if not layers:
        raise ValueError("there is no layer to collapse")
    w = np.eye(with_dimensions(layers[0].weights, 2, "weights").shape[1])
    b = np.zeros(len(w))
    for layer in layers:
        # A bias goes through the next layer like any input.
        b = affine(b, layer)
        w = np.asarray(layer.weights) @ w
    return Dense(w, b)


def parameter_count(widths: Sequence[int]) -> int:
    """How many weights and biases fully connected layers have.

    Args:
        widths: the number of inputs, then of neurons in each layer.

    Returns:
        The sum of ``m (n + 1)`` over the layers of m neurons on n inputs.

    Raises:
        ValueError: a width is not positive, or there is none.
    """
    if not widths or min(widths) < 1:
        raise ValueError(f"widths must be positive numbers, got {widths}")
    return sum(m * (n + 1) for n, m in pairwise(widths))
