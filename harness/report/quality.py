"""How a detector errs, and what a classifier takes for what: ROC curve and confusion matrix."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from harness.report.palette import Palette
from harness.report.theme import Drawing

Record = dict[str, Any]

_CURVES = (("detection", "device"), ("detection_float", "float model"))
_SIDE = 300


def roc_records(details: Mapping[str, Any], palette: Palette) -> list[Record]:
    """Return the points of the ROC curves that a cell's details hold, float network and device."""
    colours = {"float model": palette.ink, "device": palette.series[1]}
    records: list[Record] = []
    for key, curve in _CURVES:
        detection = details.get(key)
        if not isinstance(detection, Mapping):
            continue
        shared = {"curve": curve, "colour": colours[curve]}
        for order, (far, detected, threshold) in enumerate(detection["roc"]):
            place = {"far": far, "detected": detected, "order": order}
            records.append(shared | {"kind": "curve", "threshold": threshold} | place)
        point = detection.get("operating_point")
        if point and point["negatives"] and point["positives"]:
            place = {
                "far": point["false_accepts"] / point["negatives"],
                "detected": 1 - point["false_rejects"] / point["positives"],
            }
            records.append(shared | {"kind": "point", "threshold": point["threshold"]} | place)
    return records


def roc_curves(data: alt.Data, palette: Palette) -> Drawing:
    """Return the curves over records of `roc_records`; a dot is the operating point."""
    whole = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X(
        "far:Q",
        scale=whole,
        axis=alt.Axis(title="false accept rate", format=".0%", tickCount=5),
    )
    y = alt.Y(
        "detected:Q",
        scale=whole,
        axis=alt.Axis(title="detected (1 - false reject rate)", format=".0%", tickCount=5),
    )
    tips = [
        alt.Tooltip("curve:N", title="outputs of"),
        alt.Tooltip("far:Q", title="false accepts", format=".2%"),
        alt.Tooltip("detected:Q", title="detected", format=".2%"),
        alt.Tooltip("threshold:Q", title="threshold", format=".4g"),
    ]
    base = alt.Chart(data).encode(color=alt.Color("colour:N", scale=None))
    curves = base.transform_filter("datum.kind == 'curve'")
    lines = curves.mark_line(strokeWidth=2).encode(
        x=x,
        y=y,
        order="order:Q",
        strokeDash=alt.StrokeDash(
            "curve:N",
            scale=alt.Scale(domain=["device", "float model"], range=[[1, 0], [3, 4]]),
            legend=None,
        ),
    )
    points = (
        base.transform_filter("datum.kind == 'point'")
        .mark_point(filled=True, size=80)
        .encode(x=x, y=y, tooltip=tips)
    )
    chance = (
        alt.Chart(data)
        .transform_aggregate(low="min(order)")
        .transform_calculate(a="0", b="1")
        .mark_rule(strokeDash=[3, 3], color=palette.grid)
        .encode(x=alt.X("a:Q", scale=whole), x2="b:Q", y=alt.Y("a:Q", scale=whole), y2="b:Q")
    )
    return alt.layer(chance, lines, points).properties(width=_SIDE, height=_SIDE)


def confusion_records(matrix: Sequence[Sequence[int]], classes: Sequence[str]) -> list[Record]:
    """Return a record for each pair of true and predicted class.

    `share` is of the true class; `classes` may be empty, then numbers stand for them.
    """
    names = [str(name) for name in classes] or [str(place) for place in range(len(matrix))]
    return [
        {
            "true": names[true],
            "predicted": names[predicted],
            "count": count,
            "share": count / (sum(line) or 1),
            "row": true,
            "column": predicted,
        }
        for true, line in enumerate(matrix)
        for predicted, count in enumerate(line)
    ]


def confusion_matrix(data: alt.Data, palette: Palette) -> Drawing:
    """Return the matrix over records of `confusion_records`: true classes down."""
    x = alt.X(
        "predicted:N",
        sort={"field": "column", "op": "min"},
        axis=alt.Axis(title="predicted class", orient="top", labelLimit=90),
    )
    y = alt.Y(
        "true:N",
        sort={"field": "row", "op": "min"},
        axis=alt.Axis(title="true class", labelLimit=90),
    )
    base = alt.Chart(data).encode(x=x, y=y)
    boxes = base.mark_rect(color=palette.heat, stroke=palette.grid).encode(
        opacity=alt.Opacity("share:Q", scale=alt.Scale(range=[0.02, 0.75]), legend=None),
        tooltip=[
            alt.Tooltip("true:N", title="true class"),
            alt.Tooltip("predicted:N", title="predicted class"),
            alt.Tooltip("count:Q", title="samples"),
            alt.Tooltip("share:Q", title="of the true class", format=".1%"),
        ],
    )
    counts = base.mark_text(color=palette.ink).encode(text="count:Q")
    return alt.layer(boxes, counts).properties(width=alt.Step(34), height=alt.Step(26))
