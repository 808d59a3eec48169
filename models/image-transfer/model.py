"""ResNet8 on 32 x 32 pictures, whose backbone was learned on half of the classes."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tf_keras import Model

STACKS = ((16, 1), (32, 2), (64, 2))
"""Channels of each residual stack, and the stride of its first convolution."""


def build() -> "Model":
    """Return the untrained tf_keras network: input (32, 32, 3), output 10 probabilities."""
    from tf_keras import Model, layers

    pictures = layers.Input((32, 32, 3))
    x = _convolution(pictures, 16, 1, "stem")
    x = layers.ReLU(name="stem_relu")(x)
    for number, (channels, stride) in enumerate(STACKS, start=1):
        name = f"stack{number}"
        branch = _convolution(x, channels, stride, f"{name}_first")
        branch = layers.ReLU(name=f"{name}_first_relu")(branch)
        branch = _convolution(branch, channels, 1, f"{name}_second")
        if stride > 1:
            shortcut = layers.Conv2D(channels, 1, strides=stride, name=f"{name}_shortcut")
            x = shortcut(x)
        x = layers.Add(name=f"{name}_add")([x, branch])
        x = layers.ReLU(name=f"{name}_relu")(x)
    x = layers.AveragePooling2D(8, name="pool")(x)
    x = layers.Flatten(name="flat")(x)
    scores = layers.Dense(10, activation="softmax", name="scores")(x)
    return Model(pictures, scores, name="image_transfer")


def _convolution(x: Any, channels: int, stride: int, name: str) -> Any:  # noqa: ANN401
    """A 3 x 3 convolution with batch normalization; Keras has no types."""
    from tf_keras import layers

    kernels = layers.Conv2D(channels, 3, strides=stride, padding="same", name=name)
    return layers.BatchNormalization(name=f"{name}_norm")(kernels(x))
