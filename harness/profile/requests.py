"""What `harness profile` is asked for: a cell or a program, beside another or as it might be."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.bench.choice import Choice
from harness.bench.context import Context
from harness.bench.plan import make_plan
from harness.bench.profiling import profile_cell
from harness.bench.progress import show_progress
from harness.boards import Board
from harness.cycles.what_if import WhatIf, changed_board, parse_clock
from harness.errors import HarnessError
from harness.files import read_bytes
from harness.model_file.model import ModelFile
from harness.model_file.reader import read_model
from harness.names import unknown_name
from harness.profile.battery import Battery
from harness.profile.cells import labels_of, neighbour, profile_of
from harness.profile.comparison import Comparison, compare
from harness.profile.own_program import Program, Recorded, estimate_program, record
from harness.profile.profile import REGION_TITLES, Profile, Subject, make_profile


@dataclass(frozen=True)
class Answer:
    """A profile, and what it is held against, if anything."""

    profile: Profile
    comparison: Comparison | None = None


def parse_what_if(
    clock: str | None, wait_states: int | None, cache: str | None, weights: str | None
) -> WhatIf:
    """Return what the options `--clock`, `--wait-states`, `--cache` and `--weights` ask for.

    Raises:
        HarnessError: One of them has a value that it cannot have.
    """
    if cache not in {None, "off"}:
        raise HarnessError(f"--cache {cache}: can only be off; leave it out for caches as they are")
    if weights not in {None, "ram"}:
        raise HarnessError(f"--weights {weights}: can only be ram; leave it out for flash")
    return WhatIf(
        clock_hz=None if clock is None else parse_clock(clock),
        wait_states=wait_states,
        cache_off=cache is not None,
        weights_in_ram=weights is not None,
    )


def check_mixture(
    is_program: bool,
    model: Mapping[str, object],
    cell: Mapping[str, object],
    board: Mapping[str, object],
    program_only: Mapping[str, object],
    cell_only: Mapping[str, object],
) -> None:
    """Check that the words on the command line belong together; None stands for a missing one.

    Raises:
        HarnessError: What a cell or a program needs is missing, or belongs to the other.
    """
    needed, foreign = {**model, **cell}, {**board, **program_only}
    if is_program:  # which may have a model, for the names of its operators
        needed, foreign = dict(board), {**cell, **cell_only}
    lacking = [name for name, value in needed.items() if value is None]
    if lacking:
        what = "--elf needs a board" if is_program else "name MODEL SCHEME BOARD, or --elf FILE"
        raise HarnessError(f"profile: {' and '.join(lacking)} missing; {what}")
    for name, value in foreign.items():
        if value is not None:
            mate = "with" if is_program else "without"
            raise HarnessError(f"{name}: has no meaning {mate} --elf; leave it out")


def ask_cell(
    ctx: Context,
    choice: Choice,
    region: str,
    what_if: WhatIf,
    against: Sequence[str],
    battery: Battery | None = None,
    *,
    quiet: bool = False,
) -> Answer:
    """Profile the cell that `choice` names.

    With `against` it is held against the cell that differs in these `AXIS=VALUE`, both with the
    changes of `what_if`; without, against itself as it is.

    Raises:
        HarnessError: A cell cannot be measured, or its board not be changed so.
    """
    if region not in REGION_TITLES:
        raise unknown_name("--region", region, REGION_TITLES)
    other = neighbour(choice, against) if against else None
    # What is wrong with the request is told before anything slow is started.
    for one in (choice, other):
        for cell in make_plan(ctx, None, one).cells if one is not None else ():
            changed_board(cell.board, what_if)
    profiled = profile_cell(ctx, choice, quiet=quiet)
    with _working(f"{profiled.cell.label}: finding lines", quiet=quiet):
        profile = profile_of(ctx, profiled, region, what_if, battery)
        if other is None and what_if.is_nothing:
            return Answer(profile)
        if other is None:
            return Answer(profile, compare(profile_of(ctx, profiled, region), profile))
    beside = profile_cell(ctx, other, quiet=quiet)
    with _working(f"{beside.cell.label}: finding lines", quiet=quiet):
        return Answer(profile, compare(profile, profile_of(ctx, beside, region, what_if)))


def ask_program(
    program: Program,
    board: Board,
    what_if: WhatIf,
    cache: Path,
    names: Path | None = None,
    *,
    quiet: bool = False,
) -> Answer:
    """Profile a program of the user's own on a board; `names` is the .tflite file that it holds.

    Raises:
        HarnessError: It cannot be run, or its region is not reached; or its operators are not
            those of the file.
    """
    model = None if names is None else read_model(read_bytes(names), str(names))
    with _working(f"{program.elf}: counting fetches on {board.name}", quiet=quiet):
        recorded = record(program, board, cache, what_if)
        profile = _program_profile(recorded, board, what_if, model)
    if what_if.is_nothing:
        return Answer(profile)
    with _working(f"{program.elf}: counting fetches on {board.name} as it is", quiet=quiet):
        own = recorded if not what_if.weights_in_ram else record(program, board, cache)
        return Answer(profile, compare(_program_profile(own, board, WhatIf(), model), profile))


def _program_profile(
    recorded: Recorded, board: Board, what_if: WhatIf, model: ModelFile | None
) -> Profile:
    changes = "" if what_if.is_nothing else what_if.describe()
    estimate = estimate_program(recorded, board, what_if)
    labels = () if model is None else labels_of(model, estimate, recorded.region)
    if model is not None and not labels:
        raise HarnessError(
            f"{model.name}: its {len(model.operators)} operators are not those that ran; leave it "
            "out, or give the file that the program holds"
        )
    return make_profile(
        Subject(board=board.name, elf=recorded.program.elf.name, changes=changes),
        recorded.region,
        what_if.clock_hz or board.clock_hz,
        estimate,
        labels,
        recorded.elf,
        what_if.notes(board),
    )


@contextmanager
def _working(label: str, *, quiet: bool) -> Iterator[None]:
    """Show what is being done while it takes its seconds."""
    with show_progress(1, quiet=quiet) as progress:
        progress.event({"started": label})
        yield
        progress.event({"finished": label})
