"""A convolutional and a dense network for handwritten digits, in Keras."""

from typing import NamedTuple

import keras  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.datasets import load_digits  # type: ignore[import-untyped]
from sklearn.model_selection import train_test_split  # type: ignore[import-untyped]

IntArray = NDArray[np.int64]
Images = NDArray[np.float32]


class Split(NamedTuple):
    """Images to learn from, and images to be tested with."""

    train_images: Images
    """Shape (m, 8, 8, 1), from 0 (paper) to 1 (ink)."""
    train_labels: IntArray
    """Shape (m,), from 0 to 9."""
    test_images: Images
    """Shape (k, 8, 8, 1)."""
    test_labels: IntArray
    """Shape (k,)."""


class Curves(NamedTuple):
    """How a training went, one number per epoch."""

    train_loss: NDArray[np.float64]
    """Mean cross-entropy in nats, over the batches of the epoch."""
    train_accuracy: NDArray[np.float64]
    """A fraction, over the batches of the epoch."""
    test_loss: NDArray[np.float64]
    """Mean cross-entropy in nats, after the epoch."""
    test_accuracy: NDArray[np.float64]
    """A fraction, after the epoch."""


def digits(seed: int, test_fraction: float = 0.25) -> Split:
    """The 1,797 digits of scikit-learn, split at random within each digit.

    Args:
        seed: of the split.
        test_fraction: share of images to test with, between 0 and 1.

    Returns:
        Four arrays.

    Source:
        Alpaydin, E., Kaynak, C. (1998). Optical recognition of handwritten
        digits. UCI Machine Learning Repository.
    """
    data = load_digits()
    images = (data.images / 16.0).astype(np.float32)[..., np.newaxis]
    labels = data.target.astype(np.int64)
    parts = train_test_split(
        images,
        labels,
        test_size=test_fraction,
        random_state=seed,
        stratify=labels,
    )
    return Split(parts[0], parts[2], parts[1], parts[3])


def convolutional_network(seed: int) -> keras.Model:
    """Two convolutional layers, pooling, a dense layer: 9,930 parameters.

    Args:
        seed: of the initial weights.

    Returns:
        A model from images (m, 8, 8, 1) to ten probabilities (m, 10), with
        Adam and cross-entropy to be trained with.

    Source:
        LeCun, Y., Bottou, L., Bengio, Y., Haffner, P. (1998). Gradient-based
        learning applied to document recognition. Proceedings of the IEEE
        86(11). Smaller here, with ReLU and max pooling.
    """
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    return _compiled(
        layers.Conv2D(16, 3, padding="same", activation="relu", name="first"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Flatten(),
    )


def dense_network(seed: int) -> keras.Model:
    """One hidden layer of 512 neurons: 38,410 parameters.

    Args:
        seed: of the initial weights.

    Returns:
        A model from images (m, 8, 8, 1) to ten probabilities (m, 10), with
        Adam and cross-entropy to be trained with.
    """
    keras.utils.set_random_seed(seed)
    return _compiled(
        keras.layers.Flatten(), keras.layers.Dense(512, activation="relu")
    )


def train(model: keras.Model, split: Split, epochs: int, seed: int) -> Curves:
    """Train with Adam on batches of 32, and test after each epoch.

    Args:
        model: changed by the training.
        split: images and labels.
        epochs: how often every image is shown, from 1.
        seed: of the order in which images are shown. The same seed on the
            same machine gives the same curves.

    Returns:
        Losses and accuracies, each of the shape (epochs,).
    """
    keras.utils.set_random_seed(seed)
    tested = (split.test_images, split.test_labels)
    fitted = model.fit(
        split.train_images,
        split.train_labels,
        batch_size=32,
        epochs=epochs,
        validation_data=tested,
        verbose=0,
    )
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    history = (np.array(fitted.history[name], np.float64) for name in names)
    return Curves(*history)


def classify(model: keras.Model, images: Images) -> IntArray:
    """The most probable digit of each image.

    Args:
        model: a trained model.
        images: shape (m, 8, 8, 1).

    Returns:
        Shape (m,), from 0 to 9.
    """
    probabilities = np.asarray(
        model.predict(images, verbose=0), dtype=np.float64
    )
    return np.asarray(probabilities.argmax(axis=-1), dtype=np.int64)


def confusion_matrix(
    labels: ArrayLike, predictions: ArrayLike, classes: int
) -> IntArray:
    """How often each class was taken for each.

    Args:
        labels: what was right, shape (m,), from 0 to below ``classes``.
        predictions: what was said, shape (m,), likewise.
        classes: how many there are.

    Returns:
        Shape (classes, classes): row = what was right, column = what was
        said.

    Raises:
        ValueError: the shapes differ, or a class is out of range.
    """
    right = np.asarray(labels, dtype=np.int64)
    said = np.asarray(predictions, dtype=np.int64)
    if right.shape != said.shape:
        raise ValueError(
            f"labels of the shape {right.shape} "
            f"do not fit predictions of the shape {said.shape}"
        )
    both = np.stack([right, said])
    if both.size and not (both.min() >= 0 and both.max() < classes):
        raise ValueError(f"each class must be from 0 to below {classes}")
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (right, said), 1)
    return counts


def _compiled(*hidden: keras.Layer) -> keras.Model:
    """An image to ten probabilities, with a loss for whole-number labels."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            *hidden,
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model
