"""Convolution in deep learning: a kernel slides over an image."""

from collections.abc import Callable

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike

from deeplearning._arrays import FloatArray, with_dimensions


def output_size(
    size: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1
) -> int:
    """Places of a kernel along an axis.

    ``floor((n + 2p - d (f - 1) - 1) / s) + 1``, and without dilation (d = 1)
    ``floor((n + 2p - f) / s) + 1``.

    Args:
        size: n, pixels of the image.
        kernel: f, pixels of the kernel.
        stride: s, pixels from one place to the next, from 1.
        padding: p, zeros put in front and behind, from 0.
        dilation: d, pixels from one tap of the kernel to the next, from 1.

    Returns:
        A positive number of places.

    Raises:
        ValueError: an argument is out of its range, or the kernel is larger
            than the padded image.

    Source:
        Dumoulin, V., Visin, F. (2016). A guide to convolution arithmetic for
        deep learning. Relationships 6 and 15.
    """
    if min(size, kernel, stride, dilation) < 1 or padding < 0:
        raise ValueError(
            "size, kernel, stride and dilation must be 1 or more, "
            "padding 0 or more"
        )
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    if room < 0:
        raise ValueError(
            f"a kernel of {kernel} does not fit an image of {size} "
            f"with a padding of {padding}"
        )
    return room // stride + 1


def parameter_count(
    kernel_size: tuple[int, int], channels: int, kernels: int, bias: bool = True
) -> int:
    """What a convolutional layer has to learn: ``(f_h f_w c + 1) k``.

    Args:
        kernel_size: height and width of a kernel.
        channels: c, of the image, whose size does not matter.
        kernels: k, which is the number of channels of the result.
        bias: whether each kernel has one.

    Returns:
        A number of parameters.

    Source:
        LeCun, Y. et al. (1989). Backpropagation applied to handwritten zip
        code recognition. Neural Computation 1(4).
    """
    height, width = kernel_size
    return (height * width * channels + bias) * kernels


def cross_correlate(image: ArrayLike, kernel: ArrayLike) -> FloatArray:
    """At each place, the sum of the products of pixels and kernel.

    Args:
        image: one channel, shape (h, w).
        kernel: shape (f_h, f_w).

    Returns:
        Shape (h - f_h + 1, w - f_w + 1).

    Raises:
        ValueError: one of them is no matrix, or the kernel is larger than
            the image.

    Source:
        Goodfellow, I., Bengio, Y., Courville, A. (2016). Deep Learning.
        Equation 9.6.
    """
    x = with_dimensions(image, 2, "image")
    k = with_dimensions(kernel, 2, "kernel")
    height, width = k.shape
    rows, columns = output_size(len(x), height), output_size(x.shape[1], width)
    result = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            result[i, j] = np.sum(x[i : i + height, j : j + width] * k)
    return result


def convolve(image: ArrayLike, kernel: ArrayLike) -> FloatArray:
    """Mathematics's convolution: the kernel is turned by 180 degrees first.

    Args:
        image: one channel, shape (h, w).
        kernel: shape (f_h, f_w).

    Returns:
        Shape (h - f_h + 1, w - f_w + 1).

    Raises:
        ValueError: one of them is no matrix, or the kernel is larger than
            the image.

    Source:
        Goodfellow, I., Bengio, Y., Courville, A. (2016). Deep Learning.
        Equation 9.4.
    """
    return cross_correlate(image, np.flip(with_dimensions(kernel, 2, "kernel")))


