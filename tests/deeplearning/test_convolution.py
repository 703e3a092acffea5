"""Convolution, against SciPy, published examples and counts, and the two implementations against each other."""

from decimal import Decimal

import numpy as np
import pytest
import scipy.signal
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from deeplearning import convolution
from deeplearning.convolution import conv2d, conv2d_loop, output_size, parameter_count

Numbers = NDArray[np.float64]

pixels = st.floats(-100, 100, width=16)
sides = st.integers(1, 4)


@st.composite
def image_and_kernel(draw: st.DrawFn) -> tuple[Numbers, Numbers]:
    height, width = draw(sides), draw(sides)
    larger = (height + draw(st.integers(0, 4)), width + draw(st.integers(0, 4)))
    return draw(arrays(np.float64, larger, elements=pixels)), draw(arrays(np.float64, (height, width), elements=pixels))


def test_example_of_dive_into_deep_learning() -> None:
    """Section 7.2 of d2l: [[19, 25], [37, 43]]."""
    image, kernel = np.arange(9.0).reshape(3, 3), np.arange(4.0).reshape(2, 2)
    np.testing.assert_array_equal(convolution.cross_correlate(image, kernel), [[19, 25], [37, 43]])


@given(image_and_kernel())
def test_cross_correlation_is_that_of_scipy(both: tuple[Numbers, Numbers]) -> None:
    image, kernel = both
    expected = scipy.signal.correlate2d(image, kernel, mode="valid")
    np.testing.assert_allclose(convolution.cross_correlate(image, kernel), expected, rtol=1e-12, atol=1e-9)


@given(image_and_kernel())
def test_convolution_is_that_of_scipy(both: tuple[Numbers, Numbers]) -> None:
    image, kernel = both
    expected = scipy.signal.convolve2d(image, kernel, mode="valid")
    np.testing.assert_allclose(convolution.convolve(image, kernel), expected, rtol=1e-12, atol=1e-9)


def test_they_differ_unless_the_kernel_is_symmetric() -> None:
    image, edge = np.arange(12.0).reshape(3, 4) ** 2, np.array([[1.0, -1.0]])
    np.testing.assert_array_equal(convolution.convolve(image, edge), -convolution.cross_correlate(image, edge))
    blur = np.ones((2, 2))
    np.testing.assert_array_equal(convolution.convolve(image, blur), convolution.cross_correlate(image, blur))


def reference(image: Numbers, kernels: Numbers, bias: Numbers, stride: int, padding: int, dilation: int) -> Numbers:
    """SciPy's correlation of each channel with a kernel with holes, added up; then every s-th pixel."""
    height, width, channels, count = kernels.shape
    holes = np.zeros((dilation * (height - 1) + 1, dilation * (width - 1) + 1, channels, count))
    holes[::dilation, ::dilation] = kernels
    padded = np.pad(image, ((padding, padding), (padding, padding), (0, 0)))
    maps = [
        sum(scipy.signal.correlate2d(padded[..., c], holes[..., c, k], mode="valid") for c in range(channels)) + bias[k]
        for k in range(count)
    ]
    return np.stack(maps, axis=-1)[::stride, ::stride]


@st.composite
def layers(draw: st.DrawFn) -> tuple[Numbers, Numbers, Numbers, int, int, int]:
    stride, padding, dilation = draw(st.integers(1, 3)), draw(st.integers(0, 2)), draw(st.integers(1, 2))
    height, width, channels, count = draw(sides), draw(sides), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    least = [max(1, dilation * (f - 1) + 1 - 2 * padding) for f in (height, width)]
    shape = (least[0] + draw(st.integers(0, 4)), least[1] + draw(st.integers(0, 4)), channels)
    seed = np.random.default_rng(draw(st.integers(0, 2**32)))
    return (
        seed.normal(size=shape),
        seed.normal(size=(height, width, channels, count)),
        seed.normal(size=count),
        stride,
        padding,
        dilation,
    )


