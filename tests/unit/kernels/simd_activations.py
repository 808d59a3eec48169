"""int8 operators without weights, each as a model for tflite-micro and as a call of our kernel."""

import ctypes
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from activations_strategies import clamped
from ai_edge_litert import schema_py_generated as schema
from integer_model_activations import SAME, Format, Integers, Pool, fixed_point
from numpy.typing import NDArray
from one_operator import Tensor, activation, constant, one_operator
from simd_library import Forbidding, Guarded

KERNELS = ("add", "average_pool", "max_pool", "mean", "softmax", "clamp", "requantize", "pad")
PROBABILITY = Format(1 / 256, -128, 8)
LIMITS = np.array([-128, 127])


@dataclass(frozen=True)
class Call:
    """A call of a kernel: its struct, its inputs, and the shape of its output."""

    kernel: str
    parameters: bytes
    inputs: tuple[NDArray[np.int8], ...]
    output_shape: tuple[int, ...]

    @property
    def number(self) -> int:
        """Which kernel it is to the library."""
        return KERNELS.index(self.kernel)

    @property
    def count(self) -> int:
        """Elements of the first input."""
        return self.inputs[0].size


@dataclass(frozen=True)
class Problem:
    """A call, and the model of the same operator with its inputs."""

    tflite: bytes
    inputs: tuple[NDArray[np.int8], ...]
    call: Call


class SimdActivationKernels:
    """The kernels of a host library; nothing may be read or written beyond the arrays.

    `at_end` says whether inputs end at a page that may not be touched, or begin at it.
    """

    def __init__(self, path: Path, at_end: bool = True) -> None:
        self._library = ctypes.CDLL(str(path))
        self._at_end = at_end

    def run(self, call: Call) -> NDArray[np.int8]:
        """Return what the kernel writes."""
        parameters = ctypes.create_string_buffer(call.parameters, len(call.parameters))
        count = ctypes.c_size_t(call.count)
        needed = self._library.harness_simd_activation_scratch_bytes(call.number, parameters, count)
        scratch, output = Guarded(needed), Guarded(int(np.prod(call.output_shape)))
        read = [Forbidding(one.tobytes(), self._at_end) for one in call.inputs]
        places = [ctypes.c_void_p(one.address) for one in read]
        self._library.harness_simd_activation(
            call.number,
            parameters,
            places[0],
            places[-1],
            count,
            ctypes.c_void_p(scratch.address),
            ctypes.c_void_p(output.address),
        )
        scratch.content()
        for memory in read:
            memory.free()
        return np.frombuffer(output.content(), np.int8).reshape(call.output_shape)


def addition(
    x: Integers, y: Integers, of: tuple[Format, Format, Format], fused: int = 0
) -> Problem:
    """ADD of x and y with formats (x's, y's, output's); `fused` is an activation's number."""
    first, second, target = of
    wide, narrow = (first, second) if first.single >= second.single else (second, first)
    common = 2 * wide.single
    factors = (narrow.single / common, common / (2**20 * target.single))
    words = [wide.zero_point, narrow.zero_point, target.zero_point]
    words += [word for factor in factors for word in fixed_point(factor)]
    words += bounds(target, fused)
    options = schema.AddOptionsT()
    options.fusedActivationFunction = fused
    given = (_int8(x), _int8(y))
    call = Call("add", _words(words), given if wide is first else given[::-1], x.shape)
    tensors = [_tensor(x.shape, first), _tensor(y.shape, second)]
    return Problem(one_operator("ADD", tensors, _tensor(x.shape, target), options), given, call)


def pooling(name: str, x: Integers, form: Format, pool: Pool, fused: int = 0) -> Problem:
    """The "average" or "max" pool of x (batch, height, width, channels)."""
    counts, paddings = zip(*(_place(x, pool, axis) for axis in (0, 1)), strict=True)
    shape = (x.shape[0], *counts, x.shape[3])
    words = [*x.shape, *counts, *pool.size, *pool.stride, *paddings, *bounds(form, fused)]
    options = schema.Pool2DOptionsT()
    options.filterHeight, options.filterWidth = pool.size
    options.strideH, options.strideW = pool.stride
    options.padding, options.fusedActivationFunction = pool.padding, fused
    operator = f"{name.upper()}_POOL_2D"
    tflite = one_operator(operator, [_tensor(x.shape, form)], _tensor(shape, form), options)
    return Problem(tflite, (_int8(x),), Call(f"{name}_pool", _words(words), (_int8(x),), shape))


