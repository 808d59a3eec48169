"""The columns that follow from an estimate: cycles, milliseconds and microjoules."""

from math import ceil, floor
from typing import Any

from harness.bench.artifacts import CycleBand, Timing
from harness.bench.cells import Cell
from harness.bench.step_device import INPUT, WARM
from harness.cycles.band import Band
from harness.cycles.energy import Energy, energy

_MS = 1000
_FRACTION_DIGITS = 3
"""What sums of floats are rounded to before they are rounded outwards."""


def time_columns(cell: Cell, timing: Timing) -> dict[str, Any]:
    """Return the row's columns of time and energy; none where the cycles are unknown."""
    if timing.unknown is not None:
        return {}
    cycles = _band(timing.regions[WARM])
    columns: dict[str, Any] = {
        "timing": timing.model,
        "cycles": round(cycles.typical),
        "cycles_low": floor(round(cycles.low, _FRACTION_DIGITS)),
        "cycles_high": ceil(round(cycles.high, _FRACTION_DIGITS)),
        "latency_ms": _latency(cell, cycles).typical,
    }
    if cell.features == "device":
        columns["pipeline_latency_ms"] = pipeline_latency(cell, timing).typical
    found = energy(cell.board, cycles)
    if isinstance(found, Energy):
        columns["energy_uj"] = found.microjoules.typical
        columns["energy_low_uj"] = found.microjoules.low
        columns["energy_high_uj"] = found.microjoules.high
    return columns


def pipeline_latency(cell: Cell, timing: Timing) -> Band:
    """Return the milliseconds of one inference, with the features that the device computes."""
    cycles = _band(timing.regions[WARM])
    if cell.features == "device":
        cycles += _band(timing.regions[INPUT])
    return _latency(cell, cycles)


def _latency(cell: Cell, cycles: Band) -> Band:
    return cycles.times(_MS / cell.board.clock_hz)


def _band(cycles: CycleBand) -> Band:
    return Band(cycles.low, cycles.typical, cycles.high)
