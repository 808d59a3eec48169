"""Promises about visits: what two runs share is subtracted exactly, and differing runs are told."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import HarnessError
from harness.profile.visits import only, subtract
from harness.simulators.trace import BlockCount, DataCount, FetchCount, OperatorCount, Trace

_COUNTS = st.lists(st.integers(1, 1000), min_size=1, max_size=5)


def trace(*visits: list[int]) -> Trace:
    """A trace of these visits of "loop": each has a block for each number, run so often."""
    blocks: dict[int, int] = {}
    for visit in visits:
        for position, count in enumerate(visit):
            blocks[position] = blocks.get(position, 0) + count
    instructions = 3 * sum(blocks.values())
    return Trace(
        status="end",
        total=instructions + 7,
        regions={"boot": 7, "loop": instructions},
        operators=(
            OperatorCount("boot", 0, -1, 7),
            *(OperatorCount("loop", i, -1, 3 * sum(visit)) for i, visit in enumerate(visits)),
        ),
        blocks=(
            BlockCount("boot", -1, 0x10, 7, 1, 0),
            *(BlockCount("loop", -1, 0x100 + p, 3, n, n // 2) for p, n in blocks.items()),
        ),
        fetches=tuple(
            FetchCount("loop", -1, 0x100 + p, 3, 0, 2 * n, n, n, n, n) for p, n in blocks.items()
        ),
        data=tuple(
            DataCount("loop", -1, 0x100 + p, 1, n, n, n, 0, 0, 0, 0) for p, n in blocks.items()
        ),
        visits={"boot": 1, "loop": len(visits)},
    )


@given(_COUNTS, _COUNTS)
def test_the_last_visit_is_what_a_longer_run_has_more(first: list[int], last: list[int]) -> None:
    both, earlier, alone = trace(first, last), trace(first), trace(last)
    left = only(subtract(both, earlier, "loop"), "loop")
    assert {one.address: one.count for one in left.blocks} == {
        one.address: one.count for one in alone.blocks if one.region == "loop"
    }
    assert sorted(left.fetches, key=lambda one: one.address) == list(alone.fetches)
    assert sorted(left.data, key=lambda one: one.address) == list(alone.data)
    assert left.regions == {"loop": 3 * sum(last)}
    assert left.total == 3 * sum(last)
    assert left.visits == {"loop": 1}
    assert [one.visit for one in left.operators] == [1]


def test_runs_that_differ_are_refused() -> None:
    longer, shorter = trace([5], [1]), trace([5])
    fewer = replace(longer, blocks=(BlockCount("boot", -1, 0x10, 7, 1, 0),))
    with pytest.raises(HarnessError, match="--visit: two runs of the program differ"):
        subtract(fewer, shorter, "loop")
    with pytest.raises(HarnessError, match="--visit: two runs of the program differ"):
        subtract(trace([4], [0]), trace([6]), "loop")
