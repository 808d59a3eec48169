"""Give a converted integer model other weights: 4-bit ones, or those of a clustered network.

Graph and activation scales stay the integer model's. The weights come from the float model of the
same network, whose biases are then quantized anew, since a bias counts in steps of input scale
times weight scale.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError
from harness.model_file.custom_operators import CUSTOM_NAMES
from harness.model_file.packing import INT4_MAX, TABLE_ENTRIES, Int8, pack_int4
from harness.model_file.rewriting import (
    ObjectModel,
    builtin_name,
    drop_unused,
    load_objects,
    set_tensor_data,
    tensor_data,
    uses,
    write_objects,
)

Float = npt.NDArray[np.float64]

_INT8_MAX = 127
_BIAS_LIMIT = 1 << 30
"""Biases stay below half of what 32 bits hold, so that adding products cannot overflow them."""

_HALF_STEP = 0.51  # how far a rounded weight lies from its float, in steps; some room for float32
_PROPORTIONAL = 1e-4  # of the largest weight: float32 rounds what folding multiplies


@dataclass(frozen=True)
class Layer:
    """An operator with weights, as the float model has it.

    `weights` are in TFLite's layout, with the output channels along `axis`; `bias` is one value a
    channel. A scale below `least_scales` (one a channel) would leave the bias no room.
    """

    operator: str
    weights: Float
    bias: Float
    axis: int
    least_scales: Float


@dataclass(frozen=True)
class NewWeights:
    """Weights to store: integers in the layer's layout, and one scale, or one a channel."""

    values: Int8
    scales: npt.NDArray[np.float32]
    bits: int


Choose = Callable[[Layer], NewWeights | None]
"""Decides a layer's new weights; None leaves the layer as it is."""


def with_int4_weights(float_model: bytes, int8_model: bytes) -> bytes:
    """Return the integer model with 4-bit weights, -7..7, one scale an output channel.

    Both models are .tflite files of one network. A weight that several operators share stays int8.

    Raises:
        HarnessError: A layer of the integer model has no counterpart in the float model.
    """
    return _with_weights(float_model, int8_model, int4_weights)


def with_clustered_weights(
    float_model: bytes, int8_model: bytes, kernels: Sequence[npt.NDArray[np.floating]]
) -> bytes:
    """Return the integer model with at most 16 distinct weights a tensor, one scale a channel.

    `kernels` are the network's own, in Keras's layout, before batch normalization is folded into
    them: folding multiplies each channel, and the channel's scale takes that factor up. A layer
    stays int8 where its kernel is not among them, or has more than 16 distinct values; those of
    channels that folding negates count twice, as themselves and negated.

    Raises:
        HarnessError: A layer of the integer model has no counterpart in the float model.
    """
    return _with_weights(float_model, int8_model, lambda layer: clustered_weights(layer, kernels))


def int4_weights(layer: Layer) -> NewWeights:
    """Return 4-bit weights: the largest of a channel becomes 7 or -7, halves round to even.

    A fully connected layer has one scale for all its units: today's TFLM, which is the reference,
    refuses 4-bit weights with one scale a unit there.
    """
    channels = _channels_first(layer)
    largest = np.abs(channels).max(axis=1)
    scales = np.maximum(_or_one(largest / INT4_MAX), layer.least_scales).astype(np.float32)
    if layer.operator == "FULLY_CONNECTED":
        scales = scales.max(keepdims=True)
    steps = np.rint(channels / scales[:, np.newaxis].astype(np.float64))
    values = np.clip(steps, -INT4_MAX, INT4_MAX).astype(np.int8)
    return NewWeights(_channels_back(layer, values), scales, bits=4)


