"""Optimizers without TensorFlow: Keras's golden arrays, closed forms, the published algorithm, and properties.

Keras's own kernels are the oracle in ``test_against_tensorflow.py``.
"""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from deeplearning.optimizers import SGD, Adam, AdamState, trajectory

Numbers = NDArray[np.float64]

slopes = st.floats(-1e6, 1e6).filter(lambda g: g == 0 or abs(g) > 1e-6)
gradients = arrays(np.float64, st.tuples(st.integers(1, 12), st.just(3)), elements=slopes)


def run(optimizer: Adam, sequence: Numbers, start: Numbers) -> Numbers:
    """The parameters after each gradient."""
    params, state, path = start, optimizer.init(start), []
    for gradient in sequence:
        params, state = optimizer.update(gradient, state, params)
        path.append(params)
    return np.array(path)


def algorithm_1(sequence: Numbers, start: Numbers, rate: float, b1: float, b2: float, epsilon: float) -> Numbers:
    """Algorithm 1 of Kingma and Ba (2015), as printed, with sums in place of running averages."""
    w, path = start, []
    for t in range(1, len(sequence) + 1):
        age = np.arange(t - 1, -1, -1.0)[:, None]
        m = ((1 - b1) * b1**age * sequence[:t]).sum(axis=0)
        v = ((1 - b2) * b2**age * sequence[:t] ** 2).sum(axis=0)
        w = w - rate * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + epsilon)
        path.append(w)
    return np.array(path)


@given(gradients)
def test_is_the_published_algorithm_but_for_epsilon(sequence: Numbers) -> None:
    """With the paper's epsilon multiplied by sqrt(1 - beta_2^t) it would be the same; a tiny one is no matter."""
    start = np.array([1.0, -2.0, 3.0])
    expected = algorithm_1(sequence, start, 0.1, 0.8, 0.95, 1e-30)
    np.testing.assert_allclose(run(Adam(0.1, 0.8, 0.95, 1e-30), sequence, start), expected, rtol=1e-10, atol=1e-12)


def test_epsilon_is_added_before_the_correction() -> None:
    """The end of section 2 of the paper ("epsilon hat"); with a large epsilon the two forms are far apart."""
    g, rate, b2, epsilon = 2.0, 0.5, 0.99, 3.0
    v = (1 - b2) * g**2
    hat = rate * np.sqrt(1 - b2) * g / (np.sqrt(v) + epsilon)
    first = rate * g / (g + epsilon)
    params, _ = Adam(rate, 0.7, b2, epsilon).update(g, Adam(epsilon=epsilon).init(0.0), 0.0)
    assert float(params) == pytest.approx(-hat, rel=1e-14)
    assert abs(hat - first) > 0.1


def test_golden_arrays_of_keras() -> None:
    """``adam_test.py`` of Keras 3: ``Adam(amsgrad=True)`` on ones."""
    steps = np.vstack([np.full(10, 0.01), *[np.arange(0.1, 1.1, 0.1)] * 4])
    golden = np.tile([[0.999], [0.9982], [0.9974], [0.9965], [0.9955]], (1, 10))
    np.testing.assert_allclose(run(Adam(amsgrad=True), steps, np.ones(10)), golden, rtol=5e-4, atol=5e-4)