@given(layers())
def test_layers_are_sums_of_correlations(layer: tuple[Numbers, Numbers, Numbers, int, int, int]) -> None:
    image, kernels, bias, stride, padding, dilation = layer
    expected = reference(*layer)
    for function in (conv2d, conv2d_loop):
        result = function(image, kernels, bias, stride=stride, padding=padding, dilation=dilation)
        np.testing.assert_allclose(result, expected, rtol=1e-11, atol=1e-12)


@given(layers())
def test_output_size_is_the_number_of_places(layer: tuple[Numbers, Numbers, Numbers, int, int, int]) -> None:
    image, kernels, _, stride, padding, dilation = layer
    for axis in (0, 1):
        size, kernel = image.shape[axis], kernels.shape[axis]
        starts = [i for i in range(0, size + 2 * padding, stride) if i + dilation * (kernel - 1) < size + 2 * padding]
        assert output_size(size, kernel, stride, padding, dilation) == len(starts)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((227, 11, 4, 0), 55),  # AlexNet, first layer (CS231n)
        ((224, 7, 2, 3), 112),  # ResNet, first layer
        ((28, 3), 26),
        ((28, 3, 1, 1), 28),
        ((5, 3, 2, 0), 2),
        ((5, 3, 1, 2), 7),  # figure 2.4 of Dumoulin and Visin: full padding
        ((6, 3, 2, 1), 3),
        ((7, 3, 1, 0, 2), 3),  # their figure 5.1: dilation 2
        ((1, 1), 1),
        ((3, 3), 1),
    ],
)
def test_published_sizes(arguments: tuple[int, ...], expected: int) -> None:
    assert output_size(*arguments) == expected


@pytest.mark.parametrize(
    ("size", "channels", "kernels", "bias", "expected"),
    [
        ((11, 11), 3, 96, True, 34_944),  # AlexNet's first layer (CS231n)
        ((5, 5), 1, 6, True, 156),  # LeNet-5
        ((5, 5), 6, 16, True, 2_416),
        ((3, 3), 1, 16, True, 160),
        ((3, 2), 4, 5, False, 120),
        ((1, 1), 1, 1, True, 2),
    ],
)
def test_published_parameter_counts(
    size: tuple[int, int], channels: int, kernels: int, bias: bool, expected: int
) -> None:
    assert parameter_count(size, channels, kernels, bias) == expected
    if bias:
        assert parameter_count(size, channels, kernels) == expected


def test_patches_are_in_the_order_of_a_kernel() -> None:
    image = np.arange(2 * 3 * 2.0).reshape(2, 3, 2)
    rows = convolution.patches(image, (2, 2))
    assert rows.shape == (1, 2, 8)
    np.testing.assert_array_equal(rows[0, 1], image[:, 1:].ravel())


def test_patches_of_a_padded_corner() -> None:
    rows = convolution.patches(np.ones((2, 2, 1)), (2, 2), padding=1)
    assert rows.shape == (3, 3, 4)
    np.testing.assert_array_equal(rows[0, 0], [0, 0, 0, 1])
    np.testing.assert_array_equal(rows[2, 1], [1, 1, 0, 0])


def test_patches_with_stride_and_dilation() -> None:
    image = np.arange(25.0).reshape(5, 5, 1)
    rows = convolution.patches(image, (2, 2), 2, 0, 2)
    np.testing.assert_array_equal(rows[1, 1], [12, 14, 22, 24])
    assert rows.shape == (2, 2, 4)


@pytest.mark.parametrize("layer", [conv2d, conv2d_loop])
def test_defaults_and_one_bias_for_all(layer: object) -> None:
    assert callable(layer)
    image, kernels = np.arange(16.0).reshape(4, 4, 1), np.ones((2, 2, 1, 2))
    expected = reference(image, kernels, np.zeros(2), 1, 0, 1)
    np.testing.assert_array_equal(layer(image, kernels), expected)
    np.testing.assert_array_equal(layer(image, kernels, 5), expected + 5)
    assert layer(image, kernels.astype(int), [1, 2]).dtype == np.float64


