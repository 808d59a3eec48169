"""Promises of the kernels without weights: exact against the model in whole numbers."""

import math

import integer_model_activations as model
import numpy as np
import pytest
from activations_library import ActivationKernels
from hypothesis import example, given
from hypothesis import strategies as st
from integer_model_activations import SAME, VALID, Format, Pool
from kernel_library import shared_kernel_folder

pytestmark = pytest.mark.emulator  # the library is compiled

ALL_INT16 = np.arange(-32768, 32768)
ALL_INT8 = np.arange(-128, 128)
SCALES = st.floats(2.0**-24, 2.0**4)
NEAR = st.floats(2.0**-12, 2.0**-6)
SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(1, 5)
INT8 = st.integers(-128, 127)


@pytest.fixture(scope="module")
def kernels(shared_cache) -> ActivationKernels:
    return ActivationKernels(shared_kernel_folder(shared_cache) / "libharness_kernels.so")


def values(seed: int, shape, bits: int = 16):
    """Return any integers, a third of them the extremes."""
    chance = np.random.default_rng(seed)
    least, most = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    found = chance.integers(least, most + 1, shape)
    return np.where(chance.random(shape) < 1 / 3, chance.choice([least, most], shape), found)


def all_of(form: Format):
    return ALL_INT8 if form.bits == 8 else ALL_INT16


@st.composite
def formats(draw):
    width = draw(st.sampled_from([8, 16]))
    return Format(draw(SCALES), draw(INT8) if width == 8 else 0, width)


def test_the_tables_are_what_their_definitions_say(kernels):
    assert kernels.table("exponential", 513) == model.EXPONENTIAL.tolist()
    assert kernels.table("reciprocal", 513) == model.RECIPROCAL.tolist()
    assert kernels.table("sigmoid", 256) == model.SIGMOID.tolist()


@given(formats(), formats())
@example(Format(2.0**-24, 0, 16), Format(1.0, 127, 8))
def test_requantizing_is_exact_for_every_value(kernels, source, target):
    x = all_of(source)
    assert (kernels.requantize(x, source, target) == model.requantize(x, source, target)).all()


@given(st.integers(2**30, 2**31 - 1) | st.just(0), st.integers(-31, 31), INT8, INT8)
def test_requantizing_is_defined_for_every_multiplier(kernels, multiplier, shift, zero, to_zero):
    source, target = Format(1.0, zero * 256, 16), Format(1.0, to_zero * 256, 16)
    found = kernels.requantize_by(ALL_INT16, source, target, (multiplier, shift))
    moved = model.scaled(ALL_INT16 - source.zero_point, multiplier, shift) + target.zero_point
    assert (found == np.clip(moved, -32768, 32767)).all()


@given(formats(), formats(), st.sampled_from([None, 6.0]))
def test_a_rectifier_is_exact_for_every_value(kernels, source, target, most):
    x = all_of(source)
    upper = target.most if most is None else min(target.most, target.quantized(most))
    if source.bits == target.bits and upper >= target.zero_point:
        found = kernels.requantize(x, source, target, (target.zero_point, upper))
        assert (found == model.rescaling_relu(x, source, target, most)).all()


@given(formats(), SCALES, INT8, st.floats(-2.0, 2.0))
def test_a_leaky_rectifier_is_exact_for_every_value(kernels, source, scale, zero_point, alpha):
    target = Format(scale, zero_point if source.bits == 8 else 0, source.bits)
    x = all_of(source)
    found = kernels.leaky_relu(x, source, target, alpha)
    assert (found == model.leaky_relu(x, source, target, alpha)).all()


def test_float_is_quantized_to_the_nearest_with_halves_away_from_zero_and_saturates(kernels):
    x = np.array([0.5, 1.5, -0.5, -2.5, 0.49, 1e9, -1e9, np.inf, -np.inf, np.nan], np.float32)
    found = kernels.quantize_float(x, Format(1.0, 5))
    assert found.tolist() == [6, 7, 4, 2, 5, 32767, -32768, 32767, -32768, -32768]


@pytest.mark.parametrize("name", ["logistic", "tanh"])
@pytest.mark.parametrize("scale", [1e-9, 1e-6, 2.0**-15, 1e-4, 2.0**-12, 3e-3, 0.1, 1.0, 2.0, 5.3])
def test_sigmoids_are_exact_for_every_value_and_near_the_function(kernels, name, scale):
    found = kernels.sigmoid(name, ALL_INT16, scale)
    assert (found == getattr(model, name)(ALL_INT16, scale)).all()
    real = ALL_INT16 * float(np.float32(scale))
    exact = np.tanh(real) if name == "tanh" else 0.5 + 0.5 * np.tanh(real / 2)
    assert np.abs(found / 32768 - exact).max() < 2e-4