def clustered_weights(
    layer: Layer, kernels: Sequence[npt.NDArray[np.floating]]
) -> NewWeights | None:
    """Return int8 weights with at most 16 distinct values; None where that cannot be."""
    channels = _channels_first(layer)
    found = _proportional(layer, channels, kernels)
    if found is None:
        return None
    kernel, factors = found
    largest = np.abs(kernel).max()
    signs = np.where(factors < 0, -1, 1)[:, np.newaxis]
    values = (signs * np.rint(_INT8_MAX * kernel / largest)).astype(np.int8)
    values[factors == 0] = 0
    scales = _or_one(np.abs(factors) * largest / _INT8_MAX)
    if len(np.unique(values)) > TABLE_ENTRIES or (scales < layer.least_scales).any():
        return None
    if layer.operator == "FULLY_CONNECTED" and np.allclose(scales, scales[0], rtol=1e-6):
        scales = scales[:1]
    return NewWeights(_channels_back(layer, values), scales.astype(np.float32), bits=8)


def _proportional(
    layer: Layer, channels: Float, kernels: Sequence[npt.NDArray[np.floating]]
) -> tuple[Float, Float] | None:
    """Return the kernel that the layer was folded from (channels x rest), and each factor."""
    for kernel in kernels:
        candidate = _tflite_layout(kernel.astype(np.float64), layer)
        if candidate is None or not candidate.any():
            continue
        squares = (candidate * candidate).sum(axis=1)
        factors = (channels * candidate).sum(axis=1) / _or_one(squares)
        error = np.abs(channels - factors[:, np.newaxis] * candidate).max(axis=1)
        if (error <= _PROPORTIONAL * np.abs(channels).max(axis=1)).all():
            return candidate, factors
    return None


def _tflite_layout(kernel: Float, layer: Layer) -> Float | None:
    """Return a Keras kernel as channels x rest in TFLite's order; None if its shape is another.

    Keras has height, width, inputs, outputs; depthwise height, width, channels, multiplier; dense
    inputs, units.
    """
    shape = layer.weights.shape
    if layer.operator == "DEPTHWISE_CONV_2D":
        if kernel.ndim != 4 or (1, *kernel.shape[:2], kernel[0, 0].size) != shape:  # noqa: PLR2004
            return None
        return kernel.reshape(-1, shape[3]).T
    if kernel.ndim != len(shape) or (kernel.shape[-1], *kernel.shape[:-1]) != shape:
        return None
    return np.moveaxis(kernel, -1, 0).reshape(shape[0], -1)


def _channels_first(layer: Layer) -> Float:
    """Return the weights as channels x rest."""
    return np.moveaxis(layer.weights, layer.axis, 0).reshape(layer.weights.shape[layer.axis], -1)


def _channels_back(layer: Layer, values: Int8) -> Int8:
    """Return values of channels x rest in the layer's own layout."""
    moved = np.moveaxis(layer.weights, layer.axis, 0).shape
    return np.moveaxis(values.reshape(moved), 0, layer.axis)


def _or_one(scales: Float) -> Float:
    """Return `scales` with 1 in place of 0: a channel of zeros may have any."""
    return np.where(scales == 0, 1.0, scales)


@dataclass(frozen=True, eq=False)
class _Weighted:
    """An operator with constant weights, in the model that it belongs to."""

    model: ObjectModel
    operator: Any

    @property
    def name(self) -> str:
        return builtin_name(self.model, self.operator)

    @property
    def input_scale(self) -> float:
        return float(self.tensor(0).quantization.scale[0])

    def tensor(self, position: int) -> Any:  # noqa: ANN401 - a schema table
        """Return the tensor of an input, or None where it is left out."""
        inputs = self.operator.inputs
        if position >= len(inputs) or inputs[position] < 0:
            return None
        return self.model.subgraphs[0].tensors[inputs[position]]

    def data(self, position: int, dtype: str) -> npt.NDArray[Any]:
        """Return a constant input as an array of `dtype`."""
        return tensor_data(self.model, self.tensor(position), dtype)


