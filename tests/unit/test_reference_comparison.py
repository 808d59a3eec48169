"""When outputs count as the same."""

import math
import struct

import pytest
from model_factory import fully_connected

from harness.model_file.reader import read_model
from harness.reference.comparison import FLOAT_ATOL, FLOAT_RTOL, Comparison, compare_outputs

FLOAT = read_model(fully_connected().write(), "float")
INT8 = read_model(fully_connected(integer=True).write(), "int8")


def floats(*values: float) -> bytes:
    return struct.pack(f"<{len(values)}f", *values)


def test_equal_outputs_agree():
    outputs = [bytes([1, 2]), bytes([3, 4])]
    comparison = compare_outputs(INT8, outputs, outputs)
    assert comparison == Comparison(2, 0, 0.0)
    assert comparison.agrees


def test_one_step_in_an_integer_output_is_a_difference():
    comparison = compare_outputs(INT8, [bytes([1, 2]), bytes([255, 4])], [bytes([1, 2])] * 2)
    assert comparison == Comparison(2, 1, 2.0)
    assert not comparison.agrees


@pytest.mark.parametrize(
    ("device", "same"),
    [
        (100 + FLOAT_RTOL * 99 + FLOAT_ATOL * 99, True),
        (100 + FLOAT_RTOL * 101 + FLOAT_ATOL * 101, False),
        (100 - FLOAT_RTOL * 101 - FLOAT_ATOL * 101, False),
    ],
)
def test_float_outputs_agree_within_the_tolerance(device, same):
    comparison = compare_outputs(FLOAT, [floats(device, 0)], [floats(100, FLOAT_ATOL / 2)])
    assert comparison.agrees == same
    assert comparison.largest_error == pytest.approx(abs(device - 100), rel=1e-2)


@pytest.mark.parametrize(
    ("largest", "error", "same"),
    [(0.1, 0.9, True), (0.1, 1.1, False), (8.0, 7.9, True), (8.0, 8.1, False)],
)
def test_what_cancels_out_is_held_to_the_tensors_largest_output(largest, error, same):
    host, device = floats(largest, 0), floats(largest, error * FLOAT_ATOL)
    assert compare_outputs(FLOAT, [device], [host]).agrees == same


@pytest.mark.parametrize(
    ("device", "host", "same"),
    [
        (math.nan, math.nan, True),
        (math.nan, 1.0, False),
        (1.0, math.nan, False),
        (math.inf, math.inf, True),
        (math.inf, -math.inf, False),
        (math.inf, 1.0, False),
        (1.0, math.inf, False),
        (0.0, -0.0, True),
    ],
)
def test_what_is_no_number_equals_only_itself(device, host, same):
    comparison = compare_outputs(FLOAT, [floats(device, 0)], [floats(host, 0)])
    assert comparison.agrees == same
    assert comparison.largest_error == (0.0 if same else math.inf)


def test_missing_samples_count_as_checked_and_differing():
    assert compare_outputs(INT8, [bytes(2)], [bytes(2)] * 3) == Comparison(3, 2, math.inf)
    assert compare_outputs(INT8, [bytes(2)] * 3, [bytes(2)]) == Comparison(3, 2, math.inf)


def test_an_output_of_another_length_differs():
    assert compare_outputs(INT8, [bytes(1)], [bytes(2)]) == Comparison(1, 1, math.inf)


def test_nothing_compared_is_no_agreement():
    assert not compare_outputs(INT8, [], []).agrees
