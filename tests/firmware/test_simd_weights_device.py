"""Layers with weights by the kernel set simd on every emulated core: exact, and within bounds."""

from dataclasses import replace

import float_model
import numpy as np
import pytest
from float_model import FloatLayer
from integer_model_weights import SAME, VALID, Rescaling, Window
from kernel_emulation import KERNELS, TARGETS, Case, build_runner, run_cases, target_of
from weights_library import DENSE, INT4, TABLE, Layer

pytestmark = pytest.mark.emulator

LIMITS = {"int8": (-128, 127), "int16": (-(2**15), 2**15 - 1)}
KINDS = [("int8", "int32"), ("int8", None), ("int16", "int64"), ("int16", None)]
COUNT = 150


def some_window(chance: np.random.Generator) -> Window:
    """One step, or any small strides and dilations."""
    if chance.random() < 0.4:
        return Window(padding=int(chance.choice([SAME, VALID])))
    stride, dilation = chance.integers(1, 4, (2, 2)).tolist()
    return Window(tuple(stride), tuple(dilation), int(chance.choice([SAME, VALID])))


def some_shapes(
    chance: np.random.Generator, kernel: str
) -> tuple[tuple[int, ...], tuple[int, ...], Window]:
    """Return shapes of input and weights, and a window."""
    batches = int(chance.integers(1, 3))
    depth = int(chance.choice([1, 3, 4, 8, 16, chance.integers(1, 24)]))
    if kernel == "connect":
        inputs = int(chance.choice([*range(1, 40), 64, 511, 512, 700]))
        return (batches, inputs), (int(chance.integers(1, 12)), inputs), Window()
    window = some_window(chance)
    common = [(1, 1), (3, 3), (5, 4)]
    taps = (
        common[chance.integers(3)] if chance.random() < 0.6 else chance.integers(1, 4, 2).tolist()
    )
    reach = [(taps[axis] - 1) * window.dilation[axis] + 1 for axis in (0, 1)]
    least = reach if window.padding == VALID else [1, 1]
    image = [size + int(chance.integers(0, 6)) for size in least]
    if kernel == "depthwise":
        multiplier = int(chance.choice([1, 1, 2, 3]))
        return (batches, *image, depth), (1, *taps, depth * multiplier), window
    groups = int(chance.choice([1, 1, 1, 2, 3]))
    channels = groups * int(chance.integers(1, 10))
    return (batches, *image, groups * depth), (channels, *taps, depth), window


def some_numbers(chance: np.random.Generator, shape, low: int, high: int) -> np.ndarray:
    if chance.random() < 0.25:
        return chance.choice([low, high], shape)
    return chance.integers(low, high + 1, shape)


def some_layer(chance: np.random.Generator, kernel: str) -> Layer:
    """Return any layer of whole numbers; most have outputs inside their range."""
    x_shape, weights_shape, window = some_shapes(chance, kernel)
    activations, bias_type = KINDS[chance.integers(len(KINDS))]
    encoding = int(chance.choice([DENSE, DENSE, INT4, TABLE]))
    widest = 8 if encoding == INT4 else 128
    weights = some_numbers(chance, weights_shape, -widest, widest - 1)
    if encoding == TABLE:
        weights = chance.integers(-128, 128, 16)[weights % 16]
    low, high = LIMITS[activations]
    channels = weights_shape[3 if kernel == "depthwise" else 0]
    spread = high * widest * np.sqrt(weights.size / channels)
    bias = None
    if bias_type is not None:
        bias = chance.normal(0, spread, channels).astype(bias_type)
        if chance.random() < 0.1:
            bias[:] = np.iinfo(bias_type).max if bias_type == "int32" else 2**40
    count = channels if chance.random() < 0.7 else 1
    usual = np.floor(np.log2(high / spread)) + chance.integers(-1, 3, count)
    widest_shifts = chance.integers(-31, 32 if bias_type == "int32" else 8, count)
    shifts = np.where(chance.random(count) < 0.1, widest_shifts, usual).astype(int)
    multipliers = chance.integers(2**30, 2**31, count)
    multipliers[chance.random(count) < 0.05] = 0
    is_int8 = activations == "int8"
    zero_points = chance.integers(-128, 128, 2).tolist() if is_int8 else [0, 0]
    anywhere = sorted(chance.integers(low, high + 1, 2).tolist())
    rectified = [zero_points[1], high]
    bounds = [[low, high], [low, high], rectified, anywhere][chance.integers(4)]
    return Layer(
        some_numbers(chance, x_shape, low, high).astype(activations),
        zero_points[0],
        weights,
        bias,
        Rescaling(tuple(multipliers.tolist()), tuple(shifts.tolist()), zero_points[1], *bounds),
        encoding,
        window,
    )


def some_float_layer(chance: np.random.Generator, kernel: str) -> FloatLayer:
    x_shape, weights_shape, window = some_shapes(chance, kernel)
    channels = weights_shape[3 if kernel == "depthwise" else 0]
    products = np.prod(weights_shape) / channels
    bounds = [(-np.inf, np.inf), (0.0, np.inf), (0.0, 6.0)][chance.integers(3)]
    return FloatLayer(
        chance.normal(size=x_shape).astype(np.float32),
        (chance.normal(size=weights_shape) / np.sqrt(products)).astype(np.float32),
        chance.normal(size=channels).astype(np.float32) if chance.random() < 0.8 else None,
        *bounds,
        window,
    )


@pytest.fixture(scope="module", params=TARGETS)
def runner(request, shared_cache):
    """Runs cases on one core."""
    target = target_of(request.param)
    elf = build_runner(target, "O2", shared_cache / "kernel-runner" / request.param)
    return lambda cases, cache: run_cases(target, elf, cases, cache)


@pytest.mark.parametrize("kernel", KERNELS)
def test_any_layer_gives_the_bytes_of_the_portable_kernel(runner, kernel, shared_cache):
    chance = np.random.default_rng(KERNELS.index(kernel))
    cases = [Case(kernel, some_layer(chance, kernel)) for _ in range(COUNT)]
    results = runner([*cases, *(replace(one, portable=True) for one in cases)], shared_cache)
    inside = 0
    for case, found, portable in zip(cases, results[:COUNT], results[COUNT:], strict=True):
        np.testing.assert_array_equal(found.output, portable.output, str(case))
        assert found.kept, str(case)
        range_ = case.layer.rescaling
        inside += ((found.output > range_.least) & (found.output < range_.most)).mean()
    assert inside > COUNT / 4  # the numbers try more than the bounds


@pytest.mark.parametrize("kernel", KERNELS)
def test_any_layer_of_floats_agrees_with_numpy(runner, kernel, shared_cache):
    chance = np.random.default_rng(KERNELS.index(kernel))
    cases = [Case(kernel, some_float_layer(chance, kernel)) for _ in range(COUNT // 3)]
    for case, found in zip(cases, runner(cases, shared_cache), strict=True):
        expected = float_model.answer(kernel, case.layer)
        np.testing.assert_allclose(found.output, expected, rtol=1e-4, atol=1e-5, err_msg=str(case))
        assert found.kept, str(case)
