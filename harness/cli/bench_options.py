"""The options of `harness bench`, each with its help."""

from pathlib import Path
from typing import Annotated

import typer

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
    ),
]
Schemes = Annotated[
    list[str] | None,
    typer.Option("--scheme", "-s", help="Quantization scheme. Repeatable.", metavar="NAME"),
]
Boards = Annotated[
    list[str] | None,
    typer.Option(
        "--board", "-b", help="Board, by name or TOML file. Repeatable.", metavar="NAME|FILE"
    ),
]
KernelSets = Annotated[
    list[str] | None, typer.Option(help="Kernel set. Repeatable.", metavar="NAME")
]
Optimizations = Annotated[
    list[str] | None, typer.Option(help="Os, O1, O2 or O3. Repeatable.", metavar="LEVEL")
]
Data = Annotated[
    Path | None,
    typer.Option(help="Your samples: .npz with x, and y for accuracy.", metavar="FILE.npz"),
]
Samples = Annotated[
    int | None,
    typer.Option(min=1, help="Test samples for accuracy, stratified by class.", metavar="N"),
]
AllSamples = Annotated[bool, typer.Option("--all", help="Use every test sample for accuracy.")]
Out = Annotated[Path, typer.Option(help="Folder of the results.", metavar="DIR")]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Steps at a time, and compilers a step; one a processor if left out.",
        metavar="N",
    ),
]
Scheduler = Annotated[
    str | None, typer.Option(help="Address of a Dask scheduler to run on.", metavar="ADDRESS")
]
Store = Annotated[
    str | None,
    typer.Option(
        help="Artifact store: a folder or an fsspec URL.", envvar="HARNESS_STORE", metavar="URL"
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
