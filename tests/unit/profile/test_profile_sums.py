"""Promises about profiles: parts sum to the whole, in operators, functions, lines and files."""

import csv
import io
import json
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from profile_factory import LABELS, LOCATIONS, estimate, part, profile, site

from harness.cycles.band import Band, total
from harness.cycles.cost import CAUSES
from harness.cycles.estimate import Estimate
from harness.profile.documents import operators_csv, profile_json
from harness.profile.folded_stacks import folded_stacks
from harness.profile.hot_spots import hottest_functions, hottest_lines
from harness.profile.profile import Profile
from harness.profile.rounding import whole_cycles
from harness.profile.tree import Node, make_tree

_CYCLES = st.floats(0, 1e7, allow_nan=False)
_SITES = st.builds(
    lambda address, executions, causes: site(address, executions, **causes),
    st.sampled_from(sorted(LOCATIONS)),
    st.integers(1, 10**6),
    st.dictionaries(st.sampled_from(CAUSES), _CYCLES, min_size=1),
)


@st.composite
def _estimates(draw) -> Estimate:
    parts = [part(-1, [site(0x400, 3, issue=3)])]
    for index in range(draw(st.integers(1, 4))):
        sites = draw(st.lists(_SITES, min_size=1, max_size=6, unique_by=lambda one: one.address))
        parts.append(part(index, sites))
    return estimate(1.0, *parts)


@given(_estimates())
def test_operators_sum_to_the_region_in_every_cause(estimated: Estimate) -> None:
    whole = profile(estimated).whole
    region = estimated.cycles("invoke_warm")
    assert whole.cycles.typical == pytest.approx(region.typical)
    assert whole.cycles.low == pytest.approx(region.low)
    assert whole.cycles.high == pytest.approx(region.high)
    assert whole.instructions == sum(one.instructions for one in estimated.parts)


@given(_estimates())
def test_folded_stacks_sum_to_the_typical_cycles_exactly(estimated: Estimate) -> None:
    found = profile(estimated)
    lines = folded_stacks(make_tree(found)).splitlines()
    assert sum(int(line.rpartition(" ")[2]) for line in lines) == round(found.whole.cycles.typical)
    assert all(line.count(";") >= 2 for line in lines)


@given(_estimates())
def test_in_the_tree_children_sum_to_their_parent(estimated: Estimate) -> None:
    found = profile(estimated)

    def check(node: Node) -> None:
        if node.children:
            assert sum(child.weight for child in node.children) == node.weight
            assert sum(child.instructions for child in node.children) == node.instructions
            below = total(child.cycles for child in node.children)
            assert below.typical == pytest.approx(node.cycles.typical)
        assert abs(node.weight - node.cycles.typical) <= 1 + _leaves(node)
        for child in node.children:
            check(child)

    tree = make_tree(found)
    check(tree)
    assert [child.weight for child in tree.children] == found.whole_cycles


def _leaves(node: Node) -> int:
    return sum(_leaves(child) for child in node.children) if node.children else 1


@given(_estimates())
def test_functions_and_lines_each_sum_to_the_whole(estimated: Estimate) -> None:
    found = profile(estimated)
    for spots in (hottest_functions(found), hottest_lines(found)):
        assert sum(one.cycles.typical for one in spots) == pytest.approx(found.whole.cycles.typical)
        assert sum(one.instructions for one in spots) == found.whole.instructions
        cycles = [one.cycles.typical for one in spots]
        assert cycles == sorted(cycles, reverse=True)


@given(st.lists(st.floats(0, 1e9), max_size=50))
def test_whole_cycles_sum_to_the_rounded_sum_and_are_less_than_one_away(
    values: list[float],
) -> None:
    rounded = whole_cycles(values, round(math.fsum(values)))
    assert sum(rounded) == round(math.fsum(values))
    assert all(abs(a - b) < 1 for a, b in zip(rounded, values, strict=True))


