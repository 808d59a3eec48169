"""The two ways in which work can end without a result."""

from dataclasses import dataclass


class HarnessError(Exception):
    """A request that cannot be understood or carried out (exit status 2).

    The message is one line for the user: what is wrong (naming the file and the field), then what
    to do about it.
    """


@dataclass(frozen=True)
class Stop:
    """Why one cell of a sweep has no further measurement: the row's `status` and `reason`.

    A stop is a value, not an exception: other cells go on, and the row is written.
    """

    status: str
    reason: str
    log: str = ""
    """What the failing tool or guest printed, for the manifest."""
