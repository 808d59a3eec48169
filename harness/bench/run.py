"""Run a sweep on a Dask scheduler, here or elsewhere, and make rows of what it gives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dask.delayed import Delayed

from harness.bench.assemble import Evidence, Provenance, make_row
from harness.bench.cells import Cell
from harness.bench.cluster import Placement, compute
from harness.bench.context import Context
from harness.bench.graph import build_graph
from harness.bench.progress import Progress
from harness.results.row import Row


@dataclass(frozen=True)
class Finished:
    """One cell with its row and everything that its steps found."""

    cell: Cell
    row: Row
    evidence: Evidence


def run_sweep(
    ctx: Context,
    cells: Sequence[Cell],
    *,
    provenance: Provenance,
    placement: Placement,
    progress: Progress,
    take: Callable[[int, Finished], None],
) -> None:
    """Measure every cell and give each to `take(index, finished)` when it is ready.

    Each index is taken once, from this thread, in the order of arrival; nothing of what was given
    away is kept. Where `take` raises LostObject, the cell is measured anew and given again. A step
    that breaks in a way that nobody foresaw gives a row with status `failed` and its traceback; the
    other cells go on.

    Raises:
        HarnessError: The scheduler cannot be reached.
    """

    def taken(index: int, evidence: Evidence) -> None:
        cell = cells[index]
        row = make_row(cell, evidence, provenance)
        take(index, Finished(cell, row, evidence))
        progress.cell_done(cell.label, row.status)

    compute(ctx, build_graph(ctx, cells, provenance.runtimes), placement, progress, taken)


def run_graph(
    ctx: Context,
    cells: Sequence[Cell],
    graph: Sequence[Delayed],
    *,
    provenance: Provenance,
    placement: Placement,
    progress: Progress,
) -> tuple[Evidence, ...]:
    """Compute the node of each cell, as `run_sweep`, and return what they give in this order.

    `graph` is what a function of `harness.bench.graph` makes of `cells`.

    Raises:
        HarnessError: The scheduler cannot be reached.
    """
    found: list[Evidence | None] = [None] * len(graph)

    def take(index: int, evidence: Evidence) -> None:
        found[index] = evidence
        row = make_row(cells[index], evidence, provenance)
        progress.cell_done(cells[index].label, row.status)

    compute(ctx, graph, placement, progress, take)
    return tuple(evidence for evidence in found if evidence is not None)
