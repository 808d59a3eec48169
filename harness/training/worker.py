"""Train one of our models with TensorFlow: `python -m harness.training.worker FOLDER`.

In the folder lie `request.json` and `model.py`, and for a distilled student its teacher's
`teacher.py` and `teacher.npz`. While training it keeps the number of finished epochs in `epoch`;
it leaves `checkpoint.npz` and `response.json`.
"""

from pathlib import Path
from typing import Any

from harness.files import write_atomically
from harness.models import TrainingCard
from harness.schemes.keras_files import KerasModel, build_network, read_checkpoint, set_weights
from harness.tasks import LabelledSamples, find_task
from harness.tensorflow_worker import serve
from harness.training.checkpoint import to_npz, weights_of
from harness.training.distillation import distillation_loss, distillation_targets
from harness.training.fitting import Schedule, fit, fix_threads, judge, loss_of, settle, targets_of
from harness.training.transfer import transfer


def train(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Train as `request` says and return the response with the test quality.

    Raises:
        HarnessError: The task is unknown, its data cannot be read, or `model.py` cannot be run.
    """
    card = TrainingCard.model_validate(request["training"])
    task = find_task(request["task"])
    dataset = Path(request["dataset"]) if request["dataset"] else None
    samples = task.split("train", dataset)
    fix_threads()
    settle(card.seed)
    network = build_network(folder / "model.py", request["name"])
    schedule = Schedule(card.epochs, card.batch_size, card.learning_rate)

    def on_epoch(epoch: int) -> None:
        write_atomically(folder / "epoch", str(epoch))

    if card.transfer is not None:
        transfer(network, samples, schedule, card.transfer, on_epoch)
    else:
        targets, loss = targets_of(task.objective, samples), loss_of(task.objective)
        if card.distillation is not None:
            teacher = _teacher(folder, card.distillation.teacher)
            targets = distillation_targets(teacher, samples.x, samples.y, card.distillation)
            loss = distillation_loss(card.distillation)
        fit(network, samples.x, targets, loss, schedule, on_epoch)
    (folder / "checkpoint.npz").write_bytes(to_npz(weights_of(network)))
    test: LabelledSamples = task.split("test", dataset)
    return {"error": None, "quality": judge(task, network, test), "samples": len(test.y)}


def _teacher(folder: Path, name: str) -> KerasModel:
    teacher = build_network(folder / "teacher.py", name)
    set_weights(teacher, read_checkpoint(folder / "teacher.npz", name), name)
    return teacher


if __name__ == "__main__":
    serve(train)
