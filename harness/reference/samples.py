"""Make inputs from nothing for a model whose data one does not have, the same on every machine."""

import numpy as np
from numpy.typing import NDArray

from harness.errors import HarnessError
from harness.model_file.model import ModelFile, Tensor

# The step of the ramp: odd, so that it runs through all 256 values, and far from powers of two,
# so that neighbours differ.
_STEP = 37
_HALF = 128
_WORD = 257  # spreads 0..255 over 0..65535


def generated_inputs(model: ModelFile, count: int) -> list[bytes]:
    """Return `count` samples; each holds the bytes of all inputs, one after the other.

    Sample 0 is a ramp: with r(k) = (37 k) mod 256 for element k, counted on through all inputs,
    int8 and uint8 elements are the byte r(k), float32 elements (r(k) - 128) / 128, and int16
    elements 257 r(k) - 32768. Sample n > 0 is drawn from NumPy's PCG64 seeded with n: integers
    uniform over their type, floats uniform over [-1, 1).

    Raises:
        HarnessError: An input has another element type.
    """
    for tensor in model.input_tensors:
        if tensor.type not in ("int8", "uint8", "int16", "float32"):
            raise HarnessError(
                f"{model.name}: input {tensor.name!r} is {tensor.type}, for which no inputs can be "
                "generated; use a model with int8, uint8, int16 or float32 inputs"
            )
    return [_ramp(model) if number == 0 else _random(model, number) for number in range(count)]


def _ramp(model: ModelFile) -> bytes:
    parts = []
    start = 0
    for tensor in model.input_tensors:
        ramp = np.arange(start, start + tensor.elements, dtype=np.int64) * _STEP & 255
        parts.append(_ramp_elements(tensor, ramp).tobytes())
        start += tensor.elements
    return b"".join(parts)


def _ramp_elements(tensor: Tensor, ramp: NDArray[np.int64]) -> NDArray[np.generic]:
    if tensor.type == "float32":
        return ((ramp - _HALF) / _HALF).astype("<f4")
    if tensor.type == "int16":
        return (ramp * _WORD - (1 << 15)).astype("<i2")
    return ramp.astype("u1")


def _random(model: ModelFile, seed: int) -> bytes:
    generator = np.random.Generator(np.random.PCG64(seed))
    parts = []
    for tensor in model.input_tensors:
        if tensor.type == "float32":
            values = generator.uniform(-1, 1, tensor.elements).astype("<f4")
            parts.append(values.tobytes())
        else:
            parts.append(generator.bytes(tensor.bytes))
    return b"".join(parts)
