"""The numbers of budgets.toml: limits in a column's unit, allowances above a baseline."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from harness.gate.limits import Limit
from harness.results.figures import exact
from harness.results.row import LARGEST

_SHARE = r"^\s*(\d{1,9}(\.\d{1,9})?)\s*%\s*$"


@dataclass(frozen=True)
class Allowance:
    """How much worse than the baseline a figure may be: in its unit, or as a share of it."""

    amount: Fraction
    is_share: bool = False

    def of(self, baseline: float) -> Fraction | None:
        """Return what is allowed in the unit of `baseline`; None for a share of nothing."""
        if not self.is_share:
            return self.amount
        return abs(exact(baseline)) * self.amount if baseline else None


def read_number(limit: Limit, value: object) -> float:
    """Return `value` of a TOML file as a number in the unit of `limit`.

    Raises:
        ValueError: It is no number, negative, not finite, a fraction where only whole numbers make
            sense, or above 1 where that is the most.
    """
    kinds = int if limit.is_whole else int | float
    if isinstance(value, bool) or not isinstance(value, kinds):
        # What pydantic makes a problem of the field.
        raise ValueError(  # noqa: TRY004
            f"give a {limit.unit_text}, without a unit, not {_shown(value)}"
        )
    if not 0 <= value <= LARGEST:
        size = "that is not negative" if value < 0 else "of a size that can be"
        raise ValueError(f"give a {limit.unit_text} {size}, not {_shown(value)}")
    if limit.is_bounded and value > 1:
        raise ValueError(f"give a {limit.unit_text}, at most 1, not {_shown(value)}")
    return value


def read_allowance(limit: Limit, value: object) -> Allowance:
    """Return `value` of a TOML file, a number in the unit of `limit` or a text such as "1.5 %".

    Raises:
        ValueError: It is neither, or negative.
    """
    if isinstance(value, str):
        found = re.fullmatch(_SHARE, value, re.ASCII)
        if found is None:
            raise ValueError(
                f'give a {limit.unit_text}, without a unit, or a share such as "1.5 %", '
                f"not {_shown(value)}"
            )
        return Allowance(Fraction(found[1]) / 100, is_share=True)
    return Allowance(exact(read_number(limit, value)))


def number_schema(limit: Limit) -> dict[str, Any]:
    """Return the JSON Schema of what `read_number` takes."""
    schema: dict[str, Any] = {"type": "integer" if limit.is_whole else "number", "minimum": 0}
    return schema | ({"maximum": 1} if limit.is_bounded else {})


def allowance_schema(limit: Limit) -> dict[str, Any]:
    """Return the JSON Schema of what `read_allowance` takes."""
    return {"anyOf": [number_schema(limit), {"type": "string", "pattern": _SHARE}]}


def _shown(value: object) -> str:
    text = repr(value)
    longest = 40
    return text if len(text) <= longest else f"{text[:longest]}..."
