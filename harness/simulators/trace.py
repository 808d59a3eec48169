"""Read what the plugin counted: instructions by region, operator and block."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from harness.errors import HarnessError

Status = Literal["end", "budget"]

INTERPRETER = -1
"""The operator index of what a region spends outside operators."""

_HEADER = "harness-trace 1"
_STATUSES = ("end", "budget")
_FORMS = {
    "region": re.compile(r"region (\d+) (\d+)"),
    "operator": re.compile(r"operator (\d+) (\d+) (-1|\d+) (\d+)"),
    "block": re.compile(r"block (\d+) (-1|\d+) ([0-9a-f]{8,16}) (\d+) (\d+)"),
}


class TraceError(HarnessError):
    """A trace that is truncated, garbled, of another version or inconsistent with itself."""


@dataclass(frozen=True)
class OperatorCount:
    """The instructions of one operator in one visit of a region.

    `visit` says how many times the region was entered before. `index` counts the operators of
    the visit from 0; `INTERPRETER` (-1) is what the visit spent outside operators.
    """

    region: str
    visit: int
    index: int
    instructions: int


@dataclass(frozen=True)
class BlockCount:
    """How often a run of `length` instructions at `address` was executed from its start.

    Summed over the visits of `region`; `index` as in `OperatorCount`.
    """

    region: str
    index: int
    address: int
    length: int
    count: int


@dataclass(frozen=True)
class Trace:
    """The exact instruction counts of one emulation.

    `status` is "end" when the guest ended the emulation and "budget" when the instruction budget
    did. `regions` maps a region's name to its instructions, `total` is their sum. `operators` and
    `blocks` are empty without detail; with it, each sums to the same total region by region.
    """

    status: Status
    total: int
    regions: Mapping[str, int]
    operators: tuple[OperatorCount, ...]
    blocks: tuple[BlockCount, ...]


def parse_trace(text: str, region_names: Mapping[int, str]) -> Trace:
    """Return the trace that the plugin wrote as `text`.

    `region_names` names every region that a marker can enter, and regions 0 and 1 (no region;
    boot) where they are not to be called "none" and "boot".

    Raises:
        TraceError: The text is not a whole, consistent trace of these regions.
    """
    names = {0: "none", 1: "boot", **region_names}
    lines = text.split("\n")
    if lines[0] != _HEADER:
        raise TraceError(f"trace: starts with {lines[0][:40]!r}, not {_HEADER!r}")
    if lines[-2:] != ["end", ""]:
        raise TraceError("trace: its end is missing")
    if len(lines) < len(("header", "status", "total", "end", "")):
        raise TraceError("trace: status or total is missing")
    status = lines[1].removeprefix("status ")
    total = re.fullmatch(r"total (\d+)", lines[2], re.ASCII)
    if lines[1] == status or status not in _STATUSES or total is None:
        raise TraceError(f"trace: {lines[1][:40]!r}, {lines[2][:40]!r} are not status and total")
    regions: dict[str, int] = {}
    operators: list[OperatorCount] = []
    blocks: list[BlockCount] = []
    for number, line in enumerate(lines[3:-2], start=4):
        kind = line.partition(" ")[0]
        name, values = _read_line(number, line, names)
        if kind == "region":
            if name in regions:
                raise TraceError(f"trace: line {number}: region {name} appears twice")
            regions[name] = values[0]
        elif kind == "operator":
            operators.append(OperatorCount(name, *values))
        else:
            blocks.append(BlockCount(name, *values))
    return _checked(
        Trace(cast("Status", status), int(total[1]), regions, tuple(operators), tuple(blocks))
    )


def to_dict(trace: Trace) -> dict[str, Any]:
    """Return `trace` as plain lists and numbers that JSON can hold; `from_dict` reads it."""
    return {
        "version": 1,
        "status": trace.status,
        "total": trace.total,
        "regions": dict(trace.regions),
        "operators": [[o.region, o.visit, o.index, o.instructions] for o in trace.operators],
        "blocks": [[b.region, b.index, b.address, b.length, b.count] for b in trace.blocks],
    }


def from_dict(data: Mapping[str, Any]) -> Trace:
    """Return the trace that `to_dict` wrote.

    Raises:
        TraceError: The data is not what `to_dict` writes.
    """
    try:
        if data["version"] != 1 or data["status"] not in _STATUSES:
            raise TraceError("stored trace: of another version, or its status is unknown")
        trace = Trace(
            status=data["status"],
            total=int(data["total"]),
            regions={str(name): int(count) for name, count in data["regions"].items()},
            operators=tuple(OperatorCount(*_row(row, 4)) for row in data["operators"]),
            blocks=tuple(BlockCount(*_row(row, 5)) for row in data["blocks"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise TraceError(f"stored trace: garbled ({type(error).__name__}: {error})") from error
    return _checked(trace)


def _row(row: Sequence[Any], length: int) -> tuple[Any, ...]:
    if len(row) != length or not isinstance(row[0], str):
        raise ValueError(f"{row!r} has another form")
    return (row[0], *(int(value) for value in row[1:]))


def _read_line(number: int, line: str, names: Mapping[int, str]) -> tuple[str, list[int]]:
    """Return the region's name and the other values of one line."""
    kind = line.partition(" ")[0]
    form = _FORMS.get(kind)
    match = re.fullmatch(form.pattern, line, re.ASCII) if form else None
    if match is None:
        raise TraceError(f"trace: line {number}: {line[:60]!r} is not understood")
    region, *rest = match.groups()
    if int(region) not in names:
        raise TraceError(f"trace: line {number}: region {region} has no name")
    bases = (10, 16, 10, 10) if kind == "block" else (10, 10, 10)
    return names[int(region)], [int(value, base) for value, base in zip(rest, bases, strict=False)]


def _checked(trace: Trace) -> Trace:
    """Return `trace` if its parts sum to the same counts."""
    if sum(trace.regions.values()) != trace.total:
        raise TraceError("trace: its regions do not sum to its total")
    if bool(trace.operators) != bool(trace.blocks) and trace.total > 0:
        raise TraceError("trace: it has operators or blocks, not both")
    by_operators: dict[tuple[str, int], int] = {}
    for one in trace.operators:
        key = (one.region, one.index)
        by_operators[key] = by_operators.get(key, 0) + one.instructions
    by_blocks: dict[tuple[str, int], int] = {}
    for block in trace.blocks:
        key = (block.region, block.index)
        by_blocks[key] = by_blocks.get(key, 0) + block.length * block.count
    if by_blocks != {key: count for key, count in by_operators.items() if count > 0}:
        raise TraceError("trace: its blocks do not sum to its operators")
    by_region = dict.fromkeys(trace.regions, 0)
    for (region, _), count in by_operators.items():
        by_region[region] = by_region.get(region, 0) + count
    if trace.operators and by_region != dict(trace.regions):
        raise TraceError("trace: its operators do not sum to its regions")
    return trace
