"""The command `models`: list the models, or show one's card."""

from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli.completion import complete_model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from harness.models import TrainingCard, ZooModel


def models(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A model whose card to show, with data and licence.",
            autocompletion=complete_model,
        ),
    ] = None,
) -> None:
    """List the trained models that ship with the harness, or show one's card.

    Models of your own: any .tflite, .keras or .h5 file, as 'harness bench --model FILE'; or
    folders like ours in a folder that HARNESS_MODELS names, or in a package (docs/plugins.md).

    Example: harness models digits
    """
    from harness.cli.tables import make_console
    from harness.models import find_model, load_models

    console = make_console()
    if name is None:
        console.print(_overview(load_models().values()))
    else:
        console.print(_card(find_model(name)))


def _overview(listed: "Iterable[ZooModel]") -> "Table":
    from harness.cli.listing import listing

    models = tuple(listed)
    origins = {model.name: model.origin for model in models if model.origin}
    table = listing(
        ("model", "task", "float", "what it is"), origins, right=("float",), narrow=("task",)
    )
    for model in models:
        figure = f"{model.card.quality.float_:.4f}"
        table.add_row(model.name, model.task, figure, model.card.summary)
    return table.renderable


def _card(model: "ZooModel") -> "Table":
    from rich.table import Table
    from rich.text import Text

    from harness.tasks import find_task

    card = model.card
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for label, text in (
        ("model", f"{model.name}: {card.title}"),
        ("network", card.summary),
        ("task", card.task),
        ("data", card.data.source),
        ("split", card.data.split),
        ("training", _training(card.training)),
        ("fine-tuning", _fine_tuning(model)),
        (find_task(card.task).metric, f"{card.quality.float_:.4f} (float32)"),
        ("meaning", card.quality.meaning),
        ("limits", card.quality.limits),
        ("data licence", card.data.licence),
        ("weights licence", card.licence.weights),
        *([("from", model.origin)] if model.origin else []),
    ):
        grid.add_row(label, Text(text))
    return grid


def _training(card: "TrainingCard") -> str:
    text = (
        f"seed {card.seed}, {card.epochs} epochs, batches of {card.batch_size}, "
        f"Adam from {card.learning_rate:g} by cosine decay"
    )
    if card.distillation is not None:
        told = card.distillation
        text += (
            f"; distilled from model {told.teacher} at temperature {told.temperature:g}, labels "
            f"weighted {told.alpha:g} ({told.float_without_teacher:.4f} without the teacher)"
        )
    if card.transfer is not None:
        kept = card.transfer
        text += (
            f"; before that {kept.source_epochs} epochs on classes "
            f"{', '.join(map(str, kept.source_classes))}, after which all layers but "
            f"{', '.join(kept.trained_layers)} are frozen"
        )
    return text


def _fine_tuning(model: "ZooModel") -> str:
    card = model.card.fine_tuning
    found = sorted(path.stem for path in model.fine_tuned("*").parent.glob("*.npz"))
    return (
        f"{', '.join(found) or 'none'}: {card.epochs} epochs of at most {card.samples} samples, "
        f"Adam from {card.learning_rate:g}"
    )
