"""Knowledge distillation: a student learns from labels and from its teacher's probabilities."""

from typing import Any

import numpy as np
import numpy.typing as npt

from harness.models import DistillationCard
from harness.schemes.keras_files import KerasModel
from harness.tasks import Labels, Samples
from harness.training.fitting import Loss, outputs_of

_LEAST_PROBABILITY = 1e-7


def distillation_targets(
    teacher: KerasModel, x: Samples, labels: Labels, card: DistillationCard
) -> npt.NDArray[np.float32]:
    """Return samples x (2 x classes): the label as one-hot, then the teacher's soft answer.

    The soft answer is softmax(logits / temperature). Logits are taken as the logarithm of the
    teacher's probabilities, which differs from them by a constant that softmax cancels.
    """
    probabilities = outputs_of(teacher, x).astype(np.float64)
    powers = np.maximum(probabilities, _LEAST_PROBABILITY) ** (1.0 / card.temperature)
    soft = powers / powers.sum(axis=1, keepdims=True)
    hard = np.eye(probabilities.shape[1])[labels]
    return np.concatenate([hard, soft], axis=1).astype(np.float32)


def distillation_loss(card: DistillationCard) -> Loss:
    """Return the loss of a student's probabilities against `distillation_targets`.

    It is the sum that `DistillationCard` documents; the factor temperature^2 keeps the gradients
    of both parts of one size.
    """
    import tensorflow as tf

    def loss(targets: Any, probabilities: Any) -> Any:  # noqa: ANN401
        hard, soft = tf.split(targets, 2, axis=-1)
        logarithms = tf.math.log(tf.maximum(probabilities, _LEAST_PROBABILITY))
        softened = tf.nn.log_softmax(logarithms / card.temperature)
        entropy = -tf.reduce_sum(hard * logarithms, axis=-1)
        divergence = tf.reduce_sum(soft * (tf.math.log(soft) - softened), axis=-1)
        return card.alpha * entropy + (1 - card.alpha) * card.temperature**2 * divergence

    return loss
