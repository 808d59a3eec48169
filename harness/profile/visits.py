"""Take apart what a trace counted: one region of it, and the last visit of that."""

from dataclasses import fields, replace
from typing import TypeVar

from harness.errors import HarnessError
from harness.simulators.trace import BlockCount, DataCount, FetchCount, Trace


def only(trace: Trace, region: str) -> Trace:
    """Return what a trace has of one region."""
    instructions = trace.regions[region]
    return replace(
        trace,
        total=instructions,
        regions={region: instructions},
        operators=tuple(one for one in trace.operators if one.region == region),
        blocks=tuple(one for one in trace.blocks if one.region == region),
        fetches=tuple(one for one in trace.fetches if one.region == region),
        data=tuple(one for one in trace.data if one.region == region),
        visits={region: trace.visits.get(region, 0)},
    )


def subtract(longer: Trace, shorter: Trace, region: str) -> Trace:
    """Return what `longer` counted of a region beyond `shorter`, a run that ended earlier.

    Raises:
        HarnessError: The runs differ before the shorter one ends.
    """
    earlier = {one.visit for one in shorter.operators if one.region == region}
    instructions = longer.regions[region] - shorter.regions[region]
    return replace(
        longer,
        total=longer.total - shorter.total,
        regions={**longer.regions, region: instructions},
        operators=tuple(
            one for one in longer.operators if one.region != region or one.visit not in earlier
        ),
        blocks=_less(longer.blocks, shorter.blocks),
        fetches=_less(longer.fetches, shorter.fetches),
        data=_less(longer.data, shorter.data),
        visits={**longer.visits, region: longer.visits[region] - shorter.visits[region]},
    )


_KEYS = ("region", "index", "address", "length", "memory")
_Count = TypeVar("_Count", BlockCount, FetchCount, DataCount)


def _less(longer: tuple[_Count, ...], shorter: tuple[_Count, ...]) -> tuple[_Count, ...]:
    earlier = {_key(one): one for one in shorter}
    left: list[_Count] = []
    for one in longer:
        before = earlier.pop(_key(one), None)
        counts = {
            field.name: getattr(one, field.name) - (getattr(before, field.name) if before else 0)
            for field in fields(one)
            if field.name not in _KEYS
        }
        if any(count < 0 for count in counts.values()):
            raise _differing()
        if any(counts.values()):
            left.append(replace(one, **counts))
    if earlier:
        raise _differing()
    return tuple(left)


def _key(one: BlockCount | FetchCount | DataCount) -> tuple[object, ...]:
    return tuple(getattr(one, key, None) for key in _KEYS)


def _differing() -> HarnessError:
    return HarnessError(
        "--visit: two runs of the program differ; it must not depend on time or on input"
    )
