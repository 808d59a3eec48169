"""What a budgets file says of a row, as the report marks it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.gate.budgets import BudgetTable
from harness.results.row import Row

_COSTS = {
    "latency_ms": ("latency", 1.0),
    "flash_bytes": ("flash", 1 / 1024),
    "ram_bytes": ("ram", 1 / 1024),
    "energy_uj": ("energy", 1.0),
    "instructions": ("instructions", 1.0),
}
"""By column: the cost of `harness.results.front` that it is, and what turns it into its unit."""


@dataclass(frozen=True)
class Limits:
    """The budgets of a row: the tightest by cost, in its unit, the least quality, what is broken.

    `broken` are the columns whose figures are beyond a budget; `quality` is a fraction.
    """

    costs: Mapping[str, float]
    quality: float | None
    broken: tuple[str, ...]


def limits_of(row: Row, budgets: Sequence[BudgetTable]) -> Limits:
    """Return what those of `budgets` that are for `row` say; a figure at its limit is kept."""
    costs: dict[str, float] = {}
    floors: list[float] = []
    broken: dict[str, None] = {}
    for budget in budgets:
        if not budget.matches(row):
            continue
        for limit, value in budget.limits:
            column, most = limit.column, limit.figure.more_is_better
            if column == "quality_device":
                floors.append(value)
            elif column in _COSTS:
                key, scale = _COSTS[column]
                costs[key] = min(costs.get(key, value * scale), value * scale)
            measured = getattr(row, column)
            if measured is not None and (measured < value if most else measured > value):
                broken[column] = None
    return Limits(costs, max(floors, default=None), tuple(broken))
