"""Calls the kernels with weights in the host library, and packs weights for them."""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from integer_model_weights import ONE_STEP, SAME, Rescaling, Window
from numpy.typing import NDArray
from one_operator import packed_nibbles

DENSE, INT4, TABLE, SPARSE = range(4)


class ChannelScale(ctypes.Structure):
    """`ChannelScale` of kernels/rescaling.h."""

    _fields_ = (("multiplier", ctypes.c_int32), ("shift", ctypes.c_int32))


class ChannelScales(ctypes.Structure):
    """`ChannelScales` of kernels/rescaling.h."""

    _fields_ = (("first", ctypes.POINTER(ChannelScale)), ("step", ctypes.c_int32))


class OutputRange(ctypes.Structure):
    """`OutputRange` of kernels/rescaling.h."""

    _fields_ = (
        ("scales", ChannelScales),
        *((name, ctypes.c_int32) for name in ("zero_point", "least", "most")),
    )


_CONVOLUTION = (
    "batches input_height input_width input_channels output_height output_width output_channels "
    "filter_height filter_width filter_channels stride_height stride_width dilation_height "
    "dilation_width padding_top padding_left input_zero_point"
)


class Convolution(ctypes.Structure):
    """`Convolution` of kernels/window.h."""

    _fields_ = (
        *((name, ctypes.c_int32) for name in _CONVOLUTION.split()),
        ("output", OutputRange),
    )


class FullyConnected(ctypes.Structure):
    """`FullyConnected` of kernels/fully_connected.h."""

    _fields_ = (
        *((name, ctypes.c_int32) for name in ("batches", "inputs", "outputs", "input_zero_point")),
        ("output", OutputRange),
    )


class _Arrays(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_void_p) for name in ("input", "weights", "bias", "output"))


@dataclass(frozen=True)
class Layer:
    """What a kernel is asked: activations, weights, and how its sums become outputs."""

    x: NDArray[Any]
    zero_point: int
    weights: NDArray[Any]
    bias: NDArray[Any] | None
    """int32 or int64."""
    rescaling: Rescaling
    encoding: int = DENSE
    window: Window = ONE_STEP

    @property
    def sum_bits(self) -> int:
        """Bits of the sums: what TensorFlow Lite has for these types."""
        if self.bias is not None:
            return self.bias.itemsize * 8
        return 32 if self.x.dtype == np.int8 else 64


class WeightsLibrary:
    """The kernels with weights, as functions over arrays."""

    def __init__(self, path: Path) -> None:
        self._library = ctypes.CDLL(str(path))
        self._library.harness_sparse_bytes.restype = ctypes.c_size_t
        self._library.harness_sparse_bytes.argtypes = (
            ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int32, ctypes.c_int32,
        )  # fmt: skip

    def convolution(self, layer: Layer, output_shape: Sequence[int]) -> NDArray[Any]:
        """Return CONV_2D's outputs; weights are output channel, height, width, input channel."""
        height, width, depth = layer.weights.shape[1:]
        described = self._described(layer, output_shape, (height, width, depth))
        return self._run("convolve", described, layer, output_shape)

    def depthwise(self, layer: Layer, output_shape: Sequence[int]) -> NDArray[Any]:
        """Return DEPTHWISE_CONV_2D's outputs; weights are 1, height, width, output channel."""
        described = self._described(layer, output_shape, (*layer.weights.shape[1:3], 1))
        return self._run("convolve_depthwise", described, layer, output_shape)

    def fully_connected(self, layer: Layer) -> NDArray[Any]:
        """Return FULLY_CONNECTED's outputs; weights are output, input."""
        (batches, inputs), outputs = layer.x.shape, layer.weights.shape[0]
        output = _output_range(layer.rescaling, outputs)
        described = FullyConnected(batches, inputs, outputs, layer.zero_point, output)
        return self._run("connect", described, layer, (batches, outputs))

    def sparse_bytes(self, data: bytes, rows: int, columns: int) -> int:
        """Return what sparse weights take, or 0 where `data` holds none."""
        return self._library.harness_sparse_bytes(data, len(data), rows, columns)

    def _described(
        self, layer: Layer, output_shape: Sequence[int], taps: Sequence[int]
    ) -> Convolution:
        window = layer.window
        paddings = [
            self._library.harness_padding_before(
                layer.x.shape[1 + axis], output_shape[1 + axis], taps[axis],
                window.stride[axis], window.dilation[axis],
            ) if window.padding == SAME else 0
            for axis in (0, 1)
        ]  # fmt: skip
        return Convolution(
            *layer.x.shape, *output_shape[1:], *taps, *window.stride, *window.dilation, *paddings,
            layer.zero_point, _output_range(layer.rescaling, output_shape[3]),
        )  # fmt: skip

    def _run(
        self, name: str, described: Any, layer: Layer, output_shape: Sequence[int]
    ) -> NDArray[Any]:
        x = np.ascontiguousarray(layer.x)
        # Exactly as long as it must be, so that reading beyond can be noticed.
        weights = ctypes.create_string_buffer(packed(layer.weights, layer.encoding))
        output = np.zeros(output_shape, x.dtype)
        bias = None if layer.bias is None else layer.bias.ctypes.data
        arrays = _Arrays(x.ctypes.data, ctypes.addressof(weights), bias, output.ctypes.data)
        bits = x.itemsize * 8
        done = getattr(self._library, f"harness_{name}")(
            ctypes.byref(described), layer.encoding, bits, layer.sum_bits, ctypes.byref(arrays)
        )
        assert done & 1, "the library lacks this combination"
        return output


def packed(weights: NDArray[Any], encoding: int) -> bytes:
    """Return the weights as the custom operators store them; the table is of 16 values or fewer."""
    if encoding == INT4:
        return packed_nibbles(weights)
    if encoding == TABLE:
        table = np.unique(weights)
        indices = np.searchsorted(table, weights)
        return np.resize(table, 16).astype(np.int8).tobytes() + packed_nibbles(indices)
    if encoding == SPARSE:
        rows = weights.reshape(weights.shape[0], -1)
        bitmap = np.packbits(rows != 0, axis=1, bitorder="little")
        return bitmap.tobytes() + rows[rows != 0].astype(np.int8).tobytes()
    return weights.astype(np.int8).tobytes()


def _output_range(rescaling: Rescaling, channels: int) -> OutputRange:
    count = len(rescaling.multipliers)
    assert count in (1, channels)
    pairs = zip(rescaling.multipliers, rescaling.shifts, strict=True)
    entries = (ChannelScale * count)(*(ChannelScale(*pair) for pair in pairs))
    scales = ChannelScales(entries, int(count > 1))
    return OutputRange(scales, rescaling.zero_point, rescaling.least, rescaling.most)
