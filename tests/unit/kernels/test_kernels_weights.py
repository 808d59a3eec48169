"""Layers with weights, called on the host: exact for any shape, window, encoding and scale."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_model_weights import (
    Rescaling,
    convolution_sums,
    depthwise_sums,
    fully_connected_sums,
)
from kernel_library import shared_kernel_folder
from weights_library import DENSE, SPARSE, TABLE, Layer, WeightsLibrary, packed
from weights_strategies import (
    centred,
    connections,
    convolutions,
    depthwise_convolutions,
    expected,
)

pytestmark = pytest.mark.emulator  # the library is compiled


@pytest.fixture(scope="module")
def kernels(shared_cache) -> WeightsLibrary:
    return WeightsLibrary(shared_kernel_folder(shared_cache) / "libharness_kernels.so")


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
