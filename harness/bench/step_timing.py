"""The timing steps: a run through the board's memories and caches, and the cycles that it took."""

import json

from harness.bench.artifacts import (
    CycleBand,
    Events,
    Image,
    Measurement,
    OperatorTime,
    Timing,
)
from harness.bench.context import Context
from harness.bench.step_build import guest_of
from harness.bench.step_device import INPUT, WARM, DeviceJob
from harness.bench.tools import code, firmware_sources, simulator_identity
from harness.boards import Board
from harness.cycles.band import Band
from harness.cycles.core_table import load_core_table
from harness.cycles.estimate import Estimate
from harness.cycles.estimation import estimate_trace
from harness.cycles.memory_layout import memory_layout
from harness.errors import HarnessError, Stop
from harness.simulators.machines import Machine
from harness.simulators.memory_system import MemorySystem
from harness.simulators.registry import find_simulator
from harness.simulators.session import measure
from harness.simulators.trace import Trace, from_dict, to_dict


def record_events(
    ctx: Context, job: DeviceJob, measurement: Measurement, system: MemorySystem
) -> Events | Stop:
    """Return the events of a run of test sample 0 through the memories of a board.

    Boards whose memories and caches are alike share them: clock and wait states come later. The
    instructions must be those that `measurement` counted.
    """

    def compute() -> Events | Stop:
        sample = job.given.samples(ctx.store)[0]
        with ctx.workspace.scratch() as folder:
            guest = guest_of(ctx, ctx.store.get(job.image.elf), job.request, folder)
            run = measure(guest, sample, memory_system=system)
        if isinstance(run, Stop):
            return run
        if dict(run.trace.regions) != dict(measurement.regions):
            return Stop("failed", "a second run of the image executed other instructions")
        return Events(trace=ctx.store.put(json.dumps(to_dict(run.trace)).encode()))

    inputs = {
        "given": [job.given.records, job.given.features],
        "code": code("simulators"),
        "elf": job.image.elf,
        "firmware": firmware_sources(),
        "instructions": dict(measurement.regions),
        "machine": job.request.target.machine.name,
        "memory": system.identity(),
        "simulator": dict(simulator_identity(job.request.target.simulator)),
    }
    return ctx.step("events", f"{job.label}: counting fetches", inputs, Events, compute)


def read_events(ctx: Context, events: Events) -> Trace:
    """Return the recorded trace.

    Raises:
        TraceError: The stored trace is damaged.
    """
    return from_dict(json.loads(ctx.store.get(events.trace)))


def time_run(
    ctx: Context, label: str, events: Events, image: Image, board: Board, machine: Machine
) -> Timing | Stop:
    """Return the cycles of a recorded run on a board."""

    def compute() -> Timing:
        estimate = estimate_trace(
            read_events(ctx, events),
            ctx.store.get(image.elf),
            load_core_table(board.core),
            memory_layout(board, machine),
            regions=(WARM, INPUT),
        )
        return _timing(estimate)

    inputs = {
        "board": board.model_dump(mode="json"),
        "code": code("cycles", "simulators"),
        "elf": image.elf,
        "events": events.trace,
        "machine": machine.name,
    }
    return ctx.step("timing", f"{label} {board.name}: estimating cycles", inputs, Timing, compute)


def timing_of(
    ctx: Context, job: DeviceJob, measurement: Measurement, board: Board
) -> tuple[Timing, Events | None] | Stop:
    """Return the timing of a measured image on a board, or what is lacking for it.

    That is a simulator that counts fetches and accesses, and figures in the board's file.
    """
    target = job.request.target
    if not find_simulator(target.simulator).counts_events:
        lacking = f"simulator {target.simulator} counts no fetches and accesses"
        return Timing(unknown=f"{lacking}, which cycles are made of; choose another"), None
    machine = target.machine
    try:
        load_core_table(board.core)
        layout = memory_layout(board, machine)
    except HarnessError as error:
        return Timing(unknown=str(error)), None
    events = record_events(ctx, job, measurement, layout.system)
    if isinstance(events, Stop):
        return events
    timing = time_run(ctx, job.label, events, job.image, board, machine)
    return timing if isinstance(timing, Stop) else (timing, events)


def _timing(estimate: Estimate) -> Timing:
    return Timing(
        model=estimate.timing,
        regions={name: _cycles(estimate.cycles(name)) for name in (WARM, INPUT)},
        operators=tuple(
            OperatorTime(
                index=part.index,
                cycles=_cycles(part.cycles),
                causes={cause: _cycles(band) for cause, band in part.causes.items()},
            )
            for part in estimate.region(WARM)
        ),
        notes=estimate.notes,
        undecoded=estimate.undecoded,
    )


def _cycles(band: Band) -> CycleBand:
    return CycleBand(low=band.low, typical=band.typical, high=band.high)
