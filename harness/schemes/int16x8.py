"""Scheme int16x8: 16-bit activations with 8-bit weights, for networks that int8 costs too much."""

import numpy as np
import numpy.typing as npt

from harness.schemes.full_integer import int16_converter
from harness.schemes.network import Network
from harness.schemes.scheme import Scheme


def quantize(network: Network, calibration: npt.NDArray[np.float32]) -> bytes:
    """Return the model with int16 activations and int8 weights, scales from `calibration`."""
    return bytes(int16_converter(network, calibration).convert())


SCHEME = Scheme(
    name="int16x8",
    summary="int8 weights with finer activations; twice the RAM of int8",
    weights="int8, per channel",
    activations="int16",
    saves="3/4 of size, 1/2 of RAM",
    needs=frozenset({"calibration"}),
    host_interpreter="tflite-micro",
    device_reason=None,
    quantize=quantize,
)
