"""Hold the device's outputs against the host's: integers byte for byte, floats to a tolerance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.model_file.model import ModelFile

# float32 outputs of the same graph differ between processors because sums are rounded in another
# order and exp and tanh come from another C library. What a sum loses by rounding goes by its
# terms, which are as large where they cancel out. So a device value d agrees with the host's h if
# |d - h| <= FLOAT_ATOL * max(1, M) + FLOAT_RTOL * |h|, M being the largest |h| of the tensor: some
# hundred units in the last place of the largest value, and far less than a wrong kernel is off by.
FLOAT_ATOL = 1e-5
FLOAT_RTOL = 1e-4


@dataclass(frozen=True)
class Comparison:
    """What came of holding outputs against each other."""

    checked: int
    """Samples compared."""
    differing: int
    """Samples of which at least one output differs, is missing or has another length."""
    largest_error: float
    """Largest |device - host| over all elements, in the outputs' own units (quantization steps
    for integers); infinite where a value is missing or only one of the two is a number."""

    @property
    def agrees(self) -> bool:
        """Whether something was compared and nothing differs."""
        return self.checked > 0 and self.differing == 0


def compare_outputs(model: ModelFile, device: Sequence[bytes], host: Sequence[bytes]) -> Comparison:
    """Compare the raw outputs of each sample; each holds all outputs, one after the other.

    A sample that only one side has counts as checked and differing. NaN equals only NaN, and an
    infinity only itself.
    """
    checked = max(len(device), len(host))
    differing = checked - min(len(device), len(host))
    largest = math.inf if differing else 0.0
    for ours, theirs in zip(device, host, strict=False):
        error, same = _compare_sample(model, ours, theirs)
        differing += not same
        largest = max(largest, error)
    return Comparison(checked, differing, largest)


def _compare_sample(model: ModelFile, device: bytes, host: bytes) -> tuple[float, bool]:
    """Return (largest error, whether the sample agrees)."""
    if len(device) != model.output_bytes or len(host) != model.output_bytes:
        return math.inf, False
    largest, same, start = 0.0, True, 0
    for tensor in model.output_tensors:
        end = start + tensor.bytes
        error, agrees = _compare_tensor(tensor.type, device[start:end], host[start:end])
        largest, same, start = max(largest, error), same and agrees, end
    return largest, same


def _compare_tensor(element_type: str, device: bytes, host: bytes) -> tuple[float, bool]:
    if element_type != "float32":
        return _integer_error(element_type, device, host), device == host
    ours = np.frombuffer(device, "<f4").astype(np.float64)
    theirs = np.frombuffer(host, "<f4").astype(np.float64)
    equal = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    comparable = np.isfinite(ours) & np.isfinite(theirs)
    errors = np.full(ours.shape, math.inf)
    np.subtract(ours, theirs, out=errors, where=comparable)
    errors = np.where(equal, 0.0, np.abs(errors))
    sizes = np.abs(np.where(comparable, theirs, 0.0))
    allowed = FLOAT_ATOL * max(1.0, sizes.max(initial=0.0)) + FLOAT_RTOL * sizes
    return float(errors.max(initial=0.0)), bool((errors <= allowed).all())


def _integer_error(element_type: str, device: bytes, host: bytes) -> float:
    layouts = {"int8": "i1", "int16": "<i2", "int32": "<i4", "int64": "<i8"}
    layout = layouts.get(element_type, "u1")
    ours = np.frombuffer(device, layout).astype(np.float64)
    theirs = np.frombuffer(host, layout).astype(np.float64)
    return float(np.abs(ours - theirs).max(initial=0.0))
