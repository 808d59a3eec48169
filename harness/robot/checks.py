"""Hold one figure of a cell against a limit, and say by how much it is missed."""

from robot.api import Failure, logger

from harness.errors import HarnessError
from harness.names import nearest_name
from harness.results.figures import FIGURES, difference, figure_text, known
from harness.results.row import Row
from harness.robot.cells import Firmware, MeasuredCell

_TITLES = {
    "far": "false accept rate",
    "frr": "false reject rate",
    "quality_drop_points": "quality drop",
    "instructions": "number of instructions",
    "pipeline_latency_ms": "latency of the pipeline",
}


def figure_of(cell: MeasuredCell, column: str) -> float:
    """Return a figure of a cell.

    Raises:
        HarnessError: There is no such column, or it holds no figure.
        Failure: The cell was not measured, or this figure is not known.
    """
    if column not in FIGURES:
        nearest = nearest_name(column, FIGURES)
        hint = f"did you mean {nearest!r}?" if nearest else "docs/columns.md lists them"
        raise HarnessError(f"no column with a figure is called {column!r}; {hint}")
    row = cell.row
    if row.status.is_bad:
        raise Failure(f"{cell.label}: nothing to check, since it is {row.status}: {row.reason}")
    value: float | None = known(getattr(row, column))
    if value is None:
        raise Failure(f"{cell.label}: {column} is not known: {_why_unknown(cell, column)}")
    return value


def check_at_most(cell: MeasuredCell, column: str, limit: float, said: str = "") -> None:
    """Fail if the figure is above `limit`; `said` is added to what is told of it.

    Raises:
        HarnessError: There is no such column.
        Failure: The figure is above the limit, or not known.
    """
    measured = figure_of(cell, column)
    text = _told(cell, column, measured, limit, said, "limit")
    if not measured <= limit:
        raise Failure(text)
    logger.info(text)


def check_at_least(cell: MeasuredCell, column: str, limit: float, said: str = "") -> None:
    """Fail if the figure is below `limit`; see `check_at_most`.

    Raises:
        HarnessError: There is no such column.
        Failure: The figure is below the limit, or not known.
    """
    measured = figure_of(cell, column)
    text = _told(cell, column, measured, limit, said, "minimum")
    if not measured >= limit:
        raise Failure(text)
    logger.info(text)


def _told(
    cell: MeasuredCell, column: str, measured: float, limit: float, said: str, name: str
) -> str:
    plain = int(limit) if isinstance(limit, int) else float(limit)  # not the argument's own type
    over = difference(measured, plain) or 0
    off = f"{figure_text(column, abs(over))} {'more' if over > 0 else 'less'} than"
    return (
        f"{cell.label}: {title_of(column)} is {figure_text(column, measured)}{said}, "
        f"{off if over else 'which is'} the {name} of {figure_text(column, plain)}"
    )


def title_of(column: str) -> str:
    """Return what messages call a column: `flash_kernels_bytes` is "flash (kernels)"."""
    if column in _TITLES:
        return _TITLES[column]
    for memory in ("flash", "ram"):
        if column.startswith(f"{memory}_"):
            name = "RAM" if memory == "ram" else memory
            part = column.removeprefix(f"{memory}_").removesuffix("bytes").strip("_")
            return f"{name} ({part})" if part else name
    for suffix in ("_ms", "_uj", "_device"):
        column = column.removesuffix(suffix)
    return column.replace("_", " ")


def _why_unknown(cell: MeasuredCell, column: str) -> str:
    if isinstance(cell, Firmware):
        return "the firmware was built, not run; give what Run On Board returns"
    if cell.row.reason is not None:
        return f"{cell.row.status}: {cell.row.reason}"
    return f"empty in {cell.source} ({Row.model_fields[column].description})"
