"""Train our models from their cards' seeds, in a process of its own that has TensorFlow."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.files import read_bytes
from harness.models import ZooModel, find_model
from harness.process import kill_all
from harness.schemes.source import source_of_model
from harness.tasks import find_task
from harness.tensorflow_worker import ask
from harness.training.recipe import find_recipe
from harness.training.record import FineTunedRecord, sha256, tool_versions

TIMEOUT_S = 3600.0
_POLL_S = 0.2

Progress = Callable[[int], None]
"""Is told the number of finished epochs."""


@dataclass(frozen=True)
class Trained:
    """A checkpoint (.npz) and the float network's quality over all `samples` of the test split."""

    checkpoint: bytes = field(repr=False)
    quality: float
    samples: int


def train_model(model: ZooModel, progress: Progress, dataset: Path | None = None) -> Trained:
    """Train `model` as its card says, on the user's data set in `dataset` where one is given.

    The same seed gives the same bytes on the same kind of processor, and on another about the
    same quality.

    Raises:
        HarnessError: The task or the teacher is unknown, the data cannot be read, `model.py`
            cannot be run, or the worker crashed.
    """
    card = model.card.training
    request = {
        "name": model.name,
        "task": find_task(model.task).name,
        "training": card.model_dump(mode="json"),
        "dataset": str(dataset.absolute()) if dataset else None,
    }
    with tempfile.TemporaryDirectory(prefix="harness-train-") as temporary:
        folder = Path(temporary)
        (folder / "model.py").write_bytes(read_bytes(model.architecture))
        if card.distillation is not None:
            teacher = source_of_model(find_model(card.distillation.teacher))
            (folder / "teacher.py").write_bytes(teacher.architecture)
            (folder / "teacher.npz").write_bytes(teacher.content)
        response = _watched("harness.training.worker", folder, request, model.name, progress)
        return Trained(
            read_bytes(folder / "checkpoint.npz"),
            float(response["quality"]),
            int(response["samples"]),
        )


@dataclass(frozen=True)
class FineTunedCheckpoint:
    """What one recipe made of a model: the checkpoint (.npz), and the record to lie beside it."""

    checkpoint: bytes = field(repr=False)
    record: FineTunedRecord


def fine_tune_model(
    model: ZooModel, recipes: Sequence[str], progress: Progress, dataset: Path | None = None
) -> Mapping[str, FineTunedCheckpoint]:
    """Train `model` on from its checkpoint by each of `recipes`, with the seed of its card.

    Raises:
        HarnessError: A recipe is unknown, the checkpoint is missing, or as `train_model`.
    """
    source = source_of_model(model)
    for name in recipes:
        find_recipe(name)
    card, base = model.card.fine_tuning, model.card.training
    settings = {"seed": base.seed, "batch_size": base.batch_size}
    request = {
        "name": model.name,
        "task": model.task,
        "dataset": str(dataset.absolute()) if dataset else None,
        "recipes": list(recipes),
        "fine_tuning": card.model_dump(mode="json"),
        **settings,
    }
    with tempfile.TemporaryDirectory(prefix="harness-train-") as temporary:
        folder = Path(temporary)
        (folder / "model.py").write_bytes(source.architecture)
        (folder / "checkpoint.npz").write_bytes(source.content)
        response = _watched(
            "harness.training.fine_tuning_worker", folder, request, model.name, progress
        )
        return {
            name: FineTunedCheckpoint(
                read_bytes(folder / f"{name}.npz"),
                FineTunedRecord(
                    recipe=name,
                    metric=find_task(model.task).metric,
                    quality=response["qualities"][name],
                    quality_before=response["before"],
                    base_sha256=sha256(source.content),
                    versions=tool_versions(),
                    **card.model_dump(),
                    **settings,
                ),
            )
            for name in recipes
        }


def epochs_of(model: ZooModel) -> int:
    """Return how many epochs `train_model` will report."""
    card = model.card.training
    return card.epochs + (card.transfer.source_epochs if card.transfer else 0)


def _watched(
    module: str, folder: Path, request: Mapping[str, Any], name: str, progress: Progress
) -> dict[str, Any]:
    """Ask the worker `module`, and pass on the epochs that it reports until it has answered."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        asked = pool.submit(ask, module, folder, request, name, timeout_s=TIMEOUT_S)
        try:
            while not wait([asked], timeout=_POLL_S).done:
                progress(_finished_epochs(folder))
        except BaseException:
            kill_all()
            raise
        progress(_finished_epochs(folder))
        return asked.result()


def _finished_epochs(folder: Path) -> int:
    try:
        return int((folder / "epoch").read_text())
    except FileNotFoundError:
        return 0
