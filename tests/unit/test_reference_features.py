"""The device's features pass within the bound and not beyond it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model_factory import T, unary

from harness.model_file.reader import read_model
from harness.reference.features import compare_features
from harness.reference.quantization import quantize_input


def model_of(kind: str, scale: float = 0.01, count: int = 3):
    scales = {"scales": (scale,), "zero_points": (4,)} if kind != "float32" else {}
    source, target = T("x", (1, count), kind, **scales), T("y", (1, count), kind, **scales)
    return read_model(unary("RELU", source, target).write(), "m")


def int8(*values: int) -> bytes:
    return np.array(values, np.int8).tobytes()


def test_one_step_apart_is_within_a_bound_below_one_step():
    found = compare_features(model_of("int8"), [int8(1, 2, 3)], [int8(1, 3, 2)], 0.001)
    assert (found.beyond, found.largest) == (0, 1)


def test_two_steps_apart_is_beyond_it():
    vectors = [int8(1, 2, 3), int8(1, 2, 5)]
    found = compare_features(model_of("int8"), vectors, [int8(1, 2, 3)] * 2, 0.001)
    assert (found.beyond, found.largest) == (1, 2)


def test_floats_are_held_to_the_bound_itself():
    model, host = model_of("float32"), np.zeros(3, "<f4").tobytes()
    within = np.array([0, 0.0009, 0], "<f4").tobytes()
    beyond = np.array([0, -0.0011, 0], "<f4").tobytes()
    assert compare_features(model, [within], [host], 0.001).beyond == 0
    assert compare_features(model, [beyond], [host], 0.001).beyond == 1


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_beyond_any_bound(value):
    model, host = model_of("float32"), np.zeros(3, "<f4").tobytes()
    bad = np.array([0, value, 0], "<f4").tobytes()
    found = compare_features(model, [bad], [host], 0.001)
    assert (found.beyond, found.largest) == (1, math.inf)


def test_a_missing_or_cut_vector_is_beyond_it():
    model = model_of("int8")
    assert compare_features(model, [], [int8(1, 2, 3)], 0.001).beyond == 1
    assert compare_features(model, [int8(1, 2)], [int8(1, 2, 3)], 0.001).beyond == 1


@given(
    st.floats(-3, 3, width=32),
    st.floats(-0.001, 0.001),
    st.sampled_from([("int8", 0.02), ("int16", 0.0001), ("int16", 0.00033), ("float32", 1.0)]),
)
def test_whatever_is_within_the_bound_stays_so_when_quantized(value, difference, kind):
    model = model_of(*kind, count=1)
    device, host = (
        quantize_input(model, np.array([[x]], np.float64)) for x in (value, value + difference)
    )
    rounding = 1e-6  # of float32 inputs
    assert compare_features(model, device, host, 0.001 + rounding).beyond == 0