@st.composite
def pools(draw):
    size = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    stride = (draw(st.integers(1, 4)), draw(st.integers(1, 4)))
    padding = draw(st.sampled_from([SAME, VALID]))
    image = tuple(draw(st.integers(side, 8)) for side in size)
    return Pool(size, stride, padding), (draw(st.integers(1, 2)), *image, draw(SIZES))


@given(pools(), SEEDS, st.sampled_from([(-32768, 32767), (0, 6000), (-333, 333)]))
def test_pools_are_exact_for_every_window(kernels, case, seed, bounds):
    pool, shape = case
    x = values(seed, shape)
    for name, expected in (
        ("average", model.average_pool(x, pool)),
        ("max", model.max_pool(x, pool)),
    ):
        found = kernels.pool(name, x, pool, expected.shape, bounds)
        assert (found == expected.clip(*bounds)).all()


@st.composite
def broadcast_shapes(draw):
    whole = draw(st.lists(SIZES, min_size=1, max_size=4))
    pair = []
    for _ in range(2):
        kept = whole[draw(st.integers(0, len(whole) - 1)) :]
        pair.append(tuple(size if draw(st.booleans()) else 1 for size in kept))
    return pair


@given(broadcast_shapes(), st.tuples(NEAR, NEAR, NEAR), SEEDS)
def test_two_operands_combine_exactly_however_they_are_broadcast(kernels, shapes, scales, seed):
    x, y = values(seed, shapes[0]), values(seed + 1, shapes[1])
    of = tuple(Format(scale) for scale in scales)
    bounds = (0, 20000)
    assert (kernels.combine("add", x, y, of) == model.add(x, y, of)).all()
    clipped = model.add(x, y, of, -1).clip(*bounds)
    assert (kernels.combine("subtract", x, y, of, bounds) == clipped).all()
    clipped = model.multiply(x, y, of).clip(*bounds)
    assert (kernels.combine("multiply", x, y, of, bounds) == clipped).all()
    assert (kernels.combine("maximum", x, y, of) == np.maximum(x, y)).all()
    assert (kernels.combine("minimum", x, y, of) == np.minimum(x, y)).all()


@given(
    st.lists(SIZES, min_size=1, max_size=4),
    st.sets(st.integers(0, 3), min_size=1),
    formats(),
    SCALES,
    INT8,
    SEEDS,
)
def test_means_are_exact_over_any_dimensions(kernels, shape, chosen, source, scale, zero, seed):
    axes = tuple(sorted({axis % len(shape) for axis in chosen}))
    target = Format(scale, zero if source.bits == 8 else 0, source.bits)
    x = values(seed, shape, source.bits)
    found = kernels.mean(x, axes, source, target)
    assert (found == model.mean(x, axes, source, target)).all()


@given(st.integers(1, 2**31 - 1), st.integers(2**30, 2**31 - 1), st.integers(-31, 31))
def test_a_factor_is_divided_within_its_range(kernels, count, multiplier, shift):
    divided, after = kernels.divided(count, multiplier, shift)
    raised = min(math.floor(math.log2(count)), 31 + shift)
    assert (divided, after) == ((multiplier << raised) // count, shift - raised)


@given(SIZES, st.integers(1, 300), st.floats(2.0**-24, 2.0**-6), st.floats(0.1, 2.0), SEEDS)
def test_softmax_is_exact(kernels, rows, size, scale, beta, seed):
    x = values(seed, (rows, size))
    found = kernels.softmax(x, scale, beta)
    assert (found == model.softmax(x, scale, beta)).all()


def test_softmax_is_near_the_function(kernels):
    x = np.random.default_rng(0).integers(-32768, 32768, (200, 12))
    powers = np.exp((x - x.max(axis=1, keepdims=True)) * float(np.float32(1e-4)))
    found = kernels.softmax(x, 1e-4, 1.0) / 32768
    assert np.abs(found - powers / powers.sum(axis=1, keepdims=True)).max() < 2e-4


@given(st.data(), st.lists(SIZES, min_size=1, max_size=4), SEEDS, st.integers(-32768, 32767))
def test_padding_puts_the_input_where_it_belongs(kernels, data, shape, seed, fill):
    side = st.integers(0, 3)
    amounts = data.draw(st.lists(st.tuples(side, side), min_size=len(shape), max_size=len(shape)))
    x = values(seed, shape)
    expected = np.pad(x, amounts, constant_values=fill)
    assert (kernels.pad(x, amounts, fill) == expected).all()


@given(st.data(), st.lists(SIZES, min_size=1, max_size=4), SEEDS)
def test_parts_are_put_one_behind_the_other(kernels, data, shape, seed):
    axis = data.draw(st.integers(0, len(shape) - 1))
    lengths = data.draw(st.lists(SIZES, min_size=1, max_size=4))
    parts = [
        values(seed + k, [*shape[:axis], length, *shape[axis + 1 :]])
        for k, length in enumerate(lengths)
    ]
    assert (kernels.concatenate(parts, axis) == np.concatenate(parts, axis)).all()
