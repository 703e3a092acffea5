"""Activations, against SciPy, the literals of Keras's own tests, finite differences and identities."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from deeplearning import activations

Numbers = NDArray[np.float64]
Function = Callable[[Numbers], Numbers]

any_number = st.floats(-1e300, 1e300)
any_array = arrays(np.float64, array_shapes(max_dims=3, max_side=4), elements=any_number)
moderate = st.floats(-30.0, 30.0)
edges = np.array([-1e308, -1000.0, -745.0, -37.0, -1e-300, -0.0, 0.0, 1e-300, 37.0, 745.0, 1000.0, 1e308])

ELEMENTWISE = ["step", "step_slope", "sigmoid", "sigmoid_slope", "tanh", "tanh_slope", "relu", "relu_slope"]


def same_as(function: Function, reference: Function, z: Numbers) -> None:
    np.testing.assert_allclose(function(z), reference(z), rtol=4e-15, atol=0)


@given(any_array)
def test_values_are_those_of_scipy_and_numpy(z: Numbers) -> None:
    same_as(activations.sigmoid, scipy.special.expit, np.clip(z, -700, None))
    same_as(activations.tanh, np.tanh, z)
    same_as(activations.relu, lambda x: np.where(x > 0, x, 0.0), z)
    same_as(activations.step, lambda x: np.heaviside(x, 0.0), z)


@given(arrays(np.float64, 7, elements=moderate))
def test_moderate_numbers_agree_too(z: Numbers) -> None:
    same_as(activations.sigmoid, scipy.special.expit, z)
    same_as(activations.tanh, np.tanh, z)
    same_as(activations.softmax, scipy.special.softmax, z)


@given(arrays(np.float64, (3, 5), elements=any_number))
def test_softmax_is_that_of_scipy(z: Numbers) -> None:
    np.testing.assert_allclose(activations.softmax(z), scipy.special.softmax(z, axis=-1), rtol=1e-13, atol=1e-300)


def test_literals_of_keras_tests() -> None:
    """``NNOpsCorrectnessTest`` of Keras 3: the same numbers for every backend."""
    z = [-1.0, 0.0, 1.0, 2.0, 3.0]
    np.testing.assert_array_equal(activations.relu(z), [0, 0, 1, 2, 3])
    np.testing.assert_allclose(activations.sigmoid(z), [0.26894143, 0.5, 0.7310586, 0.880797, 0.95257413], rtol=1e-6)
    np.testing.assert_allclose(activations.softmax([1, 2, 3]), [0.09003057, 0.24472848, 0.66524094], rtol=1e-6)


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (activations.sigmoid, activations.sigmoid_slope),
        (activations.tanh, activations.tanh_slope),
        (activations.relu, activations.relu_slope),
        (activations.step, activations.step_slope),
    ],
    ids=["sigmoid", "tanh", "relu", "step"],
)
@given(z=moderate.filter(lambda z: abs(z) > 1e-4))
def test_slopes_are_finite_differences(function: Function, slope: Function, z: float) -> None:
    h = 1e-5
    difference = (function(np.array(z + h)) - function(np.array(z - h))) / (2 * h)
    assert float(slope(np.array(z))) == pytest.approx(float(difference), abs=2e-10)


def test_largest_slopes_are_at_zero() -> None:
    assert float(activations.sigmoid_slope(0.0)) == 0.25
    assert float(activations.tanh_slope(0.0)) == 1.0
    z = np.linspace(-5, 5, 101)
    assert int(activations.sigmoid_slope(z).argmax()) == int(activations.tanh_slope(z).argmax()) == 50


def test_conventions_at_zero() -> None:
    for at_zero in (0.0, -0.0):
        assert float(activations.step(at_zero)) == 0.0
        assert float(activations.relu_slope(at_zero)) == 0.0
        assert float(activations.step_slope(at_zero)) == 0.0


@given(st.floats(-700.0, 700.0))
def test_slopes_do_not_round_to_zero_while_they_are_numbers(z: float) -> None:
    """The closed forms in terms of cosh, which lose no digits: s' = 1/(4 cosh(z/2)^2) and tanh' = 1/cosh(z)^2."""
    np.testing.assert_allclose(activations.sigmoid_slope(z), 0.25 / np.cosh(z / 2) ** 2, rtol=1e-12)
    np.testing.assert_allclose(activations.tanh_slope(z / 2), 1.0 / np.cosh(z / 2) ** 2, rtol=1e-12)


@given(moderate)
def test_identities(z: float) -> None:
    assert float(activations.sigmoid(-z)) == pytest.approx(1 - float(activations.sigmoid(z)), abs=1e-15)
    assert float(activations.tanh(z)) == pytest.approx(2 * float(activations.sigmoid(2 * z)) - 1, abs=1e-15)
    two_classes = activations.softmax([z, 0.0])
    assert float(two_classes[0]) == pytest.approx(float(activations.sigmoid(z)), rel=1e-13)


@given(arrays(np.float64, st.integers(1, 6), elements=moderate), moderate)
def test_softmax_is_a_distribution_that_a_shift_does_not_change(z: Numbers, shift: float) -> None:
    shares = activations.softmax(z)
    assert float(shares.sum()) == pytest.approx(1.0, abs=1e-14)
    assert (shares > 0).all()
    np.testing.assert_allclose(activations.softmax(z + shift), shares, rtol=1e-12)
    assert shares[z.argmax()] == shares.max()


@given(arrays(np.float64, st.integers(1, 5), elements=st.floats(-8, 8)))
def test_softmax_slopes_are_finite_differences(z: Numbers) -> None:
    h, eye = 1e-5, np.eye(len(z))
    columns = [(activations.softmax(z + h * e) - activations.softmax(z - h * e)) / (2 * h) for e in eye]
    slopes = activations.softmax_slope(z)
    np.testing.assert_allclose(slopes, np.column_stack(columns), atol=1e-9)
    np.testing.assert_allclose(slopes.sum(axis=1), 0.0, atol=1e-15)


def test_softmax_acts_along_the_last_axis() -> None:
    scores = np.array([[[0.0, np.log(3.0)], [5.0, 5.0]]])
    np.testing.assert_allclose(activations.softmax(scores), [[[0.25, 0.75], [0.5, 0.5]]], rtol=1e-15)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_no_number_is_too_large_or_too_small(name: str) -> None:
    result = getattr(activations, name)(edges)
    assert np.isfinite(result).all()
    assert result.dtype == np.float64
    if name in ("sigmoid", "tanh"):
        assert result[0] == (0.0 if name == "sigmoid" else -1.0)
        assert result[-1] == 1.0


def test_huge_scores() -> None:
    np.testing.assert_array_equal(activations.softmax([1e308, 0.0, -1e307]), [1.0, 0.0, 0.0])
    np.testing.assert_allclose(activations.softmax([1001.0, 1002.0, 1003.0]), scipy.special.softmax([1, 2, 3]))


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 0, 3), (2, 3)])
def test_shapes_are_kept(name: str, shape: tuple[int, ...]) -> None:
    assert np.shape(getattr(activations, name)(np.ones(shape))) == shape


def test_tanh_is_exact_near_zero_and_odd() -> None:
    np.testing.assert_allclose(activations.tanh([1e-20, -1e-20, 3e-9]), [1e-20, -1e-20, 3e-9], rtol=1e-15)
    assert np.signbit(activations.tanh(-0.0))


def test_whole_numbers_become_double_precision() -> None:
    assert activations.relu([-1, 2]).dtype == np.float64
    assert activations.softmax([1, 1]).dtype == np.float64


@pytest.mark.parametrize("name", [*ELEMENTWISE, "softmax"])
@pytest.mark.parametrize("kind", [np.float32, np.uint8, object])
def test_numbers_of_any_kind_count_in_double_precision(name: str, kind: type) -> None:
    z: NDArray[Any] = np.array([3, 1, 2]).astype(kind)
    result = getattr(activations, name)(z)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, getattr(activations, name)(np.array([3.0, 1.0, 2.0])))


@pytest.mark.parametrize("shape", [(), (0,), (3, 0)])
def test_softmax_needs_scores(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"^softmax needs scores along its last axis, got the shape \("):
        activations.softmax(np.zeros(shape))


def test_softmax_slope_is_of_one_layer() -> None:
    with pytest.raises(ValueError, match=r"^scores: expected 1 dimensions, got the shape \(1, 2\)$"):
        activations.softmax_slope([[1.0, 2.0]])
