"""A small convolutional network for 8 x 8 handwritten digits, of operators that TFLM has."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tf_keras import Model


def build() -> "Model":
    """Return the untrained tf_keras network: input (8, 8, 1), output 10 probabilities."""
    from tf_keras import Sequential, layers

    return Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.Conv2D(16, 3, padding="same", use_bias=False, name="edges"),
            layers.BatchNormalization(name="edges_norm"),
            layers.ReLU(6.0),
            layers.MaxPooling2D(2),
            layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="strokes"),
            layers.BatchNormalization(name="strokes_norm"),
            layers.ReLU(6.0),
            layers.Conv2D(32, 1, use_bias=False, name="mix"),
            layers.BatchNormalization(name="mix_norm"),
            layers.ReLU(6.0),
            layers.Conv2D(48, 3, padding="same", use_bias=False, name="parts"),
            layers.BatchNormalization(name="parts_norm"),
            layers.ReLU(6.0),
            layers.AveragePooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax", name="scores"),
        ],
        name="digits",
    )
