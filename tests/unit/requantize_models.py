"""Models of QUANTIZE operators that take all int8 values to other scales and zero points."""

import math
import random
from dataclasses import dataclass

import numpy as np
from kernel_library import Requantization
from model_factory import Op, Spec, T

ALL_INT8 = np.arange(-128, 128, dtype=np.int8).tobytes()


@dataclass(frozen=True)
class Pair:
    """Scale and zero point before and after; scales are float32, as in the file."""

    scale: float
    zero_point: int
    to_scale: float
    to_zero_point: int

    def parameters(self) -> Requantization:
        """What the kernel is given: the ratio of scales as a 31-bit fraction and a power of two."""
        fraction, shift = math.frexp(float(np.float32(self.scale)) / np.float32(self.to_scale))
        multiplier = math.floor(fraction * 2**31 + 0.5)
        if multiplier == 2**31:
            multiplier, shift = 2**30, shift + 1
        if shift < -31:
            multiplier, shift = 0, 0
        return Requantization(self.zero_point, self.to_zero_point, multiplier, shift, -128, 127)


def pairs(count: int) -> list[Pair]:
    """Return pairs from one scale and zero point to the same, to near, wide and tiny scales."""
    chance = random.Random(count)  # noqa: S311 - any values that are the same in every run
    first = Pair(0.0235, -7, 0.0235, -7)
    others = [
        Pair(0.0235, -7, 0.0235 * 2 ** chance.uniform(-4, 4), chance.randint(-128, 127))
        for _ in range(count - 3)
    ]
    return [first, Pair(0.0235, -7, 0.0235 * 2**10, 127), *others, Pair(0.0235, -7, 2.35e-6, -128)]


def one_by_one(chosen: list[Pair]) -> Spec:
    """One input of all int8 values, one QUANTIZE and one output for each pair."""
    source = T("x", (1, 256), "int8", None, (chosen[0].scale,), (chosen[0].zero_point,))
    targets = tuple(
        T(f"y{k}", (1, 256), "int8", None, (pair.to_scale,), (pair.to_zero_point,))
        for k, pair in enumerate(chosen)
    )
    outputs = tuple(range(1, len(chosen) + 1))
    operators = tuple(Op("QUANTIZE", (0,), (index,)) for index in outputs)
    return Spec((source, *targets), operators, (0,), outputs)


def float_first() -> Spec:
    """float32 to int8, which is TFLM's own part, then int8 to int8, which is ours."""
    tensors = (
        T("x", (1, 256)),
        T("q", (1, 256), "int8", None, (1 / 128,), (0,)),
        T("y", (1, 256), "int8", None, (0.0123,), (5,)),
    )
    operators = (Op("QUANTIZE", (0,), (1,)), Op("QUANTIZE", (1,), (2,)))
    return Spec(tensors, operators, (0,), (2,))
