"""Linear regression: weighted sum plus bias, fitted by least squares."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from deeplearning._arrays import (
    FloatArray,
    examples_with_targets,
    with_dimensions,
)
from deeplearning.neuron import weighted_sum


class LinearModel(NamedTuple):
    """A weight for each input, and a bias."""

    weights: FloatArray
    """Shape (n,), in units of the target per unit of the input."""
    bias: float
    """In units of the target."""


class Descent(NamedTuple):
    """Where gradient descent ended, and how it got there."""

    model: LinearModel
    losses: FloatArray
    """Shape (steps + 1,): the cost before the first step and after each."""


def with_ones(inputs: ArrayLike) -> FloatArray:
    """Append a column of ones, whose weight is the bias.

    Args:
        inputs: shape (m, n).

    Returns:
        Shape (m, n + 1).

    Raises:
        ValueError: the inputs are no matrix.
    """
    x = with_dimensions(inputs, 2, "inputs")
    return np.column_stack([x, np.ones(len(x))])


def predict(inputs: ArrayLike, model: LinearModel) -> FloatArray:
    """The predictions ``w . x + b``.

    Args:
        inputs: shape (m, n), or (n,) for one example.
        model: n weights and a bias.

    Returns:
        Shape (m,), or ().

    Raises:
        ValueError: there is not exactly one weight for each input.
    """
    return weighted_sum(inputs, model.weights, model.bias)


def normal_equations(inputs: ArrayLike, targets: ArrayLike) -> LinearModel:
    """Least squares: solve ``X'X t = X'y`` for the weights and bias ``t``.

    Args:
        inputs: shape (m, n); X is these and a column of ones.
        targets: y, shape (m,).

    Returns:
        The model with the smallest mean squared error.

    Raises:
        ValueError: the shapes do not fit, or a column of X is a combination
            of the others: many models are best, and ``least_squares`` picks
            one.

    Source:
        Hastie, T., Tibshirani, R., Friedman, J. (2009). The Elements of
        Statistical Learning. Equation 3.6.
    """
    x, y = examples_with_targets(inputs, targets)
    columns = with_ones(x)
    if np.linalg.matrix_rank(columns) < columns.shape[1]:
        raise ValueError(
            "a column is a combination of the others, "
            "so no single model is best"
        )
    return _model(np.linalg.solve(columns.T @ columns, columns.T @ y))


def least_squares(inputs: ArrayLike, targets: ArrayLike) -> LinearModel:
    """Least squares by singular values, whatever the columns.

    Squaring X, as the normal equations do, squares its condition number and
    costs half of the digits.

    Args:
        inputs: shape (m, n).
        targets: shape (m,).

    Returns:
        The model with the smallest mean squared error; if there are many,
        the one with the smallest weights and bias.

    Raises:
        ValueError: the shapes do not fit.

    Source:
        Golub, G. H., Van Loan, C. F. (2013). Matrix Computations, 4th ed.
        Section 5.5.
    """
    x, y = examples_with_targets(inputs, targets)
    return _model(np.linalg.lstsq(with_ones(x), y)[0])


def mean_squared_error(predictions: ArrayLike, targets: ArrayLike) -> float:
    """The cost ``J``: the mean of the squared errors.

    Args:
        predictions: shape (m,).
        targets: shape (m,).

    Returns:
        A number, in squared units of the target.

    Raises:
        ValueError: the shapes differ, or there is no example.
    """
    guess = np.asarray(predictions, dtype=np.float64)
    y = with_dimensions(targets, 1, "targets")
    if guess.shape != y.shape or not y.size:
        raise ValueError(
            f"predictions of the shape {guess.shape} "
            f"do not fit targets of the shape {y.shape}"
        )
    return float(np.mean((guess - y) ** 2))


def gradient(
    inputs: ArrayLike, targets: ArrayLike, model: LinearModel
) -> LinearModel:
    """The slopes of the mean squared error.

    ``2/m sum (prediction - y) x`` for the weights, without x for the bias.

    Args:
        inputs: shape (m, n).
        targets: shape (m,).
        model: n weights and a bias: where to take the slopes.

    Returns:
        One slope per parameter.

    Raises:
        ValueError: the shapes do not fit.
    """
    x, y = examples_with_targets(inputs, targets)
    error = predict(x, model) - y
    return LinearModel(2.0 * error @ x / len(y), float(2.0 * error.mean()))


def gradient_descent(
    inputs: ArrayLike, targets: ArrayLike, learning_rate: float, steps: int
) -> Descent:
    """Least squares downhill, from zeros, with all examples in each step.

    Args:
        inputs: shape (m, n). Scaled inputs make it fast.
        targets: shape (m,).
        learning_rate: by what the gradient is multiplied; above
            2 / (largest curvature) the cost grows without bound.
        steps: how many, from 0.

    Returns:
        The last model, and the cost before and after each step.

    Raises:
        ValueError: the shapes do not fit, or the cost has grown beyond all
            numbers.

    Source:
        Goodfellow, I., Bengio, Y., Courville, A. (2016). Deep Learning. 4.5.
    """
    x, y = examples_with_targets(inputs, targets)
    w, b = np.zeros(x.shape[1]), 0.0
    losses = [mean_squared_error(predict(x, LinearModel(w, b)), y)]
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            slope = gradient(x, y, LinearModel(w, b))
            w = w - learning_rate * slope.weights
            b = b - learning_rate * slope.bias
            losses.append(mean_squared_error(predict(x, LinearModel(w, b)), y))
    if not np.isfinite(losses[-1]):
        raise ValueError(
            "gradient descent diverged: "
            f"the learning rate {learning_rate} is too large"
        )
    return Descent(LinearModel(w, b), np.array(losses))


def _model(solution: ArrayLike) -> LinearModel:
    """The weight of the column of ones is the bias."""
    *weights, bias = np.asarray(solution, dtype=np.float64)
    return LinearModel(np.array(weights, dtype=np.float64), float(bias))
