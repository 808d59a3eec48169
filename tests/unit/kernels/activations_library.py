"""Calls the kernels without weights in the host library, as the whole-number model is called."""

import ctypes
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from integer_model_activations import SAME, Format, Integers, Pool, fixed_point
from numpy.typing import ArrayLike, NDArray

_NUMBERS = {8: np.int8, 16: np.int16}
_FULL = {8: (-128, 127), 16: (-32768, 32767)}


def int32s(*values: ArrayLike) -> Any:
    """Return a struct of int32 fields and arrays, by what its fields hold."""
    flat = [int(one) for value in values for one in np.asarray(value).reshape(-1)]
    return ctypes.byref((ctypes.c_int32 * len(flat))(*flat))


class _FloatQuantization(ctypes.Structure):
    _fields_ = (("scale", ctypes.c_float), ("zero_point", ctypes.c_int32))


class _Mean(ctypes.Structure):
    _fields_ = (
        ("sizes", ctypes.c_int32 * 4),
        ("reduced", ctypes.c_bool * 4),
        *((name, ctypes.c_int32) for name in ("zero_point", "to_zero_point", "factor", "shift")),
    )


class _Part(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_size_t) for name in ("rows", "part", "whole", "offset"))


class ActivationKernels:
    """The kernels, with the parameters that an adapter would derive from scales."""

    def __init__(self, path: Path) -> None:
        self._library = ctypes.CDLL(str(path))

    def requantize(
        self, x: Integers, source: Format, target: Format, bounds: tuple[int, int] | None = None
    ) -> Integers:
        """Return x under the other scale, within bounds if they are given."""
        factor = fixed_point(source.single / target.single)
        return self.requantize_by(x, source, target, factor, bounds)

    def requantize_by(
        self,
        x: Integers,
        source: Format,
        target: Format,
        factor: tuple[int, int],
        bounds: tuple[int, int] | None = None,
    ) -> Integers:
        """Return x by a multiplier and shift."""
        zero_points = (source.zero_point, target.zero_point)
        parameters = int32s(zero_points, factor, bounds or (target.least, target.most))
        name = f"harness_requantize_{source.bits}_{target.bits}"
        return self._elements(name, parameters, x, source.bits, target.bits)

    def quantize_float(self, x: NDArray[np.float32], target: Format) -> Integers:
        """Return float32 x as int16."""
        output = np.empty(x.shape, np.int16)
        parameters = _FloatQuantization(target.scale, target.zero_point)
        given = np.ascontiguousarray(x, np.float32)
        self._library.harness_quantize_float(
            ctypes.byref(parameters), _at(given), ctypes.c_size_t(x.size), _at(output)
        )
        return output.astype(np.int64)

    def leaky_relu(self, x: Integers, source: Format, target: Format, alpha: float) -> Integers:
        """Return the leaky rectified linear unit of x."""
        ratio = source.single / target.single
        slope = fixed_point(float(np.float32(alpha)) * ratio)
        zero_points = (source.zero_point, target.zero_point)
        parameters = int32s(zero_points, fixed_point(ratio), slope)
        return self._elements(
            f"harness_leaky_relu_{source.bits}", parameters, x, source.bits, target.bits
        )

    def sigmoid(self, name: str, x: Integers, scale: float) -> Integers:
        """Return "logistic" or "tanh" of int16 x."""
        steps = (ctypes.c_int32 * 2)()
        self._library.harness_steps_of_scale(
            ctypes.c_double(float(np.float32(scale))), ctypes.byref(steps)
        )
        return self._elements(f"harness_{name}", ctypes.byref(steps), x, 16, 16)

    def pool(
        self, name: str, x: Integers, pool: Pool, shape: Sequence[int], bounds=_FULL[16]
    ) -> Integers:
        """Return the "average" or "max" pool of x (batch, height, width, channels)."""
        padding = [0, 0]
        if pool.padding == SAME:
            padding = [
                max((outputs - 1) * stride + size - inputs, 0) // 2
                for inputs, outputs, stride, size in zip(
                    x.shape[1:3], shape[1:3], pool.stride, pool.size, strict=True
                )
            ]
        parameters = int32s(x.shape, shape[1:3], pool.size, pool.stride, padding, bounds)
        return self._whole(f"harness_{name}_pool", [parameters], [x], shape)

    def combine(
        self,
        name: str,
        x: Integers,
        y: Integers,
        formats: tuple[Format, Format, Format],
        bounds: tuple[int, int] = _FULL[16],
    ) -> Integers:
        """Return "add", "subtract", "multiply", "maximum" or "minimum" of int16, broadcast."""
        shape = np.broadcast_shapes(x.shape, y.shape)
        first, second, target = (one.single for one in formats)
        common = 2 * max(first, second)
        factors = {
            "add": (first / common, second / common, common / (2**15 * target)),
            "multiply": (first * second / target,),
        }
        factors["subtract"] = factors["add"]
        steps = int32s(_four(shape), _steps(x.shape), _steps(y.shape))
        given = [steps]
        if name in factors:
            given.insert(0, int32s(*(fixed_point(one) for one in factors[name]), bounds))
        return self._whole(f"harness_{name}", given, [x, y], shape)

    def mean(self, x: Integers, axes: Sequence[int], source: Format, target: Format) -> Integers:
        """Return the mean over axes, which stay as dimensions of 1."""
        reduced = [k - (4 - x.ndim) in axes for k in range(4)]
        count = math.prod(x.shape[axis] for axis in axes)
        factor = self.divided(count, *fixed_point(source.single / target.single))
        parameters = _Mean(
            (ctypes.c_int32 * 4)(*_four(x.shape)),
            (ctypes.c_bool * 4)(*reduced),
            source.zero_point,
            target.zero_point,
            *factor,
        )
        shape = [1 if k in axes else size for k, size in enumerate(x.shape)]
        name = f"harness_mean_{source.bits}"
        return self._whole(name, [ctypes.byref(parameters)], [x], shape, source.bits)

    def divided(self, count: int, multiplier: int, shift: int) -> tuple[int, int]:
        """Return multiplier and shift of a factor divided by `count`."""
        values = (ctypes.c_int32(multiplier), ctypes.c_int32(shift))
        self._library.harness_divide_factor(count, *(ctypes.byref(one) for one in values))
        return values[0].value, values[1].value

    def softmax(self, x: Integers, scale: float, beta: float) -> Integers:
        """Return the softmax over the last dimension of int16 x."""
        step = float(np.float32(scale)) * float(np.float32(beta)) * (65535.0 / 10.0)
        parameters = int32s(x.size // x.shape[-1], x.shape[-1], fixed_point(step))
        return self._whole("harness_softmax", [parameters], [x], x.shape)

    def pad(self, x: Integers, amounts: Sequence[tuple[int, int]], fill: int) -> Integers:
        """Return x with so many elements before and after it along each dimension."""
        shape = [size + sum(pair) for size, pair in zip(x.shape, amounts, strict=True)]
        before = [0] * (4 - x.ndim) + [pair[0] for pair in amounts]
        parameters = int32s(_four(x.shape), before, _four(shape))
        given, output = np.ascontiguousarray(x, np.int16), np.empty(shape, np.int16)
        self._library.harness_pad(parameters, _at(given), ctypes.c_int16(fill), _at(output))
        return output.astype(np.int64)

    def concatenate(self, parts: Sequence[Integers], axis: int) -> Integers:
        """Return int16 parts one behind the other."""
        output = np.empty(
            np.concatenate(parts, axis).shape,
            np.int16,
        )
        rows, offset = math.prod(output.shape[:axis]), 0
        for part in parts:
            given = np.ascontiguousarray(part, np.int16)
            size = given.nbytes // rows
            place = _Part(rows, size, output.nbytes // rows, offset)
            self._library.harness_place_part(ctypes.byref(place), _at(given), _at(output))
            offset += size
        return output.astype(np.int64)

    def table(self, name: str, count: int) -> list[int]:
        """Return a table of the kernels: "exponential", "reciprocal" or "sigmoid"."""
        kind = ctypes.c_uint16 if name == "sigmoid" else ctypes.c_int16
        found = getattr(self._library, f"harness_{name}")
        found.restype = ctypes.POINTER(kind)
        return list(found()[:count])

    def _elements(self, name: str, parameters: Any, x: Integers, bits: int, to: int) -> Integers:
        given, output = np.ascontiguousarray(x, _NUMBERS[bits]), np.empty(x.shape, _NUMBERS[to])
        getattr(self._library, name)(parameters, _at(given), ctypes.c_size_t(x.size), _at(output))
        return output.astype(np.int64)

    def _whole(
        self,
        name: str,
        parameters: Sequence[Any],
        inputs: Sequence[Integers],
        shape: Sequence[int],
        bits: int = 16,
    ) -> Integers:
        given = [np.ascontiguousarray(one, _NUMBERS[bits]) for one in inputs]
        output = np.empty(tuple(shape), _NUMBERS[bits])
        getattr(self._library, name)(*parameters, *map(_at, given), _at(output))
        return output.astype(np.int64)


def _at(array: NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _four(shape: Sequence[int]) -> list[int]:
    return [1] * (4 - len(shape)) + list(shape)


def _steps(shape: Sequence[int]) -> list[int]:
    """Return by how many elements a step along each of four dimensions moves; 0 along ones."""
    sizes = _four(shape)
    return [0 if size == 1 else math.prod(sizes[k + 1 :]) for k, size in enumerate(sizes)]
