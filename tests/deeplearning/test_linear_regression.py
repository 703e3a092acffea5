"""Linear regression, against scikit-learn, SciPy, finite differences, closed forms and an example done by hand."""

import numpy as np
import pytest
import scipy.linalg
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.datasets import load_diabetes  # type: ignore[import-untyped]
from sklearn.linear_model import LinearRegression  # type: ignore[import-untyped]
from sklearn.metrics import mean_squared_error  # type: ignore[import-untyped]

from deeplearning import linear_regression
from deeplearning.linear_regression import LinearModel

Numbers = NDArray[np.float64]

examples = arrays(np.float64, (6, 2), elements=st.floats(-10, 10, width=16))
targets = arrays(np.float64, 6, elements=st.floats(-10, 10, width=16))


def parameters(model: LinearModel) -> Numbers:
    return np.append(model.weights, model.bias)


def test_three_points_by_hand() -> None:
    """(1, 2), (2, 3), (3, 5): slope 3/2, bias 1/3, cost 1/18, as in the note."""
    x, y = [[1.0], [2.0], [3.0]], [2.0, 3.0, 5.0]
    for fit in (linear_regression.normal_equations, linear_regression.least_squares):
        model = fit(x, y)
        np.testing.assert_allclose(parameters(model), [1.5, 1 / 3], rtol=1e-13)
        cost = linear_regression.mean_squared_error(linear_regression.predict(x, model), y)
        assert cost == pytest.approx(1 / 18, rel=1e-12)
        assert float(linear_regression.predict([4.0], model)) == pytest.approx(19 / 3, rel=1e-13)


def test_diabetes_is_fitted_as_scikit_learn_does() -> None:
    x, y = load_diabetes(return_X_y=True)
    reference = LinearRegression().fit(x, y)
    for fit in (linear_regression.normal_equations, linear_regression.least_squares):
        model = fit(x, y)
        np.testing.assert_allclose(model.weights, reference.coef_, rtol=1e-9)
        assert model.bias == pytest.approx(reference.intercept_, rel=1e-12)
        np.testing.assert_allclose(linear_regression.predict(x, model), reference.predict(x), rtol=1e-10)


@given(examples, targets)
def test_smallest_solution_of_any_inputs(x: Numbers, y: Numbers) -> None:
    """Where many models are best, ``least_squares`` takes the smallest, as the pseudo-inverse of SciPy does."""
    columns = np.column_stack([x, np.ones(6)])
    singular = np.linalg.svd(columns, compute_uv=False)
    assume(not ((singular > 1e-14 * singular[0]) & (singular < 1e-4 * singular[0])).any())
    expected = scipy.linalg.pinv(columns, rtol=1e-10) @ y
    np.testing.assert_allclose(parameters(linear_regression.least_squares(x, y)), expected, rtol=1e-7, atol=1e-7)


@given(examples, targets)
def test_gradient_is_a_finite_difference(x: Numbers, y: Numbers) -> None:
    def cost(theta: Numbers) -> float:
        return linear_regression.mean_squared_error(linear_regression.predict(x, LinearModel(theta[:2], theta[2])), y)

    theta, h = np.array([0.5, -1.0, 2.0]), 1e-4
    differences = [(cost(theta + h * e) - cost(theta - h * e)) / (2 * h) for e in np.eye(3)]
    slope = linear_regression.gradient(x, y, LinearModel(theta[:2], theta[2]))
    np.testing.assert_allclose(parameters(slope), differences, atol=1e-6, rtol=1e-7)


def test_gradient_is_zero_at_the_best_model() -> None:
    x, y = load_diabetes(return_X_y=True)
    slope = linear_regression.gradient(x, y, linear_regression.least_squares(x, y))
    np.testing.assert_allclose(parameters(slope), 0.0, atol=1e-11)


@pytest.mark.parametrize("learning_rate", [0.05, 0.4, 1.4])
def test_descent_shrinks_the_error_by_a_known_factor(learning_rate: float) -> None:
    """One centred input of variance v: the distance to the best weight shrinks by 1 - 2 r v in each step."""
    x, y = np.array([[-1.0], [0.0], [1.0]]), np.array([1.0, 3.0, 8.0])
    variance, best_weight, best_bias = 2 / 3, 3.5, 4.0
    for steps in (0, 1, 2, 7):
        model = linear_regression.gradient_descent(x, y, learning_rate, steps).model
        weight_left = (1 - 2 * learning_rate * variance) ** steps
        bias_left = (1 - 2 * learning_rate) ** steps
        expected = [best_weight * (1 - weight_left), best_bias * (1 - bias_left)]
        np.testing.assert_allclose(parameters(model), expected, rtol=1e-11, atol=1e-12)


def test_descent_reaches_the_best_model_and_tells_its_losses() -> None:
    x, y = load_diabetes(return_X_y=True)
    x = (x[:, :3] - x[:, :3].mean(axis=0)) / x[:, :3].std(axis=0)
    descent = linear_regression.gradient_descent(x, y, 0.3, 200)
    np.testing.assert_allclose(parameters(descent.model), parameters(linear_regression.normal_equations(x, y)))
    assert descent.losses.shape == (201,)
    assert descent.losses[0] == pytest.approx(float(np.mean(y**2)))
    assert descent.losses[-1] == pytest.approx(mean_squared_error(y, LinearRegression().fit(x, y).predict(x)))
    assert (np.diff(descent.losses) <= 1e-9).all()


