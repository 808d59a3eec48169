"""A figure of a timing table: known, or a band of low, typical and high."""

from typing import Annotated

from pydantic import AfterValidator

from harness.cycles.band import Band, exactly

UNVERIFIED = "unverified"
"""The word in a source that nobody of this project has read; such a figure must have a width."""


def _rising(figure: float | tuple[float, float, float]) -> float | tuple[float, float, float]:
    band_of(figure)
    return figure


Figure = Annotated[float | tuple[float, float, float], AfterValidator(_rising)]
"""Cycles: a number, or [low, typical, high]."""


def band_of(figure: float | tuple[float, float, float]) -> Band:
    """Return the figure as a band.

    Raises:
        ValueError: The three do not rise from 0 on.
    """
    return Band(*figure) if isinstance(figure, tuple) else exactly(figure)


def check_source(source: str, *figures: float | tuple[float, float, float] | None) -> None:
    """Check that figures of an unverified source are a range.

    Raises:
        ValueError: The source is unverified and no figure has a width.
    """
    bands = [band_of(figure) for figure in figures if figure is not None]
    if UNVERIFIED in source and all(band.low == band.high for band in bands):
        raise ValueError(
            "source: unverified, but the figure has no width; give [low, typical, high]"
        )
