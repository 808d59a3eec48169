"""Layers with weights by the kernel set simd, called on the host: the portable kernels' bytes.

The plain sources and those for the DSP extension, whose instructions are emulated; nothing is read
or written beyond the arrays.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_model_weights import (
    ONE_STEP,
    Rescaling,
    convolution_sums,
    depthwise_sums,
    fully_connected_sums,
)
from kernel_library import shared_kernel_folder
from simd_library import SimdWeightsLibrary
from weights_library import DENSE, INT4, TABLE, Layer, WeightsLibrary
from weights_strategies import (
    LIMITS,
    PAIRS,
    centred,
    connections,
    convolutions,
    depthwise_convolutions,
    expected,
)

pytestmark = pytest.mark.emulator  # the library is compiled

# Blocks of channels and pixels, and rows that are not a multiple of what is taken at once.
DEPTHS = st.integers(1, 20) | st.sampled_from([32, 64, 67])
CHANNELS = st.integers(1, 9)
TAPS = PAIRS | st.sampled_from([(1, 1), (3, 3), (5, 4)])


def of_the_set(layers):
    """Return the strategy without short sums of int16, which the set does not have."""
    return layers.filter(lambda layer: (layer.x.itemsize, layer.sum_bits) != (2, 32))


@pytest.fixture(scope="module")
def folder(shared_cache) -> Path:
    return shared_kernel_folder(shared_cache)


@pytest.fixture(scope="module")
def portable(folder) -> WeightsLibrary:
    return WeightsLibrary(folder / "libharness_kernels.so")


@pytest.fixture(scope="module", params=["plain", "dsp"])
def kernels(request, folder) -> tuple[SimdWeightsLibrary, SimdWeightsLibrary]:
    """The kernels, over arrays that end and over arrays that begin at a forbidden page."""
    name = "libharness_kernels" + ("_dsp" if request.param == "dsp" else "")
    path = folder / f"{name}.so"
    return SimdWeightsLibrary(path, True), SimdWeightsLibrary(path, False)


@settings(deadline=None, max_examples=200)  # the model takes its time
@given(of_the_set(convolutions(DEPTHS, CHANNELS, TAPS, sparse=False)), st.booleans())
def test_convolution_is_exact(kernels, layer, at_end):
    model = expected(layer, convolution_sums(centred(layer), layer.weights, layer.window))
    np.testing.assert_array_equal(kernels[not at_end].convolution(layer, model.shape), model)


@settings(deadline=None, max_examples=200)  # the model takes its time
@given(of_the_set(depthwise_convolutions(st.integers(1, 9), TAPS)), st.booleans())
def test_depthwise_convolution_is_exact(kernels, layer, at_end):
    model = expected(layer, depthwise_sums(centred(layer), layer.weights, layer.window))
    np.testing.assert_array_equal(kernels[not at_end].depthwise(layer, model.shape), model)


@settings(deadline=None, max_examples=200)  # the model takes its time
@given(of_the_set(connections(CHANNELS, sparse=False)), st.booleans())
def test_fully_connected_is_exact(kernels, layer, at_end):
    model = expected(layer, fully_connected_sums(centred(layer), layer.weights))
    np.testing.assert_array_equal(kernels[not at_end].fully_connected(layer), model)


def call(library: WeightsLibrary, operator: str, layer: Layer) -> np.ndarray[Any, Any]:
    if operator == "connect":
        flat = replace(layer, x=layer.x.reshape(-1, layer.x.shape[-1]))
        return library.fully_connected(replace(flat, weights=layer.weights[:, 0, 0]))
    shape = (*layer.x.shape[:3], layer.weights.shape[0])
    if operator == "convolve":
        return library.convolution(layer, shape)
    weights = np.moveaxis(layer.weights[..., 0], 0, -1)[None]
    return library.depthwise(replace(layer, weights=weights), shape)


@pytest.mark.parametrize("operator", ["convolve", "depthwise", "connect"])
@pytest.mark.parametrize("activations, bias", [("int8", "int32"), ("int16", "int64")])
@given(seed=st.integers(0, 2**32 - 1), narrow=st.booleans())
@settings(max_examples=20)
def test_every_scale_is_exact(kernels, portable, operator, activations, bias, seed, narrow):
    """One product and any bias an output: what is left is the rescaling, at every shift."""
    chance = np.random.default_rng(seed)
    shifts = np.repeat(np.arange(-31, 32 if bias == "int32" else 8), 12)
    low, high = LIMITS[activations]
    multipliers = chance.integers(2**30, 2**31, shifts.size)
    multipliers[chance.random(shifts.size) < 0.1] = 0
    # Sums whose outputs lie about the range, and any.
    reach = np.minimum(2.0 ** (np.log2(high) + 1 - shifts), 2.0**31 if bias == "int32" else 2.0**40)
    sums = chance.uniform(-1, 1, shifts.size) * reach
    anything = chance.random(shifts.size) < 0.2
    sums[anything] = chance.choice([-(2.0**31), 2.0**31 - 1, 2.0**30, -(2.0**30)], anything.sum())
    bounds = sorted(chance.integers(low, high + 1, 2).tolist()) if narrow else (low, high)
    zero_point = int(chance.integers(low, high + 1)) if activations == "int8" else 0
    layer = Layer(
        chance.integers(low, high + 1, (1, 3, 1, shifts.size)).astype(activations),
        0,
        np.ones((shifts.size, 1, 1, 1 if operator == "depthwise" else shifts.size), np.int64),
        sums.astype(np.int64).astype(bias),
        Rescaling(tuple(multipliers.tolist()), tuple(shifts.tolist()), zero_point, *bounds),
    )
    np.testing.assert_array_equal(
        call(kernels[0], operator, layer), call(portable, operator, layer)
    )


@pytest.mark.parametrize("encoding", [DENSE, INT4, TABLE])
@pytest.mark.parametrize("operator", ["convolve", "connect"])
def test_a_long_row_of_extremes_does_not_overflow(kernels, portable, operator, encoding):
    x = np.full((1, 2, 2, 5000), -(2**15), np.int16)
    weights = np.full((3, 1, 1, 5000), -8 if encoding == INT4 else -128)
    rescaling = Rescaling((2**30,), (-16 if encoding == INT4 else -20,), 0, -(2**15), 2**15 - 1)
    for bias in (None, np.full(3, -1, np.int64)):
        layer = Layer(x, 0, weights, bias, rescaling, encoding)
        found = call(kernels[0], operator, layer)
        np.testing.assert_array_equal(found, call(portable, operator, layer))
        assert 0 < found.min() <= found.max() < 2**15 - 1


@pytest.mark.parametrize("operator, shape", [
    ("convolve", (64, 1, 1, 64)), ("convolve", (16, 3, 3, 16)), ("convolve", (8, 3, 3, 3)),
    ("convolve", (64, 10, 4, 1)), ("convolve", (10, 5, 5, 1)), ("depthwise", (64, 3, 3, 1)),
    ("connect", (128, 1, 1, 640)), ("connect", (12, 1, 1, 64)), ("connect", (5, 1, 1, 257)),
])  # fmt: skip
@pytest.mark.parametrize("encoding", [DENSE, INT4, TABLE])
@pytest.mark.parametrize("activations", ["int8", "int16"])
def test_layers_of_usual_sizes(kernels, portable, operator, shape, encoding, activations):
    chance = np.random.default_rng(0)
    low, high = LIMITS[activations]
    channels, depth = shape[0], shape[0] if operator == "depthwise" else shape[3]
    image = (2, 1, 1) if operator == "connect" else (1, 9, 7)
    table = chance.integers(-128, 128, 16)
    weights = (
        chance.integers(-8, 8, shape)
        if encoding == INT4
        else table[chance.integers(0, 16, shape)]
        if encoding == TABLE
        else chance.integers(-128, 128, shape)
    )
    bias = chance.integers(-(2**14), 2**14, channels)
    layer = Layer(
        chance.integers(low, high + 1, (*image, depth)).astype(activations), -high // 100, weights,
        bias.astype("int32" if activations == "int8" else "int64"),
        Rescaling(tuple(chance.integers(2**30, 2**31, channels).tolist()), (-11,) * channels, 0,
                  low, high),
        encoding, ONE_STEP,
    )  # fmt: skip
    layer = layer if activations == "int8" else replace(layer, zero_point=0)
    np.testing.assert_array_equal(
        call(kernels[0], operator, layer), call(portable, operator, layer)
    )
