"""The options of `harness profile`, each with its help."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli import completion

Model = Annotated[
    str | None,
    typer.Argument(
        help="Model of models/, or a file; of --elf, the .tflite file that it holds, for names.",
        metavar="MODEL",
        autocompletion=completion.complete_model,
    ),
]
Scheme = Annotated[
    str | None,
    typer.Argument(
        help="Quantization scheme; as-is for a .tflite file.",
        metavar="SCHEME",
        autocompletion=completion.complete_scheme,
    ),
]
BoardName = Annotated[
    str | None,
    typer.Argument(
        help="Board, by name or TOML file.",
        metavar="BOARD",
        autocompletion=completion.complete_board,
    ),
]
Kernels = Annotated[
    str | None,
    typer.Option(
        help="Kernel set; by default simd.",
        metavar="NAME",
        autocompletion=completion.complete_kernels,
    ),
]
Optimize = Annotated[
    str | None, typer.Option(help="Os, O1, O2 or O3; by default the sweep's.", metavar="LEVEL")
]
Region = Annotated[
    str,
    typer.Option(
        help="invoke_warm, invoke_first, allocate, boot or input.",
        metavar="REGION",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the files; by default results/profile-MODEL-SCHEME-BOARD.", metavar="DIR"
    ),
]
Top = Annotated[int, typer.Option(min=1, help="Functions and lines to list.", metavar="N")]
Functions = Annotated[bool, typer.Option("--functions/--no-functions", help="List functions.")]
Lines = Annotated[bool, typer.Option("--lines/--no-lines", help="List source lines.")]
Against = Annotated[
    list[str] | None,
    typer.Option(
        help="Compare with the cell that differs in this: model, scheme, board, kernels or "
        "optimize. Repeatable.",
        metavar="AXIS=VALUE",
    ),
]
Clock = Annotated[
    str | None, typer.Option(help="What if the clock were this, such as 80MHz?", metavar="HZ")
]
WaitStates = Annotated[
    int | None, typer.Option(help="What if the code memory had so many?", metavar="N")
]
CacheState = Annotated[
    str | None, typer.Option("--cache", help="What if the caches were off?", metavar="off")
]
Weights = Annotated[
    str | None, typer.Option(help="What if the weights were in RAM?", metavar="ram")
]
BatteryMah = Annotated[
    float | None,
    typer.Option("--battery", help="How long does a battery of so many mAh last?", metavar="MAH"),
]
EveryMs = Annotated[
    float | None,
    typer.Option(
        "--every",
        help="With --battery: milliseconds between inferences; by default the task's stride.",
        metavar="MS",
    ),
]
IdleUa = Annotated[
    float | None,
    typer.Option(
        "--idle",
        help="With --battery: microamperes in between; by default the board's, where read.",
        metavar="UA",
    ),
]
Elf = Annotated[
    Path | None,
    typer.Option(
        help="Profile a program of your own, linked for the board's emulated machine.",
        metavar="FILE",
    ),
]
ElfBoard = Annotated[
    str | None, typer.Option("--board", "-b", help="Board of --elf.", metavar="NAME|FILE")
]
Begin = Annotated[
    str | None,
    typer.Option(
        help="Symbol where the measured region of --elf begins; by default harness_profile_begin.",
        metavar="SYMBOL",
    ),
]
End = Annotated[
    str | None,
    typer.Option(
        help="Symbol where it ends; by default harness_profile_end.",
        metavar="SYMBOL",
    ),
]
Visit = Annotated[
    int | None,
    typer.Option(min=1, help="Which visit of the region counts: 2 for warm caches.", metavar="N"),
]
Semihosting = Annotated[
    bool | None,
    typer.Option(
        "--semihosting",
        help="Let --elf use this machine's files and commands: only if you trust it.",
    ),
]
Budget = Annotated[
    int | None,
    typer.Option(min=1, help="Instructions after which --elf is given up.", metavar="N"),
]
