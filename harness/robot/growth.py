"""Hold a cell against the same cell of a baseline."""

from collections.abc import Mapping
from pathlib import Path

from robot.api import Failure, logger

from harness.errors import HarnessError
from harness.gate.attribution import Attribution, Contents, attribute
from harness.gate.baseline import read_contents
from harness.gate.changes import cause_texts
from harness.results.comparison import RowComparison, compare_rows
from harness.results.csv_file import read_rows
from harness.results.figures import change_text, figure_text
from harness.robot.cells import MeasuredCell
from harness.robot.checks import figure_of, title_of

_MOST_PARTS = 4
_ANOTHER_MODEL = "the model is another one"


def check_growth(cell: MeasuredCell, baseline: Path, allowed: Mapping[str, int]) -> None:
    """Fail if a figure exceeds that of the same cell in `baseline` by more than is `allowed`.

    Raises:
        HarnessError: The baseline cannot be read, or has no such cell.
        Failure: Something grew, is unknown on either side, or cannot be compared.
    """
    before = read_rows(baseline)
    earlier = [row for row in before if row.cell == cell.row.cell]
    if not earlier:
        raise HarnessError(
            f"{baseline}: has no row of {cell.label}; add it by 'Save Results' or "
            "'harness baseline update'"
        )
    comparison = compare_rows(earlier, [cell.row])
    (compared,) = comparison.rows
    if compared.incomparable:
        raise Failure(
            f"{cell.label}: {baseline} cannot be compared: {'; '.join(compared.incomparable)}; "
            "renew it with this one"
        )
    another = (_ANOTHER_MODEL,) if compared.model_changed else ()
    for warning in (*another, *compared.warnings):
        logger.warn(f"{cell.label}: {baseline}: {warning}")
    grown = [text for column in allowed if (text := _grown(cell, compared, column, allowed))]
    if grown:
        changed = f"{_ANOTHER_MODEL}; " if compared.model_changed else ""
        told = [f"{cell.label}: {changed}more than in {baseline}: {'; '.join(grown)}"]
        contents = read_contents(baseline, before), _contents(cell)
        owners = attribute(comparison, *contents).get(cell.row.cell, Attribution())
        raise Failure("\n".join([*told, *cause_texts(owners, _MOST_PARTS)]))
    for column in allowed:
        logger.info(_told(compared, column))


def _contents(cell: MeasuredCell) -> Contents:
    """Return what is in the cell's image, by the manifest beside its table."""
    table = Path(cell.source)
    try:
        return read_contents(table, read_rows(table))
    except HarnessError as error:  # the table was moved since
        return Contents(note=str(error))


def _grown(
    cell: MeasuredCell, compared: RowComparison, column: str, allowed: Mapping[str, int]
) -> str:
    """Return what is to be said of a figure that grew too much; "" where it did not."""
    figure_of(cell, column)
    change = compared.delta(column).change
    if change is None:
        return f"{title_of(column)} is not known there"
    if change <= allowed[column]:
        return ""
    limit = f", allowed {change_text(column, int(allowed[column]))}" if allowed[column] else ""
    return f"{_told(compared, column)}{limit}"


def _told(compared: RowComparison, column: str) -> str:
    delta = compared.delta(column)
    return (
        f"{title_of(column)} {figure_text(column, delta.new)}, "
        f"was {figure_text(column, delta.old)} ({change_text(column, delta.change)})"
    )
