"""The budgets file: which cells must stay below which flash and RAM, and above which quality."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.results.row import Row
from harness.toml_file import read_toml

Pattern = Annotated[str, Field(min_length=1)]
Limit = Annotated[int, Field(gt=0)]

LIMITS = ("flash_bytes", "ram_bytes", "quality_min")


class Budget(BaseModel):
    """Limits for each cell that its patterns match; `*`, `?`, `[...]` are wildcards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Pattern
    scheme: Pattern = "*"
    board: Pattern
    kernels: Pattern = "*"
    flash_bytes: Limit | None = None
    """Most flash that the cell may use."""
    ram_bytes: Limit | None = None
    """Most RAM that the cell may use."""
    quality_min: Annotated[float, Field(allow_inf_nan=False)] | None = None
    """Least quality on the device, in the metric of the model's task."""

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if all(getattr(self, name) is None for name in LIMITS):
            raise ValueError(f"no limit is given; add one of: {', '.join(LIMITS)}")
        return self

    def matches(self, row: Row) -> bool:
        """Return whether `row` is a cell that the budget is for."""
        return (
            fnmatchcase(row.model, self.model)
            and fnmatchcase(row.scheme, self.scheme)
            and fnmatchcase(row.board, self.board)
            and fnmatchcase(row.kernels, self.kernels)
        )

    @property
    def any_scheme(self) -> bool:
        """Whether the budget covers the schemes that happen to match, rather than one by name."""
        return bool(set("*?[") & set(self.scheme))

    @property
    def label(self) -> str:
        """The patterns, to name the budget in messages."""
        kernels = "" if self.kernels == "*" else f" {self.kernels}"
        return f"{self.model} {self.scheme} {self.board}{kernels}"


class Budgets(BaseModel):
    """The whole file; a file without a budget would let everything pass, so it is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    budget: Annotated[tuple[Budget, ...], Field(min_length=1)]


def read_budgets(path: Path) -> tuple[Budget, ...]:
    """Return the budgets in the TOML file at `path`.

    Raises:
        HarnessError: The file cannot be read, has no budget, an unknown key, a value of the wrong
            type, or a budget without a limit.
    """
    return read_toml(path, Budgets).budget
