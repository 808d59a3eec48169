"""Hold the features that a device computed against the host's, to the stage's stated bound."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.model_file.model import ModelFile

_LAYOUTS = {"int8": "i1", "int16": "<i2", "float32": "<f4"}


@dataclass(frozen=True)
class FeatureComparison:
    """What came of holding feature vectors against each other."""

    beyond: int
    """Vectors with a feature beyond the bound, and those that only one side has."""
    largest: float
    """Largest |device - host|: in quantization steps, or the features' unit for float inputs."""


def compare_features(
    model: ModelFile, device: Sequence[bytes], host: Sequence[bytes], bound: float
) -> FeatureComparison:
    """Compare the raw input tensors of each sample of a model with one input.

    Features that are `bound` apart before they are quantized are at most ceil(bound / scale) steps
    apart afterwards, since rounding keeps the order; float inputs may differ by `bound`.
    """
    tensor = model.input_tensors[0]
    layout = _LAYOUTS[tensor.type]
    allowed = bound if tensor.type == "float32" else math.ceil(bound / tensor.scales[0])
    beyond = abs(len(device) - len(host))
    largest = math.inf if beyond else 0.0
    for ours, theirs in zip(device, host, strict=False):
        error = _largest_difference(layout, ours, theirs)
        beyond += not error <= allowed  # NaN is beyond any bound
        largest = max(largest, math.inf if math.isnan(error) else error)
    return FeatureComparison(beyond, largest)


def _largest_difference(layout: str, device: bytes, host: bytes) -> float:
    if len(device) != len(host):
        return math.inf
    ours = np.frombuffer(device, layout).astype(np.float64)
    theirs = np.frombuffer(host, layout).astype(np.float64)
    return float(np.abs(ours - theirs).max(initial=0.0))
