"""Scheme int8: all integer, convolution weights with one scale for each output channel."""

import numpy as np
import numpy.typing as npt

from harness.schemes.full_integer import integer_converter
from harness.schemes.network import Network
from harness.schemes.scheme import Scheme


def quantize(network: Network, calibration: npt.NDArray[np.float32]) -> bytes:
    """Return the int8 model with scales from `calibration`."""
    return bytes(integer_converter(network, calibration).convert())


SCHEME = Scheme(
    name="int8",
    summary="full integer, the usual choice for microcontrollers",
    weights="int8, per channel",
    activations="int8",
    saves="3/4 of size and RAM; latency without an FPU",
    needs=frozenset({"calibration"}),
    host_interpreter="tflite-micro",
    device_reason=None,
    quantize=quantize,
)
