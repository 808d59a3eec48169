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


def check_source(source: str, cycles: Figure, *latencies: Figure | None) -> None:
    """Check that figures of an unverified source are ranges.

    Where the source begins with the word nobody read any of them: each latency must be a range, or
    the cycles where there is none. Where the source only has the word it says what it is about, and
    one of them must be a range.

    Raises:
        ValueError: The source is unverified, and a figure that it is for has no width.
    """
    if UNVERIFIED not in source:
        return
    given = [band_of(figure) for figure in latencies if figure is not None]
    exact = [band.low == band.high for band in given or [band_of(cycles)]]
    whole = [*exact, band_of(cycles).low == band_of(cycles).high]
    if any(exact) if source.startswith(UNVERIFIED) else all(whole):
        raise ValueError(
            "source: unverified, but the figure has no width; give [low, typical, high]"
        )
