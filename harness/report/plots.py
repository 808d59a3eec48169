"""Every plot by itself, for notebooks and files."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import altair as alt

from harness.errors import HarnessError
from harness.files import write_atomically
from harness.gate.budgets import BudgetTable
from harness.report import operators, pareto, quality
from harness.report.key import colour_key
from harness.report.limits import limits_of
from harness.report.memory import flash_parts, ram_parts
from harness.report.memory_chart import ASPECT, memory_map, tile_records
from harness.report.palette import LIGHT
from harness.report.theme import Plot, inline, themed
from harness.results.front import COSTS
from harness.results.results import Results, check_cost
from harness.results.row import Row
from harness.results.units import bytes_text

Format = Literal["svg", "png"]

_WIDTH = 640
_SIZE_OF_A_MAP = (_WIDTH, round(_WIDTH / ASPECT))
_PANEL = (300, 210)
_COLUMNS = 3
_PNG_SCALE = 2.0


def pareto_plot(
    results: Results,
    across: str = "latency",
    size: str = "flash",
    budgets: Sequence[BudgetTable] = (),
) -> Plot:
    """Return quality in percent against a cost, a panel for each group of comparable models.

    Labelled points are on the front of quality and both costs, others are pale; a bar is the
    estimate's band, the area the cost `size`, a dashed line a budget.

    Raises:
        HarnessError: No row has what it takes, or there is no such cost.
    """
    check_cost(across)
    check_cost(size)
    schemes = list(dict.fromkeys(row.scheme for row in results.rows if pareto.drawable(row)))
    colours = LIGHT.scheme_colours(schemes)
    cost = COSTS[across]
    x_title = f"{cost.title}, {cost.unit}" if cost.unit else cost.title
    panels = []
    for title, rows in results.comparable().items():
        drawn = [row for row in rows if pareto.drawable(row)]
        limits = {row.cell: limits_of(row, budgets) for row in drawn}
        points = {
            row.cell: pareto.point_record(
                row, row.model != title, colours[row.scheme], point_label(row, drawn)
            )
            for row in drawn
        }
        records = pareto.placed_records(drawn, points, across, size)
        if not records:
            continue
        records += pareto.limit_records(drawn, limits, across)
        panel = pareto.pareto_panel(inline(records), LIGHT, x_title)
        heading = f"{title}: {drawn[0].metric or 'quality'}, %"
        panels.append(panel.properties(title=heading, width=_PANEL[0], height=_PANEL[1]))
    if not panels:
        raise HarnessError(f"{results.name}: no row has a quality and a {cost.title} to be drawn")
    grid = alt.concat(*panels, columns=min(_COLUMNS, len(panels))).resolve_scale(
        x="independent", y="independent", size="independent"
    )
    return themed([colour_key(colours, LIGHT), grid], LIGHT)


def point_label(row: Row, among: Sequence[Row]) -> str:
    """Return the scheme, and of kernels, optimization and board what differs `among` the rows."""
    axes = [
        axis
        for axis in ("kernels", "optimize", "features", "board")
        if len({getattr(other, axis) for other in among}) > 1
    ]
    return ", ".join([row.scheme, *(getattr(row, axis) for axis in axes)])


def memory_plot(results: Results, row: Row) -> Plot:
    """Return the maps of flash and RAM of `row`.

    Raises:
        HarnessError: The row has no sizes.
    """
    if row.flash_bytes is None:
        raise HarnessError(f"{results.name}: {_named(row)} was not built, so that it has no sizes")
    image = results.image(row)
    maps = []
    for title, used, limit, parts in (
        ("flash", row.flash_bytes, row.flash_limit_bytes, flash_parts(row, image)),
        ("RAM", row.ram_bytes, row.ram_limit_bytes, ram_parts(row, image)),
    ):
        of = "" if limit is None else f" of {bytes_text(limit)}"
        heading = f"{_named(row)}: {title} {bytes_text(used or 0)}{of}"
        drawn = memory_map(inline(tile_records(parts, LIGHT)), LIGHT, _SIZE_OF_A_MAP)
        maps.append(
            drawn.properties(title=heading, width=_SIZE_OF_A_MAP[0], height=_SIZE_OF_A_MAP[1])
        )
    return themed(maps, LIGHT)


def operators_plot(results: Results, row: Row) -> Plot:
    """Return the operators of `row` with their cycles by cause, or with their instructions.

    Raises:
        HarnessError: The manifest has no profile of the row.
    """
    listed = operators.operator_records(results.details(row))
    if not listed:
        raise _missing(results, row, "no operators")
    timed = any("causes" in operator for operator in listed)
    data = inline(operators.bar_records(listed, LIGHT))
    bars = operators.operator_bars(data, LIGHT, "cycles (estimate)" if timed else "instructions")
    drawn = bars.properties(title=_named(row), width=_WIDTH)
    if not timed:
        return themed([drawn], LIGHT)
    return themed([colour_key(operators.cause_colours(LIGHT), LIGHT), drawn], LIGHT)


def roc_plot(results: Results, row: Row) -> Plot:
    """Return the ROC curves of `row`.

    Raises:
        HarnessError: The manifest has none: the model is no detector, or was not judged.
    """
    records = quality.roc_records(results.details(row), LIGHT)
    if not records:
        raise _missing(results, row, "no ROC curve")
    drawn = quality.roc_curves(inline(records), LIGHT)
    return themed([drawn.properties(title=f"{_named(row)} (dashed: the float model)")], LIGHT)


def confusion_plot(results: Results, row: Row) -> Plot:
    """Return the confusion matrix of the device's outputs.

    Raises:
        HarnessError: The manifest has none: the model is no classifier, or did not run.
    """
    details = results.details(row)
    matrix = details.get("confusion")
    if not matrix:
        raise _missing(results, row, "no confusion matrix")
    records = quality.confusion_records(matrix, details.get("classes", []))
    drawn = quality.confusion_matrix(inline(records), LIGHT)
    return themed([drawn.properties(title=_named(row))], LIGHT)


def plot_bytes(chart: Plot, form: Format) -> bytes:
    """Return the plot as a picture, without a network."""
    import vl_convert

    spec = chart.to_dict()
    if form == "svg":
        return str(vl_convert.vegalite_to_svg(spec)).encode()
    return bytes(vl_convert.vegalite_to_png(spec, scale=_PNG_SCALE))


def write_plots(
    results: Results,
    folder: Path,
    form: Format,
    budgets: Sequence[BudgetTable],
    progress: Callable[[str], None],
) -> tuple[Path, ...]:
    """Write every plot that the results have as a file into `folder`, and return the files.

    `progress` is called with the name of each file before it is drawn.

    Raises:
        HarnessError: The folder cannot be written.
    """
    written = []

    def save(name: str, chart: Plot) -> None:
        path = folder / f"{name}.{form}"
        progress(path.name)
        write_atomically(path, plot_bytes(chart, form))
        written.append(path)

    for across in COSTS:
        if any(pareto.drawable(r) and COSTS[across].value(r) is not None for r in results.rows):
            size = "ram" if across == "flash" else "flash"
            save(f"pareto-{across}", pareto_plot(results, across, size, budgets))
    for place, row in enumerate(results.rows):
        for kind, draw in _OF_A_CELL.items():
            try:
                chart = draw(results, row)
            except HarnessError:
                continue
            save(f"{place:03}-{_slug(row)}-{kind}", chart)
    return tuple(written)


_OF_A_CELL = {
    "memory": memory_plot,
    "operators": operators_plot,
    "roc": roc_plot,
    "confusion": confusion_plot,
}


def _slug(row: Row) -> str:
    """Return the first axes of the row, of letters that every file system takes."""
    text = "-".join(row.cell[:4])
    return "".join(c if c.isascii() and (c.isalnum() or c in "-.") else "_" for c in text)[:100]


def _named(row: Row) -> str:
    return " ".join(row.cell[:4])


def _missing(results: Results, row: Row, what: str) -> HarnessError:
    if results.manifest is None:
        return HarnessError(
            f"{results.name}: {what}: the manifest is not beside it; "
            "copy the .json file of the same run there"
        )
    return HarnessError(f"{results.name}: {what} of {_named(row)} ({row.status})")
