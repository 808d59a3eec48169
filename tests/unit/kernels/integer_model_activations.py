"""Operators without weights in whole numbers, as the specification has them.

Written from real = scale * (quantized - zero_point) and the fixed-point arithmetic of TensorFlow
Lite's reference implementation, over whole arrays and without regard to speed.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Integers = NDArray[np.int64]
SAME, VALID = 0, 1


@dataclass(frozen=True)
class Format:
    """What the integers of a tensor mean."""

    scale: float
    zero_point: int = 0
    bits: int = 16

    @property
    def least(self) -> int:
        """The smallest integer."""
        return -(2 ** (self.bits - 1))

    @property
    def most(self) -> int:
        """The largest integer."""
        return 2 ** (self.bits - 1) - 1

    @property
    def single(self) -> float:
        """The scale as the file holds it."""
        return float(np.float32(self.scale))

    def quantized(self, real: float) -> int:
        """Return the integer of a real value, halves away from zero, before clamping."""
        value = real / np.float32(self.scale)
        return self.zero_point + int(math.copysign(math.floor(abs(value) + 0.5), value))


def fixed_point(ratio: float) -> tuple[int, int]:
    """Return multiplier in [2^30, 2^31) (or 0) and shift: ratio = multiplier * 2^(shift - 31)."""
    fraction, shift = math.frexp(ratio)
    multiplier = math.floor(fraction * 2**31 + 0.5)
    if multiplier == 2**31:
        multiplier, shift = 2**30, shift + 1
    return (multiplier, shift) if shift >= -31 else (0, 0)


def scaled(values: ArrayLike, multiplier: int, shift: int) -> Integers:
    """Return values * multiplier * 2^(shift - 31): the product and the right shift each rounded."""
    shifted = (np.asarray(values, np.int64) << max(shift, 0)) + 2**31 & 2**32 - 1
    product = (shifted - 2**31) * multiplier + 2**30 >> 31
    return halves_away(product, 2 ** max(-shift, 0))


def halves_away(values: ArrayLike, divisor: ArrayLike) -> Integers:
    """Return values / divisor to the nearest integer, halves away from zero."""
    numerator = np.asarray(values, np.int64)
    return np.sign(numerator) * ((np.abs(numerator) + np.asarray(divisor) // 2) // divisor)


def requantize(x: Integers, source: Format, target: Format) -> Integers:
    """Return x under another scale and zero point."""
    moved = scaled(x - source.zero_point, *fixed_point(source.single / target.single))
    return np.clip(moved + target.zero_point, target.least, target.most)


def rescaling_relu(x: Integers, source: Format, target: Format, most: float | None) -> Integers:
    """Return max(x, 0), or min(max(x, 0), most), under the output's scale and zero point."""
    upper = target.most if most is None else min(target.most, target.quantized(most))
    return np.maximum(requantize(x, source, target), target.zero_point).clip(None, upper)


def leaky_relu(x: Integers, source: Format, target: Format, alpha: float) -> Integers:
    """Return x where it is at least zero, else alpha * x."""
    centred = x - source.zero_point
    ratio = source.single / target.single
    above = scaled(centred, *fixed_point(ratio))
    below = scaled(centred, *fixed_point(float(np.float32(alpha)) * ratio))
    value = np.where(centred >= 0, above, below) + target.zero_point
    return np.clip(value, target.least, target.most)


def add(
    x: Integers, y: Integers, formats: tuple[Format, Format, Format], sign: int = 1
) -> Integers:
    """Return x + sign * y, added at twice the larger scale with 15 bits (int8: 20) to spare."""
    first, second, target = formats
    spare = 15 if target.bits == 16 else 20
    common = 2 * max(first.single, second.single)
    one = scaled((x - first.zero_point) << spare, *fixed_point(first.single / common))
    other = scaled((y - second.zero_point) << spare, *fixed_point(second.single / common))
    total = scaled(one + sign * other, *fixed_point(common / (2**spare * target.single)))
    return np.clip(total + target.zero_point, target.least, target.most)


def multiply(x: Integers, y: Integers, formats: tuple[Format, Format, Format]) -> Integers:
    """Return x * y."""
    first, second, target = formats
    product = (x - first.zero_point) * (y - second.zero_point)
    value = scaled(product, *fixed_point(first.single * second.single / target.single))
    return np.clip(value + target.zero_point, target.least, target.most)


@dataclass(frozen=True)
class Pool:
    """A pooling window; each pair is (vertical, horizontal)."""

    size: tuple[int, int]
    stride: tuple[int, int]
    padding: int = VALID


def average_pool(x: Integers, pool: Pool) -> Integers:
    """Return the average of what each window covers; x is batch, height, width, channels."""
    return _pooled(x, pool, lambda window: halves_away(window.sum(axis=(1, 2)), _covered(window)))


def max_pool(x: Integers, pool: Pool) -> Integers:
    """Return the largest element that each window covers."""
    return _pooled(x, pool, lambda window: window.max(axis=(1, 2)))


def _covered(window: Integers) -> int:
    return window.shape[1] * window.shape[2]


def _pooled(x: Integers, pool: Pool, reduce: Any) -> Integers:
    spans = [
        _spans(size, reach, stride, pool.padding)
        for size, reach, stride in zip(x.shape[1:3], pool.size, pool.stride, strict=True)
    ]
    rows = [
        np.stack([reduce(x[:, top:bottom, left:right]) for left, right in spans[1]], axis=1)
        for top, bottom in spans[0]
    ]
    return np.stack(rows, axis=1)


