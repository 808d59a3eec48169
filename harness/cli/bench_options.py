"""The options of `harness bench`, each with its help."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli import completion
from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.bench.clients import Placement

Spec = Annotated[
    Path | None, typer.Argument(help="Sweep to run; bench.toml if left out.", metavar="SPEC.toml")
]
Models = Annotated[
    list[str] | None,
    typer.Option(
        "--model",
        "-m",
        help="Model of models/, or a .tflite, .keras or .h5 file. Repeatable.",
        metavar="NAME|FILE",
        autocompletion=completion.complete_model,
    ),
]
Schemes = Annotated[
    list[str] | None,
    typer.Option(
        "--scheme",
        "-s",
        help="Quantization scheme. Repeatable.",
        metavar="NAME",
        autocompletion=completion.complete_scheme,
    ),
]
Boards = Annotated[
    list[str] | None,
    typer.Option(
        "--board",
        "-b",
        help="Board, by name or TOML file. Repeatable.",
        metavar="NAME|FILE",
        autocompletion=completion.complete_board,
    ),
]
KernelSets = Annotated[
    list[str] | None,
    typer.Option(
        help="Kernel set. Repeatable.",
        metavar="NAME",
        autocompletion=completion.complete_kernels,
    ),
]
Optimizations = Annotated[
    list[str] | None,
    typer.Option(
        help="Os, O1, O2 or O3. Repeatable.",
        metavar="LEVEL",
        autocompletion=completion.complete_optimization,
    ),
]
SimulatorName = Annotated[
    str | None,
    typer.Option(
        "--simulator",
        help="What runs the firmware; by default qemu.",
        metavar="NAME",
        autocompletion=completion.complete_simulator,
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(help="Your samples: .npz with x, and y for accuracy.", metavar="FILE.npz"),
]
Samples = Annotated[
    str | None,
    typer.Option(
        help="Test samples for accuracy, stratified by class, or 'all' of them.", metavar="N|all"
    ),
]
Everything = Annotated[
    bool,
    typer.Option("--all", help="Sweep every model, scheme and board, not only the spec's."),
]
WithFeatures = Annotated[
    bool,
    typer.Option(
        "--with-features",
        help="Compute features on the device (keyword, anomaly): the whole pipeline is measured.",
    ),
]
Out = Annotated[Path, typer.Option(help="Folder of the results.", metavar="DIR")]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Steps at a time, and compilers a step; by default one a processor, as far as "
        "memory holds.",
        metavar="N",
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        help="Run on a Dask scheduler, such as tcp://host:8786; its workers need this version of "
        "the harness and the same --store.",
        metavar="ADDRESS",
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        min=0,
        help="Run on N processes of this machine; 0 for threads of one. --jobs then says how many "
        "steps each does at a time, by default one.",
        metavar="N",
    ),
]
Store = Annotated[
    str | None,
    typer.Option(
        help="Where results of steps are kept: a folder, or an fsspec URL such as "
        "s3://bucket/prefix.",
        envvar="HARNESS_STORE",
        metavar="URL",
    ),
]
TflmDir = Annotated[
    Path | None,
    typer.Option(
        help="Your own TensorFlow Lite Micro tree (experimental).",
        envvar="HARNESS_TFLM_DIR",
        metavar="DIR",
    ),
]
Fresh = Annotated[
    bool, typer.Option("--fresh/--resume", help="Do every step anew, or reuse what is stored.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]


def parse_samples(word: str | None) -> int | Literal["all"] | None:
    """Return how many test samples `--samples` asks for; None leaves it to the spec.

    Raises:
        HarnessError: It is neither a number from 1 nor "all".
    """
    if word is None:
        return None
    if word == "all":
        return "all"
    if not (word.isascii() and word.isdigit()) or int(word) == 0:
        raise HarnessError(f"--samples {word}: give a number from 1, or all")
    return int(word)


def parse_placement(scheduler: str | None, workers: int) -> "Placement":
    """Return who carries out the steps.

    Raises:
        HarnessError: Both are given.
    """
    from harness.bench.clients import Placement

    if scheduler is not None and workers:
        raise HarnessError("--workers: not with --scheduler, whose workers are its own; give one")
    return Placement(scheduler, workers)


def parse_store(url: str | None) -> str | None:
    """Return the URL of `--store`; a folder by its absolute name, which other processes share."""
    return url if not url or "://" in url else str(Path(url).expanduser().absolute())
