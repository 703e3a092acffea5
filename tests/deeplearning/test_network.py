"""Layers, against scikit-learn, loops over single weights, fractions and an example done by hand."""

import re
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from sklearn.neural_network import MLPRegressor  # type: ignore[import-untyped]

from deeplearning.activations import relu, sigmoid, tanh
from deeplearning.network import Dense, affine, collapse, forward, parameter_count

Numbers = NDArray[np.float64]


def identity(z: Numbers) -> Numbers:
    return z


def random_layers(widths: list[int], seed: int, whole: bool = False) -> list[Dense]:
    random = np.random.default_rng(seed)

    def draw(*shape: int) -> Numbers:
        return random.integers(-9, 10, shape).astype(float) if whole else random.normal(size=shape)

    return [Dense(draw(m, n), draw(m)) for n, m in pairwise(widths)]


widths_of_networks = st.lists(st.integers(1, 5), min_size=2, max_size=5)


def test_two_two_one_by_hand() -> None:
    """The worked example of the note: 0.5 and 0 in the middle, 0.7 at the end before the sigmoid."""
    layers = [Dense([[0.5, -0.25], [-1.0, 0.75]], [0.5, -1.0]), Dense([[1.2, -0.8]], [0.1])]
    np.testing.assert_array_equal(affine([1.0, 2.0], layers[0]), [0.5, -0.5])
    inputs, hidden, output = forward([1, 2], layers, [relu, sigmoid])
    np.testing.assert_array_equal(inputs, [1.0, 2.0])
    np.testing.assert_array_equal(hidden, [0.5, 0.0])
    np.testing.assert_allclose(output, [1 / (1 + np.exp(-0.7))], rtol=1e-15)


def test_xor_with_two_relu_neurons_is_exact() -> None:
    layers = [Dense([[1, 1], [1, 1]], [0, -1]), Dense([[1, -2]], [0])]
    table = [(a, b) for a in (0, 1) for b in (0, 1)]
    output = forward(table, layers, [relu, identity])[-1]
    np.testing.assert_array_equal(output, [[float(a ^ b)] for a, b in table])


@given(widths_of_networks, st.integers(0, 99))
def test_a_layer_is_a_loop_over_its_weights(widths: list[int], seed: int) -> None:
    """In fractions, neuron by neuron, exactly."""
    layers = random_layers(widths, seed, whole=True)
    inputs = np.random.default_rng(seed + 1).integers(-9, 10, (3, widths[0]))
    outputs = forward(inputs, layers, [identity] * len(layers))
    for example in range(3):
        values = [Fraction(int(x)) for x in inputs[example]]
        for layer, said in zip(layers, outputs[1:], strict=True):
            rows = zip(np.asarray(layer.weights), np.asarray(layer.bias), strict=True)
            values = [
                sum((Fraction(w) * x for w, x in zip(row, values, strict=True)), Fraction(bias)) for row, bias in rows
            ]
            assert [Fraction(number) for number in said[example]] == values


@pytest.mark.parametrize(("name", "function"), [("relu", relu), ("tanh", tanh), ("logistic", sigmoid)])
def test_forward_pass_of_scikit_learn(name: str, function: object) -> None:
    layers = random_layers([4, 5, 3, 2], seed=1)
    inputs = np.random.default_rng(2).normal(size=(7, 4))
    library = MLPRegressor(hidden_layer_sizes=(5, 3), activation=name, max_iter=1, random_state=0)
    with pytest.warns(UserWarning, match="converged"):  # only its shapes are of use
        library.fit(inputs, np.zeros((7, 2)))
    library.coefs_ = [np.asarray(layer.weights).T for layer in layers]
    library.intercepts_ = [np.asarray(layer.bias) for layer in layers]
    outputs = forward(inputs, layers, [function, function, identity])  # type: ignore[list-item]
    assert [output.shape for output in outputs] == [(7, 4), (7, 5), (7, 3), (7, 2)]
    np.testing.assert_allclose(outputs[-1], library.predict(inputs), rtol=1e-12)
    assert parameter_count([4, 5, 3, 2]) == sum(part.size for part in library.coefs_ + library.intercepts_)


def test_collapse_by_hand() -> None:
    """The worked example of the note: 2 x1 + 3 x2 + 1."""
    layers = [Dense([[1, 2], [0, -1]], [1, 0]), Dense([[2, 1]], [-1])]
    weights, bias = collapse(layers)
    np.testing.assert_array_equal(weights, [[2.0, 3.0]])
    np.testing.assert_array_equal(bias, [1.0])
    assert float(forward([1, 1], layers, [relu, identity])[-1][0]) == 7.0


