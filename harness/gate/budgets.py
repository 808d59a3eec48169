"""The budgets file: absolute limits by cell, and how much more than the baseline is allowed."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, create_model, model_validator
from pydantic.functional_validators import PlainValidator
from pydantic.json_schema import WithJsonSchema

from harness.files import read_bytes
from harness.gate.limits import LIMITS, Limit
from harness.gate.numbers import (
    Allowance,
    allowance_schema,
    number_schema,
    read_allowance,
    read_number,
)
from harness.names import nearest_name
from harness.results.row import Row
from harness.toml_file import parse_toml

HEADROOM_WARNING = 0.05
PATTERNS = ("model", "scheme", "board", "kernels", "optimize", "features")
Pattern = Annotated[str, Field(min_length=1)]

_WELL_KNOWN = ("flash_bytes", "ram_bytes", "instructions", "quality_min", "quality")


def _pattern(what: str, default: str | None = "*") -> Any:  # noqa: ANN401 -- as pydantic's Field
    text = f"Which {what}; `*`, `?` and `[...]` are wildcards."
    return Field(description=text) if default is None else Field(default, description=text)


class Patterns(BaseModel):
    """Which cells a table is for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: Pattern = _pattern("model")
    scheme: Pattern = _pattern("scheme")
    board: Pattern = _pattern("board")
    kernels: Pattern = _pattern("kernel set")
    optimize: Pattern = _pattern("optimization level")
    features: Pattern = _pattern("computer of the features, `host` or `device`")

    def matches(self, row: Row) -> bool:
        """Return whether `row` is a cell that the table is for.

        A name matches itself, whatever wildcards it would be read as.
        """
        pairs = ((getattr(row, axis), getattr(self, axis)) for axis in PATTERNS)
        return all(name == pattern or fnmatchcase(name, pattern) for name, pattern in pairs)

    def nearest(self, rows: Sequence[Row]) -> str:
        """Return "; did you mean model 'digits'?" of a name that is almost one of `rows`, or ""."""
        for axis in PATTERNS:
            pattern, known = getattr(self, axis), {getattr(row, axis) for row in rows}
            if pattern not in known and not set("*?[") & set(pattern):
                name = nearest_name(pattern, known)
                return f"; did you mean {axis} {name!r}?" if name else ""
        return ""

    @property
    def any_scheme(self) -> bool:
        """Whether it covers the schemes that happen to match, rather than one by name."""
        return bool(set("*?[") & set(self.scheme))

    @property
    def label(self) -> str:
        """The patterns, to name the table in messages."""
        rest = (getattr(self, axis) for axis in PATTERNS[3:])
        return " ".join([self.model, self.scheme, self.board, *(one for one in rest if one != "*")])

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        names = [name for name in type(self).model_fields if name not in PATTERNS]
        if all(getattr(self, name) is None for name in names):
            some = ", ".join(name for name in _WELL_KNOWN if name in names)
            raise ValueError(f"no limit is given; add one, such as: {some}")
        return self


class BudgetTable(Patterns):
    """Absolute limits for each cell that the patterns match. Each table that matches holds."""

    model: Pattern = _pattern("model", None)
    board: Pattern = _pattern("board", None)

    @property
    def limits(self) -> list[tuple[Limit, float]]:
        """The limits that are given."""
        given = ((limit, getattr(self, limit.budget_name)) for limit in LIMITS)
        return [(limit, value) for limit, value in given if value is not None]


class GrowthTable(Patterns):
    """How much worse than the baseline each cell may be that the patterns match.

    0 allows no change for the worse. Each table that matches holds.
    """

    @property
    def limits(self) -> list[tuple[Limit, Allowance]]:
        """What is allowed, of the figures that are named."""
        given = ((limit, getattr(self, limit.growth_name)) for limit in LIMITS)
        return [(limit, value) for limit, value in given if value is not None]


Read = Callable[[Limit, object], object]
Schema = Callable[[Limit], dict[str, Any]]


def _field(limit: Limit, description: str, read: Read, schema: Schema) -> Any:  # noqa: ANN401
    kind = Annotated[Any, PlainValidator(partial(read, limit)), WithJsonSchema(schema(limit))]
    return kind, Field(None, description=description, json_schema_extra=_without_default)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


_BUDGET_FIELDS: dict[str, Any] = {
    limit.budget_name: _field(limit, limit.budget_help, read_number, number_schema)
    for limit in LIMITS
}
_GROWTH_FIELDS: dict[str, Any] = {
    limit.growth_name: _field(limit, limit.growth_help, read_allowance, allowance_schema)
    for limit in LIMITS
}
Budget = create_model("Budget", __base__=BudgetTable, **_BUDGET_FIELDS)
Budget.__doc__ = BudgetTable.__doc__
Growth = create_model("Growth", __base__=GrowthTable, **_GROWTH_FIELDS)
Growth.__doc__ = GrowthTable.__doc__


class BudgetsTable(BaseModel):
    """Limits that gate pull requests.

    A file without a table would let everything pass, so it is an error.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    headroom_warning: Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)] = Field(
        HEADROOM_WARNING,
        description="Warn where less than this share of an absolute limit is left; for "
        "`quality_min`, of 1 - `quality_min`. 0 never warns.",
    )
    budget: tuple[BudgetTable, ...] = ()
    growth: tuple[GrowthTable, ...] = ()

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if not self.budget and not self.growth:
            raise ValueError("no limits: add a table [[budget]] or [[growth]]")
        return self


_TABLES: dict[str, Any] = {
    "budget": (tuple[Budget, ...], Field((), description="Absolute limits.")),  # type: ignore[valid-type]
    "growth": (tuple[Growth, ...], Field((), description="Limits against the baseline.")),  # type: ignore[valid-type]
}
Budgets = create_model("Budgets", __base__=BudgetsTable, **_TABLES)
"""The form of the file; `Budgets.model_json_schema()` describes it to editors."""
Budgets.__doc__ = BudgetsTable.__doc__


@dataclass(frozen=True)
class BudgetsFile:
    """What is in a budgets file, and on which line each table stands (None where not known)."""

    headroom_warning: float
    budgets: tuple[tuple[BudgetTable, int | None], ...]
    growths: tuple[tuple[GrowthTable, int | None], ...]

    @classmethod
    def of(cls, tables: BudgetsTable, text: str = "") -> Self:
        """Return `tables`, which were read from `text`."""
        return cls(
            tables.headroom_warning,
            tuple(zip(tables.budget, _lines(text, "budget", len(tables.budget)), strict=True)),
            tuple(zip(tables.growth, _lines(text, "growth", len(tables.growth)), strict=True)),
        )


def read_budgets(path: Path) -> BudgetsFile:
    """Return what is in the budgets file at `path`.

    Raises:
        HarnessError: The file cannot be read, has no table, an unknown key, a value of the wrong
            type or unit, a negative one, or a table without a limit.
    """
    content = read_bytes(path)
    tables = parse_toml(content, str(path), Budgets)
    return BudgetsFile.of(tables, content.decode())


def _lines(text: str, table: str, count: int) -> list[int | None]:
    header = re.compile(rf"\s*\[\[\s*{table}\s*\]\]")
    found = [n for n, line in enumerate(text.splitlines(), start=1) if header.match(line)]
    # Tables may also be written inline, and a header may stand inside a text.
    return [*found] if len(found) == count else [None] * count
