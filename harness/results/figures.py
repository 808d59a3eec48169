"""The figures of a row that can be compared: unit, direction, and how they are written."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import inf

from harness.results.row import COLUMNS, decimals


class Unit(StrEnum):
    """What a figure counts."""

    BYTES = "bytes"
    COUNT = "count"
    SHARE = "share"
    POINTS = "points"
    PER_HOUR = "per hour"
    MILLISECONDS = "milliseconds"
    MICROJOULES = "microjoules"

    @property
    def suffix(self) -> str:
        """What is written behind a figure, with the space before it; "" for plain numbers."""
        return _SUFFIXES.get(self, "")


_SUFFIXES = {
    Unit.BYTES: " B",
    Unit.POINTS: " points",
    Unit.PER_HOUR: " an hour",
    Unit.MILLISECONDS: " ms",
    Unit.MICROJOULES: " µJ",
}


@dataclass(frozen=True)
class Figure:
    """One column that can grow: what it counts, which way is better, and how sure it is."""

    column: str
    unit: Unit
    more_is_better: bool = False
    is_estimate: bool = False
    """Made by a timing model; the others are exact, or counted over the same samples."""

    @property
    def is_quality(self) -> bool:
        """Whether it depends on which samples the model was judged by, and by which metric."""
        return self.unit in {Unit.SHARE, Unit.POINTS, Unit.PER_HOUR} and not self.is_estimate


def _figures() -> dict[str, Figure]:
    def made(unit: Unit, *columns: str, more: bool = False, estimate: bool = False) -> None:
        for column in columns:
            listed[column] = Figure(column, unit, more, estimate)

    listed: dict[str, Figure] = {}
    quality = ("quality_float", "quality_host", "quality_device", "auc", "pauc")
    made(Unit.SHARE, *quality, more=True)
    made(Unit.SHARE, "eer", "far", "frr")
    made(Unit.SHARE, "duty_cycle", estimate=True)
    made(Unit.POINTS, "quality_drop_points")
    made(Unit.PER_HOUR, "false_accepts_per_hour")
    made(Unit.COUNT, "outputs_differing", "macs")
    made(Unit.COUNT, "instructions", "features_instructions", "pipeline_instructions")
    made(Unit.COUNT, "cycles", "cycles_low", "cycles_high", estimate=True)
    made(Unit.MILLISECONDS, "latency_ms", "pipeline_latency_ms", estimate=True)
    made(Unit.MICROJOULES, "energy_uj", "energy_low_uj", "energy_high_uj", estimate=True)
    flash = ("", "_model", "_kernels", "_runtime", "_libc", "_app", "_features", "_vectors")
    made(Unit.BYTES, *(f"flash{part}_bytes" for part in flash))
    made(Unit.BYTES, "weights_bytes", "weights_entropy_bytes", "model_deflate_bytes")
    ram = ("", "_arena", "_arena_persistent", "_arena_nonpersistent", "_static", "_stack")
    made(Unit.BYTES, *(f"ram{part}_bytes" for part in ram))
    return {column: listed[column] for column in COLUMNS if column in listed}


FIGURES = _figures()
"""The figures by column, in the order of the columns."""
COMPARED = tuple(FIGURES)

FLASH_PARTS = ("model", "kernels", "runtime", "libc", "app", "features", "vectors")
"""Categories of flash; `flash_NAME_bytes` is the column of each."""
RAM_PARTS = ("arena", "static", "stack")
"""Parts of RAM; `ram_NAME_bytes` is the column of each."""


def known(value: float | None) -> float | None:
    """Return `value`, or None where it is not a finite number."""
    return value if value is not None and -inf < value < inf else None


def exact(value: float) -> Fraction:
    """Return a finite number as the decimal fraction that it is written as: 0.1 is 1/10."""
    return Fraction(repr(value))


def difference(new: float | None, old: float | None) -> float | None:
    """Return `new` - `old`, both taken as written: 0.95 - 0.94 is 0.01. Whole numbers stay whole.

    None where either is unknown.
    """
    if new is None or old is None or known(new) is None or known(old) is None:
        return None
    if isinstance(new, int) and isinstance(old, int):
        return new - old
    return float(exact(new) - exact(old))


def figure_text(column: str, value: float | None) -> str:
    """Return a figure of `column` with its unit: "83,000 B", "1,234,567", "0.9800", "19.16 ms".

    An unknown figure is "-".
    """
    return _with_unit(column, value, "")


def change_text(column: str, change: float | None) -> str:
    """Return a change of `column` with sign and unit: "+1,312 B", "-0.0100", "+0.250 ms", "0 B".

    An unknown change is "-".
    """
    return _with_unit(column, change, "+" if change else "")


def ratio_text(ratio: float | None) -> str:
    """Return a ratio of a change to what was as a percentage: "+1.5 %"; "" where it is unknown.

    What would be rounded to nothing is "+<0.1 %".
    """
    if known(ratio) is None or ratio is None:
        return ""
    shown = f"{100 * ratio:+.1f}"
    if float(shown) == 0:
        return "0.0 %" if ratio == 0 else f"{'+' if ratio > 0 else '-'}<0.1 %"
    return f"{shown} %"


def bytes_change_text(change: int) -> str:
    """Return a change in bytes: "+1,312 B"."""
    return f"{change:+,}{Unit.BYTES.suffix}"


def _with_unit(column: str, value: float | None, sign: str) -> str:
    if known(value) is None or value is None:
        return "-"
    number = f"{value:{sign},}"
    places = decimals(column)
    if places is not None:
        rounded = f"{value:{sign},.{places}f}"
        # A change smaller than the last decimal must not read as none.
        number = f"{value:{sign}.3g}" if value and not float(rounded.replace(",", "")) else rounded
    return f"{number}{FIGURES[column].unit.suffix}"
