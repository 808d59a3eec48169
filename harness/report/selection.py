"""What a report is about: the rows that the user chose, and the budgets that are marked."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.errors import HarnessError
from harness.gate.budgets import BudgetTable, read_budgets
from harness.names import unknown_name
from harness.results.results import Results


def selected(results: Results, chosen: Mapping[str, Sequence[str]]) -> Results:
    """Return the rows whose axes have one of the values that are `chosen` for them.

    Raises:
        HarnessError: The table is empty, a name is not in it, or no row has all of them.
    """
    if not results.rows:
        raise HarnessError(
            f"{results.name}: no rows, so that there is nothing to report; run 'harness bench'"
        )
    for axis, names in chosen.items():
        known = {getattr(row, axis) for row in results.rows}
        for name in names:
            if name not in known:
                raise unknown_name(f"{axis} (in {results.name})", name, known)
    kept = results.where(**chosen)
    if not kept.rows:
        raise HarnessError(
            f"{results.name}: no row has all that was chosen; leave out one of: "
            + ", ".join(f"--{axis}" for axis in chosen)
        )
    return kept


def read_limits(path: Path) -> tuple[BudgetTable, ...]:
    """Return the absolute limits of a budgets file.

    Raises:
        HarnessError: As `read_budgets`.
    """
    return tuple(table for table, _ in read_budgets(path).budgets)
