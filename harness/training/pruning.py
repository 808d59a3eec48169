"""What the pruning recipes have in common: small weights become zero while training goes on.

tensorflow-model-optimization's magnitude pruning: the share of zeros in each pruned kernel rises
by a polynomial of degree 3 until 60 % of the steps are done, then the survivors recover. Pruned are
convolution and dense kernels of 1,024 weights or more. Smaller ones and depthwise kernels are not:
they hold few of the bytes and lose the most accuracy.
"""

import math

from harness.schemes.keras_files import KerasModel
from harness.training.checkpoint import Weights, weights_of
from harness.training.layers import Layer, kernel_of, wrap_layers
from harness.training.recipe import Recipe

PRUNED_FROM = 1024
"""Kernels of this many weights or more are pruned."""

_RISING_SHARE = 0.6
_UPDATES = 50


def is_pruned(layer: Layer) -> bool:
    """Return whether the recipes prune the kernel of `layer`."""
    kernel = kernel_of(layer)
    if kernel is None or type(layer).__name__ == "DepthwiseConv2D":
        return False
    return int(math.prod(kernel.shape)) >= PRUNED_FROM


def pruning_recipe(percent: int) -> Recipe:
    """Return the recipe that makes `percent` of every pruned kernel zero."""

    def wrap(network: KerasModel, steps: int) -> KerasModel:
        from tensorflow_model_optimization.sparsity.keras import (
            PolynomialDecay,
            prune_low_magnitude,
        )

        rising = max(1, int(steps * _RISING_SHARE))
        schedule = PolynomialDecay(
            0.0, percent / 100, 0, rising, frequency=max(1, rising // _UPDATES)
        )
        return wrap_layers(
            network,
            lambda layer: prune_low_magnitude(layer, schedule) if is_pruned(layer) else layer,
        )

    def strip(wrapped: KerasModel) -> Weights:
        from tensorflow_model_optimization.sparsity.keras import strip_pruning

        return weights_of(strip_pruning(wrapped))

    def callbacks() -> list[object]:
        from tensorflow_model_optimization.sparsity.keras import UpdatePruningStep

        return [UpdatePruningStep()]

    return Recipe(
        name=f"pruned-{percent}",
        summary=f"trained on while {percent} % of the weights become zero",
        wrap=wrap,
        strip=strip,
        callbacks=callbacks,
    )
