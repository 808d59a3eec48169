"""Multiply-accumulates against numbers worked by hand."""

import numpy as np
import pytest
from model_factory import (
    Op,
    Spec,
    T,
    convolution,
    fully_connected,
    matrix_product_options,
    transpose_convolution_options,
    unary,
)

from harness.model_file.macs import operator_macs
from harness.model_file.reader import read_model


def macs(spec: Spec) -> int | None:
    return read_model(spec.write(), "m").macs


def test_fully_connected_is_inputs_times_units():
    assert macs(fully_connected()) == 3 * 2


def test_fully_connected_counts_every_row_of_a_batch():
    spec = fully_connected().with_tensor(0, shape=(5, 3)).with_tensor(3, shape=(5, 2))
    assert macs(spec) == 5 * 3 * 2


def test_a_convolution_is_a_window_of_all_channels_for_each_output():
    assert macs(convolution()) == (4 * 4 * 3) * (3 * 3 * 2)


def test_a_grouped_convolution_counts_the_channels_of_its_group():
    spec = convolution().with_tensor(0, shape=(1, 4, 4, 6))
    assert macs(spec) == (4 * 4 * 3) * (3 * 3 * 2)


def test_a_depthwise_convolution_is_a_window_of_one_channel_for_each_output():
    assert macs(convolution(depthwise=True)) == (4 * 4 * 2) * (3 * 3)


def test_a_transpose_convolution_spreads_each_input_over_a_window():
    tensors = (
        T("shape", (4,), "int32", np.array([1, 8, 8, 3], "<i4").tobytes()),
        T("w", (3, 2, 2, 5), "float32", bytes(4 * 60)),
        T("x", (1, 4, 4, 5)),
        T("y", (1, 8, 8, 3)),
    )
    operator = Op("TRANSPOSE_CONV", (0, 1, 2), (3,), transpose_convolution_options)
    assert macs(Spec(tensors, (operator,), (2,), (3,))) == (4 * 4 * 5) * (2 * 2 * 3)


@pytest.mark.parametrize(("adjoint", "left"), [(False, (2, 4, 7)), (True, (2, 7, 4))])
def test_a_matrix_product_is_the_inner_dimension_for_each_output(adjoint, left):
    tensors = (T("a", left), T("b", (2, 7, 3)), T("c", (2, 4, 3)))
    operator = Op("BATCH_MATMUL", (0, 1), (2,), matrix_product_options(adjoint))
    assert macs(Spec(tensors, (operator,), (0, 1), (2,))) == 2 * 4 * 7 * 3


def test_moving_data_counts_nothing():
    assert macs(unary("RELU", T("a", (1, 9)), T("b", (1, 9)))) == 0


@pytest.mark.parametrize("name", ["RNN", "UNIDIRECTIONAL_SEQUENCE_LSTM", "CUSTOM"])
def test_an_operator_of_unknown_cost_leaves_the_total_unknown(name):
    spec = unary(name, T("a", (1, 9)), T("b", (1, 9)))
    model = read_model(spec.write(), "m")
    assert model.macs is None
    assert operator_macs(model.operators[0], model.tensors) is None
