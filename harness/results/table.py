"""The results on a terminal: quality, flash, RAM and instructions of every cell at a glance."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from harness.results.row import Row, Status

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_STYLES = {
    Status.OK: "green",
    Status.UNSUPPORTED: "bright_black",
    Status.DOES_NOT_FIT: "yellow",
    Status.MISMATCH: "bold red",
    Status.FAILED: "bold red",
    Status.TIMEOUT: "bold red",
}
_UNKNOWN = "-"
_KIB = 1024


def results_table(rows: Iterable[Row]) -> "Table":
    """Return `rows` as a table for a terminal of 100 columns, readable without colour.

    Rows are grouped by model and board, the groups in the order in which they first appear. The
    line that heads a group gives the float model's quality and the board's limits. Kernels and
    optimization are in the first column where they differ between rows, else in the caption. The
    last column is the latency, or the instructions where no row has one.
    """
    from rich import box
    from rich.table import Table

    listed = list(rows)
    axes = [axis for axis in ("kernels", "optimize") if len({getattr(r, axis) for r in listed}) > 1]
    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        caption=_caption(listed, axes),
        caption_justify="left",
    )
    table.add_column("model, board, scheme", overflow="fold")
    table.add_column("status", no_wrap=True)
    table.add_column("device", justify="right", no_wrap=True)
    table.add_column("lost, 95 %", no_wrap=True)
    timed = any(row.latency_ms is not None for row in listed)
    for header in ("flash KiB", "RAM KiB", "ms, within" if timed else "instr."):
        table.add_column(header, justify="right", no_wrap=True)
    for group in _grouped(listed):
        table.add_row(*_heading(group))
        for index, row in enumerate(group):
            scheme = ", ".join([row.scheme, *(getattr(row, axis) for axis in axes)])
            cost = latency_text(row) if timed else count_text(_instructions(row))
            table.add_row(f"  {scheme}", *_figures(row), cost, end_section=index == len(group) - 1)
    return table


def reasons_text(rows: Iterable[Row]) -> str:
    """Return a line for each reason that the table has no room for, with a cell that it holds for.

    What does not fit needs no line: the table says by how much.
    """
    cells: dict[tuple[Status, str], list[Row]] = {}
    for row in rows:
        if row.reason is not None and row.status is not Status.DOES_NOT_FIT:
            cells.setdefault((row.status, row.reason), []).append(row)
    lines = []
    for (status, reason), alike in cells.items():
        first = alike[0]
        more = f" and {len(alike) - 1} more" if len(alike) > 1 else ""
        lines.append(f"{status}: {first.model} {first.scheme} {first.board}{more}: {reason}")
    return "\n".join(lines)


def count_text(count: int | None) -> str:
    """Return `count` to three digits with a unit: 1234567 is "1.23 M"; None is "-"."""
    if count is None:
        return _UNKNOWN
    rounded = float(f"{count:.3g}")
    for unit, scale in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if rounded >= scale:
            value = rounded / scale
            decimals = max(0, 3 - len(str(int(value))))
            return f"{value:.{decimals}f} {unit}"
    return str(count)


def usage_text(used: int | None, limit: int | None) -> str:
    """Return the KiB used and their share of the limit, or the excess: "98.0  9 %", "98.0 +34.0".

    An excess below 0.1 KiB is given in bytes, so that it never reads as nothing.
    """
    if used is None:
        return _UNKNOWN
    share = ""
    if limit and used > limit:
        over = used - limit
        share = f"+{over / _KIB:.1f}" if 10 * over >= _KIB else f"+{over} B"
    elif limit:
        # Rounded down: 100 % is said only of a memory that is full to the last byte.
        share = f"{100 * used // limit} %"
    return f"{used / _KIB:.1f} {share:>6}"


def drop_text(row: Row) -> str:
    """Return the points lost against float and their interval: "0.3 -1.1..12", "-" if unknown."""
    points, low, high = row.quality_drop_points, row.quality_drop_low, row.quality_drop_high
    if points is None or low is None or high is None:
        return _UNKNOWN
    return f"{_points(points):>4} {_points(low)}..{_points(high)}"


def latency_text(row: Row) -> str:
    """Return the estimated milliseconds and how far off they may be: "52.1 ±21 %", "-" if unknown.

    That is the further end of the band, rounded up. Where the device also computes the features it
    is the pipeline's time, whose band is not known.
    """
    latency, cycles = row.latency_ms, row.cycles
    if row.pipeline_latency_ms is not None:
        return _ms(row.pipeline_latency_ms)
    if latency is None or not cycles or row.cycles_low is None or row.cycles_high is None:
        return _UNKNOWN if latency is None else _ms(latency)
    off = max(cycles - row.cycles_low, row.cycles_high - cycles)
    return f"{_ms(latency)} ±{-(-100 * off // cycles)} %"


def _ms(value: float) -> str:
    """Return milliseconds to three digits, never fewer than stand before the point."""
    before = len(str(int(value))) if value >= 1 else 0
    return f"{value:.{max(0, 3 - before)}f}"


def _points(value: float) -> str:
    places = 1 if abs(value) < 9.95 else 0  # noqa: PLR2004 -- what one decimal shows as 10.0
    return f"{round(value, places) + 0.0:.{places}f}"  # + 0.0: nothing is lost as -0.0


def _grouped(rows: Sequence[Row]) -> list[list[Row]]:
    models = list(dict.fromkeys(row.model for row in rows))
    boards = list(dict.fromkeys(row.board for row in rows))
    ordered = sorted(rows, key=lambda row: (models.index(row.model), boards.index(row.board)))
    return [list(group) for _, group in groupby(ordered, key=lambda row: (row.model, row.board))]


def _heading(rows: Sequence[Row]) -> list["Text"]:
    from rich.text import Text

    row = rows[0]
    floats = ["", "", ""]
    measured = next((row for row in rows if row.quality_float is not None), None)
    if measured is not None:
        floats = ["float model", _ratio(measured.quality_float), measured.metric or ""]
    limits = [
        "" if limit is None else f"of {limit / _KIB:.0f}"
        for limit in (row.flash_limit_bytes, row.ram_limit_bytes)
    ]
    texts = [f"{row.model} on {row.board}", *floats, *limits, ""]
    return [Text(text, "bold" if index == 0 else "dim") for index, text in enumerate(texts)]


def _figures(row: Row) -> list["Text"]:
    from rich.text import Text

    return [
        Text(row.status, _STYLES[row.status]),
        Text(_device_quality(row)),
        Text(drop_text(row)),
        _usage(row.flash_bytes, row.flash_limit_bytes),
        _usage(row.ram_bytes, row.ram_limit_bytes),
    ]


def _instructions(row: Row) -> int | None:
    whole = row.pipeline_instructions
    return row.instructions if whole is None else whole


def _usage(used: int | None, limit: int | None) -> "Text":
    from rich.text import Text

    over = used is not None and limit is not None and used > limit
    return Text(usage_text(used, limit), "bold yellow" if over else "")


def _device_quality(row: Row) -> str:
    if row.quality_device is None and row.quality_host is not None and not row.status.is_bad:
        return f"({row.quality_host:.4f})"
    return _ratio(row.quality_device)


def _ratio(value: float | None) -> str:
    return _UNKNOWN if value is None else f"{value:.4f}"


def _caption(rows: Sequence[Row], axes: Sequence[str]) -> str:
    if not rows:
        return "no rows"
    metrics = sorted({row.metric for row in rows if row.metric}) or ["quality not measured"]
    shared = [
        f"{axis} {getattr(rows[0], axis)}" for axis in ("kernels", "optimize") if axis not in axes
    ]
    notes = ["device: " + ", ".join(metrics), *shared]
    if any(row.quality_drop_points is not None for row in rows):
        notes.append("lost: in points (hundredths) against the float model, and its 95 % interval")
    if any(row.quality_device is None and row.quality_host is not None for row in rows):
        notes.append("(in brackets: on the host)")
    if any(row.pipeline_instructions is not None for row in rows):
        notes.append(_features_note(rows))
    if any(row.latency_ms is not None for row in rows):
        notes.append("ms: an estimate, and how far off it may be")
    if any(row.status is Status.DOES_NOT_FIT for row in rows):
        notes.append("+ is KiB beyond the limit")
    return "; ".join(notes)


def _features_note(rows: Sequence[Row]) -> str:
    what = "ms" if any(row.latency_ms is not None for row in rows) else "instr."
    counted = [row for row in rows if row.instructions is not None]
    if all(row.pipeline_instructions is not None for row in counted):
        return f"{what}: features and Invoke"
    models = dict.fromkeys(row.model for row in rows if row.pipeline_instructions is not None)
    return f"{what}: features and Invoke of {', '.join(models)}, else Invoke"
