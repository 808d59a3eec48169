"""Go through a network's layers that have kernels, and wrap them (worker side)."""

from collections.abc import Callable, Iterator
from typing import Any

from harness.schemes.keras_files import KerasModel
from harness.training.recipe import UnsupportedNetworkError

Layer = Any
"""A layer of tf_keras."""

Variable = Any
"""A variable of TensorFlow."""

KERNELS = {"Conv2D": "kernel", "DepthwiseConv2D": "depthwise_kernel", "Dense": "kernel"}
"""The layers whose kernels TFLM multiplies with, and what their kernel is called."""


def kernel_of(layer: Layer) -> Variable | None:
    """Return the kernel of a convolution or dense layer, or None for every other layer."""
    attribute = KERNELS.get(type(layer).__name__)
    return None if attribute is None else getattr(layer, attribute)


def kernels_of(network: KerasModel) -> Iterator[Variable]:
    """Return the kernels of all convolution and dense layers, in the network's order."""
    for layer in network.layers:
        kernel = kernel_of(layer)
        if kernel is not None:
            yield kernel


def wrap_layers(network: KerasModel, wrap: Callable[[Layer], Layer]) -> KerasModel:
    """Return a network in which each layer is what `wrap` returns for it; weights are shared.

    Raises:
        UnsupportedNetworkError: The network is of a class of its own or has a model as a layer.
    """
    import tf_keras

    for layer in network.layers:
        if isinstance(layer, tf_keras.Model):
            raise UnsupportedNetworkError(
                f"layer {layer.name!r} is a model inside the model; "
                "save the model with that one's layers in its place"
            )
    return tf_keras.models.clone_model(network, clone_function=wrap)
