"""Quality against a cost, a panel for each task: what is on the front stands out."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from harness.report.limits import Limits
from harness.report.palette import Palette
from harness.report.theme import Drawing
from harness.results.front import COSTS, front_rows, latency_ms
from harness.results.row import Row, Status
from harness.results.table import drop_text, latency_text

Record = dict[str, Any]

_LEAST_SPAN = 4.0
"""Points of quality that a panel shows at least, so that noise does not look like a gap."""

_MOST = 100.0
_PERCENT = 100

_NEAR, _NEAR_UP = 0.3, 0.07
"""Shares of a panel's width and height below which labels would overlap."""

_HEAD_ROOM = 0.12
"""Share of a panel's height that is kept above its points, for their labels."""

_LABEL_ABOVE, _LABEL_STEP = 9, 11
"""Pixels from a point to its label, and from one label to the next."""


def drawable(row: Row) -> bool:
    """Return whether the row has what the plot needs: a quality and a size."""
    return row.quality_device is not None and row.flash_bytes is not None


def point_record(row: Row, variant: bool, colour: str, label: str) -> Record:
    """Return what a point shows whatever the axes are; `variant` marks a task's further models.

    `quality` is in percent.
    """
    quality = _PERCENT * (row.quality_device or 0.0)
    marker = "variant" if variant else "model"
    return {
        "kind": "point",
        "colour": colour,
        "label": label,
        "marker": marker if row.status is Status.OK else "does not fit",
        "quality": round(quality, 2),
        "cell": ", ".join(row.cell[:4]),
        "tip_quality": f"{quality:.2f} % {row.metric or ''}".strip(),
        "tip_lost": f"{drop_text(row)} points",
        "tip_latency": f"{latency_text(row)} ms" if latency_ms(row) is not None else "unknown",
        "tip_flash": _kib(row.flash_bytes),
        "tip_ram": _kib(row.ram_bytes),
        "tip_energy": "unknown" if row.energy_uj is None else f"{row.energy_uj:.4g} µJ",
    }


def placed_records(
    rows: Sequence[Row], points: Mapping[tuple[str, ...], Record], across: str, size: str
) -> list[Record]:
    """Return the records of a panel: those of `points` with their places on the axes chosen.

    Adds x, low, high (the band), size, front, dy (where its label goes), and the least and most
    quality that the panel shows.
    The front is that of quality and both costs. Rows without a figure on an axis are left out.
    """
    cost, by_size = COSTS[across], COSTS[size]
    kept = {row.cell for row in front_rows(rows, (across, size))}
    shown = [
        row
        for row in rows
        if row.cell in points and cost.value(row) is not None and by_size.value(row) is not None
    ]
    least, most = _span([points[row.cell]["quality"] for row in shown])
    records = []
    for row in shown:
        x = cost.value(row)
        low, high = cost.band(row) or (x, x)
        records.append(
            points[row.cell]
            | {"x": x, "low": low, "high": high, "size": by_size.value(row)}
            | {"front": row.cell in kept, "least": least, "most": most}
        )
    _place_labels(records)
    return records


def limit_records(
    rows: Sequence[Row], limits: Mapping[tuple[str, ...], Limits], across: str
) -> list[Record]:
    """Return a record for each budget of the rows on the x axis or on the quality."""
    bounds = [limits[row.cell] for row in rows]
    found = {bound.costs[across] for bound in bounds if across in bound.costs}
    floors = {bound.quality for bound in bounds if bound.quality is not None}
    return [{"kind": "limit", "x": value} for value in sorted(found)] + [
        {"kind": "floor", "quality": _PERCENT * value} for value in sorted(floors)
    ]


def pareto_panel(data: alt.Data, palette: Palette, x_title: str) -> Drawing:
    """Return one panel over records of `placed_records` and `limit_records`."""
    log = alt.Scale(type="log", nice=False, padding=24)
    percent = alt.Scale(zero=False, nice=False, padding=6)
    x = alt.X(
        "x:Q",
        scale=log,
        axis=alt.Axis(title=x_title or None, format=",~f", tickCount=5, grid=True),
    )
    y = alt.Y(
        "quality:Q",
        scale=percent,
        axis=alt.Axis(title=None, tickCount=5, format=",~f"),
    )
    colour = alt.Color("colour:N", scale=None)
    faint = alt.condition("datum.front", alt.value(1), alt.value(0.22))
    points = alt.Chart(data).transform_filter("datum.kind == 'point'")
    span = points.mark_rule(opacity=0).encode(x=x, y=alt.Y("least:Q", scale=percent), y2="most:Q")
    bands = points.mark_rule(strokeWidth=1.4).encode(
        x=alt.X("low:Q", scale=log), x2="high:Q", y=y, color=colour, opacity=faint
    )
    marks = points.mark_point(filled=True, strokeWidth=1).encode(
        x=x,
        y=y,
        color=colour,
        opacity=faint,
        size=alt.Size("size:Q", scale=alt.Scale(range=[30, 420], zero=True), legend=None),
        shape=alt.Shape(
            "marker:N",
            scale=alt.Scale(
                domain=["model", "variant", "does not fit"], range=["circle", "diamond", "cross"]
            ),
            legend=None,
        ),
        tooltip=[alt.Tooltip(field, type="nominal", title=title) for field, title in _TIPS],
    )
    labels = (
        points.transform_filter("datum.front")
        .mark_text(align="left", dx=10, dy={"expr": "datum.dy"}, fontSize=10, color=palette.ink)
        .encode(x=x, y=y, text="label:N")
    )
    limited = alt.Chart(data).mark_rule(color=palette.accent, strokeDash=[4, 3], strokeWidth=1.2)
    budget = limited.transform_filter("datum.kind == 'limit'").encode(x=x)
    floor = limited.transform_filter("datum.kind == 'floor'").encode(y=y)
    return alt.layer(span, budget, floor, bands, marks, labels)


_TIPS = (
    ("cell", "cell"),
    ("tip_quality", "quality"),
    ("tip_lost", "lost"),
    ("tip_latency", "latency"),
    ("tip_flash", "flash"),
    ("tip_ram", "RAM"),
    ("tip_energy", "energy"),
)


def _place_labels(records: list[Record]) -> None:
    """Give each record the pixels by which its label stands below its point: dy.

    Labels of the front whose points are near each other stand above one another.
    """
    ends = [record["x"] for record in records if record["x"] > 0]
    width = math.log(max(ends) / min(ends)) if ends and max(ends) > min(ends) else 1.0
    taken: list[Record] = []
    for record in sorted(records, key=lambda record: (not record["front"], record["x"])):
        height = record["most"] - record["least"]
        levels = {
            other["level"]
            for other in taken
            if record["x"] < other["x"] * math.exp(_NEAR * width)
            and abs(record["quality"] - other["quality"]) < _NEAR_UP * height
        }
        level = next(level for level in range(len(levels) + 1) if level not in levels)
        record["level"] = level
        record["dy"] = -_LABEL_ABOVE - _LABEL_STEP * level
        taken.append(record)


def _span(qualities: Sequence[float]) -> tuple[float, float]:
    if not qualities:
        return 0.0, _MOST
    low, high = min(qualities), max(qualities)
    room = max(high - low, _LEAST_SPAN)
    middle = min((low + high) / 2, _MOST - room / 2)
    return min(low, middle - room / 2), max(high, middle + room / 2) + _HEAD_ROOM * room


def _kib(size: int | None) -> str:
    return "unknown" if size is None else f"{size / 1024:.1f} KiB"