def test_each_loss_is_of_the_model_at_that_step() -> None:
    x, y = [[0.0], [1.0], [4.0]], [1.0, 0.0, 2.0]
    losses = linear_regression.gradient_descent(x, y, 0.05, 3).losses
    for steps in range(4):
        model = linear_regression.gradient_descent(x, y, 0.05, steps).model
        predictions = [model.weights[0] * row[0] + model.bias for row in x]
        assert losses[steps] == pytest.approx(mean_squared_error(y, predictions), rel=1e-13)


def test_descent_that_diverges_says_so() -> None:
    with pytest.raises(ValueError, match=r"^gradient descent diverged: the learning rate 9 is too large$"):
        linear_regression.gradient_descent([[1.0], [20.0]], [1.0, 2.0], 9, 400)


def test_scaling_an_input_scales_its_weight_back() -> None:
    x, y = load_diabetes(return_X_y=True)
    kilometres = linear_regression.least_squares(x, y)
    metres = linear_regression.least_squares(x * np.where(np.arange(10) == 2, 1000.0, 1.0), y)
    np.testing.assert_allclose(metres.weights[2] * 1000, kilometres.weights[2], rtol=1e-9)


def test_column_of_ones_is_the_last() -> None:
    np.testing.assert_array_equal(linear_regression.with_ones([[5.0, 6.0], [7.0, 8.0]]), [[5, 6, 1], [7, 8, 1]])
    assert linear_regression.with_ones(np.ones((0, 2))).shape == (0, 3)


def test_mean_squared_error_of_keras_tests() -> None:
    """``losses_test.py`` of Keras 3: 49.5."""
    assert linear_regression.mean_squared_error([4, 8, 12, 8, 1, 3], [1, 9, 2, -5, -2, 6]) == pytest.approx(49.5)


def test_one_example_is_met_exactly() -> None:
    model = linear_regression.least_squares([[2.0, 3.0]], [7.0])
    assert float(linear_regression.predict([2.0, 3.0], model)) == pytest.approx(7.0)
    assert model.bias == pytest.approx(0.5)  # the smallest solution is 7 (2, 3, 1) / (4 + 9 + 1)


def test_without_inputs_the_mean_is_best() -> None:
    model = linear_regression.normal_equations(np.ones((3, 0)), [1.0, 2.0, 6.0])
    assert model.weights.shape == (0,)
    assert model.bias == pytest.approx(3.0)


@pytest.mark.parametrize(
    "x", [[[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]], [[1.0], [1.0], [1.0]], [[0.0], [0.0], [0.0]]], ids=str
)
def test_many_best_models_are_refused(x: list[list[float]]) -> None:
    with pytest.raises(ValueError, match=r"^a column is a combination of the others, so no single model is best$"):
        linear_regression.normal_equations(x, [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1.0, 2.0], [1.0, 2.0], r"^inputs: expected 2 dimensions, got the shape \(2,\)$"),
        ([[1.0], [2.0]], [[1.0], [2.0]], r"^targets: expected 1 dimensions, got the shape \(2, 1\)$"),
        ([[1.0], [2.0]], [1.0], r"^2 rows of inputs, but 1 targets$"),
        (np.ones((0, 1)), [], r"^there is no example to learn from$"),
    ],
)
def test_shapes_must_fit(x: list[list[float]], y: list[float], message: str) -> None:
    model = LinearModel(np.zeros(1), 0.0)
    with pytest.raises(ValueError, match=message):
        linear_regression.normal_equations(x, y)
    with pytest.raises(ValueError, match=message):
        linear_regression.least_squares(x, y)
    with pytest.raises(ValueError, match=message):
        linear_regression.gradient(x, y, model)
    with pytest.raises(ValueError, match=message):
        linear_regression.gradient_descent(x, y, 0.1, 1)


def test_other_shapes_must_fit() -> None:
    with pytest.raises(ValueError, match=r"^inputs: expected 2 dimensions, got the shape \(1,\)$"):
        linear_regression.with_ones([1.0])
    with pytest.raises(ValueError, match=r"^2 weights do not fit inputs of the shape \(1, 3\)$"):
        linear_regression.predict([[1.0, 2.0, 3.0]], LinearModel(np.zeros(2), 0.0))
    mismatch = r"^predictions of the shape \({}\) do not fit targets of the shape \({}\)$"
    with pytest.raises(ValueError, match=mismatch.format("2,", "1,")):
        linear_regression.mean_squared_error([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match=mismatch.format("0,", "0,")):
        linear_regression.mean_squared_error([], [])
    with pytest.raises(ValueError, match=r"^targets: expected 1 dimensions, got the shape \(1, 1\)$"):
        linear_regression.mean_squared_error([[1.0]], [[1.0]])
