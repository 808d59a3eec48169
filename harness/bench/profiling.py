"""Measure one cell as a sweep does, and estimate its time on the board as it is or might be."""

from collections.abc import Sequence
from dataclasses import dataclass

from harness.bench.artifacts import Measurement
from harness.bench.assemble import Evidence
from harness.bench.cells import Cell
from harness.bench.choice import Choice
from harness.bench.cluster import HERE
from harness.bench.context import Context
from harness.bench.evidence_nodes import measured_job
from harness.bench.plan import make_plan
from harness.bench.progress import show_progress
from harness.bench.run import Finished, run_sweep
from harness.bench.runtimes import Runtime
from harness.bench.step_build import fetch_tflm, library_request
from harness.bench.step_device import DeviceJob
from harness.bench.step_timing import read_events, record_events
from harness.cycles.core_table import load_core_table
from harness.cycles.estimate import Estimate
from harness.cycles.estimation import estimate_trace
from harness.cycles.memory_layout import memory_layout
from harness.cycles.what_if import WhatIf, changed_board
from harness.errors import HarnessError, Stop
from harness.firmware.memory_map import symbol_addresses
from harness.model_file.model import ModelFile
from harness.results.row import Row


@dataclass(frozen=True)
class ProfiledCell:
    """One measured cell: its row, what its steps found, the image and the model that it holds."""

    cell: Cell
    row: Row
    evidence: Evidence
    runtime: Runtime
    elf: bytes
    model: ModelFile


def profile_cell(ctx: Context, choice: Choice, *, quiet: bool = False) -> ProfiledCell:
    """Measure the one cell that `choice` names, or take what the store has of it.

    Raises:
        HarnessError: The choice is not one cell, or the emulated machine could not run it.
    """
    plan = make_plan(ctx, None, choice)
    if len(plan.cells) != 1:
        raise HarnessError(
            f"profile: {len(plan.cells)} cells fit the request; name one model, scheme, board and "
            "kernel set"
        )
    finished: list[Finished] = []
    with show_progress(1, quiet=quiet) as progress:
        run_sweep(
            ctx,
            plan.cells,
            provenance=plan.provenance,
            placement=HERE,
            progress=progress,
            take=lambda _, one: finished.append(one),
        )
    (done,) = finished
    evidence = done.evidence
    if evidence.measurement is None or done.row.status.is_bad or evidence.image is None:
        raise HarnessError(
            f"{done.cell.label}: {done.row.status}: {done.row.reason}; there is nothing to profile"
        )
    if evidence.timing is not None and evidence.timing.unknown is not None:
        raise HarnessError(evidence.timing.unknown)
    if evidence.model is None:
        raise ValueError("a measured cell has no model")
    runtime = plan.provenance.runtimes[done.cell.kernels]
    elf = ctx.store.get(evidence.image.elf)
    return ProfiledCell(done.cell, done.row, evidence, runtime, elf, evidence.model)


_AS_IT_IS = WhatIf()


def estimate_cell(
    ctx: Context,
    profiled: ProfiledCell,
    what_if: WhatIf = _AS_IT_IS,
    *,
    regions: Sequence[str] | None = None,
) -> Estimate:
    """Return the estimate of a cell with every instruction's share.

    Clock, wait states and switched-off caches are answered from the recorded events. Weights in
    RAM are not: they change what the caches hold, so that the image runs once more.

    Raises:
        HarnessError: The board cannot be changed so, or the image does not run again.
    """
    cell = profiled.cell
    board = changed_board(cell.board, what_if)
    weights = _weights(profiled.elf) if what_if.weights_in_ram else None
    layout = memory_layout(board, cell.target.machine, weights=weights)
    job, measurement = job_of(ctx, profiled)
    events = record_events(ctx, job, measurement, layout.system)
    if isinstance(events, Stop):
        raise HarnessError(f"{cell.label}: {events.reason}")
    return estimate_trace(
        read_events(ctx, events),
        profiled.elf,
        load_core_table(board.core),
        layout,
        regions=regions,
        cached=not what_if.cache_off,
    )


def _weights(elf: bytes) -> tuple[int, int]:
    """Address and size of the model in the image."""
    symbols = symbol_addresses(elf)
    start, end = symbols["__model_start"][0], symbols["__model_end"][0]
    return start, end - start


def job_of(ctx: Context, profiled: ProfiledCell) -> tuple[DeviceJob, Measurement]:
    """Return what a profiled cell ran and counted, to run it again.

    Raises:
        HarnessError: The source tree of its runtime cannot be had.
    """
    cell = profiled.cell
    tree = fetch_tflm(ctx, profiled.runtime.tree)
    if isinstance(tree, Stop):
        raise HarnessError(tree.reason)
    request = library_request(cell.target, cell.optimize, tree)
    return measured_job(cell.label, request, cell.features, profiled.evidence)
