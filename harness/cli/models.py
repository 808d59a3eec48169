"""The command `models`: list the models, or show one's card."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from harness.models import Card, ZooModel


def models(
    name: Annotated[
        str | None, typer.Argument(help="A model whose card to show, with data and licence.")
    ] = None,
) -> None:
    """List the trained models that ship with the harness, or show one's card.

    Models of your own: any .tflite, .keras or .h5 file, as 'harness bench --model FILE'; or
    folders like ours in a folder that HARNESS_MODELS names.

    Example: harness models digits
    """
    from harness.cli.tables import make_console
    from harness.models import find_model, load_models

    console = make_console()
    if name is None:
        console.print(_overview(load_models().values()))
    else:
        console.print(_card(name, find_model(name).card))


def _overview(listed: "Iterable[ZooModel]") -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("model", no_wrap=True)
    table.add_column("task", no_wrap=True)
    table.add_column("float", justify="right", no_wrap=True)
    table.add_column("what it is")
    for model in listed:
        accuracy = f"{model.card.accuracy.float_:.4f}"
        table.add_row(model.name, model.task, accuracy, model.card.summary)
    return table


def _card(name: str, card: "Card") -> "Table":
    from rich.table import Table

    training = card.training
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="bold", no_wrap=True)
    grid.add_column()
    for label, text in (
        ("model", f"{name}: {card.title}"),
        ("network", card.summary),
        ("task", card.task),
        ("data", card.data.source),
        ("split", card.data.split),
        (
            "training",
            f"seed {training.seed}, {training.epochs} epochs, batches of {training.batch_size}, "
            f"Adam from {training.learning_rate:g} by cosine decay",
        ),
        ("accuracy", f"{card.accuracy.float_:.4f} (float32)"),
        ("meaning", card.accuracy.meaning),
        ("limits", card.accuracy.limits),
        ("data licence", card.data.licence),
        ("weights licence", card.licence.weights),
    ):
        grid.add_row(label, text)
    return grid
