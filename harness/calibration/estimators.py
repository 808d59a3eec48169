"""What the timing model says of a measured run, on the board with any coefficients."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from harness.bench.choice import Choice
from harness.bench.context import Context
from harness.bench.profiling import estimate_cell, profile_cell
from harness.boards import Board, load_board
from harness.calibration.calibrate import Estimator
from harness.calibration.measurements import CellRun, ElfRun, Measured
from harness.profile.own_program import Program, estimate_program, record

_KERNELS = "simd"
_OPTIMIZE = "O2"


def estimators(
    ctx: Context,
    board: str,
    region: str,
    *,
    tflm_dir: Path | None = None,
    semihosting: bool = False,
    quiet: bool = False,
    announce: Callable[[str], None] = lambda _name: None,
) -> Callable[[Measured], Estimator]:
    """Return what makes the estimator of a measured run on `board` (a name or a file).

    `region` is what was measured of a model's run; `semihosting` is for programs that need it. A
    call emulates the run, or takes what the store has of it; `announce` is told its name before.

    Raises:
        HarnessError: From a call: the run does not exist, or the emulated machine could not run it.
    """

    def estimator_of(row: Measured) -> Estimator:
        announce(row.name)
        if isinstance(row.run, ElfRun):
            run = row.run
            program = Program(run.elf, run.begin, run.end, run.visit, semihosting=semihosting)
            return _elf_estimator(load_board(board), program, ctx.workspace.folder)
        return _cell_estimator(ctx, _choice(board, row.run, tflm_dir), region, quiet=quiet)

    return estimator_of


def _choice(board: str, run: CellRun, tflm_dir: Path | None) -> Choice:
    return Choice(
        models=(run.model,),
        schemes=(run.scheme,),
        boards=(board,),
        kernels=(run.kernels or _KERNELS,),
        optimize=(run.optimize or _OPTIMIZE,),
        tflm_dir=tflm_dir,
    )


def _cell_estimator(ctx: Context, choice: Choice, region: str, *, quiet: bool) -> Estimator:
    profiled = profile_cell(ctx, choice, quiet=quiet)

    def estimate(changed: Board) -> float:
        cell = replace(profiled.cell, board=changed)
        found = estimate_cell(ctx, replace(profiled, cell=cell), regions=(region,))
        return found.cycles(region).typical

    return estimate


def _elf_estimator(board: Board, program: Program, cache: Path) -> Estimator:
    recorded = record(program, board, cache)

    def estimate(changed: Board) -> float:
        return estimate_program(recorded, changed).cycles(recorded.region).typical

    return estimate
