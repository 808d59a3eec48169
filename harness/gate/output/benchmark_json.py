"""The figures of a table as JSON that benchmark trackers read: bencher and github-action-benchmark.

A figure that is unknown is left out; it is never 0. Rows that were not measured have none.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.results.figures import FIGURES, Unit
from harness.results.row import Row


@dataclass(frozen=True)
class Metric:
    """One figure of a row with the ends of its band, where it is an estimate with one."""

    column: str
    value: float
    low: float | None = None
    high: float | None = None


_TRACKED = (
    "flash_bytes",
    "ram_bytes",
    "instructions",
    "pipeline_instructions",
    "cycles",
    "latency_ms",
    "energy_uj",
)
_UNITS = {
    Unit.BYTES: "B",
    Unit.MILLISECONDS: "ms",
    Unit.MICROJOULES: "uJ",
}


def bencher_text(rows: Sequence[Row]) -> str:
    """Return `rows` in Bencher Metric Format: benchmark -> measure -> value and its band.

    A benchmark is a row, a measure a column with dashes (`flash-bytes`). `quality` is the quality
    on the device, of which more is better.
    Source: https://bencher.dev/docs/reference/bencher-metric-format
    """
    benchmarks: dict[str, dict[str, dict[str, float]]] = {}
    for row in rows:
        measures = {metric.column.replace("_", "-"): _bencher(metric) for metric in _metrics(row)}
        if row.quality_device is not None:
            measures["quality"] = {"value": row.quality_device}
        if measures:
            benchmarks[_name(row)] = measures
    return _json(benchmarks)


def github_benchmark_text(rows: Sequence[Row]) -> str:
    """Return `rows` as github-action-benchmark's `customSmallerIsBetter` reads them.

    Since all must be better when smaller, the quality is given as `error`: what it lacks to 1.
    Source: https://github.com/benchmark-action/github-action-benchmark
    """
    entries: list[dict[str, str | float]] = []
    for row in rows:
        name = _name(row)
        for metric in _metrics(row):
            entries.append(_entry(name, metric))
        if row.quality_device is not None:
            error = round(1 - row.quality_device, 4)
            extra = f"1 - {row.metric or 'quality'}, {row.samples or '?'} samples"
            entries.append(
                {"name": f"{name} error", "unit": "share", "value": error, "extra": extra}
            )
    return _json(entries)


def _metrics(row: Row) -> Iterator[Metric]:
    for column in _TRACKED:
        value = getattr(row, column)
        if value is not None:
            yield Metric(column, value, *_band(row, column, value))


def _band(row: Row, column: str, value: float) -> tuple[float | None, float | None]:
    if column == "cycles":
        return row.cycles_low, row.cycles_high
    if column == "energy_uj":
        return row.energy_low_uj, row.energy_high_uj
    if column == "latency_ms" and row.cycles and None not in {row.cycles_low, row.cycles_high}:
        # The clock is the board's: milliseconds are cycles in another unit.
        ends = (value * end / row.cycles for end in (row.cycles_low or 0, row.cycles_high or 0))
        low, high = (round(end, 4) for end in ends)
        return low, high
    return None, None


def _bencher(metric: Metric) -> dict[str, float]:
    ends = {"lower_value": metric.low, "upper_value": metric.high}
    return {"value": metric.value} | {key: end for key, end in ends.items() if end is not None}


def _entry(name: str, metric: Metric) -> dict[str, str | float]:
    unit = _UNITS.get(FIGURES[metric.column].unit, metric.column.rpartition("_")[2])
    entry: dict[str, str | float] = {
        "name": f"{name} {metric.column}",
        "unit": unit,
        "value": metric.value,
    }
    if metric.low is not None and metric.high is not None:
        entry["range"] = f"{metric.low}..{metric.high}"
        entry["extra"] = "an estimate, and its band"
    return entry


def _name(row: Row) -> str:
    """Every axis, so that a benchmark keeps its name whatever else is in the table."""
    return "/".join(row.cell)


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
