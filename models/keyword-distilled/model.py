"""A small DS-CNN over 49 x 10 MFCC: the student of the network in models/keyword."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tf_keras import Model

CHANNELS = 36
BLOCKS = 3
CLASSES = 12


def build() -> "Model":
    """Return the untrained tf_keras network: input (49, 10, 1), output 12 probabilities."""
    from tf_keras import Sequential, layers

    blocks: list[Any] = []
    for number in range(1, BLOCKS + 1):
        blocks += [
            layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"each_{number}"),
            layers.BatchNormalization(name=f"each_{number}_norm"),
            layers.ReLU(),
            layers.Conv2D(CHANNELS, 1, use_bias=False, name=f"mix_{number}"),
            layers.BatchNormalization(name=f"mix_{number}_norm"),
            layers.ReLU(),
        ]
    return Sequential(
        [
            layers.Input((49, 10, 1)),
            layers.Conv2D(
                CHANNELS, (10, 4), strides=2, padding="same", use_bias=False, name="sounds"
            ),
            layers.BatchNormalization(name="sounds_norm"),
            layers.ReLU(),
            layers.Dropout(0.1),
            *blocks,
            layers.Dropout(0.2),
            layers.AveragePooling2D((25, 5)),
            layers.Flatten(),
            layers.Dense(CLASSES, activation="softmax", name="scores"),
        ],
        name="keyword_distilled",
    )