def _weighted(model: ObjectModel) -> Iterator[_Weighted]:
    for operator in model.subgraphs[0].operators:
        found = _Weighted(model, operator)
        weights = found.tensor(1) if found.name in CUSTOM_NAMES else None
        if weights is not None and model.buffers[weights.buffer].data is not None:
            yield found


def _with_weights(float_model: bytes, integer_model: bytes, choose: Choose) -> bytes:
    floats = load_objects(float_model, "the float model")
    model = load_objects(integer_model, "the integer model")
    unmatched = list(_weighted(floats))
    for ours in _weighted(model):
        if not _is_replaceable(ours):
            continue
        theirs = next((other for other in unmatched if _agree(ours, other)), None)
        if theirs is None:
            raise HarnessError(
                f"{ours.tensor(1).name.decode(errors='replace')}: the float model has no layer "
                "with these weights; convert both models from the same network"
            )
        unmatched.remove(theirs)
        layer = _layer(ours, theirs)
        new = choose(layer)
        if new is not None:
            _replace(ours, layer, new)
    drop_unused(model)
    return write_objects(model)


def _is_replaceable(ours: _Weighted) -> bool:
    """Whether weights and bias are quantized, and are no other operator's too."""
    from ai_edge_litert.schema_py_generated import TensorType

    count = uses(ours.model)
    shared = any(count[int(index)] > 1 for index in ours.operator.inputs[1:] if index >= 0)
    activations = (TensorType.INT8, TensorType.INT16)
    return (
        not shared and ours.tensor(1).type == TensorType.INT8 and ours.tensor(0).type in activations
    )


def _agree(ours: _Weighted, theirs: _Weighted) -> bool:
    """Whether a float operator has the weights that ours were rounded from."""
    rounded, source = ours.tensor(1), theirs.tensor(1)
    if ours.name != theirs.name or list(source.shape) != list(rounded.shape):
        return False
    exact = theirs.data(1, "<f4").astype(np.float64)
    along = [1] * exact.ndim
    along[rounded.quantization.quantizedDimension] = -1
    scales = np.asarray(rounded.quantization.scale, np.float64).reshape(along)
    error = np.abs(ours.data(1, "i1") * scales - exact)
    return bool((error <= _HALF_STEP * scales).all())


def _layer(ours: _Weighted, theirs: _Weighted) -> Layer:
    weights = theirs.data(1, "<f4").astype(np.float64)
    axis = weights.ndim - 1 if theirs.name == "DEPTHWISE_CONV_2D" else 0
    bias = np.zeros(weights.shape[axis])
    if theirs.tensor(2) is not None:
        bias = theirs.data(2, "<f4").astype(np.float64)
    return Layer(theirs.name, weights, bias, axis, np.abs(bias) / (ours.input_scale * _BIAS_LIMIT))


def _replace(ours: _Weighted, layer: Layer, new: NewWeights) -> None:
    from ai_edge_litert.schema_py_generated import TensorType

    weights, bias = ours.tensor(1), ours.tensor(2)
    packed = new.bits == 4  # noqa: PLR2004
    weights.type = TensorType.INT4 if packed else TensorType.INT8
    data = pack_int4(new.values) if packed else new.values.tobytes()
    set_tensor_data(ours.model, weights, data)
    _set_scales(weights, new.scales, layer.axis)
    if bias is not None:
        scales = np.float32(ours.input_scale) * new.scales
        steps = np.rint(layer.bias / scales.astype(np.float64))
        layout = "<i4" if bias.type == TensorType.INT32 else "<i8"
        set_tensor_data(ours.model, bias, steps.astype(layout).tobytes())
        _set_scales(bias, scales, 0)


def _set_scales(tensor: Any, scales: npt.NDArray[np.float32], dimension: int) -> None:  # noqa: ANN401
    quantization = tensor.quantization
    quantization.scale = scales
    quantization.zeroPoint = np.zeros(len(scales), np.int64)
    quantization.quantizedDimension = dimension if len(scales) > 1 else 0
    quantization.min = quantization.max = None