def averaging(x: Integers, axes: Sequence[int], source: Format, target: Format) -> Problem:
    """MEAN over axes, which stay as dimensions of 1."""
    count = int(np.prod([x.shape[axis] for axis in axes]))
    multiplier, shift = fixed_point(source.single / target.single)
    raised = min(count.bit_length() - 1, 31 + shift)
    factor = ((multiplier << raised) // count, shift - raised)
    reduced = bytes(k - (4 - x.ndim) in axes for k in range(4))
    rest = [source.zero_point, target.zero_point, *factor]
    shape = tuple(1 if k in axes else size for k, size in enumerate(x.shape))
    options = schema.ReducerOptionsT()
    options.keepDims = True
    tensors = [_tensor(x.shape, source), constant(axes, "int32")]
    tflite = one_operator("MEAN", tensors, _tensor(shape, target), options)
    parameters = _words(_four(x.shape)) + reduced + _words(rest)
    return Problem(tflite, (_int8(x),), Call("mean", parameters, (_int8(x),), shape))


def softmax(x: Integers, form: Format, beta: float = 1.0) -> Problem:
    """SOFTMAX over the last dimension."""
    factor = min(float(np.float32(beta)) * form.single * 2**26, 2.0**31 - 1)
    multiplier, shift = fixed_point(factor)
    least = -((31 << 26) >> shift)
    words = [x.size // x.shape[-1], x.shape[-1], multiplier, shift, least]
    options = schema.SoftmaxOptionsT()
    options.beta = beta
    tensors = [_tensor(x.shape, form)]
    tflite = one_operator("SOFTMAX", tensors, _tensor(x.shape, PROBABILITY), options)
    return Problem(tflite, (_int8(x),), Call("softmax", _words(words), (_int8(x),), x.shape))


def clamping(x: Integers, form: Format) -> Problem:
    """RELU6, whose input and output have the same format."""
    call = Call("clamp", _words(bounds(form, 3)), (_int8(x),), x.shape)
    tensor = _tensor(x.shape, form)
    return Problem(one_operator("RELU6", [tensor], tensor), (_int8(x),), call)


def requantizing(x: Integers, source: Format, target: Format, rectified: bool = False) -> Problem:
    """QUANTIZE, or RELU with another format behind it."""
    least = target.zero_point if rectified else -128
    factor = fixed_point(source.single / target.single)
    words = [source.zero_point, target.zero_point, *factor, least, 127]
    name = "RELU" if rectified else "QUANTIZE"
    tflite = one_operator(name, [_tensor(x.shape, source)], _tensor(x.shape, target))
    return Problem(tflite, (_int8(x),), Call("requantize", _words(words), (_int8(x),), x.shape))


def padding(
    x: Integers, form: Format, amounts: Sequence[Sequence[int]], fill: int | None = None
) -> Problem:
    """PAD with the zero point, or PADV2 with `fill`."""
    shape = tuple(size + sum(pair) for size, pair in zip(x.shape, amounts, strict=True))
    before = [0] * (4 - x.ndim) + [pair[0] for pair in amounts]
    value = form.zero_point if fill is None else fill
    words = [*_four(x.shape), *before, *_four(shape), value]
    tensors = [_tensor(x.shape, form), constant(amounts, "int32")]
    if fill is not None:
        data = np.int8(fill).tobytes()
        tensors.append(Tensor((1,), "int8", (form.scale,), (form.zero_point,), data=data))
    options: Any = schema.PadOptionsT() if fill is None else schema.PadV2OptionsT()
    name = "PAD" if fill is None else "PADV2"
    tflite = one_operator(name, tensors, _tensor(shape, form), options)
    return Problem(tflite, (_int8(x),), Call("pad", _words(words), (_int8(x),), shape))


def bounds(form: Format, fused: int) -> tuple[int, int]:
    """Return the least and largest output of a fused activation."""
    least, most = clamped(LIMITS, form, fused)
    return int(least), int(most)


def _place(x: Integers, pool: Pool, axis: int) -> tuple[int, int]:
    """Return how many windows there are along an axis, and the padding before the image."""
    size, reach, stride = x.shape[1 + axis], pool.size[axis], pool.stride[axis]
    if pool.padding != SAME:
        return (size - reach) // stride + 1, 0
    count = -(-size // stride)
    return count, max((count - 1) * stride + reach - size, 0) // 2


def _int8(x: Integers) -> NDArray[np.int8]:
    return np.ascontiguousarray(x, np.int8)


def _words(words: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(words)}i", *words)


def _four(shape: Sequence[int]) -> list[int]:
    return [1] * (4 - len(shape)) + list(shape)


def _tensor(shape: Sequence[int], form: Format) -> Tensor:
    return activation(tuple(shape), "int8", form.scale, form.zero_point)
