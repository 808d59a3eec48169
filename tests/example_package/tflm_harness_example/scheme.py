"""The scheme: int8, with scales from the first 16 calibration samples alone."""

import numpy as np
import numpy.typing as npt

from harness.schemes.full_integer import integer_converter
from harness.schemes.network import Network
from harness.schemes.scheme import Scheme

SAMPLES = 16


def quantize(network: Network, calibration: npt.NDArray[np.float32]) -> bytes:
    """Return the int8 model with scales from a few of the samples."""
    return bytes(integer_converter(network, calibration[:SAMPLES]).convert())


SCHEME = Scheme(
    name="int8-few",
    summary=f"int8 with scales from {SAMPLES} calibration samples",
    weights="int8, per channel",
    activations="int8",
    saves="as int8",
    needs=frozenset({"calibration"}),
    host_interpreter="tflite-micro",
    device_reason=None,
    quantize=quantize,
)
