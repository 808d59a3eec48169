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


def recording_subset(
    labels: npt.ArrayLike, groups: npt.ArrayLike, count: int
) -> npt.NDArray[np.int64]:
    """Return ascending indices of about `count` samples that make up whole recordings.

    `groups` says which recording each sample is of. As large a share of the recordings is chosen
    as `count` is of the samples, rounded down, but at least as many as there are labels; of them
    `stratified_subset` chooses by their label.

    Raises:
        HarnessError: `count` is below one, or a recording has samples of two labels.
    """
    y, recordings = np.asarray(labels), np.asarray(groups)
    names, first, members = np.unique(recordings, return_index=True, return_inverse=True)
    mixed = np.flatnonzero(y[first][members] != y)
    if len(mixed):
        raise HarnessError(
            f"groups: recording {recordings[mixed[0]]} has samples of two labels; give it one"
        )
    wanted = count * len(names) // max(len(y), 1)
    if count >= 1:
        wanted = max(wanted, len(np.unique(y)))
    chosen = stratified_subset(y[first], wanted)
    return np.flatnonzero(np.isin(members, chosen)).astype(np.int64)
