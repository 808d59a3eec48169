"""What weights take: as stored, under deflate, and what no code for single values can beat."""

import zlib

import numpy as np
import pytest
from model_factory import convolution, fully_connected
from test_deploy import wide, with_weights

from harness.model_file.deploy import deploy
from harness.model_file.reader import read_model
from harness.model_file.weight_figures import deflate_bytes, entropy_bytes, weights_bytes

FOUR_VALUES = np.arange(320) % 4


def test_weights_are_counted_without_biases_as_they_are_stored():
    assert weights_bytes(read_model(convolution().write(), "m")) == 54
    assert weights_bytes(read_model(fully_connected().write(), "m")) == 24
    packed = deploy(with_weights(wide(), FOUR_VALUES).write(), "table")
    assert weights_bytes(read_model(packed, "m")) == 16 + 160


@pytest.mark.parametrize("kind", ["int8", "int4"])
def test_four_values_alike_often_take_two_bits_each(kind):
    assert entropy_bytes(with_weights(wide(), FOUR_VALUES, kind).write(), "m") == 320 * 2 / 8


def test_the_bound_is_shannons_and_rounded_up():
    values = np.where(np.arange(320) < 32, 9, 0)  # a tenth
    bits = -(0.1 * np.log2(0.1) + 0.9 * np.log2(0.9)) * 320
    assert entropy_bytes(with_weights(wide(), values).write(), "m") == int(np.ceil(bits / 8))
    assert entropy_bytes(with_weights(wide(), np.full(320, 5)).write(), "m") == 0


def test_float_weights_have_no_such_bound():
    assert entropy_bytes(fully_connected().write(), "m") is None


def test_zeros_are_worth_much_under_deflate():
    dense = with_weights(wide(), np.random.default_rng(1).integers(-127, 127, 320)).write()
    zeros = with_weights(wide(), np.zeros(320)).write()
    assert deflate_bytes(zeros) < deflate_bytes(dense) - 250
    assert deflate_bytes(zeros) == len(zlib.compress(zeros, 9))