@given(widths_of_networks, st.integers(0, 99))
def test_collapsed_layers_are_homogeneous_matrices(widths: list[int], seed: int) -> None:
    """Exactly: the product of the matrices that carry their bias as one more column."""
    layers = random_layers(widths, seed, whole=True)
    product = np.eye(widths[0] + 1)
    for layer in layers:
        top = np.column_stack([np.asarray(layer.weights), np.asarray(layer.bias)])
        product = np.vstack([top, np.eye(1, top.shape[1], top.shape[1] - 1)]) @ product
    weights, bias = collapse(layers)
    np.testing.assert_array_equal(weights, product[:-1, :-1])
    np.testing.assert_array_equal(bias, product[:-1, -1])
    one = Dense(weights, bias)
    inputs = np.random.default_rng(seed).integers(-9, 10, (4, widths[0]))
    np.testing.assert_array_equal(affine(inputs, one), forward(inputs, layers, [identity] * len(layers))[-1])


def test_a_narrow_layer_limits_the_rank() -> None:
    assert np.linalg.matrix_rank(np.asarray(collapse(random_layers([4, 1, 4], seed=3)).weights)) == 1


def test_counts_of_textbooks() -> None:
    """4-5-3-2 of the note, and LeNet's classifier, 400-120-84-10, of d2l: 48,120 + 10,164 + 850."""
    assert parameter_count([4, 5, 3, 2]) == 51
    assert parameter_count([400, 120, 84, 10]) == 48_120 + 10_164 + 850
    assert parameter_count([1, 1]) == 2
    assert parameter_count([3]) == 0


def test_no_examples_and_no_layers() -> None:
    layer = Dense(np.ones((3, 2)), np.zeros(3))
    assert affine(np.ones((0, 2)), layer).shape == (0, 3)
    assert [part.tolist() for part in forward([1, 2], [], [])] == [[1.0, 2.0]]


def test_whole_numbers_of_any_size_are_read() -> None:
    big = 10**30
    assert affine([big], Dense([[1.0]], [0.0])).dtype == np.float64
    assert forward([big], [], [])[0].dtype == np.float64


@pytest.mark.parametrize(
    ("inputs", "weights", "bias"),
    [
        ([1.0], [[1.0, 2.0]], [0.0]),
        (3.0, [[1.0]], [0.0]),
        ([[1.0, 2.0, 3.0]], [[1.0, 2.0]], [0.0]),
        ([1.0, 2.0], [[1.0, 2.0]], [0.0, 0.0]),
    ],
)
def test_shapes_must_fit(inputs: ArrayLike, weights: ArrayLike, bias: ArrayLike) -> None:
    shapes = [np.shape(part) for part in (weights, bias, inputs)]
    message = "weights of the shape {} and biases of the shape {} do not fit inputs of the shape {}".format(*shapes)
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        affine(inputs, Dense(weights, bias))


def test_layers_are_a_matrix_and_a_vector() -> None:
    with pytest.raises(ValueError, match=r"^weights: expected 2 dimensions, got the shape \(2,\)$"):
        affine([1.0, 2.0], Dense([1.0, 2.0], [0.0]))
    with pytest.raises(ValueError, match=r"^bias: expected 1 dimensions, got the shape \(\)$"):
        affine([1.0, 2.0], Dense([[1.0, 2.0]], 0.0))
    with pytest.raises(ValueError, match=r"^weights: expected 2 dimensions, got the shape \(2,\)$"):
        collapse([Dense([1.0, 2.0], [0.0])])


def test_layers_must_fit_each_other() -> None:
    layers = [Dense(np.ones((3, 2)), np.ones(3)), Dense(np.ones((1, 2)), np.ones(1))]
    for attempt in (lambda: collapse(layers), lambda: forward([1, 2], layers, [relu, relu])):
        with pytest.raises(ValueError, match=r"^weights of the shape \(1, 2\) .* inputs of the shape \(3,\)$"):
            attempt()
    with pytest.raises(ValueError, match="shorter than"):
        forward([1, 2], layers[:1], [])
    with pytest.raises(ValueError, match=r"^there is no layer to collapse$"):
        collapse([])


@pytest.mark.parametrize("widths", [[], [3, 0], [-1, 2]])
def test_widths_are_positive(widths: list[int]) -> None:
    with pytest.raises(ValueError, match=rf"^widths must be positive numbers, got {re.escape(str(widths))}$"):
        parameter_count(widths)
