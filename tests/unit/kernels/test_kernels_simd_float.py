"""Layers of floats by the kernel set simd, called on the host: NumPy's outputs, to rounding."""

import float_model
import numpy as np
import pytest
from float_model import FloatLayer
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_model_weights import Window
from kernel_library import shared_kernel_folder
from simd_library import SimdFloatLibrary
from weights_strategies import PAIRS, SMALL, image_sizes, windows

pytestmark = pytest.mark.emulator  # the library is compiled

TAPS = PAIRS | st.sampled_from([(1, 1), (3, 3), (5, 4)])
BOUNDS = st.sampled_from([(-np.inf, np.inf), (0.0, np.inf), (0.0, 6.0), (-1.0, 1.0)])
NAMES = {"conv": "convolve", "depthwise": "convolve_depthwise", "connect": "connect"}


@pytest.fixture(scope="module")
def kernels(shared_cache) -> tuple[SimdFloatLibrary, SimdFloatLibrary]:
    """The kernels, over arrays that end and over arrays that begin at a forbidden page."""
    path = shared_kernel_folder(shared_cache) / "libharness_kernels.so"
    return SimdFloatLibrary(path, True), SimdFloatLibrary(path, False)


def layer_of(draw, x_shape, weights_shape, channels: int, window: Window) -> FloatLayer:
    chance = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    products = np.prod(weights_shape) / channels
    x = chance.normal(size=x_shape)
    weights = chance.normal(size=weights_shape) / np.sqrt(products)
    bias = chance.normal(size=channels).astype(np.float32) if draw(st.booleans()) else None
    least, most = draw(BOUNDS)
    return FloatLayer(x.astype(np.float32), weights.astype(np.float32), bias, least, most, window)


@st.composite
def convolutions(draw) -> FloatLayer:
    window, taps, groups = draw(windows()), draw(TAPS), draw(SMALL)
    image = draw(image_sizes(window, taps))
    depth = draw(st.integers(1, 9) | st.sampled_from([16, 31]))
    channels = groups * draw(st.integers(1, 9))
    x_shape = (draw(st.integers(1, 2)), *image, groups * depth)
    return layer_of(draw, x_shape, (channels, *taps, depth), channels, window)


@st.composite
def depthwise_convolutions(draw) -> FloatLayer:
    window, taps, depth = draw(windows()), draw(TAPS), draw(st.integers(1, 9))
    image, channels = draw(image_sizes(window, taps)), depth * draw(SMALL)
    x_shape = (draw(st.integers(1, 2)), *image, depth)
    return layer_of(draw, x_shape, (1, *taps, channels), channels, window)


@st.composite
def connections(draw) -> FloatLayer:
    inputs, units = draw(st.integers(1, 40)), draw(st.integers(1, 9))
    return layer_of(draw, (draw(st.integers(1, 3)), inputs), (units, inputs), units, Window())


def check(kernels, kernel: str, layer: FloatLayer, at_end: bool) -> None:
    model = float_model.answer(kernel, layer)
    found = kernels[not at_end].float_layer(NAMES[kernel], layer, model.shape)
    np.testing.assert_allclose(found, model, rtol=1e-4, atol=1e-5)


@settings(deadline=None, max_examples=200)
@given(convolutions(), st.booleans())
def test_convolution_agrees_with_numpy(kernels, layer, at_end):
    check(kernels, "conv", layer, at_end)


@settings(deadline=None, max_examples=200)
@given(depthwise_convolutions(), st.booleans())
def test_depthwise_convolution_agrees_with_numpy(kernels, layer, at_end):
    check(kernels, "depthwise", layer, at_end)


@settings(deadline=None, max_examples=200)
@given(connections(), st.booleans())
def test_fully_connected_agrees_with_numpy(kernels, layer, at_end):
    check(kernels, "connect", layer, at_end)
