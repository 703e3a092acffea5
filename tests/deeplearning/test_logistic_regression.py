"""Logistic regression, against scikit-learn, SciPy, finite differences and closed forms."""

from decimal import Decimal

import numpy as np
import pytest
import scipy.optimize
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.metrics import log_loss  # type: ignore[import-untyped]

from deeplearning import logistic_regression
from deeplearning.linear_regression import LinearModel
from deeplearning.logistic_regression import cost, gradient, gradient_descent, newton, predict_probability

Numbers = NDArray[np.float64]

inputs = arrays(np.float64, (6, 2), elements=st.floats(-5, 5, width=16))
classes = arrays(np.float64, 6, elements=st.sampled_from([0.0, 1.0]))
thetas = arrays(np.float64, 3, elements=st.floats(-2, 2, width=16))
penalties = st.sampled_from([0.0, 0.1, 3.0])


def parameters(model: LinearModel) -> Numbers:
    return np.append(model.weights, model.bias)


def model_of(theta: Numbers) -> LinearModel:
    return LinearModel(theta[:-1], float(theta[-1]))


def breast_cancer(columns: slice) -> tuple[Numbers, Numbers]:
    x, y = load_breast_cancer(return_X_y=True)
    x = x[:, columns]
    return (x - x.mean(axis=0)) / x.std(axis=0), y.astype(np.float64)


def test_example_of_the_notes() -> None:
    """Weight 1.2 and bias -3: even chances at 2.5, and odds that grow by e^1.2 per unit."""
    model = LinearModel(np.array([1.2]), -3.0)
    p = predict_probability([[2.0], [2.5], [3.0]], model)
    np.testing.assert_allclose(p, [0.3543, 0.5, 0.6457], atol=5e-5)
    odds = p / (1 - p)
    assert odds[2] / odds[0] == pytest.approx(np.exp(1.2), rel=1e-12)
    assert float(predict_probability([2.5], model)) == 0.5


@given(inputs, thetas)
def test_probability_is_expit_of_the_score(x: Numbers, theta: Numbers) -> None:
    expected = scipy.special.expit(x @ theta[:2] + theta[2])
    np.testing.assert_allclose(predict_probability(x, model_of(theta)), expected, rtol=1e-13)


@given(arrays(np.float64, 6, elements=st.floats(-10, 10)), classes)
def test_log_loss_is_that_of_scikit_learn(z: Numbers, y: Numbers) -> None:
    expected = log_loss(y, scipy.special.expit(z), labels=[0, 1])
    assert logistic_regression.log_loss(z, y) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(arrays(np.float64, 6, elements=st.floats(-1e300, 1e300)), classes)
def test_log_loss_of_any_logit(z: Numbers, y: Numbers) -> None:
    """SciPy's logarithm of the sigmoid, without a probability in between."""
    expected = -np.mean(scipy.special.log_expit(np.where(y == 1, z, -z)))
    assert logistic_regression.log_loss(z, y) == pytest.approx(float(expected), rel=1e-12)


def test_log_loss_of_keras_tests() -> None:
    """``losses_test.py`` of Keras 3: binary cross-entropy from logits, 10/3; at a logit of 0 it is ln 2."""
    assert logistic_regression.log_loss([10, -10, 10, 10, 10, -10], [1, 0, 1, 0, 1, 1]) == pytest.approx(10 / 3, 1e-4)
    assert logistic_regression.log_loss([0.0], [1]) == pytest.approx(np.log(2), rel=1e-15)
    assert logistic_regression.log_loss([1e308], [1]) == 0.0
    assert logistic_regression.log_loss([-800.0], [1]) == 800.0


@given(inputs, classes, thetas, penalties)
def test_gradient_is_a_finite_difference_of_the_cost(x: Numbers, y: Numbers, theta: Numbers, penalty: float) -> None:
    h = 1e-5
    differences = [
        (cost(x, y, model_of(theta + h * e), penalty) - cost(x, y, model_of(theta - h * e), penalty)) / (2 * h)
        for e in np.eye(3)
    ]
    np.testing.assert_allclose(parameters(gradient(x, y, model_of(theta), penalty)), differences, atol=1e-8)


def test_cost_without_and_with_a_penalty() -> None:
    model = LinearModel(np.array([3.0, -4.0]), 100.0)
    x, y = [[0.0, 25.0]], [1]
    assert cost(x, y, model) == pytest.approx(np.log(2))
    assert cost(x, y, model, 0.1) == pytest.approx(np.log(2) + 0.1 / 2 * 25)


