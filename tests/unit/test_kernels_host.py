"""Promises of our own kernels, called on the host."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kernel_library import (
    KernelLibrary,
    Requantization,
    open_kernel_library,
    shared_kernel_folder,
)
from requantize_models import ALL_INT8, one_by_one, pairs

from harness.reference.interpreter import reference_outputs

pytestmark = pytest.mark.emulator  # the library is compiled

INT32 = st.integers(-(2**31), 2**31 - 1)
MULTIPLIERS = st.just(0) | st.integers(2**30, 2**31 - 1)
SHIFTS = st.integers(-31, 31)
INT8 = st.integers(-128, 127)


@pytest.fixture(scope="module")
def kernels(shared_cache) -> KernelLibrary:
    return open_kernel_library(shared_kernel_folder(shared_cache))


def wrapped(value: int) -> int:
    return (value + 2**31) % 2**32 - 2**31


def away_from_zero(value: Fraction) -> int:
    nearest = math.floor(abs(value) + Fraction(1, 2))
    return nearest if value >= 0 else -nearest


def scaled_exactly(value: int, multiplier: int, shift: int) -> int:
    """Return the scaling as defined: one shift in 32 bits, a product and a shift, each rounded."""
    shifted = wrapped(value << max(shift, 0))
    product = math.floor(Fraction(shifted * multiplier, 2**31) + Fraction(1, 2))
    return away_from_zero(Fraction(product, 2 ** max(-shift, 0)))


@given(INT32, MULTIPLIERS, SHIFTS)
@example(-1, 2**30, 0)  # a tie below zero goes up in the product
@example(-3, 2**30, 0)
@example(1, 2**30, 0)
@example(-(2**31), 2**31 - 1, -31)  # and away from zero in the shift
@example(2, 2**30, -1)
@example(-2, 2**30, -1)
@example(-6, 2**30, -1)
@example(-1, 2**30, 31)
def test_scaling_rounds_as_tensorflow_lite_defines_it(kernels, value, multiplier, shift):
    found = kernels.scaled_by_multiplier(value, multiplier, shift)
    assert found == scaled_exactly(value, multiplier, shift)


def test_scaling_saturates_where_the_doubled_product_has_no_32_bits(kernels):
    assert kernels.scaled_by_multiplier(-(2**31), -(2**31), 0) == 2**31 - 1


@given(INT8, INT8, MULTIPLIERS, SHIFTS)
@example(-128, 127, 2**31 - 1, 31)  # the sum with the zero point would overflow
@example(127, -128, 2**31 - 1, 31)
def test_requantizing_is_exact_for_every_int8_value(kernels, zero, to_zero, multiplier, shift):
    parameters = Requantization(zero, to_zero, multiplier, shift, -128, 127)
    found = np.frombuffer(kernels.requantize_int8(parameters, ALL_INT8), np.int8)
    expected = [
        min(127, max(-128, to_zero + scaled_exactly(value - zero, multiplier, shift)))
        for value in range(-128, 128)
    ]
    assert found.tolist() == expected


def test_requantizing_gives_the_bytes_of_tflite_micro(kernels):
    chosen = pairs(200)
    model = one_by_one(chosen).write()
    (expected,) = reference_outputs(model, [ALL_INT8], "tflite-micro")
    found = [kernels.requantize_int8(pair.parameters(), ALL_INT8) for pair in chosen]
    assert found == [expected[start : start + 256] for start in range(0, len(expected), 256)]
    assert found[0] == ALL_INT8
