"""The command `calibrate`: fit a board's flash stalls to cycles measured on silicon."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from harness.cli import bench_options as options

if TYPE_CHECKING:
    from rich.table import Table

    from harness.calibration.fit import Fit

Region = Literal["boot", "allocate", "invoke_first", "invoke_warm"]


def calibrate(  # noqa: PLR0913, PLR0917 - one parameter an option
    board: Annotated[
        str, typer.Argument(help="The board: its name, or its TOML file.", metavar="BOARD")
    ],
    measurements: Annotated[
        Path, typer.Argument(help="CSV file of measured cycles.", metavar="CSV")
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Board file to write; calibrated/BOARD.toml if left out.", metavar="FILE"
        ),
    ] = None,
    region: Annotated[
        Region, typer.Option(help="What was measured of a model's run.")
    ] = "invoke_warm",
    source: Annotated[
        str | None,
        typer.Option(help="Where the cycles were measured, if the file has no column 'source'."),
    ] = None,
    semihosting: Annotated[
        bool,
        typer.Option(
            "--semihosting",
            help="Let the programs use this machine's files and commands: only if you trust them.",
        ),
    ] = False,
    jobs: options.Jobs = None,
    store: options.Store = None,
    tflm_dir: options.TflmDir = None,
    quiet: options.Quiet = False,
) -> None:
    """Fit how long a board's flash stalls instructions and data, and write its file with that.

    The CSV has a column 'cycles', and what took them: 'elf' (a firmware with the markers that
    'harness profile --elf' explains; 'begin', 'end' and 'visit' if they are others), or 'model'
    and 'scheme' (and 'kernels', 'optimize'). 'name' and 'source' are free. At least three rows of
    networks of different kinds.

    Example: harness calibrate nucleo-l4r5zi measured.csv
    """
    from harness.bench.context import Context, default_cache
    from harness.bench.jobs import default_jobs
    from harness.boards import board_path, load_board
    from harness.calibration.board_file import check_out, write_board
    from harness.calibration.calibrate import calibrate as run_calibration
    from harness.calibration.estimators import estimators
    from harness.calibration.measurements import read_measurements
    from harness.cli.tables import make_console
    from harness.cycles.core_table import load_core_table

    loaded = load_board(board)
    target = out or Path("calibrated") / f"{loaded.name}.toml"
    check_out(target, loaded)
    given = read_measurements(measurements)
    ctx = Context(
        store_url=store or str(default_cache() / "store"), jobs=jobs or default_jobs(), fresh=False
    )
    found = run_calibration(
        loaded,
        given,
        estimators(
            ctx,
            board,
            region,
            tflm_dir=tflm_dir,
            semihosting=semihosting,
            quiet=quiet,
            announce=lambda name: None if quiet else typer.echo(f"running {name}", err=True),
        ),
        timing=load_core_table(loaded.core).version,
        source=source,
    )
    replaced = target.exists()
    write_board(board_path(board), found.calibration, target)
    console = make_console()
    console.print(_table(found.fit))
    for line in (*_summary(found.fit), f"{'replaced' if replaced else 'wrote'} {target}"):
        console.print(line, highlight=False, markup=False, soft_wrap=True)


def _table(fit: "Fit") -> "Table":
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("run", overflow="fold")
    for header in ("measured cycles", "uncalibrated", "fitted", "left out"):
        table.add_column(header, justify="right", no_wrap=True)
    for row in fit.rows:
        errors = (row.uncalibrated, row.fitted, row.left_out)
        measured = f"{row.observation.measured:,.0f}"
        texts = ("-" if error is None else f"{error:+.1%}" for error in errors)
        table.add_row(row.observation.name, measured, *texts)
    return table


def _summary(fit: "Fit") -> list[str]:
    found = fit.coefficients
    unseen = fit.leave_one_out_worst
    worst = (
        "unknown for a run that the fit had not seen: without one of these the rest is collinear"
        if unseen is None
        else f"{unseen:.1%} for a run that the fit had not seen"
    )
    lines = [
        f"an instruction read that misses stalls {found.fetch_read_cycles:.2f} cycles, "
        f"a data read {found.data_read_cycles:.2f}",
        f"worst error {fit.worst_error:.1%} fitted, {worst}",
    ]
    if min(found.fetch_read_cycles, found.data_read_cycles) == 0:
        lines.append(
            "a coefficient is 0, where it would be negative: the core's model, not the flash, is "
            "off for these runs"
        )
    return lines