@pytest.mark.parametrize("penalty", [0.0, 1e-3, 1.0])
def test_newton_finds_what_scikit_learn_finds(penalty: float) -> None:
    x, y = breast_cancer(slice(0, 2))
    strength = np.inf if penalty == 0 else 1 / (len(y) * penalty)
    reference = LogisticRegression(C=strength, tol=1e-10, max_iter=1000).fit(x, y)
    model = newton(x, y, penalty)
    np.testing.assert_allclose(model.weights, reference.coef_[0], rtol=1e-5)
    assert model.bias == pytest.approx(reference.intercept_[0], rel=1e-5)
    np.testing.assert_allclose(predict_probability(x, model), reference.predict_proba(x)[:, 1], atol=1e-6)


def test_all_thirty_measurements_need_a_penalty() -> None:
    x, y = breast_cancer(slice(None))
    reference = LogisticRegression(C=1.0, tol=1e-10, max_iter=2000).fit(x, y)
    np.testing.assert_allclose(newton(x, y, 1 / len(y)).weights, reference.coef_[0], rtol=1e-4, atol=1e-5)


@given(inputs, classes)
def test_newton_leaves_nothing_to_gain(x: Numbers, y: Numbers) -> None:
    """With a penalty there is one best model; a general minimiser of SciPy finds no lower cost."""
    model = newton(x, y, 0.5)

    def at(theta: Numbers) -> float:
        return cost(x, y, model_of(theta), 0.5)

    best = scipy.optimize.minimize(at, np.zeros(3), method="BFGS")
    assert cost(x, y, model, 0.5) <= float(best.fun) + 1e-12
    np.testing.assert_allclose(parameters(gradient(x, y, model, 0.5)), 0.0, atol=1e-10)


def test_one_input_of_two_values_has_a_closed_form() -> None:
    """Log-odds of the two groups: ln(1/3) for x = 0 and ln(3/1) for x = 1."""
    x = [[0.0]] * 4 + [[1.0]] * 4
    y = [1, 0, 0, 0, 1, 1, 1, 0]
    model = newton(x, y)
    assert model.bias == pytest.approx(-np.log(3), rel=1e-9)
    assert model.weights[0] == pytest.approx(2 * np.log(3), rel=1e-9)


def test_without_inputs_the_bias_is_the_log_odds() -> None:
    assert newton(np.ones((5, 0)), [1, 1, 1, 1, 0]).bias == pytest.approx(np.log(4), rel=1e-9)


def test_two_equal_columns_share_their_weight() -> None:
    x = np.array([[0.0], [0.0], [1.0], [1.0], [1.0]])
    y = [0, 1, 0, 1, 1]
    alone, twice = newton(x, y), newton(np.hstack([x, x]), y)
    np.testing.assert_allclose(twice.weights, alone.weights[0] / 2 * np.ones(2), rtol=1e-8)


def test_descent_reaches_what_newton_finds() -> None:
    x, y = breast_cancer(slice(0, 2))
    for penalty in (0.0, 0.1):
        best = newton(x, y, penalty)
        descent = gradient_descent(x, y, 2.0, 1500, penalty)
        np.testing.assert_allclose(parameters(descent.model), parameters(best), rtol=1e-6)
        assert descent.losses.shape == (1501,)
        assert descent.losses[0] == pytest.approx(np.log(2))
        assert descent.losses[-1] == pytest.approx(cost(x, y, best, penalty), rel=1e-10)
        assert (np.diff(descent.losses) <= 1e-12).all()


def test_first_step_by_hand() -> None:
    """From zero every probability is 1/2, so the slope is the mean of (1/2 - y) x."""
    descent = gradient_descent([[4.0], [2.0]], [1, 0], 0.5, 1, penalty=7.0)
    np.testing.assert_allclose(parameters(descent.model), [0.25, 0.0], atol=1e-15)
    z = [1.0, 0.5]
    expected = log_loss([1, 0], scipy.special.expit(z)) + 7.0 / 2 * 0.25**2
    assert descent.losses[1] == pytest.approx(expected, rel=1e-12)
    assert gradient_descent([[4.0]], [1], 0.5, 0).losses.shape == (1,)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([[0.0], [1.0]], [0, 1]),
        ([[1.0], [1.0], [2.0]], [1, 1, 1]),
        ([[0.0], [1.0], [1.0], [2.0]], [0, 0, 1, 1]),
        ([[3.0]], [0]),
    ],
    ids=["two points", "one class", "all but a tie", "one example"],
)
def test_separated_classes_have_no_finite_weights(x: list[list[float]], y: list[int]) -> None:
    with pytest.raises(
        ValueError, match=r"^a plane separates the classes, so no finite weights are best: use a penalty$"
    ):
        newton(x, y)
    assert np.isfinite(parameters(newton([*x, [0.5]], [*y, 1 - y[-1]], 0.1))).all()


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ([-4.0, -3.0, -0.1, 0.1, 3.0, 4.0], [0, 0, 1, 0, 1, 1]),
        ([0.0] * 10 + [1.0] * 10 + [0.5, 2.0, 3.0], [0] * 20 + [1] * 3),
        ([0.0] * 10 + [-1.0] * 10 + [-0.5, -2.0, -3.0], [1] * 20 + [0] * 3),
    ],
    ids=["barely overlapping", "all of class 0 right", "all of class 1 right"],
)
def test_overlapping_classes_are_not_taken_for_separated(x: list[float], y: list[int]) -> None:
    column = np.array(x)[:, np.newaxis]
    reference = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(column, y)
    model = newton(column, y)
    assert model.weights[0] == pytest.approx(reference.coef_[0, 0], rel=1e-4)
    assert model.bias == pytest.approx(reference.intercept_[0], rel=1e-4, abs=1e-6)
    margins = (2 * np.array(y) - 1) * (column[:, 0] * model.weights[0] + model.bias)
    assert margins.max() > 1
    assert margins.min() < 0


