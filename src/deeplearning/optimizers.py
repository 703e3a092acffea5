"""Optimizers: how a gradient becomes a step.

Each is a frozen set of hyperparameters with Keras's names and defaults, and a
pure pair: ``init(params)`` gives the first state, and ``update(gradient,
state, params)`` the next parameters and state. To add one, write its state as
a ``NamedTuple`` and its step as ``update``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from deeplearning._arrays import FloatArray

State = TypeVar("State")


class Optimizer(Protocol[State]):
    """What all optimizers have in common."""

    def init(self, params: ArrayLike) -> State:
        """The state before the first step."""
        ...

    def update(
        self, gradient: ArrayLike, state: State, params: ArrayLike
    ) -> tuple[FloatArray, State]:
        """The parameters and the state after one more step."""
        ...


@dataclass(frozen=True)
class SGD:
    """Plain gradient descent: ``w <- w - learning_rate * g``.

    Args:
        learning_rate: positive.

    Raises:
        ValueError: the learning rate is not positive.

    Source:
        Robbins, H., Monro, S. (1951). A stochastic approximation method.
        Default: Keras 3, without momentum.
    """

    learning_rate: float = 0.01

    def __post_init__(self) -> None:
        _check_positive("learning_rate", self.learning_rate)

    def init(self, params: ArrayLike) -> None:
        """Nothing has to be remembered.

        Args:
            params: numbers of any shape.
        """

    def update(
        self, gradient: ArrayLike, state: None, params: ArrayLike
    ) -> tuple[FloatArray, None]:
        """Take one step downhill.

        Args:
            gradient: the slopes at ``params``, in their shape.
            state: nothing.
            params: where we are.

        Returns:
            The next parameters, and nothing.

        Raises:
            ValueError: the shapes differ.
        """
        slope, here = _in_one_shape(gradient, params)
        return here - self.learning_rate * slope, None


class AdamState(NamedTuple):
    """What Adam remembers, in the shape of the parameters."""

    steps: int
    """How many steps were taken."""
    momentum: FloatArray
    """The moving average m of the gradients."""
    velocity: FloatArray
    """The moving average v of the squared gradients."""
    largest_velocity: FloatArray
    """The largest v so far, which AMSGrad divides by."""


@dataclass(frozen=True)
class Adam:
    """Adam: steps of similar size in each direction, however steep it is.

    Args:
        learning_rate: positive; about the size of the first steps.
        beta_1: how much of the average gradient is kept in each step, from 0
            to below 1.
        beta_2: the same for the average squared gradient.
        epsilon: positive; keeps the division finite where all gradients were 0.
        amsgrad: divide by the largest average so far, so that no step grows
            because gradients shrink.

    Raises:
        ValueError: one of them is out of its range.

    Source:
        Kingma, D. P., Ba, J. (2015). Adam: a method for stochastic
        optimization. ICLR. AMSGrad: Reddi, S. J., Kale, S., Kumar, S. (2018).
        On the convergence of Adam and beyond. ICLR. Defaults: Keras 3.
    """

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-7
    amsgrad: bool = False

    def __post_init__(self) -> None:
        _check_positive("learning_rate", self.learning_rate)
        _check_positive("epsilon", self.epsilon)
        _check_decay("beta_1", self.beta_1)
        _check_decay("beta_2", self.beta_2)

    def init(self, params: ArrayLike) -> AdamState:
        """Averages that start at zero, which is why they need a correction.

        Args:
            params: numbers of any shape.

        Returns:
            The state before the first step.
        """
        zeros = np.zeros(np.shape(params))
        return AdamState(0, zeros, zeros, zeros)

    def update(
        self, gradient: ArrayLike, state: AdamState, params: ArrayLike
    ) -> tuple[FloatArray, AdamState]:
        """Take one step.

        ``m <- beta_1 m + (1 - beta_1) g``,
        ``v <- beta_2 v + (1 - beta_2) g^2``,
        ``correction = sqrt(1 - beta_2^t) / (1 - beta_1^t)``,
        ``w <- w - learning_rate * correction * m / (sqrt(v) + epsilon)``.

        So do Keras, TensorFlow and the end of section 2 of the paper. Its
        algorithm 1 corrects v before it adds epsilon: as if epsilon were
        multiplied by ``sqrt(1 - beta_2^t)`` here.

        Args:
            gradient: the slopes at ``params``, in their shape.
            state: from ``init`` or the last ``update``.
            params: where we are.

        Returns:
            The next parameters and the next state.

        Raises:
            ValueError: the shapes differ.
        """
        g, w = _in_one_shape(gradient, params)
        t = state.steps + 1
        m = self.beta_1 * state.momentum + (1 - self.beta_1) * g
        v = self.beta_2 * state.velocity + (1 - self.beta_2) * g**2
        largest = np.maximum(state.largest_velocity, v)
        correction = np.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
        root = np.sqrt(largest if self.amsgrad else v)
        change = correction * m / (root + self.epsilon)
        return w - self.learning_rate * change, AdamState(t, m, v, largest)


def trajectory(
    optimizer: Optimizer[State],
    gradient: Callable[[FloatArray], ArrayLike],
    start: ArrayLike,
    steps: int,
) -> FloatArray:
    """Where an optimizer goes.

    Args:
        optimizer: takes the steps.
        gradient: gives the slopes at some parameters, in their shape.
        start: the first parameters, of any shape.
        steps: how many, from 0.

    Returns:
        Shape (steps + 1, *shape of start): the parameters before the first
        step and after each.
    """
    params = np.array(start, dtype=np.float64)
    state, path = optimizer.init(params), [params]
    for _ in range(steps):
        params, state = optimizer.update(gradient(params), state, params)
        path.append(params)
    return np.array(path)


def _in_one_shape(
    gradient: ArrayLike, params: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    slope = np.asarray(gradient, dtype=np.float64)
    here = np.asarray(params, dtype=np.float64)
    if slope.shape != here.shape:
        raise ValueError(
            f"a gradient of the shape {slope.shape} "
            f"does not fit parameters of the shape {here.shape}"
        )
    return slope, here


def _check_positive(name: str, value: float) -> None:
    if not value > 0:
        raise ValueError(f"{name} must be positive, not {value}")


def _check_decay(name: str, value: float) -> None:
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be from 0 to below 1, not {value}")
