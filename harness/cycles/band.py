"""A number with its uncertainty: the least, the typical and the most that it can be."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """Clock cycles, or what follows from them: `low` <= `typical` <= `high`."""

    low: float
    typical: float
    high: float

    def __post_init__(self) -> None:
        if not 0 <= self.low <= self.typical <= self.high:
            raise ValueError(f"{self.low}, {self.typical}, {self.high}: not a rising band")

    def __add__(self, other: "Band") -> "Band":
        return Band(self.low + other.low, self.typical + other.typical, self.high + other.high)

    def times(self, factor: float) -> "Band":
        """Return the band of so many of them."""
        return Band(self.low * factor, self.typical * factor, self.high * factor)


ZERO = Band(0, 0, 0)


def exactly(value: float) -> Band:
    """Return the band of a value that is known."""
    return Band(value, value, value)


def total(bands: Iterable[Band]) -> Band:
    """Return the sum: the ends are reached together, for the same figures make all of them."""
    low = typical = high = 0.0
    for band in bands:
        low += band.low
        typical += band.typical
        high += band.high
    return Band(low, typical, high)
