"""Calls the kernels with weights of the kernel set simd in the host library.

Every array lies so that an access beyond it is noticed: arrays that are read end (or begin) at a
page that may not be touched, and what is written has guard bytes around it.
"""

import ctypes
import mmap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from float_model import FloatLayer
from integer_model_weights import extent
from numpy.typing import NDArray
from weights_library import Convolution, FullyConnected, Layer, WeightsLibrary, packed

_GUARD = 0x5A
_GUARD_BYTES = 64
_PAGE = mmap.PAGESIZE


class SimdWeightsLibrary(WeightsLibrary):
    """The same calls as of `WeightsLibrary`, answered by the kernel set simd.

    `at_end` says whether what is read ends at the forbidden page, or begins at it.
    """

    def __init__(self, path: Path, at_end: bool = True) -> None:
        super().__init__(path)
        self._at_end = at_end

    def _run(
        self, name: str, described: Any, layer: Layer, output_shape: Sequence[int]
    ) -> NDArray[Any]:
        function = getattr(self._library, f"harness_simd_{name}")
        bits = layer.x.itemsize * 8
        options = (ctypes.byref(described), layer.encoding, bits)
        weights = packed(layer.weights, layer.encoding)
        bias = None if layer.bias is None else layer.bias.tobytes()
        return self._called(function, options, (layer.x, weights, bias), output_shape)

    def _called(
        self, function: Any, options: Sequence[Any], data: Sequence[Any], shape: Sequence[int]
    ) -> NDArray[Any]:
        """Return what `function` writes for (input, weights, bias); the input is an array."""
        x, weights, bias = data
        kinds = (x.tobytes(), weights, bias)
        read = [None if one is None else Forbidding(one, self._at_end) for one in kinds]
        places = [None if one is None else one.address for one in read]
        needed = function(*options, ctypes.byref(_Arrays(*places, None, None)))
        scratch = Guarded(needed)
        output = Guarded(int(np.prod(shape)) * x.itemsize)
        arrays = _Arrays(*places, output.address, scratch.address)
        function(*options, ctypes.byref(arrays))
        scratch.content()
        for memory in read:
            if memory is not None:
                memory.free()
        return np.frombuffer(output.content(), x.dtype).reshape(shape)


class SimdFloatLibrary(SimdWeightsLibrary):
    """The kernels of floats."""

    def float_layer(self, name: str, layer: FloatLayer, shape: Sequence[int]) -> NDArray[Any]:
        """Return the outputs of the operator of `name`: "convolve", "convolve_depthwise", ..."""
        function = getattr(self._library, f"harness_simd_{name}_float")
        window, taps = layer.window, layer.weights.shape[1:3]
        if name == "connect":
            described: Any = FullyConnected(*layer.x.shape, shape[1])
        else:
            depth = 1 if name == "convolve_depthwise" else layer.weights.shape[3]
            paddings = [
                extent(layer.x.shape[1 + axis], taps[axis], axis, window)[0] for axis in (0, 1)
            ]
            described = Convolution(
                *layer.x.shape, *shape[1:], *taps, depth, *window.stride, *window.dilation,
                *paddings,
            )  # fmt: skip
        bounds = (ctypes.c_float * 2)(layer.least, layer.most)
        options = (ctypes.byref(described), ctypes.byref(bounds))
        bias = None if layer.bias is None else layer.bias.tobytes()
        return self._called(function, options, (layer.x, layer.weights.tobytes(), bias), shape)


class _Arrays(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_void_p) for name in ("input", "weights", "bias", "output", "scratch")
    )


class Guarded:
    """Memory to write, aligned to 8: its bytes are any, and those around it are checked."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._buffer = np.full(size + 2 * _GUARD_BYTES + 8, _GUARD, np.uint8)
        self._first = _GUARD_BYTES + -self._buffer.ctypes.data % 8
        self._buffer[self._first : self._first + size] = 0xA5

    @property
    def address(self) -> int:
        """Where the memory begins."""
        return self._buffer.ctypes.data + self._first

    def content(self) -> bytes:
        """Return the bytes, after a check that none around them was written."""
        end = self._first + self._size
        around = np.concatenate([self._buffer[: self._first], self._buffer[end:]])
        assert (around == _GUARD).all(), "bytes beyond the memory were written"
        return self._buffer[self._first : end].tobytes()


class Forbidding:
    """Bytes to read, beside a page that may not be touched."""

    def __init__(self, data: bytes, at_end: bool) -> None:
        room = -(-len(data) // _PAGE) * _PAGE
        self._length = room + _PAGE
        self._start = _mapped(self._length)
        forbidden = self._start + (room if at_end else 0)
        self.address = forbidden - len(data) if at_end else self._start + _PAGE
        ctypes.memmove(self.address, data, len(data))
        done = _LIBC.mprotect(ctypes.c_void_p(forbidden), ctypes.c_size_t(_PAGE), 0)
        assert done == 0

    def free(self) -> None:
        """Give the memory back."""
        _LIBC.munmap(ctypes.c_void_p(self._start), ctypes.c_size_t(self._length))


_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.mmap.restype = ctypes.c_void_p


def _mapped(length: int) -> int:
    """Return where `length` bytes of fresh memory begin."""
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
    access = mmap.PROT_READ | mmap.PROT_WRITE
    none = ctypes.c_void_p(None)
    return _LIBC.mmap(none, ctypes.c_size_t(length), access, flags, -1, ctypes.c_long(0))