@pytest.mark.parametrize("layer", [conv2d, conv2d_loop])
def test_a_bias_of_another_kind_counts_in_double_precision(layer: object) -> None:
    assert callable(layer)
    result = layer(np.ones((1, 1, 1)), np.ones((1, 1, 1, 1)), np.array([Decimal("0.5")]))
    assert (result.dtype, float(result[0, 0, 0])) == (np.float64, 1.5)


def test_a_kernel_has_two_sides() -> None:
    with pytest.raises(ValueError, match="argument 2 is longer than argument 1"):
        convolution.patches(np.ones((3, 3, 1)), (2, 2, 2))  # type: ignore[arg-type]


@pytest.mark.parametrize("layer", [conv2d, conv2d_loop])
def test_one_pixel(layer: object) -> None:
    assert callable(layer)
    np.testing.assert_array_equal(layer([[[3.0]]], [[[[2.0]]]], 1.0), [[[7.0]]])


@given(layers(), st.integers(1, 3))
def test_moving_the_image_moves_the_result(layer: tuple[Numbers, Numbers, Numbers, int, int, int], shift: int) -> None:
    """Equivariance, which parameter sharing buys: a pixel further in, a pixel further out."""
    image, kernels, *_ = layer
    image = np.pad(image, ((4, 4), (4, 4), (0, 0)))
    moved = np.roll(image, shift, axis=1)
    result, result_moved = conv2d(image, kernels), conv2d(moved, kernels)
    np.testing.assert_allclose(result_moved[:, shift:], result[:, :-shift], rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("arguments", [(0, 1), (1, 0), (3, 1, 0), (3, 1, 1, -1), (3, 1, 1, 0, 0), (-1, -1)])
def test_sizes_out_of_range(arguments: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"^size, kernel, stride and dilation must be 1 or more, padding 0 or more$"):
        output_size(*arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((2, 3), "^a kernel of 3 does not fit an image of 2 with a padding of 0$"),
        ((3, 6, 1, 1), "^a kernel of 6 does not fit an image of 3 with a padding of 1$"),
        ((4, 3, 1, 0, 2), "^a kernel of 3 does not fit an image of 4 with a padding of 0$"),
    ],
)
def test_kernels_that_do_not_fit(arguments: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        output_size(*arguments)


def test_shapes_must_fit() -> None:
    square, image = np.ones((3, 3)), np.ones((3, 3, 2))
    for function in (convolution.cross_correlate, convolution.convolve):
        with pytest.raises(ValueError, match=r"^image: expected 2 dimensions, got the shape \(3,\)$"):
            function(np.ones(3), square)
        with pytest.raises(ValueError, match=r"^kernel: expected 2 dimensions, got the shape \(1,\)$"):
            function(square, [1.0])
        with pytest.raises(ValueError, match=r"^a kernel of 4 does not fit"):
            function(square, np.ones((2, 4)))
        with pytest.raises(ValueError, match=r"^a kernel of 4 does not fit"):
            function(square, np.ones((4, 2)))
    for layer in (conv2d, conv2d_loop):
        with pytest.raises(ValueError, match=r"^image: expected 3 dimensions, got the shape \(3, 3\)$"):
            layer(square, np.ones((1, 1, 1, 1)))
        with pytest.raises(ValueError, match=r"^kernels: expected 4 dimensions, got the shape \(3, 3\)$"):
            layer(image, square)
        with pytest.raises(ValueError, match=r"^the image has 2 channels, the kernels have 3$"):
            layer(image, np.ones((1, 1, 3, 1)))
        with pytest.raises(ValueError, match=r"^a kernel of 4 does not fit"):
            layer(image, np.ones((1, 4, 2, 1)))
    with pytest.raises(ValueError, match=r"^image: expected 3 dimensions, got the shape \(3, 3\)$"):
        convolution.patches(square, (1, 1))
