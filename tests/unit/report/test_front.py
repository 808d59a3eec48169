"""Promises about the Pareto front: it is what its definition says, over whatever points."""

from hypothesis import given
from hypothesis import strategies as st
from report_factory import timed_row

from harness.results.front import COSTS, coordinates, front_rows, latency_band, undominated

FEW = st.integers(min_value=0, max_value=4)
POINTS = st.lists(st.tuples(FEW, FEW, FEW), max_size=12)


@given(POINTS)
def test_the_front_holds_exactly_what_nothing_dominates(points: list[tuple[int, ...]]) -> None:
    def beaten(point: tuple[int, ...]) -> bool:
        # Another point that is nowhere larger and is not the same.
        return any(all(map(int.__le__, other, point)) and other != point for other in points)

    assert undominated(points) == {i for i, point in enumerate(points) if not beaten(point)}


@given(POINTS.filter(bool))
def test_the_best_of_each_figure_is_on_the_front(points: list[tuple[int, ...]]) -> None:
    kept = [points[place] for place in undominated(points)]
    for axis in range(3):
        assert min(p[axis] for p in kept) == min(p[axis] for p in points)


def test_more_quality_is_better_and_more_cost_is_worse() -> None:
    good = timed_row(scheme="good", quality_device=0.95, latency_ms=5.0)
    worse = timed_row(scheme="worse", quality_device=0.94, latency_ms=5.0)
    slower = timed_row(scheme="slower", quality_device=0.95, latency_ms=6.0)
    cheap = timed_row(scheme="cheap", quality_device=0.90, latency_ms=1.0)
    assert front_rows([good, worse, slower, cheap]) == (good, cheap)


def test_equal_cells_stand_together() -> None:
    twins = (timed_row(scheme="one"), timed_row(scheme="two"))
    assert front_rows(twins) == twins


def test_what_does_not_fit_or_has_no_figure_is_not_on_the_front() -> None:
    large = timed_row(scheme="large", status="does-not-fit", reason="too large", quality_device=1.0)
    unknown = timed_row(scheme="unknown", latency_ms=None)
    plain = timed_row()
    assert front_rows([large, unknown, plain]) == (plain,)
    assert coordinates(large, ["flash"]) is None
    assert front_rows([large, unknown], ["flash"]) == (unknown,)


def test_the_costs_decide_who_is_on_the_front() -> None:
    fast = timed_row(scheme="fast", latency_ms=1.0, ram_bytes=20_000)
    lean = timed_row(scheme="lean", latency_ms=2.0, ram_bytes=10_000)
    assert front_rows([fast, lean], ["latency"]) == (fast,)
    assert front_rows([fast, lean], ["ram"]) == (lean,)
    assert front_rows([fast, lean], ["latency", "ram"]) == (fast, lean)


def test_a_pipeline_is_its_features_too() -> None:
    row = timed_row(pipeline_latency_ms=9.0, pipeline_instructions=400_000)
    assert COSTS["latency"].value(row) == 9.0
    assert COSTS["instructions"].value(row) == 400_000
    assert latency_band(row) is None


def test_the_band_of_the_latency_is_that_of_the_cycles() -> None:
    assert latency_band(timed_row()) == (6.0, 13.5)
