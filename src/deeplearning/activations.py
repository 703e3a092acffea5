"""Activation functions and their slopes, exact to rounding for any number."""

import numpy as np
from numpy.typing import ArrayLike

from deeplearning._arrays import FloatArray, with_dimensions


def step(z: ArrayLike) -> FloatArray:
    """The step function: 1 if ``z > 0``, else 0.

    Args:
        z: numbers, of any shape.

    Returns:
        Zeros and ones, in that shape. At ``z = 0`` the 0 is a convention.

    Source:
        McCulloch, W. S., Pitts, W. (1943). A logical calculus of the ideas
        immanent in nervous activity.
    """
    return np.where(np.asarray(z) > 0, 1.0, 0.0)


def step_slope(z: ArrayLike) -> FloatArray:
    """The slope of the step function: 0, so no gradient ever comes back.

    Args:
        z: numbers, of any shape.

    Returns:
        Zeros, in that shape. At ``z = 0`` there is no slope: a convention.
    """
    return np.zeros(np.shape(z))


def sigmoid(z: ArrayLike) -> FloatArray:
    """The sigmoid ``1 / (1 + e^-z)``.

    Args:
        z: numbers, of any shape.

    Returns:
        Numbers from 0 to 1, in that shape.

    Source:
        Goodfellow, I., Bengio, Y., Courville, A. (2016). Deep Learning. 3.10.
    """
    score = np.asarray(z, dtype=np.float64)
    small = np.exp(-np.abs(score))  # the exponent is never positive
    return np.where(score >= 0, 1.0, small) / (1.0 + small)


def sigmoid_slope(z: ArrayLike) -> FloatArray:
    """The slope ``s (1 - s)`` of the sigmoid ``s``, at most 0.25.

    Args:
        z: numbers, of any shape.

    Returns:
        The slopes, in that shape.
    """
    score = np.asarray(z, dtype=np.float64)
    return sigmoid(score) * sigmoid(-score)  # 1 - s(z) = s(-z), not rounded


def tanh(z: ArrayLike) -> FloatArray:
    """The hyperbolic tangent ``(e^z - e^-z) / (e^z + e^-z)``.

    Args:
        z: numbers, of any shape.

    Returns:
        Numbers from -1 to 1, in that shape: ``(1 - e^-2|z|) / (1 + e^-2|z|)``
        with the sign of ``z``.

    Source:
        LeCun, Y., Bottou, L., Orr, G. B., Mueller, K.-R. (1998). Efficient
        BackProp.
    """
    # Beyond 400 nothing changes, but that 2 z may overflow.
    score = np.clip(np.asarray(z, dtype=np.float64), -400.0, 400.0)
    shortfall = np.expm1(-2.0 * np.abs(score))  # e^-2|z| - 1, exact near 0
    return np.copysign(shortfall / (2.0 + shortfall), score)


def tanh_slope(z: ArrayLike) -> FloatArray:
    """The slope ``1 - tanh(z)^2``, at most 1.

    Args:
        z: numbers, of any shape.

    Returns:
        The slopes, in that shape: ``4 e^-2|z| / (1 + e^-2|z|)^2``, which does
        not round to 0.
    """
    return 4.0 * sigmoid_slope(2.0 * np.clip(z, -400.0, 400.0))


def relu(z: ArrayLike) -> FloatArray:
    """The rectified linear unit ``max(0, z)``.

    Args:
        z: numbers, of any shape.

    Returns:
        Numbers from 0 upwards, in that shape.

    Source:
        Nair, V., Hinton, G. E. (2010). Rectified linear units improve
        restricted Boltzmann machines. ICML.
    """
    return np.maximum(np.asarray(z, dtype=np.float64), 0.0)


def relu_slope(z: ArrayLike) -> FloatArray:
    """The slope of ReLU: 0 if ``z <= 0``, else 1.

    Args:
        z: numbers, of any shape.

    Returns:
        Zeros and ones, in that shape. At ``z = 0`` any number from 0 to 1
        would do; TensorFlow takes 0 as well.
    """
    return step(z)


def softmax(z: ArrayLike) -> FloatArray:
    """Shares of one whole: ``e^z_i / sum_j e^z_j`` along the last axis.

    Args:
        z: finite scores, shape (..., K).

    Returns:
        Numbers from 0 to 1, in that shape; along the last axis they add up
        to 1.

    Raises:
        ValueError: there is no score along the last axis.

    Source:
        Bridle, J. S. (1990). Probabilistic interpretation of feedforward
        classification network outputs.
    """
    scores = np.asarray(z, dtype=np.float64)
    if not scores.shape or not scores.shape[-1]:
        raise ValueError(
            "softmax needs scores along its last axis, "
            f"got the shape {scores.shape}"
        )
    # Less the largest score: the same shares, and nothing overflows.
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def softmax_slope(z: ArrayLike) -> FloatArray:
    """How output ``i`` changes with score ``j``: ``p_i (delta_ij - p_j)``.

    Args:
        z: finite scores of one layer, shape (K,).

    Returns:
        The Jacobian matrix, shape (K, K). It is symmetric, and its rows add
        up to 0.

    Raises:
        ValueError: the scores are no vector, or there are none.
    """
    shares = softmax(with_dimensions(z, 1, "scores"))
    return np.diag(shares) - np.outer(shares, shares)
