"""int8 operators without weights by the kernel set simd, called on the host: tflite-micro's bytes.

The plain sources and those for the DSP extension, whose instructions are emulated; nothing is read
or written beyond the arrays.
"""

import integer_model_activations as model
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_model_activations import SAME, VALID, Format, Pool
from kernel_library import shared_kernel_folder
from one_operator import tflite_micro_answer
from simd_activations import (
    Problem,
    SimdActivationKernels,
    addition,
    averaging,
    clamping,
    padding,
    pooling,
    requantizing,
    softmax,
)

pytestmark = pytest.mark.emulator  # the library is compiled

ALL = np.arange(-128, 128)
INT8 = st.integers(-128, 127)
SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 9)
CHANNELS = st.integers(1, 18) | st.sampled_from([32, 64, 67])
SCALES = st.floats(-12, 1).map(lambda power: 2.0**power)
RATIOS = st.floats(-6, 6).map(lambda power: 2.0**power)
ROWS = st.tuples(st.lists(SIZES, max_size=3), CHANNELS).map(lambda pair: (*pair[0], pair[1]))
FUSED = st.sampled_from([0, 1, 2, 3])
SHAPES = st.lists(SIZES, min_size=1, max_size=4).map(tuple)
EVERY_PAIR = [
    # scales of the inputs and the output, their zero points, the activation
    ((0.02, 0.03, 0.04), (-3, 5, -128), 1),
    ((0.03, 0.02, 0.01), (0, 0, 0), 0),
    ((0.05, 0.05, 0.08), (-128, 127, 9), 3),
    ((0.0039, 0.12, 0.1), (127, -128, 77), 1),
    ((1.0, 0.001, 2.0), (1, 2, 3), 0),
    ((0.02, 0.01, 0.3), (-128, -128, -128), 2),
    ((0.7, 0.3, 0.0001), (4, 5, 6), 0),
]


@pytest.fixture(scope="module")
def folder(shared_cache):
    return shared_kernel_folder(shared_cache)


@pytest.fixture(scope="module", params=["plain", "dsp"])
def kernels(request, folder) -> tuple[SimdActivationKernels, ...]:
    """The kernels, over arrays that end and over arrays that begin at a forbidden page."""
    name = "libharness_kernels" + ("_dsp" if request.param == "dsp" else "")
    return tuple(SimdActivationKernels(folder / f"{name}.so", at_end) for at_end in (True, False))


def check(kernels: tuple[SimdActivationKernels, ...], problem: Problem) -> None:
    (expected,) = tflite_micro_answer(problem.tflite, *problem.inputs)
    for one in kernels:
        found = one.run(problem.call)
        np.testing.assert_array_equal(found, expected.reshape(found.shape))


def values(seed: int, shape: tuple[int, ...]):
    """Return any int8, a third of them the extremes."""
    chance = np.random.default_rng(seed)
    found = chance.integers(-128, 128, shape)
    return np.where(chance.random(shape) < 1 / 3, chance.choice([-128, 127], shape), found)


def formats(scale: float, zero_point: int) -> Format:
    return Format(scale, zero_point, 8)


@pytest.mark.parametrize(("scales", "zero_points", "fused"), EVERY_PAIR)
def test_every_pair_of_values_adds_exactly(kernels, scales, zero_points, fused):
    x, y = (one[None] for one in np.meshgrid(ALL, ALL))
    of = tuple(map(formats, scales, zero_points))
    check(kernels, addition(x, y, of, fused))


@st.composite
def three_formats(draw):
    scale = draw(SCALES)
    scales = (scale, scale * draw(RATIOS), scale * draw(RATIOS))
    return tuple(formats(one, draw(INT8)) for one in scales)


@given(SHAPES, three_formats(), FUSED, SEEDS)
def test_tensors_of_any_shape_add_exactly(kernels, shape, of, fused, seed):
    check(kernels, addition(values(seed, shape), values(seed + 1, shape), of, fused))


@given(st.sampled_from([5, 1021]), st.floats(-19, 12), st.floats(-25, 25), SEEDS)
def test_additions_whose_factors_no_product_of_one_word_holds_are_exact_too(
    kernels, count, target, second, seed
):
    # Beyond what tflite-micro takes, so against the model in whole numbers.
    of = (formats(0.01, 3), formats(0.01 * 2**second, -7), formats(0.01 * 2**target, 11))
    x, y = values(seed, (count,)), values(seed + 1, (count,))
    problem, expected = addition(x, y, of), model.add(x, y, of)
    for one in kernels:
        np.testing.assert_array_equal(one.run(problem.call), expected)


@st.composite
def pools(draw):
    """Return a window and the shape of an image."""
    size, stride = draw(st.tuples(SIZES, SIZES)), draw(st.tuples(SIZES, SIZES))
    padding_kind = draw(st.sampled_from([SAME, VALID]))
    image = [draw(st.integers(side if padding_kind == VALID else 1, 12)) for side in size]
    if draw(st.booleans()):  # one window over the whole image
        size, padding_kind = tuple(image), VALID
    return Pool(size, stride, padding_kind), (draw(st.integers(1, 2)), *image, draw(CHANNELS))


