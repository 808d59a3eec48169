"""Scheme int4: 4-bit weights with 8-bit activations, packed two to a byte in flash."""

import numpy as np
import numpy.typing as npt

from harness.schemes.full_integer import integer_converter
from harness.schemes.network import Network
from harness.schemes.scheme import Scheme
from harness.schemes.weight_requantization import with_int4_weights


def quantize(network: Network, calibration: npt.NDArray[np.float32]) -> bytes:
    """Return the int8 model, scales from `calibration`, with 4-bit weights of the float model."""
    float_model = bytes(network.converter().convert())
    int8_model = bytes(integer_converter(network, calibration).convert())
    return with_int4_weights(float_model, int8_model)


SCHEME = Scheme(
    name="int4",
    summary="int8 with half the weight bytes; fully connected layers have one scale",
    weights="int4, per channel",
    activations="int8",
    saves="7/8 of size, 3/4 of RAM",
    needs=frozenset({"calibration"}),
    host_interpreter="tflite-micro",
    device_reason=None,
    quantize=quantize,
)
