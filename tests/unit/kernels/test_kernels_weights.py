"""Layers with weights, called on the host: exact for any shape, window, encoding and scale."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_model_weights import (
    ONE_STEP,
    SAME,
    VALID,
    Rescaling,
    Window,
    convolution_sums,
    depthwise_sums,
    fully_connected_sums,
    rescaled_32,
    rescaled_64,
)
from kernel_library import build_kernel_library
from weights_library import DENSE, INT4, SPARSE, TABLE, Layer, WeightsLibrary, packed

pytestmark = pytest.mark.emulator  # the library is compiled

SMALL = st.integers(1, 3)
PAIRS = st.tuples(SMALL, SMALL)
LIMITS = {"int8": (-128, 127), "int16": (-(2**15), 2**15 - 1)}


@pytest.fixture(scope="module")
def kernels(tmp_path_factory) -> WeightsLibrary:
    folder = tmp_path_factory.mktemp("kernels")
    build_kernel_library(folder)
    return WeightsLibrary(folder / "libharness_kernels.so")


@st.composite
def windows(draw) -> Window:
    return Window(draw(PAIRS), draw(PAIRS), draw(st.sampled_from([SAME, VALID])))


@st.composite
def image_sizes(draw, window: Window, taps: tuple[int, int]) -> tuple[int, int]:
    """Sizes that hold at least one window where padding does not help."""
    least = [
        (taps[axis] - 1) * window.dilation[axis] + 1 if window.padding == VALID else 1
        for axis in (0, 1)
    ]
    return tuple(draw(st.integers(size, size + 4)) for size in least)


def numbers(draw, shape, low: int, high: int) -> np.ndarray:
    """Any numbers, often the extremes, from one seed so that examples stay small."""
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(["any", "any", "extremes", "low"]))
    if kind == "low":
        return np.full(shape, low)
    if kind == "extremes":
        return chance.choice([low, high], shape)
    return chance.integers(low, high + 1, shape)


def weights_of(draw, shape, encoding: int) -> np.ndarray:
    if encoding == INT4:
        return numbers(draw, shape, -8, 7)
    if encoding == TABLE:
        table = numbers(draw, (16,), -128, 127)
        return table[numbers(draw, shape, 0, 15)]
    values = numbers(draw, shape, -128, 127)
    if encoding == SPARSE:
        density = draw(st.sampled_from([0, 1, 5, 10]))
        values[numbers(draw, shape, 1, 10) > density] = 0
    return values


@st.composite
def rescalings(draw, channels: int, element_type: str, sum_bits: int) -> Rescaling:
    least, most = LIMITS[element_type]
    multipliers = st.just(0) | st.integers(2**30, 2**31 - 1) | st.just(2**31 - 1)
    usual, widest = st.integers(-12, 0), st.integers(-31, 31 if sum_bits == 32 else 7)
    count = draw(st.sampled_from([1, channels]))
    bound = st.integers(least, most) | st.sampled_from([least, most])
    bounds = sorted(draw(st.tuples(bound, bound)))
    return Rescaling(
        tuple(draw(multipliers) for _ in range(count)),
        tuple(draw(usual | widest) for _ in range(count)),
        draw(st.integers(least, most)) if element_type == "int8" else 0,
        *bounds,
    )


@st.composite
def kinds(draw) -> tuple[str, str | None]:
    """Types of activations and bias."""
    return draw(
        st.sampled_from(
            [("int8", "int32"), ("int8", None), ("int16", "int64"), ("int16", None),
             ("int16", "int32")]
        )
    )  # fmt: skip


def layer_of(draw, x_shape, weights_shape, channels: int, encodings, window=ONE_STEP) -> Layer:
    element_type, bias_type = draw(kinds())
    only_dense = (element_type, bias_type) == ("int16", "int32")
    encoding = draw(st.sampled_from([DENSE] if only_dense else encodings))
    x = numbers(draw, x_shape, *LIMITS[element_type]).astype(element_type)
    bias = None
    if bias_type is not None:
        reach = draw(st.sampled_from([2**10, 2**31 - 1 if bias_type == "int32" else 2**40]))
        bias = numbers(draw, (channels,), -reach, reach).astype(bias_type)
    zero_point = draw(st.integers(-128, 127)) if element_type == "int8" else 0
    weights = weights_of(draw, weights_shape, encoding)
    unscaled = Layer(x, zero_point, weights, bias, Rescaling((0,), (0,)), encoding, window)
    rescaling = draw(rescalings(channels, element_type, unscaled.sum_bits))
    return Layer(x, zero_point, weights, bias, rescaling, encoding, window)


@st.composite
def convolutions(draw) -> Layer:
    window, taps = draw(windows()), draw(PAIRS)
    groups, depth, per_group = draw(SMALL), draw(st.integers(1, 12)), draw(SMALL)
    image = draw(image_sizes(window, taps))
    encodings = [DENSE, INT4, TABLE] + [SPARSE] * (groups == 1)
    x_shape = (draw(st.integers(1, 2)), *image, groups * depth)
    channels = groups * per_group
    return layer_of(draw, x_shape, (channels, *taps, depth), channels, encodings, window)


@st.composite
def depthwise_convolutions(draw) -> Layer:
    window, taps, depth, multiplier = draw(windows()), draw(PAIRS), draw(SMALL), draw(SMALL)
    image = draw(image_sizes(window, taps))
    channels = depth * multiplier
    x_shape = (draw(st.integers(1, 2)), *image, depth)
    return layer_of(draw, x_shape, (1, *taps, channels), channels, [DENSE, INT4, TABLE], window)


@st.composite
def connections(draw) -> Layer:
    units = draw(st.integers(1, 4))
    inputs = draw(st.integers(1, 40) | st.sampled_from([63, 64, 65, 511, 512, 1100]))
    x_shape = (draw(st.integers(1, 2)), inputs)
    return layer_of(draw, x_shape, (units, inputs), units, [DENSE, INT4, TABLE, SPARSE])


def expected(layer: Layer, sums: np.ndarray) -> np.ndarray:
    total = sums if layer.bias is None else sums + layer.bias.astype(np.int64)
    return (rescaled_32 if layer.sum_bits == 32 else rescaled_64)(total, layer.rescaling)


def centred(layer: Layer) -> np.ndarray:
    return layer.x.astype(np.int64) - layer.zero_point


@settings(deadline=None)  # the model takes its time
@given(convolutions())
def test_convolution_is_exact(kernels, layer):
    model = expected(layer, convolution_sums(centred(layer), layer.weights, layer.window))
    np.testing.assert_array_equal(kernels.convolution(layer, model.shape), model)


@settings(deadline=None)  # the model takes its time
@given(depthwise_convolutions())
def test_depthwise_convolution_is_exact(kernels, layer):
    model = expected(layer, depthwise_sums(centred(layer), layer.weights, layer.window))
    np.testing.assert_array_equal(kernels.depthwise(layer, model.shape), model)


@settings(deadline=None)  # the model takes its time
@given(connections())
def test_fully_connected_is_exact(kernels, layer):
    model = expected(layer, fully_connected_sums(centred(layer), layer.weights))
    np.testing.assert_array_equal(kernels.fully_connected(layer), model)


def test_a_long_row_of_extremes_does_not_overflow(kernels):
    x = np.full((1, 5000), -(2**15), np.int16)
    weights = np.full((1, 5000), -128)
    rescaling = Rescaling((2**30,), (-20,), 0, -(2**15), 2**15 - 1)
    for encoding in (DENSE, TABLE, SPARSE):
        layer = Layer(x, 0, weights, None, rescaling, encoding)
        model = expected(layer, fully_connected_sums(centred(layer), weights))
        np.testing.assert_array_equal(kernels.fully_connected(layer), model)
        assert 0 < model[0, 0] < 2**15 - 1


@given(st.integers(1, 4), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_sparse_weights_are_measured_and_damage_is_noticed(kernels, rows, columns, seed):
    chance = np.random.default_rng(seed)
    weights = chance.integers(-2, 3, (rows, columns))
    data = packed(weights, SPARSE)
    assert kernels.sparse_bytes(data, rows, columns) == len(data)
    assert kernels.sparse_bytes(data + b"\1", rows, columns) == len(data)
    assert kernels.sparse_bytes(data[:-1], rows, columns) == 0
    if columns % 8:
        last = (columns + 7) // 8 - 1
        beyond = bytearray(data + b"\1")
        beyond[last] |= 0x80
        assert kernels.sparse_bytes(bytes(beyond), rows, columns) == 0
