"""Layers with weights to try: any shape, window, encoding, type, bias and rescaling."""

import numpy as np
from hypothesis import strategies as st
from integer_model_weights import (
    ONE_STEP,
    SAME,
    VALID,
    Rescaling,
    Window,
    rescaled_32,
    rescaled_64,
)
from weights_library import DENSE, INT4, SPARSE, TABLE, Layer

SMALL = st.integers(1, 3)
PAIRS = st.tuples(SMALL, SMALL)
LIMITS = {"int8": (-128, 127), "int16": (-(2**15), 2**15 - 1)}


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
    zero_point = draw(st.integers(least, most)) if element_type == "int8" else 0
    bound = st.integers(least, most) | st.sampled_from([least, most])
    any_bounds = st.tuples(bound, bound).map(sorted)
    # None, RELU and RELU6 are what models have, and what kernels may have short ways for.
    six = st.integers(zero_point, most)
    usual_bounds = st.sampled_from([(least, most), (zero_point, most)]) | six.map(
        lambda top: (zero_point, top)
    )
    return Rescaling(
        tuple(draw(multipliers) for _ in range(count)),
        tuple(draw(usual | widest) for _ in range(count)),
        zero_point,
        *draw(usual_bounds | any_bounds),
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
def convolutions(
    draw,
    depths=st.integers(1, 12),  # noqa: B008 - strategies do not change
    per_group=SMALL,
    taps=PAIRS,
    sparse: bool = True,
) -> Layer:
    window, filter_size = draw(windows()), draw(taps)
    groups, depth = draw(SMALL), draw(depths)
    image = draw(image_sizes(window, filter_size))
    encodings = [DENSE, INT4, TABLE] + [SPARSE] * (sparse and groups == 1)
    x_shape = (draw(st.integers(1, 2)), *image, groups * depth)
    channels = groups * draw(per_group)
    return layer_of(draw, x_shape, (channels, *filter_size, depth), channels, encodings, window)


@st.composite
def depthwise_convolutions(draw, depths=SMALL, taps=PAIRS) -> Layer:
    window, filter_size, depth, multiplier = draw(windows()), draw(taps), draw(depths), draw(SMALL)
    image = draw(image_sizes(window, filter_size))
    channels = depth * multiplier
    x_shape = (draw(st.integers(1, 2)), *image, depth)
    weights_shape = (1, *filter_size, channels)
    return layer_of(draw, x_shape, weights_shape, channels, [DENSE, INT4, TABLE], window)


@st.composite
def connections(
    draw,
    units=st.integers(1, 4),  # noqa: B008 - strategies do not change
    sparse: bool = True,
) -> Layer:
    count = draw(units)
    inputs = draw(st.integers(1, 40) | st.sampled_from([63, 64, 65, 511, 512, 1100]))
    x_shape = (draw(st.integers(1, 2)), inputs)
    encodings = [DENSE, INT4, TABLE] + [SPARSE] * sparse
    return layer_of(draw, x_shape, (count, inputs), count, encodings)


def expected(layer: Layer, sums: np.ndarray) -> np.ndarray:
    total = sums if layer.bias is None else sums + layer.bias.astype(np.int64)
    return (rescaled_32 if layer.sum_bits == 32 else rescaled_64)(total, layer.rescaling)


def centred(layer: Layer) -> np.ndarray:
    return layer.x.astype(np.int64) - layer.zero_point
