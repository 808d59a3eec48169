"""Weights in fewer bytes, and back: 4-bit values, indices into a table, nonzero values alone."""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

Int8 = npt.NDArray[np.int8]

TABLE_ENTRIES = 16
INT4_MIN, INT4_MAX = -8, 7


class Encoding(IntEnum):
    """How a weight tensor is stored; the numbers are part of the custom operators' options."""

    INT4 = 1
    """Two's complement of 4 bits, two to a byte, the first in the low half: TFLite's own."""
    TABLE16 = 2
    """16 int8 values, then 4-bit unsigned indices into them, packed as INT4 is."""
    SPARSE = 3
    """One bit a weight, lowest bit first, each row from a new byte on; then all nonzero int8."""


def pack_int4(values: Int8) -> bytes:
    """Return `values`, each -8..7, in 4 bits each; an odd last byte has zeros in its high half.

    Raises:
        ValueError: A value does not fit 4 bits.
    """
    if values.size and not INT4_MIN <= int(values.min()) <= int(values.max()) <= INT4_MAX:
        raise ValueError("a value does not fit 4 bits")
    return _pack_nibbles(np.bitwise_and(values.reshape(-1).view(np.uint8), np.uint8(0xF)))


def unpack_int4(data: bytes, count: int) -> Int8:
    """Return the first `count` values of what `pack_int4` made."""
    nibbles = _unpack_nibbles(data, count).astype(np.int8)
    return np.where(nibbles > INT4_MAX, nibbles - TABLE_ENTRIES, nibbles).astype(np.int8)


def pack_table16(values: Int8) -> bytes:
    """Return the sorted distinct values of `values`, filled up with zeros, and the indices.

    Raises:
        ValueError: There are more than 16 distinct values.
    """
    distinct, indices = np.unique(values.reshape(-1), return_inverse=True)
    if len(distinct) > TABLE_ENTRIES:
        raise ValueError(f"{len(distinct)} distinct values do not fit a table of {TABLE_ENTRIES}")
    table = np.zeros(TABLE_ENTRIES, np.int8)
    table[: len(distinct)] = distinct
    return table.tobytes() + _pack_nibbles(indices.reshape(-1).astype(np.uint8))


def unpack_table16(data: bytes, count: int) -> Int8:
    """Return the first `count` values of what `pack_table16` made."""
    table = np.frombuffer(data[:TABLE_ENTRIES], np.int8)
    return table[_unpack_nibbles(data[TABLE_ENTRIES:], count)]


def pack_sparse(rows: Int8) -> bytes:
    """Return the bitmap of the matrix `rows` (rows x columns) and its nonzero values in order."""
    bitmap = np.packbits(rows != 0, axis=1, bitorder="little")
    values: Int8 = rows[rows != 0]
    return bitmap.tobytes() + values.tobytes()


def unpack_sparse(data: bytes, rows: int, columns: int) -> Int8:
    """Return the matrix (rows x columns) of which `pack_sparse` made `data`."""
    row_bytes = bitmap_row_bytes(columns)
    bitmap = np.frombuffer(data[: rows * row_bytes], np.uint8).reshape(rows, row_bytes)
    present = np.unpackbits(bitmap, axis=1, count=columns, bitorder="little").astype(bool)
    matrix = np.zeros((rows, columns), np.int8)
    matrix[present] = np.frombuffer(data[rows * row_bytes :], np.int8)
    return matrix


def bitmap_row_bytes(columns: int) -> int:
    """Return the bytes that one row of `columns` bits takes."""
    return -(-columns // 8)


def unpack(encoding: Encoding, data: bytes, shape: tuple[int, ...]) -> Int8:
    """Return the weights of a logical `shape` (its first size the rows of a sparse matrix)."""
    count = int(np.prod(shape))
    if encoding is Encoding.INT4:
        return unpack_int4(data, count).reshape(shape)
    if encoding is Encoding.TABLE16:
        return unpack_table16(data, count).reshape(shape)
    return unpack_sparse(data, shape[0], count // shape[0]).reshape(shape)


def _pack_nibbles(nibbles: npt.NDArray[np.uint8]) -> bytes:
    even = np.pad(nibbles, (0, nibbles.size % 2))
    packed: npt.NDArray[np.uint8] = even[0::2] | np.left_shift(even[1::2], 4)
    return packed.tobytes()


def _unpack_nibbles(data: bytes, count: int) -> npt.NDArray[np.uint8]:
    pairs = np.frombuffer(data, np.uint8)
    return np.stack([pairs & 0xF, pairs >> 4], axis=1).reshape(-1)[:count]
