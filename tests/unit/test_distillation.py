"""A student's targets and loss are those of the card's formula."""

import sys

import numpy as np
import pytest

from harness.models import DistillationCard
from harness.process import run
from harness.training.distillation import distillation_targets

CARD = DistillationCard(teacher="big", temperature=2.0, alpha=0.25, float_without_teacher=0.5)


def test_targets_are_the_label_and_the_softened_answer_of_the_teacher():
    logits = np.array([[0.0, 2.0, 4.0]])
    probabilities = np.exp(logits) / np.exp(logits).sum()

    def teacher(x: np.ndarray, *, training: bool) -> np.ndarray:
        assert not training
        return np.repeat(probabilities, len(x), axis=0)

    made = distillation_targets(teacher, np.zeros((2, 1), np.float32), np.array([2, 0]), CARD)
    soft = np.exp(logits / 2) / np.exp(logits / 2).sum()
    np.testing.assert_allclose(made[:, 3:], np.repeat(soft, 2, axis=0), rtol=1e-5)
    np.testing.assert_array_equal(made[:, :3], [[0, 0, 1], [1, 0, 0]])


LOSS = """
import numpy as np
from harness.models import DistillationCard
from harness.training.distillation import distillation_loss

card = DistillationCard(teacher="big", temperature=2.0, alpha=0.25, float_without_teacher=0.5)
hard, soft, student = np.float32([[0, 1]]), np.float32([[0.3, 0.7]]), np.float32([[0.6, 0.4]])
softened = np.sqrt(student) / np.sqrt(student).sum()
wanted = 0.25 * -np.log(0.4) + 0.75 * 4 * (soft * np.log(soft / softened)).sum()
made = distillation_loss(card)(np.concatenate([hard, soft], axis=1), student).numpy()
np.testing.assert_allclose(made, [wanted], rtol=1e-5)
sharper = student**2 / (student**2).sum()  # softened, it is the teacher's answer
agreed = distillation_loss(card)(np.concatenate([hard, student], axis=1), sharper).numpy()
np.testing.assert_allclose(agreed, [0.25 * -np.log(0.16 / 0.52)], rtol=1e-4)
"""


@pytest.mark.tensorflow
def test_the_loss_weighs_labels_and_teacher_as_the_card_says():
    done = run([sys.executable, "-c", LOSS], env={"TF_USE_LEGACY_KERAS": "1"})
    assert done.returncode == 0, done.stderr
