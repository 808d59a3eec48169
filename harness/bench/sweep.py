"""The whole of `harness bench`, in its order: plan, run, write."""

from pathlib import Path

from harness.bench import tools
from harness.bench.choice import Choice
from harness.bench.cluster import HERE, Placement
from harness.bench.context import Context
from harness.bench.fitness import placed
from harness.bench.plan import make_plan, make_unrun_plan, simulator_of
from harness.bench.progress import show_progress
from harness.bench.report import Results, Written
from harness.bench.run import Finished, run_sweep
from harness.bench.scripts import write_scripts, write_unrun_scripts
from harness.errors import HarnessError
from harness.files import check_folder
from harness.results.row import Row
from harness.simulators.simulator import Simulator


def sweep(
    ctx: Context,
    spec: Path | None,
    choice: Choice,
    out: Path,
    *,
    placement: Placement = HERE,
    quiet: bool = False,
) -> tuple[list[Row], Written]:
    """Measure every cell of a spec changed by `choice`, write the results, return rows and places.

    Where the simulator is missing that shall run the firmware, but can be given scripts, these are
    written before the error is raised.

    Raises:
        HarnessError: The request cannot be understood or carried out. Cells that fail are rows.
    """
    ctx = placed(ctx, placement)
    simulator = simulator_of(spec, choice)
    missing = _missing(simulator)
    if missing and simulator.scripts is not None:
        buildable = make_unrun_plan(ctx, spec, choice)
        check_folder(out)
        with show_progress(len(buildable.cells), quiet=quiet) as progress:
            unrun = write_unrun_scripts(
                ctx,
                buildable,
                simulator,
                out / simulator.name,
                placement=placement,
                progress=progress,
            )
        raise HarnessError(unrun.message(missing))
    plan = make_plan(ctx, spec, choice)
    check_folder(out)
    results = Results(len(plan.cells), ctx.store)

    def take(index: int, finished: Finished) -> None:
        write_scripts(ctx, finished.cell, finished.evidence, simulator, out / simulator.name)
        results.take(index, finished)

    with show_progress(len(plan.cells), quiet=quiet) as progress:
        run_sweep(
            ctx,
            plan.cells,
            provenance=plan.provenance,
            placement=placement,
            progress=progress,
            take=take,
        )
    return results.rows, results.write(plan.spec, plan.tool_versions, out, plan.name)


def _missing(simulator: Simulator) -> str:
    """Return what a simulator lacks to run firmware, empty where it lacks nothing."""
    try:
        tools.emulator(simulator.name)
    except HarnessError as error:
        return str(error)
    return ""
