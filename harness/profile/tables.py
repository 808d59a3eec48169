"""A profile on a terminal: operators, hottest functions and lines, in 100 columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from harness.cycles.band import Band
from harness.cycles.cost import Cause
from harness.profile.hot_spots import HotSpot
from harness.profile.profile import OperatorTime, Profile
from harness.results.table import count_text
from harness.simulators.trace import INTERPRETER

if TYPE_CHECKING:
    from rich.table import Table

_STALLS: Mapping[Cause, str] = {
    "fetch_wait": "fetch",
    "data_wait": "data",
    "load_use": "load",
    "branch": "branch",
    "execute": "exec.",
}
CAUSE_NAMES: Mapping[Cause, str] = {
    "issue": "instructions",
    "fetch_wait": "waiting for instructions (fetch)",
    "data_wait": "waiting for data",
    "load_use": "loads and stores",
    "branch": "branches",
    "execute": "execution of more than a cycle",
}
"""The causes in words."""

_HOT = 20  # percent: a stall that is worth a colour
_LONGEST_NAME = 30
_LONGEST_PLACE = 34
_KEY = (
    "share: percent of all cycles. band: how far they may lie below and above, in percent. /MAC: "
    "cycles a multiply-accumulate. Percent of the line's cycles: fetch, data: waiting for memory, "
    "for instructions and for data; load: loads and stores; branch: refill; exec.: longer "
    "execution; the rest is one cycle an instruction."
)


def summary(profile: Profile) -> str:
    """Return the whole in one line: cycles, milliseconds and their band."""
    cycles, time = profile.whole.cycles, profile.milliseconds
    return (
        f"{count_text(round(cycles.typical))} cycles "
        f"({count_text(round(cycles.low))} to {count_text(round(cycles.high))}), "
        f"{time_text(time.typical)} ({time_text(time.low)} to {time_text(time.high)}); "
        f"timing model {profile.timing}"
    )


def operator_table(profile: Profile) -> "Table":
    """Return a line for each operator, and their sum."""
    table = make_table(profile.heading, _KEY)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("operator", overflow="fold", max_width=18)
    table.add_column(" output", no_wrap=True)
    for heading in ("MACs", "instr.", "cycles"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(" band %", justify="right", no_wrap=True)
    for heading in ("share", " /MAC", *_STALLS.values()):
        table.add_column(heading, justify="right", no_wrap=True)
    whole = profile.whole
    for one in profile.operators:
        table.add_row(*_operator_cells(one, whole.cycles.typical))
    table.add_section()
    table.add_row(*_operator_cells(whole, whole.cycles.typical), style="bold")
    return table


def _operator_cells(one: OperatorTime, whole: float) -> list[str]:
    from rich.markup import escape

    is_operator = one.index is not None and one.index != INTERPRETER
    return [
        str(one.index) if is_operator else "",
        escape(one.name),
        f" {shape_text(one.shape)}",
        count_text(one.macs) if is_operator or one.macs is not None else "",
        count_text(one.instructions),
        count_text(round(one.cycles.typical)),
        band_text(one.cycles),
        percent(one.cycles.typical, whole),
        "" if one.cycles_per_mac is None else f"{one.cycles_per_mac:.2f}",
        *_stall_cells(one.causes, one.cycles),
    ]


def function_table(spots: Sequence[HotSpot], whole: Band, top: int) -> "Table":
    """Return the `top` costliest functions, each with its greatest stall."""
    table = make_table(f"Hottest functions ({_of(top, spots)}), what is inlined into them included")
    _spot_columns(table, "function", "file")
    for spot in spots[:top]:
        name, place = _kept(spot.name, _LONGEST_NAME), _tail(spot.place, _LONGEST_PLACE)
        table.add_row(*_spot_cells(spot, name, place, whole))
    return table


def line_table(spots: Sequence[HotSpot], whole: Band, top: int) -> "Table":
    """Return the `top` costliest source lines, each with its greatest stall."""
    table = make_table(f"Hottest lines ({_of(top, spots)}), each in its innermost function")
    _spot_columns(table, "line", "function")
    for spot in spots[:top]:
        name, place = _kept(spot.name, _LONGEST_NAME), _tail(spot.place, _LONGEST_PLACE)
        table.add_row(*_spot_cells(spot, place, name, whole))
    return table


def _spot_columns(table: "Table", *texts: str) -> None:
    for heading in texts:
        table.add_column(heading, overflow="fold")
    for heading in ("cycles", "share", "/instr."):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column(" most wait", no_wrap=True)


def _spot_cells(spot: HotSpot, first: str, second: str, whole: Band) -> list[str]:
    from rich.markup import escape

    each = spot.cycles.typical / spot.instructions if spot.instructions else 0.0
    return [
        escape(first),
        escape(second),
        count_text(round(spot.cycles.typical)),
        percent(spot.cycles.typical, whole.typical),
        f"{each:.2f}",
        f" {_greatest_stall(spot)}",
    ]


def _greatest_stall(spot: HotSpot) -> str:
    stalls = {
        name: spot.causes[cause].typical for cause, name in _STALLS.items() if cause in spot.causes
    }
    greatest = max(stalls, key=lambda name: stalls[name], default="")
    if not greatest or not stalls[greatest]:
        return "-"
    return f"{greatest} {percent(stalls[greatest], spot.cycles.typical)} %"


def _of(top: int, spots: Sequence[HotSpot]) -> str:
    return f"{min(top, len(spots))} of {len(spots)}"


def _stall_cells(causes: Mapping[Cause, Band], cycles: Band) -> Iterable[str]:
    for cause in _STALLS:
        part = causes[cause].typical if cause in causes else 0.0
        text = f"{100 * part / cycles.typical:.0f}" if part and cycles.typical else "-"
        hot = part * 100 >= cycles.typical * _HOT and part
        yield f"[yellow]{text}[/yellow]" if hot else text


def shape_text(shape: Sequence[int]) -> str:
    """Return a shape such as "25x5x64": a batch of one is left out."""
    kept = shape[1:] if len(shape) > 1 and shape[0] == 1 else shape
    return "x".join(map(str, kept))


def band_text(cycles: Band) -> str:
    """Return how far a band reaches below and above its typical value, in percent: "-5 +12"."""
    if cycles.typical == 0:
        return "-" if cycles.high == 0 else "+any"
    below = 100 * (cycles.typical - cycles.low) / cycles.typical
    above = 100 * (cycles.high - cycles.typical) / cycles.typical
    if max(below, above) < 0.5:  # noqa: PLR2004 -- what is shown as 0
        return "0"
    return f"-{below:.0f} +{above:.0f}"


def percent(part: float, whole: float) -> str:
    """Return a share in percent, with a digit after the point."""
    return f"{100 * part / whole:.1f}" if whole else "-"


def decimal(value: float) -> str:
    """Return a number to three digits."""
    if value >= 100:  # noqa: PLR2004 -- three digits before the point
        return f"{value:.0f}"
    return f"{value:.{max(0, 2 - _magnitude(value))}f}"


def time_text(milliseconds: float) -> str:
    """Return a time to three digits, in microseconds below a tenth of a millisecond."""
    if milliseconds < 0.1:  # noqa: PLR2004 -- see above
        return f"{decimal(1000 * milliseconds)} us"
    return f"{decimal(milliseconds)} ms"


def _magnitude(value: float) -> int:
    from math import floor, log10

    return floor(log10(value)) if value > 0 else 0


def _kept(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 3]}..."


def _tail(path: str, longest: int) -> str:
    """Return as many of a path's last names as there is room for, the last one always."""
    names = path.split("/")
    while len(names) > 1 and len("/".join(names)) > longest:
        names.pop(0)
    return "/".join(names)


def make_table(title: str, caption: str | None = None) -> "Table":
    """Return an empty table, narrow between its columns."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    return Table(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=0,
        title=escape(title),
        title_justify="left",
        title_style="bold",
        caption=caption,
        caption_justify="left",
    )
