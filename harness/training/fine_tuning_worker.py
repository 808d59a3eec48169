"""Fine-tune one of our models: `python -m harness.training.fine_tuning_worker FOLDER`.

In the folder lie `request.json`, `model.py` and `checkpoint.npz`. While training it keeps the
number of finished epochs of all recipes in `epoch`; it leaves `RECIPE.npz` for each recipe, and
`response.json`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from harness.files import write_atomically
from harness.models import FineTuningCard
from harness.schemes.keras_files import KerasModel, build_network, read_checkpoint, set_weights
from harness.tasks import find_task
from harness.tensorflow_worker import serve
from harness.training.checkpoint import to_npz
from harness.training.fine_tuning import chosen_samples, fine_tune
from harness.training.fitting import Schedule, fix_threads, judge, loss_of, settle, targets_of
from harness.training.recipe import find_recipe


def answer(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    """Carry out each recipe of `request` and return the qualities; none influences another.

    Raises:
        HarnessError: A name is unknown, the data cannot be read, or a file does not fit.
    """
    task = find_task(request["task"])
    dataset = Path(request["dataset"]) if request["dataset"] else None
    card = FineTuningCard.model_validate(request["fine_tuning"])
    schedule = Schedule(card.epochs, request["batch_size"], card.learning_rate)
    train = chosen_samples(task.split("train", dataset), card)
    test = task.split("test", dataset)
    targets, loss = targets_of(task.objective, train), loss_of(task.objective)
    fix_threads()
    settle(request["seed"])
    before = judge(task, _base(folder, request["name"]), test)
    qualities = {}
    for index, name in enumerate(request["recipes"]):
        settle(request["seed"])
        network = _base(folder, request["name"])
        report = _reporter(folder, index * card.epochs)
        made = fine_tune(network, find_recipe(name), train.x, targets, loss, schedule, report)
        (folder / f"{name}.npz").write_bytes(to_npz(made.weights))
        qualities[name] = judge(task, made.network, test)
    return {"error": None, "before": before, "qualities": qualities, "samples": len(test.y)}


def _base(folder: Path, name: str) -> KerasModel:
    network = build_network(folder / "model.py", name)
    set_weights(network, read_checkpoint(folder / "checkpoint.npz", name), name)
    return network


def _reporter(folder: Path, finished: int) -> Callable[[int], None]:
    return lambda epoch: write_atomically(folder / "epoch", str(finished + epoch))


if __name__ == "__main__":
    serve(answer)
