"""Whatever needs TensorFlow, in one file, so that one worker imports it once.

The strongest oracle for an optimizer is the C++ kernel of TensorFlow, in double precision.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras  # type: ignore[import-untyped]
import numpy as np
import pytest
import sklearn.metrics  # type: ignore[import-untyped]
import tensorflow as tf  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.datasets import load_digits  # type: ignore[import-untyped]

from deeplearning import activations, cnn, convolution, logistic_regression, neuron
from deeplearning.optimizers import SGD, Adam

Numbers = NDArray[np.float64]

RNG = np.random.default_rng(0)
SEQUENCES = {
    "growing": np.geomspace(1e-3, 1e3, 12)[:, None] * np.array([1.0, -2.0, 0.5]),
    "shrinking": np.geomspace(1e3, 1e-3, 12)[:, None] * np.array([1.0, -2.0, 0.5]),
    "changing sign": np.array([1.0, -1.0] * 6)[:, None] * np.array([3.0, 1e-4, -7.0]),
    "spikes": np.where(np.arange(36).reshape(12, 3) % 5 == 0, 50.0, 0.01),
    "tiny": np.full((12, 3), 1e-9),
    "zeros, then one": np.vstack([np.zeros((6, 3)), np.ones((6, 3))]),
    "noise": RNG.normal(size=(12, 3)),
}
HYPERPARAMETERS = [Adam(), Adam(0.1, 0.8, 0.95, 1e-3), Adam(0.5, 0.0, 0.5, 1e-8), Adam(0.01, 0.99, 0.9, 0.1)]
START = np.array([1.0, -2.0, 3.0])


def our_path(optimizer: Adam, sequence: Numbers) -> Numbers:
    params, state, path = START, optimizer.init(START), []
    for gradient in sequence:
        params, state = optimizer.update(gradient, state, params)
        path.append(params)
    return np.array(path)


def kernel_path(optimizer: Adam, sequence: Numbers) -> Numbers:
    """What TensorFlow's C++ kernel makes of the same gradients, in double precision."""
    w, m, v, largest = (tf.Variable(value, dtype=tf.float64) for value in (START, 0 * START, 0 * START, 0 * START))
    path = []
    for t, gradient in enumerate(sequence, start=1):
        arguments = {
            "var": w.handle,
            "m": m.handle,
            "v": v.handle,
            "beta1_power": np.float64(optimizer.beta_1**t),
            "beta2_power": np.float64(optimizer.beta_2**t),
            "lr": np.float64(optimizer.learning_rate),
            "beta1": np.float64(optimizer.beta_1),
            "beta2": np.float64(optimizer.beta_2),
            "epsilon": np.float64(optimizer.epsilon),
            "grad": gradient,
        }
        if optimizer.amsgrad:
            tf.raw_ops.ResourceApplyAdamWithAmsgrad(vhat=largest.handle, **arguments)
        else:
            tf.raw_ops.ResourceApplyAdam(**arguments)
        path.append(w.numpy())
    return np.array(path)


def keras_path(optimizer: keras.Optimizer, sequence: Numbers) -> Numbers:
    variable = keras.Variable(START, dtype="float64")
    path = []
    for gradient in sequence:
        optimizer.apply([keras.ops.convert_to_tensor(gradient)], [variable])
        path.append(variable.value.numpy())
    return np.array(path)


@pytest.mark.parametrize("sequence", SEQUENCES.values(), ids=SEQUENCES)
@pytest.mark.parametrize("amsgrad", [False, True])
@pytest.mark.parametrize("optimizer", HYPERPARAMETERS, ids=str)
def test_adam_is_the_kernel_of_tensorflow(optimizer: Adam, amsgrad: bool, sequence: Numbers) -> None:
    optimizer = Adam(optimizer.learning_rate, optimizer.beta_1, optimizer.beta_2, optimizer.epsilon, amsgrad)
    np.testing.assert_allclose(our_path(optimizer, sequence), kernel_path(optimizer, sequence), rtol=1e-12, atol=1e-12)


