"""Schemes of two parts, BASE-RECIPE: a quantization applied to a fine-tuned checkpoint."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError
from harness.model_file.deploy import Storage
from harness.schemes.network import Network
from harness.schemes.scheme import Scheme
from harness.schemes.weight_requantization import with_clustered_weights

Quantize = Callable[[Network, npt.NDArray[np.float32]], bytes]

_INTEGER = frozenset({"int8", "int8-per-tensor", "int16x8", "int4"})


@dataclass(frozen=True)
class Part:
    """The second part of a name: which checkpoint is quantized, and how its weights are stored.

    `weights` and `saves` are for readers. `refused` gives the reason for each base that makes no
    sense with it; the bases in `on` do.
    """

    recipe: str
    weights: str
    saves: str
    storage: Storage
    on: tuple[str, ...]
    refused: Mapping[str, str]


_ALL = ("float32", "float16", "dynamic", "int8", "int8-per-tensor", "int16x8", "int4")
_COMPRESSED = "more if compressed"
_SPARSE_FLOAT = "the sparse layout stores int8 weights; take pruned-80"
_CLUSTERED_ANEW = "its weights are scaled anew, so that no table of 16 fits; take int8-clustered-16"
_QAT_FLOAT = "it has no integers that the training would prepare for"

PARTS: Mapping[str, Part] = MappingProxyType(
    {
        "pruned-50": Part(
            "pruned-50", "50 % zeros", "more if compressed", "as-converted", _ALL, {}
        ),
        "pruned-80": Part(
            "pruned-80", "80 % zeros", "more if compressed", "as-converted", _ALL, {}
        ),
        "sparse-80": Part(
            "pruned-80",
            "80 % zeros, not stored",
            "and zeros, but a bit each",
            "sparse",
            ("int8", "int8-per-tensor", "int16x8"),
            {
                "float32": _SPARSE_FLOAT,
                "float16": _SPARSE_FLOAT,
                "dynamic": _SPARSE_FLOAT,
                "int4": "4-bit weights are packed in a layout of their own; take int4-pruned-80",
            },
        ),
        "clustered-16": Part(
            "clustered-16",
            "4-bit index into 16 values",
            "and 1/2 of table weights",
            "table",
            ("float32", "float16", "int8", "int16x8"),
            {
                "int4": "4-bit weights have no more than 16 values already; take int4",
                "int8-per-tensor": "folding a batch normalization multiplies each channel, which "
                "only a scale a channel takes up; take int8-clustered-16",
                "dynamic": _CLUSTERED_ANEW,
            },
        ),
        "qat": Part(
            "qat",
            "trained to be rounded",
            "loses less accuracy",
            "as-converted",
            ("int8", "int4"),
            {
                "float32": _QAT_FLOAT,
                "float16": _QAT_FLOAT,
                "dynamic": "the training prepares for 8-bit activations, which it does not have",
                "int8-per-tensor": "the training learns one scale a channel; take int8-qat",
                "int16x8": "the training learns the ranges of 8-bit activations; take int8-qat",
            },
        ),
    }
)
"""The second parts by name. Which combinations are schemes of their own the registry knows."""


def combine(base: Scheme, name: str) -> Scheme:
    """Return the scheme `base`-`name`, where `name` is one of PARTS.

    Raises:
        HarnessError: The two do not go together; the message says why.
    """
    part = PARTS[name]
    if base.name not in part.on:
        reason = part.refused.get(base.name, f"{name} goes with {', '.join(part.on)}")
        raise HarnessError(f"scheme {base.name}-{name}: {reason}")
    integer = base.name in _INTEGER
    table = part.storage == "table"
    weights = part.weights if integer or not table else "16 values a kernel"
    return replace(
        base,
        name=f"{base.name}-{name}",
        summary=f"{base.name} of weights with {weights}",
        weights=f"{base.weights}; {weights}",
        saves=f"as {base.name}; {part.saves if integer or not table else _COMPRESSED}",
        needs=base.needs | {"training"},
        quantize=clustered(base.quantize) if table and integer else base.quantize,
        recipe=part.recipe,
        deploy=part.storage if integer else "as-converted",
    )


def clustered(quantize: Quantize) -> Quantize:
    """Return `quantize`, but such that the clusters of the network's kernels stay clusters."""

    def with_clusters(network: Network, calibration: npt.NDArray[np.float32]) -> bytes:
        from harness.training.layers import kernels_of

        kernels = [np.asarray(kernel) for kernel in kernels_of(network.keras)]
        float_model = bytes(network.converter().convert())
        return with_clustered_weights(float_model, quantize(network, calibration), kernels)

    return with_clusters