def test_nothing_is_penalised_unless_asked_for() -> None:
    x, y, model = [[1.0], [2.0], [4.0]], [1, 0, 1], LinearModel(np.array([3.0]), 0.5)
    plain, zero = gradient(x, y, model), gradient(x, y, model, 0.0)
    np.testing.assert_array_equal(parameters(plain), parameters(zero))
    assert cost(x, y, model) == cost(x, y, model, 0.0)
    np.testing.assert_array_equal(
        gradient_descent(x, y, 0.1, 5).losses, gradient_descent(x, y, 0.1, 5, penalty=0.0).losses
    )
    np.testing.assert_array_equal(parameters(newton(x, y)), parameters(newton(x, y, penalty=0.0)))


def test_fractions_and_single_precision_count_in_double_precision() -> None:
    z = np.array([0.3, -2.0], dtype=np.float32)
    y = np.array([Decimal(1), Decimal(0)])
    assert logistic_regression.log_loss(z, y) == logistic_regression.log_loss(z.astype(np.float64), [1.0, 0.0])
    assert logistic_regression.log_loss(y, [1.0, 0.0]) == logistic_regression.log_loss([1.0, 0.0], [1.0, 0.0])


def test_a_slope_of_a_tenth_of_a_billionth_is_none() -> None:
    """At zero the slopes are mean((1/2 - y) x) = 1e-10 for the weight and 0 for the bias."""
    np.testing.assert_array_equal(parameters(newton([[4e-10], [0.0]], [0, 1])), [0.0, 0.0])


def test_giving_up_where_rounding_hides_the_minimum() -> None:
    """With inputs of 1e12, slopes of 1e-10 are far below what double precision can tell."""
    with pytest.raises(ValueError, match=r"^no minimum found in 50 steps$"):
        newton([[0.0], [1e12], [2e12], [3e12]], [0, 1, 0, 1])


def test_giving_up() -> None:
    with pytest.raises(ValueError, match=r"^no minimum found in 1 steps$"):
        newton([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1], max_steps=1)


def test_balanced_classes_need_no_step() -> None:
    """XOR: no weight helps, so zero is best and nothing is separated."""
    model = newton([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    np.testing.assert_array_equal(parameters(model), [0, 0, 0])


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1.0, 2.0], [1.0, 0.0], r"^inputs: expected 2 dimensions, got the shape \(2,\)$"),
        ([[1.0], [2.0]], [1.0], r"^2 rows of inputs, but 1 targets$"),
        (np.ones((0, 1)), [], r"^there is no example to learn from$"),
        ([[1.0], [2.0]], [1.0, 0.5], r"^each target must be 0 or 1$"),
    ],
)
def test_examples_must_fit(x: list[list[float]], y: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        newton(x, y)
    with pytest.raises(ValueError, match=message):
        gradient(x, y, LinearModel(np.zeros(1), 0.0))
    with pytest.raises(ValueError, match=message):
        gradient_descent(x, y, 0.1, 1)


def test_logits_must_fit() -> None:
    mismatch = r"^logits of the shape \({}\) do not fit targets of the shape \({}\)$"
    with pytest.raises(ValueError, match=mismatch.format("2,", "1,")):
        logistic_regression.log_loss([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match=mismatch.format("0,", "0,")):
        logistic_regression.log_loss([], [])
    with pytest.raises(ValueError, match=r"^each target must be 0 or 1$"):
        logistic_regression.log_loss([1.0], [2.0])
    with pytest.raises(ValueError, match=r"^1 weights do not fit inputs of the shape \(2,\)$"):
        predict_probability([1.0, 2.0], LinearModel(np.zeros(1), 0.0))