def test_single_step_of_keras() -> None:
    """The same file: learning rate 0.5, gradients 1, 6, 7, 2."""
    result = run(Adam(learning_rate=0.5), np.array([[1.0, 6.0, 7.0, 2.0]]), np.array([1.0, 2.0, 3.0, 4.0]))
    np.testing.assert_allclose(result, [[0.5, 1.5, 2.5, 3.5]], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("amsgrad", [False, True])
@given(st.floats(0.01, 1e8), st.integers(1, 40))
def test_constant_gradient_moves_by_the_learning_rate(amsgrad: bool, slope: float, steps: int) -> None:
    """Bias correction makes every step ``learning_rate``, but for epsilon, whatever the slope."""
    path = run(Adam(0.25, amsgrad=amsgrad), np.full((steps, 1), -slope), np.zeros(1))
    np.testing.assert_allclose(path[:, 0], 0.25 * np.arange(1, steps + 1), rtol=1e-3)


@given(gradients, st.sampled_from([2.0**-20, 2.0**20]))
def test_scale_of_the_gradients_does_not_matter(sequence: Numbers, factor: float) -> None:
    tiny = Adam(0.01, epsilon=1e-300)
    start = np.zeros(3)
    np.testing.assert_allclose(run(tiny, factor * sequence, start), run(tiny, sequence, start), rtol=1e-9, atol=1e-14)


@given(gradients)
def test_turning_the_gradients_round_turns_the_path_round(sequence: Numbers) -> None:
    start = np.zeros(3)
    np.testing.assert_array_equal(run(Adam(), -sequence, start), -run(Adam(), sequence, start))


@given(gradients)
def test_amsgrad_divides_by_the_largest_average_so_far(sequence: Numbers) -> None:
    state = Adam(amsgrad=True).init(np.zeros(3))
    velocities = []
    for gradient in sequence:
        _, state = Adam(amsgrad=True).update(gradient, state, np.zeros(3))
        velocities.append(state.velocity)
        np.testing.assert_array_equal(state.largest_velocity, np.max(velocities, axis=0))


def test_amsgrad_takes_smaller_steps_once_gradients_shrink() -> None:
    sequence = np.array([[100.0], [0.01], [0.01], [0.01]])
    plain, careful = (run(Adam(1.0, 0.0, 0.5, amsgrad=flag), sequence, np.zeros(1)) for flag in (False, True))
    assert plain[0] == careful[0]
    # v after the second step: 0.5 * 5000 + 0.5 * 1e-4; the largest is 5000, and the correction sqrt(1 - 0.25).
    second = np.sqrt(0.75) * 0.01 / (np.sqrt(np.array([2500.00005, 5000.0])) + 1e-7)
    assert float(plain[0, 0] - plain[1, 0]) == pytest.approx(second[0], rel=1e-9)
    assert float(careful[0, 0] - careful[1, 0]) == pytest.approx(second[1], rel=1e-9)


@given(st.integers(1, 10))
def test_without_any_gradient_nothing_moves(steps: int) -> None:
    """Epsilon keeps 0/0 away."""
    start = np.array([1.0, -3.0, 0.0])
    np.testing.assert_array_equal(run(Adam(), np.zeros((steps, 3)), start)[-1], start)


def test_counts_its_steps_and_leaves_what_it_is_given() -> None:
    start, optimizer = np.array([1.0, 2.0]), Adam()
    first = optimizer.init(start)
    assert first.steps == 0
    for part in first[1:]:
        np.testing.assert_array_equal(part, [0.0, 0.0])
    gradient = np.array([3.0, -4.0])
    params, second = optimizer.update(gradient, first, start)
    assert second.steps == 1
    np.testing.assert_allclose(second.momentum, [0.3, -0.4], rtol=1e-12)
    np.testing.assert_allclose(second.velocity, [0.009, 0.016], rtol=1e-12)
    for part, value in zip((start, gradient, *first[1:]), ([1, 2], [3, -4], [0, 0], [0, 0], [0, 0]), strict=True):
        np.testing.assert_array_equal(part, value)
    again, _ = optimizer.update(gradient, first, start)
    np.testing.assert_array_equal(params, again)


@pytest.mark.parametrize("shape", [(), (0,), (1,), (2, 3)])
def test_any_shape(shape: tuple[int, ...]) -> None:
    params, state = Adam().update(np.ones(shape), Adam().init(np.ones(shape)), np.ones(shape))
    assert np.shape(params) == shape == np.shape(state.velocity)
    np.testing.assert_allclose(params, np.full(shape, 0.999), rtol=1e-6)
    assert np.shape(SGD().update(np.ones(shape), None, np.ones(shape))[0]) == shape


@given(arrays(np.float64, 3, elements=slopes), st.floats(1e-3, 10))
def test_gradient_descent(gradient: Numbers, rate: float) -> None:
    start = np.array([1.0, -2.0, 3.0])
    SGD(rate).init(start)
    params, state = SGD(rate).update(gradient, None, start)
    np.testing.assert_allclose(params, [w - rate * g for w, g in zip(start, gradient, strict=True)], rtol=1e-15)
    assert state is None


def test_gradient_descent_in_a_bowl_has_a_closed_form() -> None:
    """``w_t = (1 - r c)^t w_0`` for the curvature c."""
    curvature = np.array([1.0, 4.0])
    path = trajectory(SGD(0.3), lambda w: curvature * w, [2.0, -1.0], 9)
    expected = [(1 - 0.3 * curvature) ** t * [2.0, -1.0] for t in range(10)]
    np.testing.assert_allclose(path, expected, rtol=1e-12)


def test_trajectory_starts_at_the_start_and_follows_the_optimizer() -> None:
    sequence = np.array([[1.0], [-3.0], [0.5]])
    given_out = iter(sequence)
    path = trajectory(Adam(0.1), lambda _: next(given_out), [7.0], 3)
    assert path.shape == (4, 1)
    np.testing.assert_array_equal(path[0], [7.0])
    np.testing.assert_array_equal(path[1:], run(Adam(0.1), sequence, np.array([7.0])))
    np.testing.assert_array_equal(trajectory(SGD(), lambda w: w, [[1.0, 2.0]], 0), [[[1.0, 2.0]]])


def test_adam_reaches_the_bottom_of_a_bowl() -> None:
    path = trajectory(Adam(0.1), lambda w: np.array([1.0, 30.0]) * w, [3.0, 1.0], 600)
    np.testing.assert_allclose(path[-1], 0.0, atol=1e-6)


def changed(name: str, value: float) -> Adam:
    change: dict[str, Any] = {name: value}
    return dataclasses.replace(Adam(), **change)


def test_hyperparameters_are_frozen_and_have_keras_names() -> None:
    assert dataclasses.asdict(Adam()) == {
        "learning_rate": 0.001,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-7,
        "amsgrad": False,
    }
    assert SGD().learning_rate == 0.01
    for optimizer in (Adam(), SGD()):
        with pytest.raises(dataclasses.FrozenInstanceError):
            optimizer.learning_rate = 1.0  # type: ignore[misc]


@pytest.mark.parametrize("name", ["learning_rate", "epsilon"])
@pytest.mark.parametrize("value", [0.0, -1.0, float("nan")])
def test_positive_hyperparameters(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be positive, not {value}$"):
        changed(name, value)
    if name == "learning_rate":
        with pytest.raises(ValueError, match=rf"^learning_rate must be positive, not {value}$"):
            SGD(value)


@pytest.mark.parametrize("name", ["beta_1", "beta_2"])
@pytest.mark.parametrize("value", [-0.1, 1.0, 2.0, float("nan")])
def test_averages_must_forget(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"^{name} must be from 0 to below 1, not {value}$"):
        changed(name, value)
    assert dataclasses.asdict(changed(name, 0.0))[name] == 0.0


def test_gradient_must_fit() -> None:
    message = r"^a gradient of the shape \(1,\) does not fit parameters of the shape \(2,\)$"
    with pytest.raises(ValueError, match=message):
        Adam().update([1.0], Adam().init([1.0, 2.0]), [1.0, 2.0])
    with pytest.raises(ValueError, match=message):
        SGD().update([1.0], None, [1.0, 2.0])


def test_state_is_a_plain_tuple() -> None:
    zeros = np.zeros(1)
    assert AdamState(3, zeros, zeros, zeros).steps == 3
