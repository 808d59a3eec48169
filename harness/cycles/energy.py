"""Energy from cycles and the board's supply current, and how long a battery lasts with it."""

from dataclasses import dataclass

from harness.board_tables import Current
from harness.boards import Board
from harness.cycles.band import Band

_PER_MILLION = 1e-6
_MS_PER_S = 1000
_UAH_PER_MAH = 1000
_HOURS_PER_DAY = 24
_REGULATORS = {"ldo": "linear regulator", "dcdc": "DC/DC converter"}


@dataclass(frozen=True)
class Energy:
    """Microjoules of a computation, and in words the current that they follow from."""

    microjoules: Band
    current: str


def energy(board: Board, cycles: Band) -> Energy | str:
    """Return what so many `cycles` take from the supply, or in a sentence why it is not known.

    E = I x V x cycles / clock, and I = (uA per MHz) x clock: the clock drops out, and uA/MHz x V is
    picojoules a cycle. The ends of the band are those of cycles and current together. A current
    that nobody has read anywhere gives no energy.
    """
    current = board.current
    if current is None:
        return f"board {board.name} names no supply current"
    for key in ("active_ua_per_mhz", "voltage"):
        if not current.verified(key):
            return f"board {board.name}: current.{key} is unverified: no source for it was read"
    typical = current.active_ua_per_mhz
    low = current.active_ua_per_mhz_low or typical
    high = current.active_ua_per_mhz_high or typical
    per_cycle = current.voltage * _PER_MILLION
    microjoules = Band(
        cycles.low * low * per_cycle,
        cycles.typical * typical * per_cycle,
        cycles.high * high * per_cycle,
    )
    return Energy(microjoules, _in_words(current))


def idle_ua(board: Board) -> float | None:
    """Return the board's current between inferences, in microamperes; None without a source."""
    current = board.current
    if current is None or current.idle_ua is None or not current.verified("idle_ua"):
        return None
    return current.idle_ua


def battery_days(
    energy_uj: float, stride_ms: float, idle_ua: float, battery_mah: float, volts: float
) -> float:
    """Return the days that a battery lasts when every `stride_ms` takes `energy_uj`.

    `volts` is the supply at which energy and idle current were given; the battery is taken to
    deliver `battery_mah` at it. The idle current is counted all the time: also while the core
    computes, which shortens the life by at most the duty cycle's share of it. Self-discharge is
    left out. Without any current the life is endless (infinity).

    Raises:
        ValueError: A figure is negative, or `stride_ms`, `battery_mah` or `volts` is 0.
    """
    if min(energy_uj, idle_ua) < 0 or min(stride_ms, battery_mah, volts) <= 0:
        raise ValueError("battery life needs positive figures")
    average_ua = energy_uj / (stride_ms / _MS_PER_S) / volts + idle_ua
    if average_ua == 0:
        return float("inf")
    return battery_mah * _UAH_PER_MAH / average_ua / _HOURS_PER_DAY


def _in_words(current: Current) -> str:
    words = [f"{current.active_ua_per_mhz:g} uA/MHz at {current.voltage:g} V"]
    if current.running_from is not None:
        words.append(f"code in {current.running_from}{_doubt(current, 'running_from')}")
    if current.regulator is not None:
        words.append(_REGULATORS[current.regulator] + _doubt(current, "regulator"))
    return f"{', '.join(words)} ({current.source})"


def _doubt(current: Current, key: str) -> str:
    return "" if current.verified(key) else " (unverified)"
