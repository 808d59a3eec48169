"""A 1-D convolutional network over six inertial channels, written as 2-D with (k, 1) kernels."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tf_keras import Model


def build() -> "Model":
    """Return the untrained tf_keras network: input (50, 1, 6), output 4 probabilities."""
    from tf_keras import Sequential, layers

    return Sequential(
        [
            layers.Input((50, 1, 6)),
            layers.Conv2D(16, (5, 1), padding="same", use_bias=False, name="steps"),
            layers.BatchNormalization(name="steps_norm"),
            layers.ReLU(6.0),
            layers.MaxPooling2D((2, 1)),
            layers.Conv2D(32, (5, 1), padding="same", use_bias=False, name="gestures"),
            layers.BatchNormalization(name="gestures_norm"),
            layers.ReLU(6.0),
            layers.MaxPooling2D((5, 1)),
            layers.DepthwiseConv2D((3, 1), padding="same", use_bias=False, name="rhythm"),
            layers.BatchNormalization(name="rhythm_norm"),
            layers.ReLU(6.0),
            layers.Conv2D(48, 1, use_bias=False, name="mix"),
            layers.BatchNormalization(name="mix_norm"),
            layers.ReLU(6.0),
            layers.AveragePooling2D((5, 1)),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(4, activation="softmax", name="scores"),
        ],
        name="motion",
    )
