"""The option `--dataset TASK=FOLDER`, of every command that reads data."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from harness.errors import HarnessError

Datasets = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset",
        help="Folder of a published data set, in place of the data that comes with a task, such "
        "as image=cifar-10-batches-py. Repeatable.",
        metavar="TASK=FOLDER",
    ),
]


def parse_datasets(words: Sequence[str] | None) -> Mapping[str, Path]:
    """Return the folders by the names of their tasks.

    Raises:
        HarnessError: A word is no TASK=FOLDER, or two are of one task.
    """
    folders: dict[str, Path] = {}
    for word in words or ():
        task, equals, folder = word.partition("=")
        if not equals or not task.strip() or not folder.strip():
            raise HarnessError(
                f"--dataset {word}: write TASK=FOLDER, such as image=cifar-10-batches-py"
            )
        if task.strip() in folders:
            raise HarnessError(f"--dataset {task.strip()}: is given twice; remove one")
        folders[task.strip()] = Path(folder.strip()).expanduser()
    return folders
