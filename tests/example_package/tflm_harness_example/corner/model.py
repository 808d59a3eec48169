"""The largest pixel of each corner, and which of these is the largest."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tf_keras import Model


def build() -> "Model":
    """Return the tf_keras network: input (8, 8, 1), output 4 probabilities."""
    from tf_keras import Sequential, layers

    return Sequential(
        [
            layers.Input((8, 8, 1)),
            layers.MaxPooling2D(4),
            layers.Flatten(),
            layers.Dense(4, activation="softmax", name="corner"),
        ],
        name="corner",
    )