def patches(
    image: ArrayLike,
    kernel_size: tuple[int, int],
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> FloatArray:
    """Every patch that a kernel meets, laid out as a row (*im2col*).

    Args:
        image: shape (h, w, c).
        kernel_size: f_h and f_w.
        stride: pixels from one place to the next, from 1.
        padding: zeros put around the image, from 0.
        dilation: pixels from one tap of the kernel to the next, from 1.

    Returns:
        Shape (rows, columns, f_h * f_w * c), each patch in the order of a
        kernel of shape (f_h, f_w, c).

    Raises:
        ValueError: the image has not three axes, or the kernel is larger
            than the padded image.

    Source:
        Chellapilla, K., Puri, S., Simard, P. (2006). High performance
        convolutional neural networks for document processing.
    """
    x = with_dimensions(image, 3, "image")
    rows, columns = (
        output_size(n, f, stride, padding, dilation)
        for n, f in zip(x.shape[:2], kernel_size, strict=True)
    )
    padded = np.pad(x, ((padding, padding), (padding, padding), (0, 0)))
    span = [dilation * (f - 1) + 1 for f in kernel_size]
    windows = sliding_window_view(padded, span, axis=(0, 1))
    windows = windows[::stride, ::stride, :, ::dilation, ::dilation]
    return windows.transpose(0, 1, 3, 4, 2).reshape(rows, columns, -1)


def conv2d(
    image: ArrayLike,
    kernels: ArrayLike,
    bias: ArrayLike = 0.0,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> FloatArray:
    """A convolutional layer as one product: patches times kernels, plus bias.

    Args:
        image: shape (h, w, c).
        kernels: shape (f_h, f_w, c, k), as Keras keeps them.
        bias: shape (k,), or one number for all.
        stride: pixels from one place to the next, from 1.
        padding: zeros put around the image, from 0.
        dilation: pixels from one tap of the kernel to the next, from 1.

    Returns:
        Shape (rows, columns, k): one channel per kernel.

    Raises:
        ValueError: the shapes do not fit, or the kernels are larger than the
            padded image.

    Source:
        Chellapilla, K., Puri, S., Simard, P. (2006), as for ``patches``.
    """
    x, k = _image_and_kernels(image, kernels)
    rows = patches(x, k.shape[:2], stride, padding, dilation)
    b = np.asarray(bias, dtype=np.float64)
    return np.asarray(rows @ k.reshape(-1, k.shape[3]) + b)


def conv2d_loop(
    image: ArrayLike,
    kernels: ArrayLike,
    bias: ArrayLike = 0.0,
    *,
    stride: int = 1,
    padding: int = 0,
    dilation: int = 1,
) -> FloatArray:
    """The same layer, place by place: slow, and just what the formula says.

    Args:
        image: shape (h, w, c).
        kernels: shape (f_h, f_w, c, k).
        bias: shape (k,), or one number for all.
        stride: pixels from one place to the next, from 1.
        padding: zeros put around the image, from 0.
        dilation: pixels from one tap of the kernel to the next, from 1.

    Returns:
        Shape (rows, columns, k).

    Raises:
        ValueError: the shapes do not fit, or the kernels are larger than the
            padded image.

    Source:
        Goodfellow, I., Bengio, Y., Courville, A. (2016). Deep Learning.
        Equation 9.7, with zeros around the image.
    """
    x, k = _image_and_kernels(image, kernels)
    rows, columns = (
        output_size(n, f, stride, padding, dilation)
        for n, f in zip(x.shape[:2], k.shape[:2], strict=True)
    )
    padded = np.pad(x, ((padding, padding), (padding, padding), (0, 0)))
    down = _taps(k.shape[0], stride, dilation)
    right = _taps(k.shape[1], stride, dilation)
    result = np.zeros((rows, columns, k.shape[3]))
    result += np.asarray(bias, dtype=np.float64)
    for i, j in np.ndindex(rows, columns):
        patch = padded[down(i), right(j)]
        for channel in range(k.shape[3]):
            result[i, j, channel] += np.sum(patch * k[..., channel])
    return result


def _taps(kernel: int, stride: int, dilation: int) -> Callable[[int], slice]:
    """Which pixels the kernel meets at its i-th place."""
    span = dilation * (kernel - 1) + 1
    return lambda i: slice(i * stride, i * stride + span, dilation)


def _image_and_kernels(
    image: ArrayLike, kernels: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    x = with_dimensions(image, 3, "image")
    k = with_dimensions(kernels, 4, "kernels")
    if x.shape[2] != k.shape[2]:
        raise ValueError(
            f"the image has {x.shape[2]} channels, "
            f"the kernels have {k.shape[2]}"
        )
    return x, k
