"""Scheme float32: the network as it was trained, the yardstick for every other scheme."""

import numpy as np
import numpy.typing as npt

from harness.schemes.network import Network
from harness.schemes.scheme import Scheme


def quantize(network: Network, calibration: npt.NDArray[np.float32]) -> bytes:  # noqa: ARG001
    """Return the unquantized model."""
    return bytes(network.converter().convert())


SCHEME = Scheme(
    name="float32",
    summary="the network as trained, for comparison",
    weights="float32",
    activations="float32",
    saves="nothing",
    needs=frozenset(),
    host_interpreter="tflite-micro",
    device_reason=None,
    quantize=quantize,
)
