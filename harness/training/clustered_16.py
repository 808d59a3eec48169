"""Recipe clustered-16: each large kernel has at most 16 different weights.

tensorflow-model-optimization's weight clustering: centroids start by k-means++, each weight takes
the nearest one, and training moves the centroids. Clustered are convolution and dense kernels of
256 weights or more, before batch normalization is folded into them. Depthwise kernels are not: a
table saves little there, and they lose the most accuracy.
"""

import math

from harness.schemes.keras_files import KerasModel
from harness.training.checkpoint import Weights, weights_of
from harness.training.layers import Layer, kernel_of, wrap_layers
from harness.training.recipe import Recipe

CLUSTERS = 16
CLUSTERED_FROM = 256
"""Kernels of this many weights or more are clustered."""


def is_clustered(layer: Layer) -> bool:
    """Return whether the recipe clusters the kernel of `layer`."""
    kernel = kernel_of(layer)
    if kernel is None or type(layer).__name__ == "DepthwiseConv2D":
        return False
    return int(math.prod(kernel.shape)) >= CLUSTERED_FROM


def wrap(network: KerasModel, steps: int) -> KerasModel:  # noqa: ARG001
    """Return `network` with the kernels of its convolution and dense layers clustered.

    Raises:
        UnsupportedNetworkError: The network has a model as a layer.
    """
    from tensorflow_model_optimization.clustering.keras import (
        CentroidInitialization,
        cluster_weights,
    )

    def wrapped(layer: Layer) -> Layer:
        if not is_clustered(layer):
            return layer
        return cluster_weights(layer, CLUSTERS, CentroidInitialization.KMEANS_PLUS_PLUS)

    return wrap_layers(network, wrapped)


def strip(wrapped: KerasModel) -> Weights:
    """Return the weights, each kernel holding at most 16 different values."""
    from tensorflow_model_optimization.clustering.keras import strip_clustering

    # Stripped variables have lost their layer's name.
    return {
        f"{layer.name}.{name.rpartition('.')[2]}": values
        for layer in strip_clustering(wrapped).layers
        for name, values in weights_of(layer).items()
    }


RECIPE = Recipe(
    name="clustered-16",
    summary="trained on with 16 different weights a kernel",
    wrap=wrap,
    strip=strip,
)
