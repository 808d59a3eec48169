"""Recipe qat4: quantization-aware training for 4-bit weights.

Kernels are rounded while training to the grid of scheme int4: the 15 values -7 ... 7 times
max|w| / 7 of their output channel, or for a dense kernel of all of it. Folding a batch
normalization multiplies each channel: this leaves a channel's own grid as it is, and a dense kernel
is rounded as folded. Activations are not rounded: scheme int4 calibrates them afterwards.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import Any

from harness.schemes.keras_files import KerasModel
from harness.training.checkpoint import Weights, weights_of
from harness.training.layers import KERNELS, Layer, Variable, kernel_of, wrap_layers
from harness.training.recipe import Recipe

BITS = 4

_CHANNEL_AXES = {"Conv2D": 1, "DepthwiseConv2D": 2, "Dense": 0}


def round_to_grid(kernel: Variable, channel_axes: int) -> Variable:
    """Return `kernel` rounded to 4 bits with one scale a channel; gradients pass as if it were not.

    The last `channel_axes` axes number the channels: one, two for a depthwise kernel (height x
    width x inputs x multiplier), or none where the kernel has one scale.
    """
    import tensorflow as tf

    channels = math.prod(kernel.shape[kernel.shape.rank - channel_axes :])
    flat = tf.reshape(kernel, [-1, channels])
    largest = tf.reduce_max(tf.abs(flat), axis=0)
    rounded = tf.quantization.fake_quant_with_min_max_vars_per_channel(
        flat, -largest, largest, num_bits=BITS, narrow_range=True
    )
    return tf.reshape(rounded, kernel.shape)


def wrap(network: KerasModel, steps: int) -> KerasModel:  # noqa: ARG001
    """Return `network` with rounding around the kernels of convolution and dense layers.

    Raises:
        UnsupportedNetworkError: The network has a model as a layer.
    """
    from tensorflow_model_optimization.quantization.keras import QuantizeWrapperV2

    def wrapped(layer: Layer) -> Layer:
        if kernel_of(layer) is None:
            return layer
        return QuantizeWrapperV2(layer, _kernel_config()(_normalization_after(layer)))

    return wrap_layers(network, wrapped)


def strip(wrapped: KerasModel) -> Weights:
    """Return the weights of the network without the rounding, kernels being those rounded ones."""
    for layer in wrapped.layers:
        config = getattr(layer, "quantize_config", None)
        if config is None:
            continue
        # The inner layer's attribute is the rounded tensor of the last trace by now.
        attribute = KERNELS[type(layer.layer).__name__]
        ((_, grid),) = config.get_weights_and_quantizers(layer.layer)
        (kernel,) = (one for one in layer.weights if f"/{attribute}:" in one.name)
        kernel.assign(grid(kernel))
    return weights_of(wrapped)


def _normalization_after(layer: Layer) -> Layer | None:
    """Return the batch normalization that the converter folds into `layer`, if there is one."""
    following = [node.outbound_layer for node in layer.outbound_nodes]
    if len(following) == 1 and type(following[0]).__name__ == "BatchNormalization":
        return following[0]
    return None


def _folded_factor(normalization: Layer | None) -> Variable:
    """Return what folding multiplies each channel by: gamma / sqrt(variance + epsilon)."""
    import tensorflow as tf

    if normalization is None:
        return 1.0
    gamma = normalization.gamma if normalization.scale else 1.0
    factor = gamma * tf.math.rsqrt(normalization.moving_variance + normalization.epsilon)
    # A channel that is switched off has no grid.
    return tf.stop_gradient(tf.where(factor == 0, 1.0, factor))


@cache
def _kernel_config() -> Any:  # noqa: ANN401
    """Return the class that tells tensorflow-model-optimization what to round in a layer."""
    from tensorflow_model_optimization.quantization.keras import QuantizeConfig

    class KernelGrid(QuantizeConfig):  # type: ignore[misc]
        def __init__(self, normalization: Layer | None) -> None:
            self.normalization = normalization

        def get_weights_and_quantizers(self, layer: Layer) -> list[tuple[Variable, Any]]:
            grid = _channel_grid()(_CHANNEL_AXES[type(layer).__name__], self.normalization)
            return [(kernel_of(layer), grid)]

        def set_quantize_weights(self, layer: Layer, quantize_weights: Sequence[Variable]) -> None:
            setattr(layer, KERNELS[type(layer).__name__], quantize_weights[0])

        def get_activations_and_quantizers(self, layer: Layer) -> list[Any]:  # noqa: ARG002
            return []

        def set_quantize_activations(self, layer: Layer, quantize_activations: Any) -> None:  # noqa: ANN401
            pass

        def get_output_quantizers(self, layer: Layer) -> list[Any]:  # noqa: ARG002
            return []

        def get_config(self) -> dict[str, Any]:
            return {}

    return KernelGrid


@cache
def _channel_grid() -> Any:  # noqa: ANN401
    """Return the class that rounds a kernel to 4 bits for each output channel."""
    from tensorflow_model_optimization.quantization.keras.quantizers import Quantizer

    class ChannelGrid(Quantizer):  # type: ignore[misc]
        def __init__(self, channel_axes: int, normalization: Layer | None) -> None:
            self.channel_axes = channel_axes
            self.normalization = normalization

        def build(self, *_: Any) -> dict[str, Variable]:  # noqa: ANN401
            return {}

        def __call__(self, inputs: Variable, *_: Any, **__: Any) -> Variable:  # noqa: ANN401
            if self.channel_axes:
                return round_to_grid(inputs, self.channel_axes)
            factor = _folded_factor(self.normalization)
            return round_to_grid(inputs * factor, 0) / factor

        def get_config(self) -> dict[str, Any]:
            return {}

    return ChannelGrid


RECIPE = Recipe(
    name="qat4",
    summary="trained on with weights rounded to 4 bits",
    wrap=wrap,
    strip=strip,
)
