"""How all plots look: fonts, axes and grid, in the colours of a palette."""

from collections.abc import Sequence
from typing import Any

import altair as alt

from harness.report.palette import Palette

Drawing = alt.LayerChart | alt.FacetChart
"""A plot, or a part of one."""

Plot = alt.VConcatChart
"""A plot as a notebook shows it, and as it is written to files: drawings below one another."""

_FONT = "system-ui, -apple-system, 'Segoe UI', sans-serif"
_SIZE = 12


def inline(records: Sequence[dict[str, Any]]) -> alt.Data:
    """Return `records` as data that a plot carries along."""
    return alt.Data(values=records)  # type: ignore[no-untyped-call]


def plot_config(palette: Palette, background: str) -> dict[str, Any]:
    """Return Vega-Lite's `config` for the plots."""
    return {
        "background": background,
        "font": _FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": palette.muted,
            "titleColor": palette.muted,
            "gridColor": palette.grid,
            "domainColor": palette.grid,
            "tickColor": palette.grid,
            "labelFontSize": _SIZE - 1,
            "titleFontSize": _SIZE - 1,
            "titleFontWeight": "normal",
        },
        "title": {"color": palette.ink, "fontSize": _SIZE + 1, "anchor": "start"},
        "legend": {
            "labelColor": palette.ink,
            "titleColor": palette.muted,
            "labelFontSize": _SIZE,
            "orient": "top",
            "title": None,
        },
        "text": {"color": palette.ink, "fontSize": _SIZE - 1},
    }


def themed(drawings: Sequence[Drawing | alt.ConcatChart], palette: Palette) -> Plot:
    """Return `drawings`, the first above, as one plot on the palette's surface."""
    plot = alt.vconcat(*drawings)
    plot.config = alt.Config.from_dict(plot_config(palette, palette.surface))
    return plot
