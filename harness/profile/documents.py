"""Write a profile as JSON and as CSV; docs/profile.md documents the keys."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from harness.cycles.band import Band
from harness.cycles.cost import CAUSES
from harness.cycles.estimate import MemoryEvents
from harness.profile.hot_spots import HotSpot, hottest_functions, hottest_lines
from harness.profile.profile import OperatorTime, Profile

SCHEMA_VERSION = 1
_DIGITS = 3


def profile_json(profile: Profile) -> str:
    """Return all of a profile: the whole, its operators, functions and lines."""
    whole = profile.whole
    cycles = whole.cycles.typical
    document = {
        "schema_version": SCHEMA_VERSION,
        **profile.subject.names(),
        "region": profile.region,
        "clock_hz": profile.clock_hz,
        "timing": profile.timing,
        "milliseconds": _band(profile.milliseconds, digits=6),
        **_figures(whole, cycles),
        "operators": [_operator(one, cycles) for one in profile.operators],
        "functions": [_spot(one, cycles) for one in hottest_functions(profile)],
        "lines": [_spot(one, cycles) for one in hottest_lines(profile)],
        "notes": list(profile.notes),
    }
    return json.dumps(document, indent=1) + "\n"


def operators_csv(profile: Profile) -> str:
    """Return one line an operator; typical cycles are whole numbers that sum to the region's."""
    rows = profile.operators
    whole = profile.whole.cycles.typical
    return _csv_text(
        {
            "index": "" if one.index is None else one.index,
            "name": one.name,
            "output": "x".join(map(str, one.shape)),
            "macs": "" if one.macs is None else one.macs,
            "instructions": one.instructions,
            "cycles": typical,
            "cycles_low": min(typical, round(one.cycles.low)),
            "cycles_high": max(typical, round(one.cycles.high)),
            "share": round(_share(one.cycles, whole), 6),
            "cycles_per_mac": _rounded(one.cycles_per_mac),
            **{
                f"{cause}_cycles": round(one.causes[cause].typical) if cause in one.causes else 0
                for cause in CAUSES
            },
        }
        for one, typical in zip(rows, profile.whole_cycles, strict=True)
    )


def _csv_text(rows: Iterable[dict[str, Any]]) -> str:
    listed = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(listed[0]) if listed else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue()


def _operator(one: OperatorTime, whole: float) -> dict[str, Any]:
    return {
        "index": one.index,
        "name": one.name,
        "shape": list(one.shape),
        **_figures(one, whole),
        "memories": [_events(events) for events in one.events],
    }


def _figures(one: OperatorTime, whole: float) -> dict[str, Any]:
    return {
        "macs": one.macs,
        "instructions": one.instructions,
        "cycles": _band(one.cycles),
        "share": round(_share(one.cycles, whole), 6),
        "cycles_per_mac": _rounded(one.cycles_per_mac) or None,
        "causes": {cause: _band(one.causes[cause]) for cause in CAUSES if cause in one.causes},
    }


def _events(events: MemoryEvents) -> dict[str, Any]:
    return {
        "memory": events.memory,
        "fetch_reads": events.fetch_reads,
        "fetch_line_misses": events.fetch_line_misses,
        "data_reads": events.data_reads,
        "data_line_misses": events.data_line_misses,
        "data_hits": events.data_hits,
    }


def _spot(spot: HotSpot, whole: float) -> dict[str, Any]:
    return {
        "function": spot.function,
        "place": spot.place,
        "instructions": spot.instructions,
        "cycles": _band(spot.cycles),
        "share": round(_share(spot.cycles, whole), 6),
        "causes": {cause: _band(spot.causes[cause]) for cause in CAUSES if cause in spot.causes},
        "operators": list(spot.operators),
    }


def _band(band: Band, digits: int = _DIGITS) -> dict[str, float]:
    return {
        "low": round(band.low, digits),
        "typical": round(band.typical, digits),
        "high": round(band.high, digits),
    }


def _share(cycles: Band, whole: float) -> float:
    return cycles.typical / whole if whole else 0.0


def _rounded(value: float | None) -> float | str:
    return "" if value is None else round(value, _DIGITS)