def test_whole_cycles_bear_a_sum_that_came_out_a_hair_too_small() -> None:
    assert whole_cycles([2.0, 3.0], 4) == [2, 2]
    assert whole_cycles([0.0, 0.4, 0.6], 1) == [0, 0, 1]


def test_the_interpreter_comes_last_and_the_whole_knows_its_macs() -> None:
    found = profile()
    assert [one.title for one in found.operators] == [
        "0 CONV_2D",
        "1 MAX_POOL_2D",
        "2 FULLY_CONNECTED",
        "interpreter",
    ]
    assert found.whole.macs == 9000 + 0 + 1920
    assert found.operators[0].cycles_per_mac == pytest.approx((1150 + 30.25 + 500.4 + 210.4) / 9000)
    assert found.operators[1].cycles_per_mac is None
    assert found.milliseconds.typical == pytest.approx(found.whole.cycles.typical / 80_000)


def test_macs_of_the_whole_are_unknown_if_those_of_one_operator_are() -> None:
    labels = (LABELS[0], LABELS[1], replace(LABELS[2], macs=None))
    assert profile(labels=labels).whole.macs is None


def test_a_function_holds_what_was_inlined_into_it_over_all_operators() -> None:
    first = hottest_functions(profile())[0]
    assert first.name == "ns::Convolve"
    assert first.operators == ("0 CONV_2D", "2 FULLY_CONNECTED")
    assert first.instructions == 100 + 1000 + 50 + 300
    assert first.place == "firmware/kernels/conv.cc"


def test_a_line_is_that_of_the_innermost_function() -> None:
    first = hottest_lines(profile())[0]
    assert (first.place, first.name) == ("firmware/kernels/sum.h:5", "ns::Add")
    assert first.instructions == 1300


def test_stacks_name_operator_function_inlined_function_and_line() -> None:
    lines = folded_stacks(make_tree(profile())).splitlines()
    assert "0 CONV_2D;ns::Convolve;ns::Add;sum.h:5 1701" in lines
    assert "1 MAX_POOL_2D;memset;? 7" in lines


def test_the_csv_file_sums_to_the_whole_and_keeps_its_bands() -> None:
    found = profile()
    rows = list(csv.DictReader(io.StringIO(operators_csv(found))))
    assert [row["name"] for row in rows][-1] == "interpreter"
    assert sum(int(row["cycles"]) for row in rows) == round(found.whole.cycles.typical)
    assert sum(float(row["share"]) for row in rows) == pytest.approx(1, abs=1e-5)
    for row in rows:
        assert int(row["cycles_low"]) <= int(row["cycles"]) <= int(row["cycles_high"])
    assert rows[0]["output"] == "1x8x8x16"
    assert rows[0]["data_wait_cycles"] == "210"


def test_the_json_file_holds_operators_functions_lines_and_notes() -> None:
    document = json.loads(profile_json(profile()))
    assert document["model"] == "digits"
    assert document["clock_hz"] == 80_000_000
    typical = sum(one["cycles"]["typical"] for one in document["operators"])
    assert typical == pytest.approx(document["cycles"]["typical"], abs=0.01)
    assert document["operators"][0]["memories"][0]["fetch_line_misses"] == 4
    assert document["functions"][0]["operators"] == ["0 CONV_2D", "2 FULLY_CONNECTED"]
    assert document["lines"][0]["place"] == "firmware/kernels/sum.h:5"
    assert document["notes"] == ["the wait states of flash are unverified"]


def test_a_region_of_no_cycles_has_no_shares_and_breaks_nothing() -> None:
    empty = profile(estimate(1.0, part(0, [site(0x200, 0, issue=Band(0, 0, 0))])))
    assert isinstance(empty, Profile)
    assert folded_stacks(make_tree(empty)) == ""
    assert json.loads(profile_json(empty))["operators"][0]["share"] == 0
