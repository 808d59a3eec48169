"""What a model's weights take as stored, and what any code for single values would have to take."""

import math
import zlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from harness.model_file.custom_operators import BUILTIN_NAMES, CUSTOM_NAMES
from harness.model_file.model import ModelFile, Tensor
from harness.model_file.packing import unpack_int4
from harness.model_file.reader import read_model
from harness.model_file.rewriting import load_objects

_WEIGHTS = 1  # which input
_DEFLATE_LEVEL = 9


def weights_bytes(model: ModelFile) -> int:
    """Return the bytes of all constant weights of convolutions and fully connected layers.

    Biases are not counted. A tensor that several operators read counts once.
    """
    return sum(tensor.buffer_bytes for tensor in _weights(model))


def entropy_bytes(content: bytes, name: str) -> int | None:
    """Return the order-0 Shannon bound of the weights in a .tflite file, in whole bytes.

    With n(v) the number of weights of value v among the n of a tensor, the tensor takes at least
    sum over v of n(v) log2(n / n(v)) bits (C. E. Shannon, A Mathematical Theory of Communication,
    1948) in any code that gives each value a word of its own; the code itself is not counted. None
    where weights are no integers of at most 8 bits, for which the bound says nothing.

    Raises:
        HarnessError: The file is no model that can be read.
    """
    model = read_model(content, name)
    tensors = list(_weights(model))
    if any(tensor.type not in ("int4", "int8", "uint8") for tensor in tensors):
        return None
    objects = load_objects(content, name)
    bits = 0.0
    for tensor in tensors:
        buffer = objects.subgraphs[0].tensors[tensor.index].buffer
        data = np.asarray(objects.buffers[buffer].data, np.uint8).tobytes()
        bits += _entropy_bits(_values(tensor, data))
    # Sums of logarithms are rounded; what is a whole number of bytes must not become the next.
    return math.ceil(bits / 8 - 1e-6)


def deflate_bytes(content: bytes) -> int:
    """Return the size of `content` in zlib's format at its highest level."""
    return len(zlib.compress(content, _DEFLATE_LEVEL))


def _weights(model: ModelFile) -> Iterator[Tensor]:
    indices = {
        operator.inputs[_WEIGHTS]
        for operator in model.operators
        if (operator.name in CUSTOM_NAMES or operator.custom_name in BUILTIN_NAMES)
        and len(operator.inputs) > _WEIGHTS
    }
    for index in sorted(indices):
        tensor = model.tensor(index)
        if tensor is not None and tensor.is_constant:
            yield tensor


def _values(tensor: Tensor, data: bytes) -> npt.NDArray[np.int8]:
    if tensor.type == "int4":
        return unpack_int4(data, tensor.elements)
    return np.frombuffer(data, np.int8, tensor.elements)


def _entropy_bits(values: npt.NDArray[np.int8]) -> float:
    _, counts = np.unique(values, return_counts=True)
    return math.fsum(count * math.log2(len(values) / count) for count in counts.tolist())
