"""Scheme float16: weights stored in half precision, computed in float32 after conversion."""

import numpy as np
import numpy.typing as npt

from harness.schemes.network import Network
from harness.schemes.scheme import Scheme


def quantize(network: Network, calibration: npt.NDArray[np.float32]) -> bytes:  # noqa: ARG001
    """Return the model with float16 weights, each followed by a DEQUANTIZE to float32."""
    import tensorflow as tf

    converter = network.converter()
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())


SCHEME = Scheme(
    name="float16",
    summary="weights halved, activations untouched",
    weights="float16",
    activations="float32",
    saves="1/2 of size",
    needs=frozenset(),
    host_interpreter="litert",
    device_reason="TFLM has no DEQUANTIZE from float16, so it cannot read the weights",
    quantize=quantize,
)
