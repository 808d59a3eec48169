"""What a quantization scheme declares about itself, and the function that carries it out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from harness.model_file.deploy import Storage
from harness.schemes.network import Network

Need = Literal["calibration", "training"]
"""What a scheme must be given beside the network: calibration samples, or training."""


@dataclass(frozen=True)
class Scheme:
    """One way to turn a Keras network into a TensorFlow Lite model.

    `weights`, `activations` and `saves` are for readers. `host_interpreter` names who can run the
    result on the host; `device_reason` says why TFLM cannot, or is None where it can.
    `quantize` takes the network and calibration samples (samples x input shape; empty where the
    scheme needs none) and returns the content of the .tflite file. It runs in a worker process
    that has TensorFlow, and is a pure function: the same arguments give the same bytes.
    `recipe` names the fine-tuning whose checkpoint is quantized, None the model's own checkpoint.
    `deploy` says how weights are stored in flash (see `harness.model_file.deploy`).
    """

    name: str
    summary: str
    weights: str
    activations: str
    saves: str
    needs: frozenset[Need]
    host_interpreter: Literal["tflite-micro", "litert"]
    device_reason: str | None
    quantize: Callable[[Network, npt.NDArray[np.float32]], bytes] = field(repr=False)
    recipe: str | None = None
    deploy: Storage = "as-converted"
