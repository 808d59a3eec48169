"""Packed weights take the bytes that the format says, and come back as they were."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from harness.model_file.packing import (
    Encoding,
    pack_int4,
    pack_sparse,
    pack_table16,
    unpack,
    unpack_int4,
    unpack_sparse,
    unpack_table16,
)

SHAPES = array_shapes(min_dims=1, max_dims=4, max_side=9)


def int8(*values: int):
    return np.array(values, np.int8)


def test_4_bit_values_lie_two_to_a_byte_the_first_in_the_low_half():
    assert pack_int4(int8(1, -1, 7)) == bytes([0xF1, 0x07])
    assert unpack_int4(bytes([0xF1, 0x87]), 4).tolist() == [1, -1, 7, -8]


def test_a_table_holds_the_sorted_values_and_the_indices_follow():
    data = pack_table16(int8(100, -5, 100, 0))
    assert np.frombuffer(data[:16], np.int8).tolist() == [-5, 0, 100] + [0] * 13
    assert data[16:] == bytes([0x02, 0x12])


def test_a_bitmap_starts_each_row_on_a_byte_lowest_bit_first():
    rows = np.zeros((2, 9), np.int8)
    rows[0, 0], rows[0, 8], rows[1, 1] = 3, -4, 5
    assert pack_sparse(rows) == bytes([0b1, 0b1, 0b10, 0b0]) + int8(3, -4, 5).tobytes()


def test_what_does_not_fit_is_refused():
    for value in (8, -9):
        with pytest.raises(ValueError, match="4 bits"):
            pack_int4(int8(value))
    with pytest.raises(ValueError, match="17 distinct values"):
        pack_table16(np.arange(17, dtype=np.int8))


@given(arrays(np.int8, SHAPES, elements=st.integers(-8, 7)))
def test_any_4_bit_weights_come_back(values):
    data = pack_int4(values)
    assert len(data) == (values.size + 1) // 2
    assert np.array_equal(unpack(Encoding.INT4, data, values.shape), values)


@given(st.lists(st.integers(-128, 127), min_size=1, max_size=16), st.data())
def test_any_weights_of_at_most_16_values_come_back(palette, data):
    values = data.draw(arrays(np.int8, SHAPES, elements=st.sampled_from(palette)))
    packed = pack_table16(values)
    assert len(packed) == 16 + (values.size + 1) // 2
    assert np.array_equal(unpack_table16(packed, values.size), values.reshape(-1))
    assert np.array_equal(unpack(Encoding.TABLE16, packed, values.shape), values)


@given(arrays(np.int8, array_shapes(min_dims=2, max_dims=2, max_side=20), fill=st.just(0)))
def test_any_sparse_weights_come_back(rows):
    data = pack_sparse(rows)
    assert len(data) == len(rows) * -(-rows.shape[1] // 8) + np.count_nonzero(rows)
    assert np.array_equal(unpack_sparse(data, *rows.shape), rows)
    assert np.array_equal(unpack(Encoding.SPARSE, data, rows.shape), rows)
