"""Rows with every figure that a limit can hold, and limits for them."""

from row_factory import make_row

from harness.gate.budgets import Budgets, BudgetsFile
from harness.gate.limits import LIMITS, Limit
from harness.results.row import Row, decimals

PROVENANCE = {
    "compiler": "gcc 12.2",
    "emulator": "QEMU 7.2",
    "tflm": "tfmicro 0.1.0",
    "timing": "cortex-m4 1",
    "model_sha256": "0" * 64,
}
FIGURES = {limit.column: 1000 if limit.is_whole else 0.5 for limit in LIMITS}


def full_row(**changes: object) -> Row:
    """Return a measured row in which every limit finds its figure, with `changes` made to it."""
    return make_row(**{**FIGURES, **PROVENANCE, **changes})


def unmeasured_row(status: str, **changes: object) -> Row:
    """Return a row of that status without a figure that a limit could hold."""
    empty = dict.fromkeys(FIGURES)
    return full_row(**{**empty, "status": status, "reason": "why", "timing": None, **changes})


def unit_of(limit: Limit) -> float:
    """Return the smallest step of the limit's column in the CSV file."""
    places = decimals(limit.column)
    return 1 if places is None else float(f"1e-{places}")


def stepped(limit: Limit, value: float, steps: int) -> float:
    """Return `value` so many of the column's smallest steps further, as the CSV file has it."""
    places = decimals(limit.column)
    moved = value + steps * unit_of(limit)
    return moved if places is None else round(moved, places)


def limits(
    budget: list[dict[str, object]] | None = None,
    growth: list[dict[str, object]] | None = None,
    **others: object,
) -> BudgetsFile:
    """Return what a budgets file with these tables holds; a budget is for all models and boards."""
    anything = {"model": "*", "board": "*"}
    tables = {
        "budget": tuple({**anything, **table} for table in budget or []),
        "growth": tuple(growth or []),
        "headroom_warning": 0.0,
        **others,
    }
    return BudgetsFile.of(Budgets.model_validate(tables))
