"""Fold batch normalization into the dense layers before it (worker side)."""

import numpy as np

from harness.schemes.keras_files import KerasModel
from harness.training.layers import Layer


def fold_dense_normalizations(network: KerasModel) -> KerasModel:
    """Return `network` with each normalization right behind a dense layer folded into that layer.

    Normalization computes gamma (y - mean) / sqrt(variance + epsilon) + beta, of a dense layer
    without activation thus another dense layer. Only a Sequential network is changed: layers of
    others may be read by several. Layers that stay are shared with `network`.
    """
    import tf_keras

    if not isinstance(network, tf_keras.Sequential):
        return network
    kept: list[Layer] = []
    for layer in network.layers:
        if kept and _folds(kept[-1], layer):
            kept[-1] = _folded(kept[-1], layer)
        else:
            kept.append(layer)
    if len(kept) == len(network.layers):
        return network
    return tf_keras.Sequential(
        [tf_keras.layers.Input(network.input_shape[1:]), *kept], name=network.name
    )


def _folds(dense: Layer, normalization: Layer) -> bool:
    return (
        type(dense).__name__ == "Dense"
        and dense.activation.__name__ == "linear"
        and type(normalization).__name__ == "BatchNormalization"
        and tuple(normalization.axis) == (len(dense.output_shape) - 1,)
    )


def _folded(dense: Layer, normalization: Layer) -> Layer:
    import tf_keras

    width = dense.units
    mean, variance = (
        np.asarray(v) for v in (normalization.moving_mean, normalization.moving_variance)
    )
    factor = 1.0 / np.sqrt(variance + normalization.epsilon)
    if normalization.scale:
        factor = factor * np.asarray(normalization.gamma)
    bias = np.asarray(dense.bias) if dense.use_bias else np.zeros(width, np.float32)
    shift = np.asarray(normalization.beta) if normalization.center else 0.0
    made = tf_keras.layers.Dense(width, name=dense.name)
    made.build(dense.input_shape)
    made.set_weights([np.asarray(dense.kernel) * factor, (bias - mean) * factor + shift])
    return made
