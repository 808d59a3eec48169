"""Choose samples so that every class is represented and every run chooses the same ones."""

import numpy as np
import numpy.typing as npt

from harness.errors import HarnessError


def stratified_subset(labels: npt.ArrayLike, count: int) -> npt.NDArray[np.int64]:
    """Return ascending indices of `count` samples, each class in proportion to its share.

    Seats go to classes by largest remainder (ties: the lower label), and within a class the
    chosen samples are spread evenly over their order. `count` of the number of samples or more
    chooses all. Nothing is random.

    Raises:
        HarnessError: `count` is below one.
    """
    y = np.asarray(labels)
    if count < 1:
        raise HarnessError(f"samples: {count} is too few; give at least 1")
    if count >= len(y):
        return np.arange(len(y), dtype=np.int64)
    classes, sizes = np.unique(y, return_counts=True)
    shares = sizes * count / len(y)
    seats = np.floor(shares).astype(np.int64)
    by_remainder = np.argsort(-(shares - seats), kind="stable")
    seats[by_remainder[: count - int(seats.sum())]] += 1
    chosen = [
        np.flatnonzero(y == label)[(np.arange(seat) * size) // max(int(seat), 1)]
        for label, size, seat in zip(classes, sizes, seats, strict=True)
    ]
    return np.sort(np.concatenate(chosen)).astype(np.int64)
