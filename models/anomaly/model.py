"""The autoencoder that MLPerf Tiny detects anomalous machines with, over 5 x 128 log-mel values."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tf_keras import Model

INPUTS = 640
HIDDEN = (128, 128, 128, 128, 8, 128, 128, 128, 128)


def build() -> "Model":
    """Return the untrained tf_keras network: input (640,), output the same 640 values."""
    from tf_keras import Sequential, layers

    hidden: list[Any] = []
    for number, width in enumerate(HIDDEN, start=1):
        hidden += [
            layers.Dense(width, use_bias=False, name=f"hidden_{number}"),
            layers.BatchNormalization(name=f"hidden_{number}_norm"),
            layers.ReLU(),
        ]
    return Sequential(
        [layers.Input((INPUTS,)), *hidden, layers.Dense(INPUTS, name="output")],
        name="anomaly",
    )
