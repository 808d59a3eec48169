"""Train one of our models again from its card's seed, in a process of its own."""

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from harness.files import read_bytes
from harness.models import ZooModel
from harness.process import kill_all
from harness.schemes.process import ask
from harness.tasks import find_task

TIMEOUT_S = 3600.0
_POLL_S = 0.2


@dataclass(frozen=True)
class Trained:
    """A checkpoint (.npz) and the float network's quality over all `samples` of the test split."""

    checkpoint: bytes = field(repr=False)
    quality: float
    samples: int


def train_model(model: ZooModel, progress: Callable[[int], None]) -> Trained:
    """Train `model` as its card says; `progress` is told the number of finished epochs.

    The same seed gives the same bytes on the same kind of processor, and on another about the
    same quality.

    Raises:
        HarnessError: The task is unknown, `model.py` cannot be run, or the worker crashed.
    """
    task = find_task(model.task)
    training = model.card.training
    request = {"name": model.name, "task": task.name, **training.model_dump()}
    with tempfile.TemporaryDirectory(prefix="harness-train-") as temporary:
        folder = Path(temporary)
        (folder / "model.py").write_bytes(read_bytes(model.architecture))
        with ThreadPoolExecutor(max_workers=1) as pool:
            asked = pool.submit(
                ask,
                "harness.schemes.training_worker",
                folder,
                request,
                model.name,
                timeout_s=TIMEOUT_S,
            )
            try:
                while not wait([asked], timeout=_POLL_S).done:
                    progress(_finished_epochs(folder))
            except BaseException:
                kill_all()
                raise
            response = asked.result()
        progress(training.epochs)
        return Trained(
            read_bytes(folder / "checkpoint.npz"),
            float(response["quality"]),
            int(response["samples"]),
        )


def _finished_epochs(folder: Path) -> int:
    try:
        return int((folder / "epoch").read_text())
    except FileNotFoundError:
        return 0
