"""What the plugin writes is read back whole, and nothing else is taken for a trace."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.simulators.trace import (
    INTERPRETER,
    BlockCount,
    DataCount,
    FetchCount,
    OperatorCount,
    Trace,
    TraceError,
    from_dict,
    to_dict,
)
from harness.simulators.trace_text import parse_trace

NAMES = {2: "invoke"}
DETAILED = """\
harness-trace 2
status end
total 33
region 1 4 1
region 2 29 2
operator 1 0 -1 4
operator 2 0 -1 5
operator 2 0 0 8
operator 2 1 -1 5
operator 2 1 0 11
block 1 -1 00000040 4 1 0
block 2 -1 10000050 5 2 1
block 2 0 10000060 3 3 0
block 2 0 10000066 2 5 4
end
"""
EVENTS = (
    DETAILED.removesuffix("end\n")
    + """\
fetch 1 -1 00000040 4 0 2 1 1 2 1
fetch 2 0 10000066 2 1 9 4 0 0 0
data 2 -1 10000052 1 6 7 5 1 2 3 4
data 2 0 10000066 0 0 5 0 0 0 0 0
end
"""
)
TOTALS = "harness-trace 2\nstatus budget\ntotal 7\nregion 0 3 1\nregion 1 4 1\nend\n"
EXPECTED = Trace(
    status="end",
    total=33,
    regions={"boot": 4, "invoke": 29},
    operators=(
        OperatorCount("boot", 0, INTERPRETER, 4),
        OperatorCount("invoke", 0, INTERPRETER, 5),
        OperatorCount("invoke", 0, 0, 8),
        OperatorCount("invoke", 1, INTERPRETER, 5),
        OperatorCount("invoke", 1, 0, 11),
    ),
    blocks=(
        BlockCount("boot", INTERPRETER, 0x40, 4, 1, 0),
        BlockCount("invoke", INTERPRETER, 0x1000_0050, 5, 2, 1),
        BlockCount("invoke", 0, 0x1000_0060, 3, 3, 0),
        BlockCount("invoke", 0, 0x1000_0066, 2, 5, 4),
    ),
    visits={"boot": 1, "invoke": 2},
)
WITH_EVENTS = replace(
    EXPECTED,
    fetches=(
        FetchCount("boot", INTERPRETER, 0x40, 4, 0, 2, 1, 1, 2, 1),
        FetchCount("invoke", 0, 0x1000_0066, 2, 1, 9, 4, 0, 0, 0),
    ),
    data=(
        DataCount("invoke", INTERPRETER, 0x1000_0052, 1, 6, 7, 5, 1, 2, 3, 4),
        DataCount("invoke", 0, 0x1000_0066, 0, 0, 5, 0, 0, 0, 0, 0),
    ),
)
TEXTS = pytest.mark.parametrize(
    "text", [DETAILED, EVENTS, TOTALS], ids=["detail", "events", "totals"]
)


def read(text: str) -> Trace:
    return parse_trace(text, NAMES, memories=2)


def test_a_detailed_trace_is_read_with_its_names():
    assert parse_trace(DETAILED, NAMES) == EXPECTED


def test_events_are_read_with_their_block_or_instruction_and_memory():
    assert read(EVENTS) == WITH_EVENTS


def test_a_trace_of_totals_has_no_operators_and_no_blocks():
    expected = Trace("budget", 7, {"none": 3, "boot": 4}, (), (), visits={"none": 1, "boot": 1})
    assert parse_trace(TOTALS, NAMES) == expected


def test_regions_0_and_1_can_be_named():
    trace = parse_trace(TOTALS, {0: "outside", 1: "start"})
    assert dict(trace.regions) == {"outside": 3, "start": 4}


def test_an_entered_region_may_have_executed_nothing():
    text = DETAILED.replace("region 2", "region 0 0 1\nregion 2", 1).replace(
        "operator 1", "operator 0 0 -1 0\noperator 1", 1
    )
    assert parse_trace(text, NAMES).regions["none"] == 0


@TEXTS
def test_a_trace_survives_json(text):
    trace = read(text)
    assert from_dict(json.loads(json.dumps(to_dict(trace)))) == trace


@TEXTS
def test_every_truncation_is_refused(text):
    for length in range(len(text)):
        with pytest.raises(TraceError):
            read(text[:length])


@pytest.mark.parametrize("text", [DETAILED, TOTALS], ids=["detail", "totals"])
def test_every_missing_line_of_counts_is_refused(text):
    lines = text.splitlines(keepends=True)
    for missing in range(len(lines)):
        with pytest.raises(TraceError):
            read("".join(lines[:missing] + lines[missing + 1 :]))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("harness-trace 2", "harness-trace 1", "starts with"),
        ("status end", "status done", "status and total"),
        ("status end", "end", "status and total"),
        ("total 33", "total 34", "sum to its total"),
        ("total 33", "total -33", "status and total"),
        ("region 2", "region 3", "region 3 has no name"),
        ("region 1 4 1\n", "region 1 4 1\nregion 1 0 1\n", "appears twice"),
        ("region 1 4 1\n", "region 1 4\n", "line 4"),
        ("operator 2 0 0 8", "operator 2 0 0 9", "blocks do not sum"),
        ("operator 1 0 -1 4\n", "operator 1 0 -1 4\noperator 0 0 -1 0\n", "operators do not sum"),
        ("block 2 0 10000060 3 3", "block 2 0 10000060 3 4", "blocks do not sum"),
        ("block 1 -1 00000040 4 1", "block 1 -1 0x000040 4 1", "line 11"),
        ("block 1 -1 00000040 4 1", "block 1 -1 00000040 4 \u0661", "line 11"),
        ("10000066 2 5 4", "10000066 2 5 6", "more branches than it ran"),
        ("fetch 1 -1 00000040 4", "fetch 1 -1 00000042 4", "fetches at 0x42 what did not run"),
        ("4 0 2 1 1 2 1", "4 0 2 1 1 3 1", "fetches at 0x40 cannot be"),
        ("4 0 2 1 1 2 1", "4 0 2 1 3 2 1", "fetches at 0x40 cannot be"),
        ("4 0 2 1 1 2 1", "4 0 2 3 1 2 1", "fetches at 0x40 cannot be"),
        ("4 0 2 1 1 2 1", "4 0 2 1 1 2 2", "fetches at 0x40 cannot be"),
        ("4 0 2 1 1 2 1", "4 2 2 1 1 2 1", "memory 2 is not one of 2"),
        ("1 6 7 5 1 2 3 4", "1 6 7 5 3 2 3 4", "accesses at 0x10000052 cannot be"),
        ("1 6 7 5 1 2 3 4", "1 6 7 5 1 2 3 14", "accesses at 0x10000052 cannot be"),
        ("1 6 7 5 1 2 3 4", "1 6 7 5 1 2 3", "line 17"),
        ("operator 2 0 0 8", "operators 2 0 0 8", "line 8"),
    ],
)
def test_a_garbled_trace_is_refused_with_the_reason(old, new, message):
    with pytest.raises(TraceError, match=message):
        read(EVENTS.replace(old, new, 1))


def test_operators_without_blocks_are_refused():
    text = "\n".join(line for line in DETAILED.split("\n") if not line.startswith("block"))
    with pytest.raises(TraceError, match="not both"):
        parse_trace(text, NAMES)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_arbitrary_text_raises_nothing_but_a_trace_error(text):
    with pytest.raises(TraceError):
        parse_trace(text, NAMES)


@given(st.integers(0, len(EVENTS) - 1), st.sampled_from("0123456789 -abcdef\nx"))
def test_a_changed_character_is_refused_or_changes_what_is_read(position, character):
    changed = EVENTS[:position] + character + EVENTS[position + 1 :]
    try:
        trace = read(changed)
    except TraceError:
        return
    assert (trace == WITH_EVENTS) == (changed == EVENTS)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 1},
        {"status": "done"},
        {"total": None},
        {"total": 34},
        {"regions": []},
        {"operators": [["boot", 0, -1]]},
        {"operators": [[1, 0, -1, 4]]},
        {"blocks": [["boot", -1, [64, 4, 1, "x"]]]},
        {"blocks": [["boot", -1, [64, 4, 1]]]},
        {"blocks": [[1, -1, [64, 4, 1, 0]]]},
        {"fetches": [["boot", -1, [64, 5, 0, 2, 1, 1, 2, 1]]]},
        {"data": [["boot", -1, [64, 0, 1, 1, 1, 1, 1, 1, 3]]]},
        {"data": [["boot", -1, 64]]},
        {"visits": {"elsewhere": 1}},
    ],
)
def test_stored_data_of_another_form_is_refused(change):
    with pytest.raises(TraceError):
        from_dict({**to_dict(WITH_EVENTS), **change})


def test_stored_data_without_a_field_is_refused():
    for name in to_dict(EXPECTED):
        data = to_dict(EXPECTED)
        del data[name]
        with pytest.raises(TraceError):
            from_dict(data)
