"""Where the cycles of one inference go: a bar an operator, its colours the causes."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from harness.cycles.cost import CAUSES
from harness.profile.tables import CAUSE_NAMES
from harness.report.palette import Palette
from harness.report.theme import Drawing
from harness.results.table import count_text

Record = dict[str, Any]

_TEXT_WIDTH = 190


def operator_records(details: Mapping[str, Any]) -> list[Record]:
    """Return, from a cell's details, a dict for each operator in the order in which they run.

    Its keys: index, name, instructions and, where the cycles were estimated, low, typical, high
    and `causes`, the typical cycles in the order of CAUSES.
    """
    timing = details.get("timing")
    timed = timing.get("operators", []) if isinstance(timing, Mapping) else []
    cycles = {entry["index"]: entry for entry in timed}
    records = []
    for operator in details.get("operators", []):
        record = dict(operator)
        entry = cycles.get(operator["index"])
        causes = {} if entry is None else entry.get("causes", {})
        if entry is not None and causes:
            record |= {end: round(entry["cycles"][end]) for end in ("low", "typical", "high")}
            record["causes"] = [
                round(causes[cause]["typical"]) if cause in causes else 0 for cause in CAUSES
            ]
        records.append(record)
    return records


def bar_records(operators: list[Record], palette: Palette) -> list[Record]:
    """Return a record for each operator and cause, and one for each band."""
    whole = sum(_cost(operator) for operator in operators)
    records: list[Record] = []
    for order, operator in enumerate(operators):
        cost = _cost(operator)
        shared = {
            "order": order,
            "operator": operator_label(operator),
            "instructions": count_text(operator["instructions"]),
            "share": f"{100 * cost / (whole or 1):.1f} %",
        }
        if "causes" not in operator:
            colour = palette.causes["issue"]
            records.append(
                shared
                | {"kind": "bar", "cause": "instructions", "value": cost, "colour": colour}
                | {"cycles": "unknown", "stack": 0}
            )
            continue
        band = f"{count_text(operator['low'])} to {count_text(operator['high'])}"
        for place, (cause, cycles) in enumerate(zip(CAUSES, operator["causes"], strict=True)):
            records.append(
                shared
                | {"kind": "bar", "cause": CAUSE_NAMES[cause], "value": cycles, "stack": place}
                | {"colour": palette.causes[cause], "cycles": f"{count_text(cost)} ({band})"}
            )
        ends = {"low": operator["low"], "high": operator["high"]}
        records.append(shared | {"kind": "band"} | ends)
    return records


def cause_colours(palette: Palette) -> dict[str, str]:
    """Return the colour of each cause, by its name in words."""
    return {CAUSE_NAMES[cause]: palette.causes[cause] for cause in CAUSES}


def _cost(operator: Record) -> int:
    """Return the typical cycles, or the instructions where no cycles are known."""
    return int(operator["typical"] if "typical" in operator else operator["instructions"])


def operator_label(operator: Record) -> str:
    """Return "3 CONV_2D"; what the interpreter itself spends has no number."""
    if operator["index"] < 0:
        return str(operator["name"])
    return f"{operator['index']} {operator['name']}"


def operator_bars(data: alt.Data, palette: Palette, title: str) -> Drawing:
    """Return the bars over records of `bar_records`; the thin line is the estimate's band."""
    y = alt.Y(
        "operator:N",
        sort={"field": "order", "op": "min"},
        axis=alt.Axis(title=None, labelLimit=_TEXT_WIDTH, labelColor=palette.ink),
    )
    base = alt.Chart(data)
    bars = (
        base.transform_filter("datum.kind == 'bar'")
        .mark_bar()
        .encode(
            y=y,
            x=alt.X(
                "value:Q",
                stack="zero",
                axis=alt.Axis(title=title or None, format="~s", tickCount=6),
            ),
            color=alt.Color("colour:N", scale=None),
            order=alt.Order("stack:Q"),
            tooltip=[
                alt.Tooltip(field, type="nominal", title=name)
                for field, name in (
                    ("operator", "operator"),
                    ("instructions", "instructions"),
                    ("cycles", "cycles"),
                    ("share", "share"),
                    ("cause", "cause"),
                )
            ]
            + [alt.Tooltip("value:Q", title="of this cause", format="~s")],
        )
    )
    bands = (
        base.transform_filter("datum.kind == 'band'")
        .mark_rule(color=palette.ink, strokeWidth=1)
        .encode(y=y, x="low:Q", x2="high:Q")
    )
    return alt.layer(bars, bands).properties(height=alt.Step(22))
