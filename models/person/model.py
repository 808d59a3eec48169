"""MobileNetV1 of a quarter of its width on 96 x 96 pictures, the person detector of MLPerf Tiny."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tf_keras import Model

BLOCKS = (
    (16, 1),
    (32, 2),
    (32, 1),
    (64, 2),
    (64, 1),
    (128, 2),
    (128, 1),
    (128, 1),
    (128, 1),
    (128, 1),
    (128, 1),
    (256, 2),
    (256, 1),
)
"""Channels after each depthwise-separable block, and the stride of its depthwise part."""

MOMENTUM = 0.9
"""Of batch normalization's statistics: few training steps must settle 27 layers of them."""


def build() -> "Model":
    """Return the untrained tf_keras network: input (96, 96, 3), output 2 probabilities."""
    from tf_keras import Sequential, layers

    network = [
        layers.Input((96, 96, 3)),
        layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="stem"),
        layers.BatchNormalization(momentum=MOMENTUM, name="stem_norm"),
        layers.ReLU(name="stem_relu"),
    ]
    for number, (channels, stride) in enumerate(BLOCKS, start=1):
        each, mix = f"each{number}", f"mix{number}"
        network += [
            layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False, name=each),
            layers.BatchNormalization(momentum=MOMENTUM, name=f"{each}_norm"),
            layers.ReLU(name=f"{each}_relu"),
            layers.Conv2D(channels, 1, use_bias=False, name=mix),
            layers.BatchNormalization(momentum=MOMENTUM, name=f"{mix}_norm"),
            layers.ReLU(name=f"{mix}_relu"),
        ]
    network += [
        layers.AveragePooling2D(3, name="pool"),
        layers.Flatten(name="flat"),
        layers.Dense(2, activation="softmax", name="scores"),
    ]
    return Sequential(network, name="person")
