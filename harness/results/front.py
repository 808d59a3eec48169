"""What cannot be had cheaper without being worse: the Pareto front of a model's cells."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from harness.results.row import Row, Status


@dataclass(frozen=True)
class Cost:
    """What a cell costs, less is better: its figure in a row, and the ends of its band.

    `unit` stands behind a figure; it is empty for a count.
    """

    key: str
    title: str
    unit: str
    value: Callable[[Row], float | None]
    band: Callable[[Row], tuple[float, float] | None]


def latency_ms(row: Row) -> float | None:
    """Return the estimated milliseconds, with those of the features where the device has them."""
    return row.latency_ms if row.pipeline_latency_ms is None else row.pipeline_latency_ms


def _instructions(row: Row) -> float | None:
    whole = row.pipeline_instructions
    return row.instructions if whole is None else whole


def latency_band(row: Row) -> tuple[float, float] | None:
    """Return the ends of the latency's band; None where a part of it has none."""
    if row.pipeline_latency_ms is not None or row.latency_ms is None or not row.cycles:
        return None
    if row.cycles_low is None or row.cycles_high is None:
        return None
    scale = row.latency_ms / row.cycles
    return row.cycles_low * scale, row.cycles_high * scale


def _energy_band(row: Row) -> tuple[float, float] | None:
    if row.energy_low_uj is None or row.energy_high_uj is None:
        return None
    return row.energy_low_uj, row.energy_high_uj


def _none(row: Row) -> None:  # noqa: ARG001 -- the form of a band
    return None


def _kib(size: int | None) -> float | None:
    return None if size is None else size / 1024


COSTS: Mapping[str, Cost] = {
    cost.key: cost
    for cost in (
        Cost("latency", "latency", "ms", latency_ms, latency_band),
        Cost("flash", "flash", "KiB", lambda row: _kib(row.flash_bytes), _none),
        Cost("ram", "RAM", "KiB", lambda row: _kib(row.ram_bytes), _none),
        Cost("energy", "energy", "µJ", lambda row: row.energy_uj, _energy_band),
        Cost("instructions", "instructions", "", _instructions, _none),
    )
}
"""What can be drawn against quality, by its key."""

DEFAULT_COSTS = ("latency", "flash")


def undominated(points: Sequence[Sequence[float]]) -> frozenset[int]:
    """Return the positions of the points that no other point dominates.

    A point is dominated by one that is nowhere larger and somewhere smaller, so that equal points
    stand or fall together. The number of coordinates is the same for all.
    """
    return frozenset(
        place
        for place, point in enumerate(points)
        if not any(_dominates(other, point) for other in points)
    )


def _dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


def coordinates(row: Row, costs: Sequence[str]) -> tuple[float, ...] | None:
    """Return what the front compares of `row`, less is better: lost quality, then its costs.

    None where the cell does not run on its board, or one of the figures is unknown.
    """
    found = [COSTS[key].value(row) for key in costs]
    known = [value for value in found if value is not None]
    if row.status is not Status.OK or row.quality_device is None or len(known) < len(found):
        return None
    return (-row.quality_device, *known)


def front_rows(rows: Sequence[Row], costs: Sequence[str] = DEFAULT_COSTS) -> tuple[Row, ...]:
    """Return those of `rows` that no other beats in quality and in all `costs`."""
    placed = [(row, point) for row in rows if (point := coordinates(row, costs)) is not None]
    kept = undominated([point for _, point in placed])
    return tuple(row for place, (row, _) in enumerate(placed) if place in kept)
