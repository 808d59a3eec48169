"""Read the text that the plugin writes into a trace."""

import re
from collections.abc import Mapping
from typing import Any

from harness.simulators.trace import (
    STATUSES,
    BlockCount,
    DataCount,
    FetchCount,
    OperatorCount,
    Status,
    Trace,
    TraceError,
    checked,
)

_HEADER = "harness-trace 2"
_NUMBER = r" (\d{1,20})"
_INDEX = r" (-1|\d{1,20})"
_ADDRESS = r" ([0-9a-f]{8,16})"
_FORMS = {
    "region": re.compile("region" + _NUMBER * 3, re.ASCII),
    "operator": re.compile("operator" + _NUMBER * 2 + _INDEX + _NUMBER, re.ASCII),
    "block": re.compile("block" + _NUMBER + _INDEX + _ADDRESS + _NUMBER * 3, re.ASCII),
    "fetch": re.compile("fetch" + _NUMBER + _INDEX + _ADDRESS + _NUMBER * 7, re.ASCII),
    "data": re.compile("data" + _NUMBER + _INDEX + _ADDRESS + _NUMBER * 8, re.ASCII),
}
_COUNTS = {
    "operator": OperatorCount,
    "block": BlockCount,
    "fetch": FetchCount,
    "data": DataCount,
}
_WITH_ADDRESS = ("block", "fetch", "data")


def parse_trace(text: str, region_names: Mapping[int, str], memories: int = 0) -> Trace:
    """Return the trace that the plugin wrote as `text`.

    `region_names` names every region that a marker can enter, and regions 0 and 1 (no region;
    boot) where they are not to be called "none" and "boot". `memories` is their number in the
    memory system that the plugin was given.

    Raises:
        TraceError: The text is not a whole, consistent trace of these regions and memories.
    """
    names = {0: "none", 1: "boot", **region_names}
    lines = text.split("\n")
    status, total = _read_head(lines)
    regions: dict[str, int] = {}
    visits: dict[str, int] = {}
    counts: dict[str, list[Any]] = {kind: [] for kind in _COUNTS}
    for number, line in enumerate(lines[3:-2], start=4):
        kind, name, values = _read_line(number, line, names)
        if kind != "region":
            counts[kind].append(_COUNTS[kind](name, *values))
        elif name in regions:
            raise TraceError(f"trace: line {number}: region {name} appears twice")
        else:
            regions[name], visits[name] = values
    used = max((one.memory for kind in ("fetch", "data") for one in counts[kind]), default=-1)
    if used >= memories:
        raise TraceError(f"trace: memory {used} is not one of {memories}")
    return checked(
        Trace(
            status=status,
            total=total,
            regions=regions,
            operators=tuple(counts["operator"]),
            blocks=tuple(counts["block"]),
            fetches=tuple(counts["fetch"]),
            data=tuple(counts["data"]),
            visits=visits,
        )
    )


def _read_head(lines: list[str]) -> tuple[Status, int]:
    """Return status and total, after checking that the trace is whole."""
    if lines[0] != _HEADER:
        raise TraceError(f"trace: starts with {lines[0][:40]!r}, not {_HEADER!r}")
    if lines[-2:] != ["end", ""]:
        raise TraceError("trace: its end is missing")
    if len(lines) < len(("header", "status", "total", "end", "")):
        raise TraceError("trace: status or total is missing")
    status = lines[1].removeprefix("status ")
    total = re.fullmatch(r"total (\d{1,20})", lines[2], re.ASCII)
    if lines[1] == status or status not in STATUSES or total is None:
        raise TraceError(f"trace: {lines[1][:40]!r}, {lines[2][:40]!r} are not status and total")
    return status, int(total[1])


def _read_line(number: int, line: str, names: Mapping[int, str]) -> tuple[str, str, list[int]]:
    """Return what one line is of, the region's name and the other values."""
    kind = line.partition(" ")[0]
    form = _FORMS.get(kind)
    match = form.fullmatch(line) if form else None
    if match is None:
        raise TraceError(f"trace: line {number}: {line[:60]!r} is not understood")
    region, *rest = match.groups()
    if int(region) not in names:
        raise TraceError(f"trace: line {number}: region {region} has no name")
    if kind in _WITH_ADDRESS:
        index, address, *values = rest
        return kind, names[int(region)], [int(index), int(address, 16), *map(int, values)]
    return kind, names[int(region)], [int(value) for value in rest]