@given(
    arrays(np.float64, (6, 3), elements=st.floats(-1e3, 1e3, width=32).filter(lambda g: g == 0 or abs(g) > 1e-6)),
    st.booleans(),
)
@settings(max_examples=50)
def test_adam_is_the_kernel_for_any_gradients(sequence: Numbers, amsgrad: bool) -> None:
    optimizer = Adam(0.1, amsgrad=amsgrad)
    np.testing.assert_allclose(our_path(optimizer, sequence), kernel_path(optimizer, sequence), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("sequence", SEQUENCES.values(), ids=SEQUENCES)
@pytest.mark.parametrize("amsgrad", [False, True])
def test_adam_is_that_of_keras(amsgrad: bool, sequence: Numbers) -> None:
    ours = our_path(Adam(amsgrad=amsgrad), sequence)
    np.testing.assert_allclose(ours, keras_path(keras.optimizers.Adam(amsgrad=amsgrad), sequence), rtol=1e-6, atol=1e-6)


def test_amsgrad_matters_for_these_gradients() -> None:
    """Otherwise a test of AMSGrad on them would test nothing."""
    difference = our_path(Adam(amsgrad=True), SEQUENCES["shrinking"]) - our_path(Adam(), SEQUENCES["shrinking"])
    assert np.abs(difference).max() > 1e-6


def test_gradient_descent_is_that_of_keras() -> None:
    for sequence in SEQUENCES.values():
        expected = keras_path(keras.optimizers.SGD(), sequence)
        ours = [START]
        for gradient in sequence:
            ours.append(SGD().update(gradient, None, ours[-1])[0])
        np.testing.assert_allclose(ours[1:], expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(("ours", "theirs"), [(Adam, keras.optimizers.Adam), (SGD, keras.optimizers.SGD)])
def test_defaults_are_those_of_keras(ours: Callable[[], object], theirs: Callable[[], keras.Optimizer]) -> None:
    config = theirs().get_config()
    for name, value in vars(ours()).items():
        assert value == pytest.approx(config[name], rel=1e-6), name


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_activations_and_slopes_are_those_of_keras(name: str) -> None:
    z = np.linspace(-6, 6, 25)
    variable = tf.Variable(z)
    with tf.GradientTape() as tape:
        output = getattr(keras.activations, name)(variable)
    np.testing.assert_allclose(getattr(activations, name)(z), output.numpy(), rtol=1e-12, atol=1e-15)
    slopes = tape.gradient(output, variable).numpy()
    np.testing.assert_allclose(getattr(activations, name + "_slope")(z), slopes, rtol=1e-9, atol=1e-15)


def test_softmax_and_its_slopes_are_those_of_tensorflow() -> None:
    z = tf.Variable([2.0, 1.0, 0.0, -1.0], dtype=tf.float64)
    with tf.GradientTape() as tape:
        shares = tf.nn.softmax(z)
    np.testing.assert_allclose(activations.softmax(z.numpy()), shares.numpy(), rtol=1e-14)
    np.testing.assert_allclose(activations.softmax_slope(z.numpy()), tape.jacobian(shares, z).numpy(), atol=1e-15)


def test_neuron_is_a_dense_layer_of_one_unit() -> None:
    layer = keras.layers.Dense(1, activation="sigmoid", dtype="float64")
    inputs = np.array([[0.3, 0.8], [-1.0, 2.0]])
    layer.build(inputs.shape)
    layer.set_weights([np.array([[0.5], [0.25]]), np.array([-0.7])])
    ours = neuron.neuron(inputs, [0.5, 0.25], -0.7, activations.sigmoid)
    np.testing.assert_allclose(ours, np.asarray(layer(inputs))[:, 0], rtol=1e-12)


def test_log_loss_is_the_binary_crossentropy_of_keras() -> None:
    z, y = RNG.normal(scale=4, size=20), RNG.integers(0, 2, size=20).astype(float)
    expected = keras.losses.binary_crossentropy(y, z, from_logits=True)
    assert logistic_regression.log_loss(z, y) == pytest.approx(float(expected), rel=1e-6)


@pytest.mark.parametrize(("stride", "padding", "dilation"), [(1, 0, 1), (2, 0, 1), (1, 1, 1), (1, 0, 2), (3, 2, 1)])
def test_convolution_is_that_of_keras(stride: int, padding: int, dilation: int) -> None:
    image, kernels, bias = RNG.normal(size=(9, 8, 3)), RNG.normal(size=(3, 2, 3, 4)), RNG.normal(size=4)
    padded = np.pad(image, ((padding, padding), (padding, padding), (0, 0)))
    layer = keras.layers.Conv2D(4, (3, 2), strides=stride, dilation_rate=dilation, dtype="float64")
    layer.build((1, *padded.shape))
    layer.set_weights([kernels, bias])
    expected = np.asarray(layer(padded[np.newaxis]))[0]
    ours = convolution.conv2d(image, kernels, bias, stride=stride, padding=padding, dilation=dilation)
    np.testing.assert_allclose(ours, expected, rtol=1e-10, atol=1e-12)
    assert convolution.parameter_count((3, 2), 3, 4) == layer.count_params()


@pytest.mark.parametrize("size", [5, 6, 28])
@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_output_size_is_that_of_keras(size: int, kernel: int, stride: int) -> None:
    layer = keras.layers.Conv2D(1, kernel, strides=stride)
    expected = layer.compute_output_shape((1, size, size, 1))[1]
    assert convolution.output_size(size, kernel, stride) == expected
    if stride == 1:
        same = keras.layers.Conv2D(1, kernel, padding="same").compute_output_shape((1, size, size, 1))[1]
        assert convolution.output_size(size, kernel, 1, kernel // 2) == same == size


@pytest.fixture(scope="module")
def split() -> cnn.Split:
    return cnn.digits(0)


def test_digits_are_all_there_once(split: cnn.Split) -> None:
    data = load_digits()
    images = np.concatenate([split.train_images, split.test_images])
    labels = np.concatenate([split.train_labels, split.test_labels])
    assert images.shape == (1797, 8, 8, 1)
    assert images.dtype == np.float32
    assert (float(images.min()), float(images.max())) == (0.0, 1.0)

    def rows(pixels: Numbers, classes: NDArray[np.int64]) -> list[tuple[float, ...]]:
        return sorted(tuple(row) for row in np.column_stack([pixels.reshape(1797, 64), classes]).tolist())

    assert rows(images * 16, labels) == rows(data.data, data.target)


def test_split_is_seeded_and_stratified(split: cnn.Split) -> None:
    again, other = cnn.digits(0), cnn.digits(1)
    np.testing.assert_array_equal(split.test_images, again.test_images)
    assert not np.array_equal(split.test_labels, other.test_labels)
    assert len(split.test_labels) == 450
    assert len(cnn.digits(0, 0.5).test_labels) == 899
    shares = np.bincount(split.test_labels) / 450 - np.bincount(load_digits().target) / 1797
    assert np.abs(shares).max() < 0.003


def test_parameters_are_counted_as_on_paper() -> None:
    ours = convolution.parameter_count((3, 3), 1, 16) + convolution.parameter_count((3, 3), 16, 32)
    assert cnn.convolutional_network(0).count_params() == ours + (4 * 4 * 32 + 1) * 10 == 9_930
    assert cnn.dense_network(0).count_params() == (64 + 1) * 512 + (512 + 1) * 10 == 38_410


@pytest.mark.parametrize("build", [cnn.convolutional_network, cnn.dense_network])
def test_networks_give_distributions_and_start_from_the_seed(
    build: Callable[[int], keras.Model], split: cnn.Split
) -> None:
    images = split.test_images[:5]
    first, same, other = (np.asarray(build(seed)(images)) for seed in (3, 3, 4))
    assert first.shape == (5, 10)
    np.testing.assert_allclose(first.sum(axis=1), 1.0, rtol=1e-5)
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)


def dense(inputs: Numbers, weights: Sequence[Numbers]) -> Numbers:
    return inputs.reshape(len(inputs), -1) @ weights[0] + weights[1]


def convolved(images: Numbers, weights: Sequence[Numbers]) -> Numbers:
    maps = [convolution.conv2d_loop(image, weights[0], weights[1], padding=1) for image in images]
    return activations.relu(np.stack(maps))


def test_networks_compute_what_their_layers_say(split: cnn.Split) -> None:
    """The same weights in NumPy; the convolutions are those that SciPy confirms elsewhere."""
    images = split.test_images[:2].astype(np.float64)
    network = cnn.convolutional_network(5)
    weights = [w.astype(np.float64) + 0.01 for w in network.get_weights()]  # so that biases matter
    network.set_weights(weights)
    pooled = convolved(images, weights[:2]).reshape(2, 4, 2, 4, 2, 16).max(axis=(2, 4))
    expected = activations.softmax(dense(convolved(pooled, weights[2:4]), weights[4:]))
    np.testing.assert_allclose(np.asarray(network(images)), expected, rtol=1e-4, atol=1e-7)
    assert network.get_layer("first").kernel.shape == (3, 3, 1, 16)

    network = cnn.dense_network(5)
    weights = [w.astype(np.float64) + 0.01 for w in network.get_weights()]
    network.set_weights(weights)
    expected = activations.softmax(dense(activations.relu(dense(images, weights[:2])), weights[2:]))
    np.testing.assert_allclose(np.asarray(network(images)), expected, rtol=1e-4, atol=1e-7)


class Recorder:
    """In place of a model: notes how it is fitted, and what the generators drew by then."""

    def __init__(self) -> None:
        self.given: dict[str, Any] = {}
        self.draws: list[float] = []
        names = ("accuracy", "loss", "val_accuracy", "val_loss")
        self.history = {name: [np.float32(number), np.float32(0.1)] for number, name in enumerate(names)}

    def fit(self, images: cnn.Images, labels: cnn.IntArray, **given: Any) -> "Recorder":
        self.given = {"images": images, "labels": labels, **given}
        self.draws.append(np.random.random())
        return self


def test_training_asks_for_what_it_says(split: cnn.Split) -> None:
    model = Recorder()
    curves = [cnn.train(model, split, epochs, seed) for epochs, seed in ((7, 2), (7, 3), (7, 2))][-1]
    tested = model.given.pop("validation_data")
    assert tested[0] is split.test_images
    assert tested[1] is split.test_labels
    assert model.given.pop("images") is split.train_images
    assert model.given.pop("labels") is split.train_labels
    assert model.given == {"batch_size": 32, "epochs": 7, "verbose": 0}
    assert model.draws[0] == model.draws[2] != model.draws[1]
    assert [curve[0] for curve in curves] == [1.0, 0.0, 3.0, 2.0]
    assert {curve.dtype for curve in curves} == {np.dtype(np.float64)}


def test_training_is_repeatable_and_learns(split: cnn.Split) -> None:
    """Far above the largest class, with accuracies that scikit-learn confirms."""
    models = [cnn.convolutional_network(1) for _ in range(3)]
    curves = [cnn.train(model, split, 6, seed) for model, seed in zip(models, (2, 2, 3), strict=True)]
    for one, two in zip(curves[0], curves[1], strict=True):
        assert one.shape == (6,)
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(curves[0].train_loss, curves[2].train_loss)
    assert curves[0].train_loss[-1] < curves[0].train_loss[0] / 4
    predictions = cnn.classify(models[0], split.test_images)
    accuracy = sklearn.metrics.accuracy_score(split.test_labels, predictions)
    assert curves[0].test_accuracy[-1] == pytest.approx(accuracy, abs=1e-6)
    assert accuracy > 0.93
    probabilities = np.asarray(models[0](split.test_images))
    expected = sklearn.metrics.log_loss(split.test_labels, probabilities / probabilities.sum(axis=1, keepdims=True))
    assert curves[0].test_loss[-1] == pytest.approx(expected, rel=1e-4)
    assert curves[0].train_accuracy[-1] > 0.93


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=30))
def test_confusion_matrix_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    labels, predictions = [a for a, _ in pairs], [b for _, b in pairs]
    ours = cnn.confusion_matrix(labels, predictions, 4)
    assert ours.sum() == len(pairs)
    if pairs:
        expected = sklearn.metrics.confusion_matrix(labels, predictions, labels=range(4))
        np.testing.assert_array_equal(ours, expected)


def test_confusion_matrix_of_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match=r"^labels of the shape \(2,\) do not fit predictions of the shape \(1,\)$"):
        cnn.confusion_matrix([0, 1], [0], 2)
    for labels, predictions in (([2], [0]), ([0], [2]), ([-1], [0]), ([0], [-1])):
        with pytest.raises(ValueError, match=r"^each class must be from 0 to below 2$"):
            cnn.confusion_matrix(labels, predictions, 2)
