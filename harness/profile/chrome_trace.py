"""Write a profile as a trace for Perfetto or chrome://tracing: time from left to right."""

import json
from collections.abc import Iterator
from typing import Any

from harness.cycles.cost import CAUSES
from harness.profile.profile import Profile
from harness.profile.tree import Node

_NS = 1_000_000_000
_NS_PER_US = 1000
_PROCESS = _OPERATORS = 1
_NAME = {"ph": "M", "pid": _PROCESS}


def chrome_trace(profile: Profile, tree: Node) -> str:
    """Return the trace as JSON of the trace event format.

    Operators follow one another from time 0 at the profile's clock, without a gap; what the
    interpreter spends between them comes last, in one piece. Below an operator lie its functions
    and what was inlined into them, in the order of their cycles: the time at which each call
    happens is not known, only how long all of them take. Times are in microseconds, whole in
    nanoseconds.
    """
    process = {"name": "process_name", "args": {"name": profile.subject.title}}
    thread = {"name": "thread_name", "tid": _OPERATORS, "args": {"name": profile.region_title}}
    events = [{**_NAME, **process}, {**_NAME, **thread}]
    events += _slices(tree, 0, profile.clock_hz)
    document = {
        "traceEvents": events,
        "displayTimeUnit": "ms",
        "otherData": {
            **profile.subject.names(),
            "region": profile.region,
            "clock_hz": str(profile.clock_hz),
            "timing": profile.timing,
        },
    }
    return json.dumps(document, separators=(",", ":")) + "\n"


def _slices(parent: Node, start: int, clock_hz: int) -> Iterator[dict[str, Any]]:
    """Give the slices below a node that begins at cycle `start`."""
    for node in parent.children:
        begin, end = (_nanoseconds(at, clock_hz) for at in (start, start + node.weight))
        if node.step.kind != "line" and end > begin:
            yield {
                "name": node.step.name,
                "cat": node.step.kind,
                "ph": "X",
                "pid": _PROCESS,
                "tid": _OPERATORS,
                "ts": begin / _NS_PER_US,
                "dur": (end - begin) / _NS_PER_US,
                "args": _arguments(node),
            }
            yield from _slices(node, start, clock_hz)
        start += node.weight


def _nanoseconds(cycles: int, clock_hz: int) -> int:
    return round(cycles * _NS / clock_hz)


def _arguments(node: Node) -> dict[str, Any]:
    return {
        "title": node.step.title,
        "cycles": node.weight,
        "cycles_low": round(node.cycles.low),
        "cycles_high": round(node.cycles.high),
        "instructions": node.instructions,
        **{
            f"{cause}_cycles": round(node.causes[cause].typical)
            for cause in CAUSES
            if cause in node.causes
        },
    }
