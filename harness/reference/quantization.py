"""Carry real numbers into a model's input bytes and its output bytes back into real numbers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from harness.errors import HarnessError
from harness.model_file.model import ModelFile, Tensor

_INTEGERS = {"int8": "i1", "uint8": "u1", "int16": "<i2"}


def quantize_input(model: ModelFile, x: NDArray[np.floating]) -> list[bytes]:
    """Return the input bytes of each sample of `x`, shape (samples, *input shape).

    The input shape may be given with or without the model's batch dimension of 1. Integer inputs
    become round(x / scale) + zero point, computed in float64, halves to even, clipped to the
    type's range; float32 inputs stay as they are.

    Raises:
        HarnessError: The model has several inputs, an input type that stands for no real numbers,
            or another input shape; or `x` holds NaN or infinity.
    """
    tensor = _single(model, "input", model.input_tensors)
    shape = _sample_shape(tensor)
    if x.shape[1:] not in (shape, tensor.shape):
        raise HarnessError(
            f"{model.name}: data of shape {list(x.shape)} does not fit the model, which takes "
            f"samples of shape {list(shape)}; give an array of shape [samples, "
            f"{', '.join(map(str, shape))}]"
        )
    if not np.isfinite(x).all():
        raise HarnessError(f"{model.name}: the data holds NaN or infinity; remove those samples")
    if tensor.type == "float32":
        return [sample.tobytes() for sample in x.astype("<f4")]
    scale, zero_point = _parameters(model, "input", tensor)
    limits = np.iinfo(_INTEGERS[tensor.type])
    steps = np.round(x.astype(np.float64) / scale) + zero_point
    quantized = np.clip(steps, limits.min, limits.max).astype(_INTEGERS[tensor.type])
    return [sample.tobytes() for sample in quantized]


def dequantize_output(model: ModelFile, raw: Sequence[bytes]) -> NDArray[np.float32]:
    """Return the output of each sample as float32, shape (samples, *output shape without batch).

    Integer outputs become (q - zero point) * scale.

    Raises:
        HarnessError: The model has several outputs, or its output stands for no real numbers, or
            an answer has another length than the output.
    """
    tensor = _single(model, "output", model.output_tensors)
    for number, answer in enumerate(raw):
        if len(answer) != tensor.bytes:
            raise HarnessError(
                f"{model.name}: output {number} has {len(answer)} bytes, not {tensor.bytes}"
            )
    shape = (len(raw), *_sample_shape(tensor))
    if tensor.type == "float32":
        return np.frombuffer(b"".join(raw), "<f4").reshape(shape).astype(np.float32)
    scale, zero_point = _parameters(model, "output", tensor)
    values = np.frombuffer(b"".join(raw), _INTEGERS[tensor.type]).reshape(shape)
    return ((values.astype(np.float64) - zero_point) * scale).astype(np.float32)


def _single(model: ModelFile, kind: str, tensors: Sequence[Tensor]) -> Tensor:
    if len(tensors) != 1:
        raise HarnessError(
            f"{model.name}: has {len(tensors)} {kind}s; data can be used only with one {kind}"
        )
    return tensors[0]


def _sample_shape(tensor: Tensor) -> tuple[int, ...]:
    """Return the shape without a batch dimension of 1."""
    return tensor.shape[1:] if tensor.shape[:1] == (1,) else tensor.shape


def _parameters(model: ModelFile, kind: str, tensor: Tensor) -> tuple[float, int]:
    if tensor.type not in _INTEGERS or len(tensor.scales) != 1 or tensor.scales[0] == 0:
        raise HarnessError(
            f"{model.name}: {kind} {tensor.name!r} ({tensor.type}) has no scale that gives its "
            "values a meaning; convert the model again"
        )
    return tensor.scales[0], tensor.zero_points[0]
