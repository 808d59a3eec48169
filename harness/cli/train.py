"""The command `train`: reproduce a model's checkpoint, or fine-tune it by a recipe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.dataset_option import Datasets, parse_datasets
from harness.errors import HarnessError

if TYPE_CHECKING:
    from rich.console import Console

    from harness.models import ZooModel
    from harness.training.record import FineTunedRecord


def train(
    name: Annotated[str, typer.Argument(help="The model to train; 'harness models' lists them.")],
    recipe: Annotated[
        list[str] | None,
        typer.Option(
            help="Fine-tune the checkpoint by this recipe (repeatable): "
            "qat, qat4, pruned-50, pruned-80 or clustered-16."
        ),
    ] = None,
    all_recipes: Annotated[
        bool, typer.Option("--all", help="Fine-tune by every recipe.", show_default=False)
    ] = False,
    dataset: Datasets = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="The folder for checkpoint.npz and fine_tuned/ (default results/models/NAME). "
            "Give the model's own folder to replace what it has."
        ),
    ] = None,
) -> None:
    """Train a model again as its card says, and hold its quality against the card's.

    The same seed gives the same file on the same kind of processor, on another about the same
    quality. Exits with status 1, and writes nothing, if the quality is not reproduced; a model
    that has no checkpoint yet is always written. With a recipe, the shipped checkpoint is trained
    on, and the quality afterwards is held against the shipped record's in the same way, for each
    recipe by itself. With a data set of yours, quality is told and not held against anything.

    For example:

      harness train digits

      harness train digits --recipe qat

      harness train image --dataset image=cifar-10-batches-py --out models/image
    """
    from harness.cli.tables import make_console
    from harness.models import find_model
    from harness.training.recipe import load_recipes

    model = find_model(name)
    folders = dict(parse_datasets(dataset))
    data = folders.pop(model.task, None)
    if folders:
        raise HarnessError(f"--dataset {next(iter(folders))}: {name} is of task {model.task}")
    if data is not None:
        _check_dataset(model, data)
    folder = out or Path("results/models") / name
    recipes = list(load_recipes()) if all_recipes else list(dict.fromkeys(recipe or []))
    if recipes:
        _fine_tune(model, recipes, folder, data, make_console())
    else:
        _train(model, folder, data, make_console())


def _check_dataset(model: "ZooModel", data: Path) -> None:
    from harness.tasks import find_task
    from harness.tasks.dataset_folder import check_dataset_folder

    find_task(model.task).data_of(data)
    check_dataset_folder(data)


def _train(model: "ZooModel", folder: Path, data: Path | None, console: "Console") -> None:
    from harness.files import write_atomically
    from harness.tasks import find_task
    from harness.training.process import epochs_of, train_model

    distillation = model.card.training.distillation
    if distillation is not None and data is not None:
        _warn_of_teacher(model.name, distillation.teacher, data)
    with _progress(f"training {model.name}", epochs_of(model), console) as progress:
        trained = train_model(model, progress, data)
    card = model.card.quality
    _say(
        console,
        f"{model.name}: {find_task(model.task).metric} {trained.quality:.4f} over "
        f"{trained.samples} test samples; "
        f"the card says {card.float_:.4f}, "
        + (f"to within {card.reproduces_within:g}" if data is None else "of its own data"),
    )
    shipped = model.checkpoint.read_bytes() if model.checkpoint.is_file() else b""
    if shipped and data is None and abs(trained.quality - card.float_) > card.reproduces_within:
        console.print(f"{model.name}: not reproduced; nothing written", style="bold red")
        raise typer.Exit(1)
    path = folder / "checkpoint.npz"
    write_atomically(path, trained.checkpoint)
    _say(console, _written(path, trained.checkpoint, shipped))


def _warn_of_teacher(name: str, teacher: str, data: Path) -> None:
    from harness.models import find_model

    typer.echo(
        f"Warning: {name} learns from the teacher {teacher} as it is in "
        f"{find_model(teacher).folder}; the shipped one learned the task's own data, not {data}.",
        err=True,
    )


def _fine_tune(
    model: "ZooModel", recipes: list[str], folder: Path, data: Path | None, console: "Console"
) -> None:
    from harness.files import write_atomically
    from harness.training.process import fine_tune_model

    shipped = {} if data is not None else _shipped_records(model, recipes)
    epochs = model.card.fine_tuning.epochs * len(recipes)
    with _progress(f"fine-tuning {model.name}", epochs, console) as progress:
        made = fine_tune_model(model, recipes, progress, data)
    within = model.card.quality.reproduces_within
    failed = False
    for name, result in made.items():
        record, known = result.record, shipped.get(name)
        _say(
            console,
            f"{model.name} {name}: float {record.metric} {record.quality_before:.4f} before, "
            f"{record.quality:.4f} after"
            + (f"; the record says {known.quality:.4f}, to within {within:g}" if known else ""),
        )
        if known and abs(record.quality - known.quality) > within:
            failed = True
            console.print(f"{model.name} {name}: not reproduced; not written", style="bold red")
            continue
        old = model.fine_tuned(name)
        before = old.read_bytes() if old.is_file() else b""
        path = folder / "fine_tuned" / f"{name}.npz"
        write_atomically(path, result.checkpoint)
        write_atomically(path.with_suffix(".toml"), record.to_toml())
        _say(console, _written(path, result.checkpoint, before))
    if failed:
        raise typer.Exit(1)


def _shipped_records(model: "ZooModel", recipes: list[str]) -> "dict[str, FineTunedRecord]":
    from harness.toml_file import read_toml
    from harness.training.record import FineTunedRecord

    paths = {name: model.fine_tuned(name).with_suffix(".toml") for name in recipes}
    return {
        name: read_toml(path, FineTunedRecord) for name, path in paths.items() if path.is_file()
    }


def _written(path: Path, content: bytes, shipped: bytes) -> str:
    """What was written, and whether it is what the model's folder had, if it had any."""
    same = "the same bytes as" if content == shipped else "other bytes than"
    verdict = f", {same} the shipped checkpoint" if shipped else ""
    return f"{path}: {len(content):,} bytes{verdict}"


@contextmanager
def _progress(title: str, epochs: int, console: "Console") -> Iterator[Callable[[int], None]]:
    """Show a bar while the block runs; what is yielded is told the number of finished epochs."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("epochs"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        shown = bar.add_task(title, total=epochs)
        yield lambda finished: bar.update(shown, completed=finished)


def _say(console: "Console", text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)
