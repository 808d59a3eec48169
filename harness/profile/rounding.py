"""Round cycles so that the parts still sum to the whole."""

import math
from collections.abc import Sequence


def whole_cycles(values: Sequence[float], target: int) -> list[int]:
    """Round `values` to whole numbers that sum to `target`, by largest remainder.

    `target` is a rounding of the sum of the values; each result is then its value rounded down
    or up. No result is below 0.
    """
    rounded = [math.floor(value) for value in values]
    ascending = sorted(range(len(values)), key=lambda i: (values[i] - rounded[i], -i))
    missing = target - sum(rounded)
    for position in ascending[::-1][: max(0, missing)]:
        rounded[position] += 1
    # A sum of many floats may come out a hair below the whole number that it is.
    reducible = [position for position in ascending if rounded[position] > 0]
    for position in reducible[: max(0, -missing)]:
        rounded[position] -= 1
    return rounded
