"""Every limit that budgets.toml knows: its name, its column, and what is written behind it.

The fields of [[budget]] and [[growth]], their JSON Schema, the gate's help and docs/budgets.md all
come from this table.
"""

from dataclasses import dataclass

from harness.results.figures import FIGURES, Figure, Unit
from harness.results.row import Row

_UNITS = {
    Unit.BYTES: "whole number of bytes",
    Unit.COUNT: "whole number",
    Unit.SHARE: "share such as 0.9",
    Unit.POINTS: "number of points (hundredths)",
    Unit.PER_HOUR: "number an hour",
    Unit.MILLISECONDS: "number of milliseconds",
    Unit.MICROJOULES: "number of microjoules",
}


@dataclass(frozen=True)
class Limit:
    """One kind of limit: a key of [[budget]], a key of [[growth]], and the column that it holds."""

    budget_name: str
    growth_name: str
    column: str

    @property
    def figure(self) -> Figure:
        """The column's unit and direction."""
        return FIGURES[self.column]

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers make sense."""
        return self.figure.unit in {Unit.BYTES, Unit.COUNT}

    @property
    def is_bounded(self) -> bool:
        """Whether no value above 1 makes sense."""
        return self.figure.unit is Unit.SHARE and self.figure.is_quality

    @property
    def unit_text(self) -> str:
        """What its values are: "whole number of bytes"."""
        return _UNITS[self.figure.unit]

    @property
    def budget_help(self) -> str:
        """One sentence for [[budget]]."""
        bound = "Least" if self.figure.more_is_better else "Most"
        return f"{bound} `{self.column}`, a {self.unit_text}{self.nature_text}."

    @property
    def growth_help(self) -> str:
        """One sentence for [[growth]]."""
        way = "less" if self.figure.more_is_better else "more"
        return (
            f"How much {way} `{self.column}` may be than the baseline's: a {self.unit_text}, or a "
            f'share of the baseline\'s such as "1.5 %"{self.nature_text}.'
        )

    @property
    def nature_text(self) -> str:
        """Say that its figure is an estimate, where it is one."""
        return "; an estimate" if self.figure.is_estimate else ""


def _limits() -> tuple[Limit, ...]:
    left_out = {"quality_float", "quality_host", "auc", "pauc", "outputs_differing", "macs"}
    left_out |= {"weights_entropy_bytes", "ram_arena_persistent_bytes"}
    left_out |= {"ram_arena_nonpersistent_bytes", "cycles_low", "energy_low_uj"}
    columns = [column for column in FIGURES if column not in left_out]
    quality = Limit("quality_min", "quality", "quality_device")
    return tuple(
        quality if column == quality.column else Limit(column, column, column) for column in columns
    )


LIMITS = _limits()
DEFAULT_GROWTH = ("flash_bytes", "ram_bytes", "instructions")
"""What may not grow at all where a baseline exists and budgets.toml has no [[growth]] table."""

_BY_NAME = {name: limit for limit in LIMITS for name in (limit.budget_name, limit.growth_name)}


def find_limit(name: str) -> Limit:
    """Return the limit of that key of [[budget]] or [[growth]]."""
    return _BY_NAME[name]


def measured(row: Row, limit: Limit) -> float | None:
    """Return the figure of `row` that `limit` holds, None where it is unknown."""
    value: float | None = getattr(row, limit.column)
    return value


def limits_markdown() -> str:
    """Return the reference of the limits, a part of docs/budgets.md."""
    lines = ["| key | value |", "|---|---|"]
    for limit in LIMITS:
        key = f"`{limit.budget_name}`"
        bound = "least" if limit.figure.more_is_better else "most"
        value = f"{bound}, a {limit.unit_text}{limit.nature_text}"
        if limit.growth_name != limit.budget_name:
            key += f", in `[[growth]]` `{limit.growth_name}`"
            value += f", of `{limit.column}`"
        lines.append(f"| {key} | {value} |")
    return "\n".join(lines) + "\n"
