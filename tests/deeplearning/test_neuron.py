"""The neuron, against arithmetic done by hand and sums of fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deeplearning.neuron import contributions, neuron, weighted_sum

small_integers = st.integers(-1000, 1000)
pairs = st.lists(st.tuples(small_integers, small_integers), max_size=8)


def test_example_of_the_notes() -> None:
    """Inputs 0.3 and 0.8 with weights of one half: 0.15 + 0.40 = 0.55."""
    np.testing.assert_allclose(contributions([0.3, 0.8], [0.5, 0.5]), [0.15, 0.40], rtol=1e-15)
    assert float(weighted_sum([0.3, 0.8], [0.5, 0.5])) == pytest.approx(0.55, abs=1e-15)
    assert float(weighted_sum([0.3, 0.8], [0.5, 0.5], -0.7)) == pytest.approx(-0.15, abs=1e-15)


@given(pairs, small_integers)
def test_sum_is_exact_for_whole_numbers(terms: list[tuple[int, int]], bias: int) -> None:
    inputs, weights = [x for x, _ in terms], [w for _, w in terms]
    expected = sum((Fraction(x) * Fraction(w) for x, w in terms), Fraction(bias))
    assert Fraction(float(weighted_sum(inputs, weights, float(bias)))) == expected


def test_several_examples_have_one_sum_each() -> None:
    inputs = np.array([[1.0, 2.0, 3.0], [0.0, -1.0, 5.0]])
    weights = [10.0, 100.0, 1000.0]
    np.testing.assert_array_equal(contributions(inputs, weights), [[10, 200, 3000], [0, -100, 5000]])
    np.testing.assert_array_equal(weighted_sum(inputs, weights, 7.0), [3217.0, 4907.0])


def test_output_is_the_activation_of_the_sum() -> None:
    assert float(neuron([2.0, 3.0], [5.0, 7.0], 1.0, np.square)) == 32.0**2
    np.testing.assert_array_equal(neuron([[1.0], [2.0]], [3.0], 0.5, np.negative), [-3.5, -6.5])


def test_step_neurons_are_logic_gates() -> None:
    """The claim of McCulloch and Pitts, checked against Python's own operators."""
    table = [(a, b) for a in (0, 1) for b in (0, 1)]

    def fires(bias: float, weights: list[float]) -> list[bool]:
        return [bool(neuron(row, weights, bias, lambda z: np.where(z > 0, 1.0, 0.0))) for row in table]

    assert fires(-1.5, [1, 1]) == [bool(a and b) for a, b in table]
    assert fires(-0.5, [1, 1]) == [bool(a or b) for a, b in table]


def test_a_neuron_without_inputs_says_its_bias() -> None:
    assert float(weighted_sum([], [], 4.0)) == 4.0
    assert weighted_sum(np.ones((0, 2)), [1.0, 1.0]).shape == (0,)


def test_huge_numbers_stay_what_they_are() -> None:
    assert float(weighted_sum([1e200, 1.0], [1e100, 1.0])) == 1e300
    assert contributions([10**30], [2.0]).dtype == np.float64


@pytest.mark.parametrize("inputs", [[1.0], [[1.0], [2.0]], 3.0, [1.0, 2.0, 3.0]])
def test_weights_must_fit(inputs: object) -> None:
    shape = str(np.shape(np.asarray(inputs))).replace("(", r"\(").replace(")", r"\)")
    with pytest.raises(ValueError, match=rf"^2 weights do not fit inputs of the shape {shape}$"):
        weighted_sum(np.asarray(inputs), [1.0, 2.0])


def test_weights_are_a_vector() -> None:
    with pytest.raises(ValueError, match=r"^weights: expected 1 dimensions, got the shape \(1, 2\)$"):
        contributions([1.0, 2.0], [[1.0, 2.0]])
