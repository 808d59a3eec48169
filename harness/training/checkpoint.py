"""Checkpoints: a network's variables as an .npz file, fine-tuned ones at half the size."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.schemes.keras_files import KerasModel, weight_names

HALVED_FROM = 1024
"""Arrays of this many elements or more are stored as float16 in a fine-tuned checkpoint."""

Weights = Mapping[str, npt.NDArray[Any]]


def weights_of(network: KerasModel) -> dict[str, npt.NDArray[Any]]:
    """Return the variables of `network` by their names."""
    return dict(zip(weight_names(network), network.get_weights(), strict=True))


def halved(weights: Weights) -> dict[str, npt.NDArray[Any]]:
    """Return `weights` with large float32 arrays as float16.

    Rounding is a function of the value, so zeros stay zeros and equal values stay equal.
    """
    return {
        name: values.astype(np.float16)
        if values.size >= HALVED_FROM and values.dtype == np.float32
        else values
        for name, values in weights.items()
    }


def to_npz(weights: Weights) -> bytes:
    """Return `weights` as the content of an .npz file; the same weights give the same bytes."""
    stream = io.BytesIO()
    arrays: dict[str, Any] = dict(weights)
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()