@pytest.mark.parametrize("name", ["average", "max"])
@given(pools(), SCALES, INT8, FUSED, SEEDS)
def test_pools_are_exact_for_every_window(kernels, name, case, scale, zero_point, fused, seed):
    pool, shape = case
    check(kernels, pooling(name, values(seed, shape), formats(scale, zero_point), pool, fused))


@pytest.mark.parametrize("extent", [(1, 256), (1, 257), (23, 31), (2, 600), (16, 16), (16, 17)])
@pytest.mark.parametrize("value", [-128, 127, None])
def test_windows_of_more_elements_than_halves_hold_average_exactly(kernels, extent, value):
    shape = (1, *extent, 7)
    x = values(0, shape) if value is None else np.full(shape, value)
    check(kernels, pooling("average", x, formats(0.1, 0), Pool(extent, (1, 1))))
    wider = np.concatenate([x, x[:, :, :1]], axis=2)
    check(kernels, pooling("average", wider, formats(0.1, 0), Pool(extent, (1, 1))))


def test_every_sum_over_every_count_is_divided_exactly(kernels):
    for count in (1, 2, 3, 7, 16, 81, 125, 255, 256):
        least = -128 * count
        sums = np.unique(np.linspace(least, 127 * count, 500).astype(int))
        low, left = np.divmod(sums - least, count)
        x = (low - 128)[:, None] + (np.arange(count) < left[:, None])
        assert (x.sum(axis=1) == sums).all()
        image = x.reshape(len(sums), count, 1, 1)
        pool = Pool((count, 1), (1, 1))
        expected = model.average_pool(image, pool)
        problem = pooling("average", np.repeat(image, 4, axis=3), formats(0.1, 0), pool)
        for one in kernels:
            assert (one.run(problem.call) == expected).all()


@given(
    ROWS,
    st.sets(st.integers(0, 3), min_size=1),
    three_formats(),
    SEEDS,
)
@settings(max_examples=150)
def test_means_are_exact_over_any_dimensions(kernels, shape, chosen, of, seed):
    axes = tuple(sorted({axis % len(shape) for axis in chosen}))
    check(kernels, averaging(values(seed, shape), axes, *of[:2]))


@pytest.mark.parametrize("beta", [1.0, 0.3])
@pytest.mark.parametrize("scale", [0.003, 0.0171, 0.05, 0.1, 0.25, 0.7, 1.0, 3.0, 8.0, 20.0, 64.0])
def test_the_powers_of_all_differences_are_exact(kernels, scale, beta):
    pairs = np.stack([np.full(256, 127), 127 - np.arange(256)], axis=1)
    check(kernels, softmax(pairs, formats(scale, 3), beta))
    # Of more than two, so that powers are seen at other sums.
    for others in (1, 9, 100, 509):
        more = np.full((256, others), 120)
        check(kernels, softmax(np.concatenate([pairs, more], axis=1), formats(scale, 3), beta))


@given(
    st.lists(st.integers(1, 4), max_size=3),
    st.integers(1, 511) | st.integers(1, 12),
    st.floats(-9, 3).map(lambda power: 2.0**power),
    st.floats(0.125, 2.0, width=32),
    st.integers(1, 40),
    SEEDS,
)
def test_rows_of_any_length_have_an_exact_softmax(kernels, rows, size, scale, beta, spread, seed):
    x = values(seed, (*rows, size)) // spread
    check(kernels, softmax(x, formats(scale, 0), beta))


@given(SHAPES, SCALES, INT8, SEEDS)
def test_a_clamp_keeps_what_lies_within(kernels, shape, scale, zero_point, seed):
    check(kernels, clamping(values(seed, shape), formats(scale, zero_point)))


@given(st.sampled_from([256, 515]), SCALES, RATIOS, st.tuples(INT8, INT8), st.booleans())
def test_every_value_is_requantized_exactly_one_by_one_and_by_table(
    kernels, count, scale, ratio, zero_points, rectified
):
    source, target = formats(scale, zero_points[0]), formats(scale * ratio, zero_points[1])
    x = np.resize(ALL, count)[None]
    check(kernels, requantizing(x, source, target, rectified))


@given(
    ROWS,
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=4, max_size=4),
    st.sets(st.integers(0, 3)),
    INT8,
    st.none() | INT8,
    SEEDS,
)
def test_padding_puts_the_input_where_it_belongs(
    kernels, shape, amounts, unpadded, zero_point, fill, seed
):
    around = [(0, 0) if k in unpadded else amounts[k] for k in range(len(shape))]
    form = formats(0.1, zero_point)
    check(kernels, padding(values(seed, shape), form, around, fill))
