"""The whole of `harness bench`, in its order: plan, run, write."""

from pathlib import Path

from harness.bench.choice import Choice
from harness.bench.context import Context
from harness.bench.plan import make_plan
from harness.bench.progress import show_progress
from harness.bench.report import Written, write_results
from harness.bench.run import run_sweep
from harness.files import check_folder
from harness.results.row import Row


def sweep(
    ctx: Context,
    spec: Path | None,
    choice: Choice,
    out: Path,
    *,
    scheduler: str | None = None,
    quiet: bool = False,
) -> tuple[list[Row], Written]:
    """Measure every cell of a spec changed by `choice`, write the results, return rows and places.

    Raises:
        HarnessError: The request cannot be understood or carried out. Cells that fail are rows.
    """
    plan = make_plan(ctx, spec, choice)
    check_folder(out)
    with show_progress(len(plan.cells), quiet=quiet) as progress:
        finished = run_sweep(
            ctx,
            plan.cells,
            provenance=plan.provenance,
            scheduler=scheduler,
            progress=progress,
        )
    written = write_results(finished, plan.spec, plan.tool_versions, out, plan.name)
    return [one.row for one in finished], written
