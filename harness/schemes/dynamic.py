"""Scheme dynamic: int8 weights, activations quantized while running (dynamic range)."""

import numpy as np
import numpy.typing as npt

from harness.schemes.network import Network
from harness.schemes.scheme import Scheme


def quantize(network: Network, calibration: npt.NDArray[np.float32]) -> bytes:  # noqa: ARG001
    """Return the model with int8 weights; the converter leaves tensors below 1,024 elements."""
    import tensorflow as tf

    converter = network.converter()
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return bytes(converter.convert())


SCHEME = Scheme(
    name="dynamic",
    summary="int8 weights, activations quantized at run time",
    weights="int8 if 1,024 or more",
    activations="float32",
    saves="up to 3/4 of size",
    needs=frozenset(),
    host_interpreter="litert",
    device_reason=(
        "hybrid operators (float32 activations, int8 weights): today's TFLM refuses them, "
        "that of July 2020 computes wrong outputs"
    ),
    quantize=quantize,
)
