"""The command `train`: reproduce a model's checkpoint from its seed."""

from pathlib import Path
from typing import Annotated

import typer


def train(
    name: Annotated[str, typer.Argument(help="The model to train; 'harness models' lists them.")],
    out: Annotated[
        Path | None,
        typer.Option(
            help="The folder for checkpoint.npz (default results/models/NAME). "
            "Give the model's own folder to replace what it has."
        ),
    ] = None,
) -> None:
    """Train a model again as its card says, and hold its accuracy against the card's.

    The same seed gives the same file on the same kind of processor, on another about the same
    accuracy. Exits with status 1, and writes nothing, if the accuracy is not reproduced.

    Example: harness train digits
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from harness.cli.tables import make_console
    from harness.files import write_atomically
    from harness.models import find_model
    from harness.schemes.training import train_model

    model = find_model(name)
    console = make_console()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("epochs"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bar:
        shown = bar.add_task(f"training {name}", total=model.card.training.epochs)
        trained = train_model(model, lambda epochs: bar.update(shown, completed=epochs))
    card = model.card.accuracy
    console.print(
        f"{name}: accuracy {trained.quality:.4f} over {trained.samples} test samples; "
        f"the card says {card.float_:.4f}, to within {card.reproduces_within:g}",
        highlight=False,
        soft_wrap=True,
    )
    if abs(trained.quality - card.float_) > card.reproduces_within:
        console.print(f"{name}: not reproduced; nothing written", style="bold red")
        raise typer.Exit(1)
    path = (out or Path("results/models") / name) / "checkpoint.npz"
    shipped = model.checkpoint.read_bytes() if model.checkpoint.is_file() else b""
    write_atomically(path, trained.checkpoint)
    same = "the same bytes as" if trained.checkpoint == shipped else "other bytes than"
    verdict = f", {same} the shipped checkpoint" if shipped else ""
    console.print(f"{path}: {len(trained.checkpoint):,} bytes{verdict}", soft_wrap=True)
