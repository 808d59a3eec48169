"""Real numbers to input bytes and output bytes to real numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_factory import Op, Spec, T, fully_connected, unary

from harness.errors import HarnessError
from harness.model_file.reader import read_model
from harness.reference.quantization import dequantize_output, quantize_input


def model_of(element_type: str, scale: float, zero: int, shape=(1, 2)):
    tensor = T("x", shape, element_type, None, (scale,), (zero,))
    return read_model(
        unary("RESHAPE", tensor, T("y", shape, element_type, None, (scale,), (zero,))).write(), "m"
    )


FLOAT = read_model(fully_connected().write(), "float")
INT8 = model_of("int8", 0.5, 3)


def test_values_are_divided_by_the_scale_rounded_and_shifted():
    x = np.array([[1.0, -2.0], [0.2, 0.3]], np.float32)
    assert quantize_input(INT8, x) == [bytes([5, 255]), bytes([3, 4])]


def test_values_beyond_the_range_are_clipped():
    x = np.array([[1e9, -1e9]], np.float32)
    assert quantize_input(INT8, x) == [bytes([127, 128])]
    assert quantize_input(model_of("uint8", 0.5, 3), x) == [bytes([255, 0])]
    assert quantize_input(model_of("int16", 0.5, 0), x) == [
        np.array([32767, -32768], "<i2").tobytes()
    ]


def test_float_models_take_the_values_as_they_are():
    x = np.array([[1, 2, 3]], np.float64)
    assert quantize_input(FLOAT, x) == [np.array([1, 2, 3], "<f4").tobytes()]


def test_the_batch_dimension_may_be_given_or_left_out():
    x = np.ones((4, 2), np.float32)
    assert quantize_input(INT8, x) == quantize_input(INT8, x.reshape(4, 1, 2))


@pytest.mark.parametrize("shape", [(4, 3), (4,), (4, 2, 1), (2, 4)])
def test_another_shape_is_refused_with_the_right_one(shape):
    with pytest.raises(HarnessError, match=r"^m: data of shape .* takes samples of shape \[2\]"):
        quantize_input(INT8, np.ones(shape, np.float32))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_none_are_refused(value):
    with pytest.raises(HarnessError, match="NaN or infinity"):
        quantize_input(INT8, np.array([[0, value]], np.float32))


def test_a_model_with_two_inputs_is_refused():
    tensors = (T("a", (1, 2)), T("b", (1, 2)), T("y", (1, 2)))
    model = read_model(Spec(tensors, (Op("ADD", (0, 1), (2,)),), (0, 1), (2,)).write(), "m")
    with pytest.raises(HarnessError, match="2 inputs"):
        quantize_input(model, np.ones((1, 2), np.float32))


def test_an_integer_input_without_scale_is_refused():
    model = read_model(unary("RESHAPE", T("a", (2,), "int8"), T("b", (2,), "int8")).write(), "m")
    with pytest.raises(HarnessError, match="no scale"):
        quantize_input(model, np.ones((1, 2), np.float32))
    with pytest.raises(HarnessError, match="no scale"):
        dequantize_output(model, [bytes(2)])


def test_outputs_become_real_numbers_without_the_batch_dimension():
    values = dequantize_output(INT8, [bytes([5, 255]), bytes([3, 4])])
    assert values.dtype == np.float32
    assert values.tolist() == [[1.0, -2.0], [0.0, 0.5]]
    assert dequantize_output(FLOAT, [np.array([1, 2], "<f4").tobytes()]).tolist() == [[1, 2]]


def test_no_outputs_become_an_empty_array_of_the_right_shape():
    assert dequantize_output(INT8, []).shape == (0, 2)


def test_an_output_of_another_length_is_refused():
    with pytest.raises(HarnessError, match="output 1 has 3 bytes, not 2"):
        dequantize_output(INT8, [bytes(2), bytes(3)])


@given(st.binary(min_size=2, max_size=2))
def test_every_byte_survives_the_way_there_and_back(raw):
    assert quantize_input(INT8, dequantize_output(INT8, [raw])) == [raw]
