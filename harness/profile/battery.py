"""How long a battery lasts when one inference is made each stride."""

from dataclasses import dataclass

from harness.bench.profiling import ProfiledCell
from harness.cycles.band import Band
from harness.cycles.energy import Energy, battery_days, energy, idle_ua
from harness.errors import HarnessError
from harness.profile.tables import decimal


@dataclass(frozen=True)
class Battery:
    """A battery's `mah`, the milliseconds from one inference to the next, and the idle current.

    Left out, they are the stride of the task and what was read of the board, if there is any.
    """

    mah: float
    every_ms: float | None = None
    idle_ua: float | None = None

    def __post_init__(self) -> None:
        """Check the figures.

        Raises:
            HarnessError: One of them cannot be.
        """
        for name, value in (("--battery", self.mah), ("--every", self.every_ms)):
            if value is not None and not 0 < value < float("inf"):
                raise HarnessError(f"{name} {value:g}: give a number above 0")
        if self.idle_ua is not None and not 0 <= self.idle_ua < float("inf"):
            raise HarnessError(f"--idle {self.idle_ua:g}: give microamperes, 0 or more")


def battery_note(profiled: ProfiledCell, cycles: Band, battery: Battery) -> str:
    """Return in a sentence how many days the battery lasts, at both ends of the energy's band.

    Raises:
        HarnessError: The energy, the stride or the idle current is not known.
    """
    board = profiled.cell.board
    found = energy(board, cycles)
    if not isinstance(found, Energy) or board.current is None:
        raise HarnessError(f"--battery: the energy is unknown: {found}")
    samples = profiled.evidence.samples
    stream = samples.stream if samples is not None else None
    every_ms = battery.every_ms or (stream.stride_ms if stream is not None else None)
    if every_ms is None:
        raise HarnessError("--battery: the task has no stride; give --every MILLISECONDS")
    idle = battery.idle_ua if battery.idle_ua is not None else idle_ua(board)
    if idle is None:
        raise HarnessError(
            f"--battery: no idle current of {board.name} was read; give --idle MICROAMPERES"
        )
    busy_ms = cycles.high / board.clock_hz * 1000
    if busy_ms > every_ms:
        raise HarnessError(
            f"--battery: an inference may take {decimal(busy_ms)} ms, longer than {every_ms:g} ms; "
            "give a longer --every"
        )
    volts = board.current.voltage
    days = [
        decimal(battery_days(uj, every_ms, idle, battery.mah, volts))
        for uj in (found.microjoules.typical, found.microjoules.high, found.microjoules.low)
    ]
    return (
        f"battery: {battery.mah:g} mAh at {volts:g} V last {days[0]} days ({days[1]} to {days[2]}) "
        f"with an inference each {every_ms:g} ms and {idle:g} uA in between"
    )
