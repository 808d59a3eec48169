"""The two ways in which work can end without a result."""

from dataclasses import dataclass


class HarnessError(Exception):
    """A request that cannot be understood or carried out (exit status 2).

    The message is one line for the user: what is wrong (naming the file and the field), then what
    to do about it.
    """


class MachineFault(HarnessError):  # noqa: N818 - as against an error of the request
    """This machine cannot go on: its disk is full, the store is out of reach, memory is short.

    It says nothing of the cell, which another machine, or a later run, may well measure.
    """


class LostObject(HarnessError):  # noqa: N818 - as MachineFault
    """The store no longer has an object, or has it damaged: the step that made it must run again.

    It says nothing of the cell, which the same sweep may still measure.
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
