"""Fit a Keras network the same way every time, and judge it (worker side)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from harness.metrics import judge as judge_outputs
from harness.schemes.keras_files import KerasModel
from harness.tasks import LabelledSamples, Labels, Samples, Task

THREADS = 2
"""Fixed, since how sums are split among threads decides their last bits."""

_BATCH = 64

Loss = Any
"""The name of a Keras loss, or a function of targets and outputs."""

Callback = Any
"""A `tf_keras.callbacks.Callback`."""

Objective = Literal["classes", "reconstruction"]


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to train: Adam from `learning_rate`, by cosine decay to zero."""

    epochs: int
    batch_size: int
    learning_rate: float


def fix_threads() -> None:
    """Make TensorFlow share its sums out among `THREADS`, before it has computed anything."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(1)


def settle(seed: int) -> None:
    """Make TensorFlow deterministic and forget what this process trained before."""
    import tensorflow as tf
    import tf_keras

    tf.config.experimental.enable_op_determinism()
    tf_keras.utils.set_random_seed(seed)


def loss_of(objective: Objective) -> str:
    """Return the Keras loss that a network is trained by for `objective`."""
    return "sparse_categorical_crossentropy" if objective == "classes" else "mse"


def targets_of(objective: Objective, samples: LabelledSamples) -> Samples | Labels:
    """Return what the outputs for `samples` should be: their labels, or the samples themselves."""
    return samples.y if objective == "classes" else samples.x


def fit(
    network: KerasModel,
    x: Samples,
    targets: npt.NDArray[Any],
    loss: Loss,
    schedule: Schedule,
    on_epoch: Callable[[int], None],
    callbacks: Sequence[Callback] = (),
) -> None:
    """Train `network` in place; `on_epoch` is told the number of finished epochs."""
    import tf_keras

    steps = schedule.epochs * -(-len(x) // schedule.batch_size)
    rate = tf_keras.optimizers.schedules.CosineDecay(schedule.learning_rate, steps)
    network.compile(tf_keras.optimizers.Adam(rate), loss=loss)
    report = tf_keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, _: on_epoch(epoch + 1))
    network.fit(
        x,
        targets,
        batch_size=schedule.batch_size,
        epochs=schedule.epochs,
        verbose=0,
        callbacks=[*callbacks, report],
    )


def outputs_of(network: KerasModel, x: Samples) -> npt.NDArray[np.float32]:
    """Return the float32 outputs (samples x output shape) of `network` for `x`."""
    starts = range(0, len(x), _BATCH)
    parts = [np.asarray(network(x[start : start + _BATCH], training=False)) for start in starts]
    return np.concatenate(parts).astype(np.float32)


def judge(task: Task, network: KerasModel, test: LabelledSamples) -> float:
    """Return the figure that the task's metric gives to `network` on the samples `test`.

    Raises:
        HarnessError: The network's outputs do not fit the labels.
    """
    outputs = outputs_of(network, test.x)
    return judge_outputs(task.metric, outputs, test, task.detector).value
