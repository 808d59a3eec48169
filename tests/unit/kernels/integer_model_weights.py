"""CONV_2D, DEPTHWISE_CONV_2D and FULLY_CONNECTED in whole numbers, as the specification has them.

Everything is computed from real = scale * (quantized - zero_point), without regard to speed: sums
in 64 bits, then one of the two rescalings that TensorFlow Lite's reference arithmetic knows.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
SAME, VALID = 0, 1


@dataclass(frozen=True)
class Window:
    """How a filter moves over an image; each pair is (vertical, horizontal)."""

    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: int = SAME


ONE_STEP = Window()


@dataclass(frozen=True)
class Rescaling:
    """From sums to outputs: multiplier * 2^(shift - 31) a channel, then zero point and bounds."""

    multipliers: tuple[int, ...]
    shifts: tuple[int, ...]
    zero_point: int = 0
    least: int = -128
    most: int = 127


def convolution_sums(x: Integers, weights: Integers, window: Window) -> Integers:
    """Return the sums of a (grouped) convolution.

    Args:
        x: Activations less their zero point: batch, height, width, channels.
        weights: Output channels, height, width, input channels of one group.
        window: The filter's steps.
    """
    per_group = weights.shape[0] // (x.shape[3] // weights.shape[3])
    columns = []
    for channel, one in enumerate(weights):
        first = channel // per_group * weights.shape[3]
        taken = x[..., first : first + weights.shape[3]]
        columns.append(_windowed(taken, one, window).sum(axis=-1))
    return np.stack(columns, axis=-1)


def depthwise_sums(x: Integers, weights: Integers, window: Window) -> Integers:
    """Return the sums of a depthwise convolution; weights are 1, height, width, output channels."""
    multiplier = weights.shape[3] // x.shape[3]
    return _windowed(np.repeat(x, multiplier, axis=3), weights[0], window)


def fully_connected_sums(x: Integers, weights: Integers) -> Integers:
    """Return the sums of x (batch, inputs) with weights (outputs, inputs)."""
    return x @ weights.T


def _windowed(x: Integers, weights: Integers, window: Window) -> Integers:
    """Return the products of each window position, summed over the window but not the channels."""
    (top, tall), (left, wide) = (
        extent(x.shape[1 + axis], weights.shape[axis], axis, window) for axis in (0, 1)
    )
    result = np.zeros((x.shape[0], tall, wide, x.shape[3]), np.int64)
    for place in np.ndindex(tall, wide):
        for tap in np.ndindex(*weights.shape[:2]):
            row = place[0] * window.stride[0] - top + tap[0] * window.dilation[0]
            column = place[1] * window.stride[1] - left + tap[1] * window.dilation[1]
            if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
                result[:, *place] += x[:, row, column] * weights[tap]
    return result


def extent(size: int, taps: int, axis: int, window: Window) -> tuple[int, int]:
    """Return (padding before, output size) along one axis."""
    reach = (taps - 1) * window.dilation[axis] + 1
    stride = window.stride[axis]
    if window.padding == VALID:
        return 0, (size - reach) // stride + 1
    out = -(-size // stride)
    return max(0, (out - 1) * stride + reach - size) // 2, out


def rescaled_32(sums: Integers, rescaling: Rescaling) -> Integers:
    """Return the outputs of 32-bit sums: rounded after the product and again after the shift."""
    return _outputs(_wrapped(sums), rescaling, doubly_rounded)


def rescaled_64(sums: Integers, rescaling: Rescaling) -> Integers:
    """Return the outputs of 64-bit sums: the multiplier is rounded to 16 bits, the product once."""
    return _outputs(sums, rescaling, reduced)


def doubly_rounded(value: int, multiplier: int, shift: int) -> int:
    """Return value * multiplier * 2^(shift - 31): ties up in the product, away from 0 after it."""
    shifted = int(_wrapped(np.int64(value) << max(shift, 0)))
    product = (shifted * multiplier + (1 << 30)) >> 31
    right = max(-shift, 0)
    magnitude = (abs(product) + (1 << right >> 1)) >> right
    return magnitude if product >= 0 else -magnitude


def reduced(value: int, multiplier: int, shift: int) -> int:
    """Return value * m * 2^(shift - 15), ties up, with m the nearest 16-bit multiplier.

    Of a result beyond 32 bits the low ones remain, as in tflite-micro.
    """
    short = min((multiplier + (1 << 15)) >> 16, 0x7FFF)
    right = 15 - shift
    return int(_wrapped((value * short + (1 << (right - 1))) >> right))


def quantized_multiplier(ratio: float) -> tuple[int, int]:
    """Return (multiplier, shift) with multiplier * 2^(shift - 31) next to `ratio`."""
    fraction, shift = math.frexp(ratio)
    multiplier = math.floor(fraction * 2**31 + 0.5)
    if multiplier == 2**31:
        multiplier, shift = 2**30, shift + 1
    return (0, 0) if shift < -31 else (multiplier, shift)


def _outputs(sums: Integers, rescaling: Rescaling, scaled: Any) -> Integers:
    result = np.empty_like(sums)
    for place, value in np.ndenumerate(sums):
        channel = place[-1] % len(rescaling.multipliers)
        number = scaled(int(value), rescaling.multipliers[channel], rescaling.shifts[channel])
        result[place] = min(rescaling.most, max(rescaling.least, number + rescaling.zero_point))
    return result


def _wrapped(values: Any) -> Any:
    return (values + 2**31) % 2**32 - 2**31
