"""Scheme int8-per-tensor: all integer, one scale for each weight tensor."""

import numpy as np
import numpy.typing as npt

from harness.schemes.full_integer import integer_converter
from harness.schemes.network import Network
from harness.schemes.scheme import Scheme


def quantize(network: Network, calibration: npt.NDArray[np.float32]) -> bytes:
    """Return the int8 model with one scale a tensor, from `calibration`."""
    converter = integer_converter(network, calibration)
    converter._experimental_disable_per_channel = True
    return bytes(converter.convert())


SCHEME = Scheme(
    name="int8-per-tensor",
    summary="full integer with the fewest scales; coarser for depthwise layers",
    weights="int8, per tensor",
    activations="int8",
    saves="as int8, and most scales",
    needs=frozenset({"calibration"}),
    host_interpreter="tflite-micro",
    device_reason=None,
    quantize=quantize,
)
