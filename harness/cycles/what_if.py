"""A board as it might be: another clock, other wait states, no caches, weights in RAM."""

import re
from dataclasses import dataclass
from decimal import Decimal

from harness.boards import Board
from harness.errors import HarnessError

_MOST_WAIT_STATES = 1000
_MOST_CLOCK_HZ = 10_000_000_000
_MHZ = 1_000_000
_SCALES = {"": 1, "k": 1_000, "m": _MHZ, "g": 1_000_000_000}


@dataclass(frozen=True)
class WhatIf:
    """What is to be otherwise than the board has it; None and False change nothing.

    `clock_hz` is the core's clock, `wait_states` those of the memory that holds code. `cache_off`
    switches all caches off; `weights_in_ram` has the model in the largest memory for data.
    """

    clock_hz: int | None = None
    wait_states: int | None = None
    cache_off: bool = False
    weights_in_ram: bool = False

    def __post_init__(self) -> None:
        """Check the figures.

        Raises:
            HarnessError: The clock or the number of wait states cannot be.
        """
        if self.clock_hz is not None and not 0 < self.clock_hz <= _MOST_CLOCK_HZ:
            raise HarnessError(f"--clock {self.clock_hz}: give hertz above 0, such as 80MHz")
        if self.wait_states is not None and not 0 <= self.wait_states <= _MOST_WAIT_STATES:
            raise HarnessError(
                f"--wait-states {self.wait_states}: give a number from 0 to {_MOST_WAIT_STATES}"
            )

    @property
    def is_nothing(self) -> bool:
        """Whether the board stays as it is."""
        return self == WhatIf()

    def describe(self) -> str:
        """Return the changes in words, such as "80 MHz, 3 wait states"."""
        words = [] if self.clock_hz is None else [f"{self.clock_hz / _MHZ:g} MHz"]
        if self.wait_states is not None:
            words.append(f"{self.wait_states} wait state{'' if self.wait_states == 1 else 's'}")
        words += ["caches off"] if self.cache_off else []
        words += ["weights in RAM"] if self.weights_in_ram else []
        return ", ".join(words) or "as it is"

    def notes(self, board: Board) -> tuple[str, ...]:
        """Return, a sentence each, what the changes leave as it is though it may matter."""
        notes = []
        if self.clock_hz not in {None, board.clock_hz} and self.wait_states is None:
            notes.append(
                "the wait states stay those of the board's own clock; give --wait-states with "
                "--clock for those of the other"
            )
        if _voids_calibration(board, self):
            notes.append("the board's calibration holds for its own wait states: left out here")
        return tuple(notes)


def changed_board(board: Board, what_if: WhatIf) -> Board:
    """Return `board` with the clock and the wait states of `what_if`.

    Wait states are those of each memory that holds code and has some. A calibration goes where
    wait states change: its coefficients are those of the others.

    Raises:
        HarnessError: Wait states are given, and no memory of the board's code has any.
    """
    changes: dict[str, object] = {}
    if what_if.clock_hz is not None:
        changes["clock_hz"] = what_if.clock_hz
    if what_if.wait_states is not None:
        changes["memory"] = _with_wait_states(board, what_if.wait_states)
    if _voids_calibration(board, what_if):
        changes["calibration"] = None
    elif board.calibration is not None and what_if.clock_hz is not None:
        # Stalls in cycles depend on wait states alone.
        moved = board.calibration.model_copy(update={"clock_hz": what_if.clock_hz})
        changes["calibration"] = moved
    return board.model_copy(update=changes)


def _voids_calibration(board: Board, what_if: WhatIf) -> bool:
    if board.calibration is None or what_if.wait_states is None:
        return False
    own = [board.region(name).wait_states for name in board.placement.code]
    return any(states not in {None, what_if.wait_states} for states in own)


def _with_wait_states(board: Board, wait_states: int) -> tuple[object, ...]:
    changed = []
    found = False
    for region in board.memory:
        if region.name in board.placement.code and region.wait_states is not None:
            found = True
            unverified = tuple(key for key in region.unverified if key != "wait_states")
            changes = {"wait_states": wait_states, "unverified": unverified}
            changed.append(region.model_copy(update=changes))
        else:
            changed.append(region)
    if not found:
        raise HarnessError(
            f"--wait-states: the code memory of {board.name} has no wait states to change"
        )
    return tuple(changed)


def parse_clock(word: str) -> int:
    """Return the hertz that a word means: "80MHz", "32.5 MHz", "80_000_000", "80000000".

    Raises:
        HarnessError: It means no whole number of hertz above 0.
    """
    match = re.fullmatch(r"(\d[\d_]*(?:\.\d+)?)\s*([kmg]?)(?:hz)?", word.strip().lower(), re.ASCII)
    hertz = Decimal(match[1].replace("_", "")) * _SCALES[match[2]] if match else Decimal(0)
    if hertz != int(hertz) or not 0 < hertz <= _MOST_CLOCK_HZ:
        raise HarnessError(f"--clock {word}: give hertz above 0, such as 80MHz or 80_000_000")
    return int(hertz)