def _spans(size: int, reach: int, stride: int, padding: int) -> list[tuple[int, int]]:
    """Return for each output the first element and the one past the last, within the input."""
    count = -(-size // stride) if padding == SAME else (size - reach) // stride + 1
    outside = max((count - 1) * stride + reach - size, 0) // 2 if padding == SAME else 0
    starts = [k * stride - outside for k in range(count)]
    return [(max(start, 0), min(start + reach, size)) for start in starts]


def mean(x: Integers, axes: tuple[int, ...], source: Format, target: Format) -> Integers:
    """Return the mean over `axes`, which stay as dimensions of 1."""
    count = math.prod(x.shape[axis] for axis in axes)
    total = (x - source.zero_point).sum(axis=axes, keepdims=True)
    multiplier, shift = fixed_point(source.single / target.single)
    spare = min(count.bit_length() - 1, 32, 31 + shift)
    divided = (multiplier << spare) // count
    value = scaled(total, divided, shift - spare) + target.zero_point
    return np.clip(value, target.least, target.most)


def interpolation_table(function: Any, least: float, most: float) -> list[int]:
    """Return 513 values of 2^15 * function over [least, most], for interpolation between them.

    Each but the last is moved by half the error that interpolation makes in the middle to its
    right. All is computed in single precision, which decides how two entries are rounded.
    """
    single = np.float32
    step = (single(most) - single(least)) / single(512)

    def value(place: float) -> float:
        return single(function(single(least) + single(place) * step)) * single(32768)

    table = []
    for index in range(512):
        middle = _nearest((value(index + 1) + single(_nearest(value(index)))) / single(2))
        error = middle - _nearest(value(index + 0.5))
        table.append(_nearest(value(index)) - _nearest(error / 2))
    table.append(_nearest(value(512)))
    return [int(min(max(entry, -32768), 32767)) for entry in table]


def _nearest(value: float) -> float:
    return math.copysign(math.floor(abs(value) + 0.5), value)


EXPONENTIAL = np.array(interpolation_table(np.exp, -10.0, 0.0))
RECIPROCAL = np.array(interpolation_table(lambda x: np.float32(1) / (np.float32(1) + x), 0.0, 1.0))


def looked_up(table: Integers, x: Integers) -> Integers:
    """Return the table's value for int16 x: 9 bits choose the entry, 7 interpolate."""
    index, part = 256 + (x >> 7), x & 127
    return table[index] + ((table[index + 1] - table[index]) * part + 64 >> 7)


def softmax(x: Integers, scale: float, beta: float) -> Integers:
    """Return int16 softmax over the last axis, with an output scale of 2^-15."""
    step = float(np.float32(scale)) * float(np.float32(beta)) / (10.0 / 65535.0)
    below = scaled(x - x.max(axis=-1, keepdims=True), *fixed_point(step))
    powers = looked_up(EXPONENTIAL, np.clip(below + 32767, -32768, 32767))
    total = powers.sum(axis=-1, keepdims=True)
    zeros = 32 - np.frompyfunc(lambda value: int(value).bit_length(), 1, 1)(total).astype(np.int64)
    fraction = (total << (zeros - 1)) + 2**13 >> 14  # in [2^16, 2^17]: 1 ... 2
    reciprocal = looked_up(RECIPROCAL, np.clip(fraction - 2**16 - 2**15, -32768, 32767))
    places = 31 - zeros
    return np.clip(powers * reciprocal + (1 << (places - 1)) >> places, 0, 32767)


def sigmoid_table() -> list[int]:
    """Return 256 values of 2^16 / (1 + exp(-k / 24)), for interpolation between them.

    Each but the last is moved by half the error that interpolation makes in the middle to its
    right; the last is the largest of 16 bits.
    """

    def value(k: float) -> float:
        return 65536 / (1 + math.exp(-k / 24))

    errors = [value(k + 0.5) - (value(k) + value(k + 1)) / 2 for k in range(255)]
    return [int(_nearest(value(k) + error / 2)) for k, error in enumerate(errors)] + [65535]


SIGMOID = np.array(sigmoid_table())


def sigmoid_steps(scale: float) -> tuple[int, int]:
    """Return multiplier and right shift that take int16 inputs to 1/12288 of one."""
    multiplier, shift = float(np.float32(scale)) * 4096.0 * 3.0, 0
    while multiplier <= 32767.0 / 2 and shift <= 30:
        multiplier, shift = multiplier * 2, shift + 1
    return int(multiplier), shift


def _steps(x: Integers, scale: float) -> Integers:
    multiplier, shift = sigmoid_steps(scale)
    return x * multiplier + (1 << shift >> 1) >> shift


def logistic(x: Integers, scale: float) -> Integers:
    """Return int16 1 / (1 + exp(-x)), with an output scale of 2^-15."""
    steps = _steps(x, scale)
    index, part = np.abs(steps) >> 9, np.abs(steps) & 511
    near, far = SIGMOID[np.minimum(index, 254)], SIGMOID[np.minimum(index, 254) + 1]
    value = np.where(index >= 255, 0x7FFF << 10, (near << 9) + part * (far - near))
    return np.where(steps >= 0, value + 2**9, 2**25 - value + 2**9 - 1) >> 10


def tanh(x: Integers, scale: float) -> Integers:
    """Return the int16 hyperbolic tangent, 2 / (1 + exp(-2x)) - 1, with a scale of 2^-15."""
    steps = _steps(x, scale)
    index, part = np.abs(steps) >> 8, np.abs(steps) & 255
    near, far = SIGMOID[np.minimum(index, 254)], SIGMOID[np.minimum(index, 254) + 1]
    value = np.where(index >= 255, 0xFFFF << 8, (near << 8) + part * (far - near))
    return np.where(steps >= 0, value - 2**23 + 2**7, 2**23 - value + 2**7 - 1) >> 8
