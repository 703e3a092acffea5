"""Logistic regression: the probability of *yes*, by a sigmoid."""

import numpy as np
from numpy.typing import ArrayLike

from deeplearning._arrays import FloatArray, examples_with_targets
from deeplearning.activations import sigmoid, sigmoid_slope
from deeplearning.linear_regression import (
    Descent,
    LinearModel,
    predict,
    with_ones,
)


def predict_probability(inputs: ArrayLike, model: LinearModel) -> FloatArray:
    """The probability of class 1: ``sigmoid(w . x + b)``.

    Args:
        inputs: shape (m, n), or (n,) for one example.
        model: n weights and a bias.

    Returns:
        Numbers from 0 to 1, shape (m,) or ().

    Raises:
        ValueError: there is not exactly one weight for each input.

    Source:
        Cox, D. R. (1958). The regression analysis of binary sequences.
        JRSS B 20(2).
    """
    return sigmoid(predict(inputs, model))


def log_loss(logits: ArrayLike, targets: ArrayLike) -> float:
    """The mean of ``-[y ln p + (1 - y) ln(1 - p)]``, ``p = sigmoid(z)``.

    As ``max(z, 0) - y z + ln(1 + e^-|z|)``: no logarithm of a rounded 0.

    Args:
        logits: z, the scores before the sigmoid, shape (m,).
        targets: y, shape (m,), each 0 or 1.

    Returns:
        A number from 0 upwards, in nats.

    Raises:
        ValueError: the shapes differ, there is no example, or a target is
            neither 0 nor 1.

    Source:
        Bishop, C. M. (2006). Pattern Recognition and Machine Learning.
        Equation 4.90, divided by m.
    """
    z = np.asarray(logits, dtype=np.float64)
    y = np.asarray(targets, dtype=np.float64)
    if z.shape != y.shape or not y.size:
        raise ValueError(
            f"logits of the shape {z.shape} "
            f"do not fit targets of the shape {y.shape}"
        )
    _check_classes(y)
    losses = np.maximum(z, 0.0) - y * z + np.log1p(np.exp(-np.abs(z)))
    return float(np.mean(losses))


def cost(
    inputs: ArrayLike,
    targets: ArrayLike,
    model: LinearModel,
    penalty: float = 0.0,
) -> float:
    """What training makes small: log-loss and a penalty on large weights.

    The mean log-loss plus ``penalty / 2`` times the sum of the squared
    weights. The bias is not penalised.

    Args:
        inputs: shape (m, n).
        targets: shape (m,), each 0 or 1.
        model: n weights and a bias.
        penalty: from 0. scikit-learn's ``C`` is ``1 / (m * penalty)``.

    Returns:
        A number from 0 upwards.

    Raises:
        ValueError: the shapes do not fit, or a target is neither 0 nor 1.
    """
    squares = float(model.weights @ model.weights)
    return log_loss(predict(inputs, model), targets) + penalty / 2.0 * squares


def gradient(
    inputs: ArrayLike,
    targets: ArrayLike,
    model: LinearModel,
    penalty: float = 0.0,
) -> LinearModel:
    """The slopes of the cost.

    ``1/m sum (p - y) x + penalty w`` for the weights, ``1/m sum (p - y)`` for
    the bias.

    Args:
        inputs: shape (m, n).
        targets: shape (m,), each 0 or 1.
        model: n weights and a bias: where to take the slopes.
        penalty: from 0, as in ``cost``.

    Returns:
        One slope per parameter.

    Raises:
        ValueError: the shapes do not fit, or a target is neither 0 nor 1.
    """
    x, y = examples_with_targets(inputs, targets)
    _check_classes(y)
    error = predict_probability(x, model) - y
    slopes = error @ x / len(y) + penalty * model.weights
    return LinearModel(slopes, float(error.mean()))


def gradient_descent(
    inputs: ArrayLike,
    targets: ArrayLike,
    learning_rate: float,
    steps: int,
    penalty: float = 0.0,
) -> Descent:
    """Fit by going downhill, from zeros, with all examples in each step.

    Args:
        inputs: shape (m, n). Scaled inputs make it fast.
        targets: shape (m,), each 0 or 1.
        learning_rate: by what the gradient is multiplied.
        steps: how many, from 0.
        penalty: from 0, as in ``cost``.

    Returns:
        The last model, and the cost before and after each step.

    Raises:
        ValueError: the shapes do not fit, or a target is neither 0 nor 1.
    """
    x, y = examples_with_targets(inputs, targets)
    w, b = np.zeros(x.shape[1]), 0.0
    losses = [cost(x, y, LinearModel(w, b), penalty)]
    for _ in range(steps):
        slope = gradient(x, y, LinearModel(w, b), penalty)
        w = w - learning_rate * slope.weights
        b = b - learning_rate * slope.bias
        losses.append(cost(x, y, LinearModel(w, b), penalty))
    return Descent(LinearModel(w, b), np.array(losses))


def newton(
    inputs: ArrayLike,
    targets: ArrayLike,
    penalty: float = 0.0,
    max_steps: int = 50,
) -> LinearModel:
    """Newton's method, or iteratively reweighted least squares (IRLS).

    Each step solves ``H d = g``, with the gradient ``g`` of the cost and its
    curvature ``H = 1/m X' diag(p (1 - p)) X + penalty``, and subtracts ``d``.

    Args:
        inputs: shape (m, n).
        targets: shape (m,), each 0 or 1.
        penalty: from 0, as in ``cost``.
        max_steps: when to give up.

    Returns:
        The model at which every slope of the cost is below 1e-10.

    Raises:
        ValueError: the shapes do not fit, a target is neither 0 nor 1, or a
            plane separates the classes, so that no finite weights are best
            (Albert and Anderson, 1984).

    Source:
        Bishop, C. M. (2006). Pattern Recognition and Machine Learning. 4.3.3.
    """
    x, y = examples_with_targets(inputs, targets)
    model = LinearModel(np.zeros(x.shape[1]), 0.0)
    for _ in range(max_steps):
        slope = np.append(*gradient(x, y, model, penalty))
        if np.abs(slope).max() <= 1e-10:
            return model
        d = np.linalg.lstsq(_curvature(x, model, penalty), slope)[0]
        model = LinearModel(model.weights - d[:-1], model.bias - float(d[-1]))
        _check_overlap(x, y, model, penalty)
    raise ValueError(f"no minimum found in {max_steps} steps")


def _curvature(x: FloatArray, model: LinearModel, penalty: float) -> FloatArray:
    """The second derivatives of the cost, shape (n + 1, n + 1)."""
    columns = with_ones(x)
    spread = sigmoid_slope(predict(x, model))
    shrink = np.diag(penalty * np.append(np.ones(x.shape[1]), 0.0))
    return np.asarray((columns.T * spread) @ columns / len(x) + shrink)


def _check_overlap(
    x: FloatArray, y: FloatArray, model: LinearModel, penalty: float
) -> None:
    """Refuse classes that a plane separates, but for examples in the plane.

    Larger weights would always fit them better.
    """
    margins = (2.0 * y - 1.0) * predict(x, model)
    if not penalty and margins.min() > -1e-9 and margins.max() > 1.0:
        raise ValueError(
            "a plane separates the classes, "
            "so no finite weights are best: use a penalty"
        )


def _check_classes(targets: FloatArray) -> None:
    if not np.isin(targets, (0.0, 1.0)).all():
        raise ValueError("each target must be 0 or 1")
