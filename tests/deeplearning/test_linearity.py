"""Linear maps and straight lines, against scikit-learn, linear programs and proofs."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from sklearn.linear_model import LinearRegression  # type: ignore[import-untyped]

from deeplearning.activations import relu
from deeplearning.linearity import best_line, superposition_error, through_origin

XOR = [(0, 0), (0, 1), (1, 0), (1, 1)]
places = st.integers(-4, 4)


@given(st.lists(places, min_size=3, max_size=3), st.lists(places, min_size=3, max_size=3), places)
def test_a_matrix_is_linear_and_a_shift_is_not(u: list[int], v: list[int], c: int) -> None:
    """By whole numbers, exactly: a shift s is missed by |s - (s + c s)| = |c s|."""
    matrix = np.array([[1, -2, 3], [0, 5, -1]])
    assert superposition_error(lambda x: matrix @ x, u, v, c) == 0.0
    assert superposition_error(lambda x: matrix @ x + [1, -7], u, v, c) == 7 * abs(c)


def test_curves_are_found_out() -> None:
    assert superposition_error(np.square, 1, 2, 3.0) == abs(7**2 - (1 + 3 * 4))
    assert superposition_error(relu, -1, 1, 1.0) == 1.0
    assert superposition_error(lambda x: x[0] * x[1], [1, 1], [1, 1], 1.0) == 2.0
    assert superposition_error(lambda x: 2 * x + 1, 1.0, 2.0, 1.0) == 1.0


def test_whole_numbers_of_any_size_are_read() -> None:
    """NumPy would keep integers of this size as Python objects, which have no square root."""
    big = 10**30
    assert superposition_error(np.sqrt, [big], [1.0], 1.0) == pytest.approx(1.0)
    assert superposition_error(np.sqrt, [1.0], [big], 1.0) == pytest.approx(1.0)


def test_three_points_by_hand() -> None:
    """The worked example of the note on the bias: 13 / 5."""
    assert through_origin([[0], [1], [2]], [1, 3, 5]) == 2.6
    assert through_origin([[-2]], [3]) == -1.5


@given(st.lists(st.tuples(st.integers(1, 9), places), min_size=1, max_size=6))
def test_slope_is_that_of_scikit_learn(points: list[tuple[int, int]]) -> None:
    x, y = np.array([[x] for x, _ in points]), [y for _, y in points]
    expected = LinearRegression(fit_intercept=False).fit(x, y).coef_[0]
    assert through_origin(x, y) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("inputs", [[[0.0], [0.0]], [[1.0, 2.0], [3.0, 4.0]]])
def test_no_slope(inputs: list[list[float]]) -> None:
    with pytest.raises(ValueError, match=r"^expected one column of inputs, not all of them 0$"):
        through_origin(inputs, [1.0, 2.0])


def most_separable(points: list[tuple[int, int]], labels: tuple[int, ...]) -> int:
    """The largest number of points that some line gets right: a linear program for each set of them."""
    for count in range(len(points), 0, -1):
        for chosen in itertools.combinations(range(len(points)), count):
            signs = [1 if labels[k] else -1 for k in chosen]
            rows = [[-s * points[k][0], -s * points[k][1], -s] for s, k in zip(signs, chosen, strict=True)]
            if linprog([0, 0, 0], A_ub=rows, b_ub=[-1] * count, bounds=[(None, None)] * 3).success:
                return count
    return 0


@pytest.mark.parametrize("labels", list(itertools.product((0, 1), repeat=4)))
def test_all_logic_gates(labels: tuple[int, ...]) -> None:
    """Of the 16 functions of two bits, only XOR and its opposite are beyond a line."""
    line = best_line(XOR, labels)
    assert line.correct == most_separable(XOR, labels) == (3 if labels in {(0, 1, 1, 0), (1, 0, 0, 1)} else 4)
    says = [line.weights[0] * a + line.weights[1] * b + line.bias > 0 for a, b in XOR]
    assert [bool(said) == bool(label) for said, label in zip(says, labels, strict=True)].count(True) == line.correct


def test_five_points() -> None:
    points = [(0, 0), (4, 0), (0, 4), (4, 4), (2, 2)]
    for labels in [(0, 0, 0, 0, 1), (1, 0, 0, 1, 1), (0, 1, 0, 1, 1)]:
        assert best_line(points, labels).correct == most_separable(points, labels)


def test_widest_gap_comes_first() -> None:
    """XOR: at 45 degrees, half way between (0, 0) and the line from (0, 1) to (1, 0)."""
    line = best_line(XOR, [0, 1, 1, 0])
    np.testing.assert_allclose(line.weights, [math.sqrt(0.5), math.sqrt(0.5)], rtol=1e-12)
    assert line.bias == pytest.approx(-math.sqrt(0.125), rel=1e-12)
    wide = best_line([(0, 0), (6, 0)], [0, 1])
    np.testing.assert_allclose([*wide.weights, wide.bias], [1.0, 0.0, -3.0], atol=1e-12)


def test_a_line_beyond_all_points() -> None:
    ones, zeros = best_line([(0, 0)], [1], 4), best_line([(0, 0)], [0], 4)
    assert (ones.bias, ones.correct, zeros.bias, zeros.correct) == (0.5, 1, -0.5, 1)


def test_few_directions_see_less() -> None:
    """Along the first axis alone the points of AND cannot be told apart."""
    assert best_line(XOR, [0, 0, 0, 1], 4).correct == 3
    assert best_line(XOR, [0, 0, 0, 1], 8).correct == 4


def test_points_have_labels() -> None:
    with pytest.raises(ValueError, match=r"^2 rows of inputs, but 1 targets$"):
        best_line([(0, 0), (1, 1)], [1])
