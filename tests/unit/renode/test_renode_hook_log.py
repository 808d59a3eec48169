"""The hooks' counts become regions, or one line that says why they cannot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.simulators.renode.hook_log import parse_hook_log
from harness.simulators.session import REGION_NAMES
from harness.simulators.trace import TraceError

WHOLE = b"region 0 100\nregion 4 150\nregion 0 1150\nregion 4 1200\nregion 0 1300\nend 1400\n."


def test_regions_are_what_lies_between_their_markers():
    log = parse_hook_log(WHOLE, REGION_NAMES)
    assert log.elapsed
    assert log.trace is not None
    assert log.trace.total == 1400
    assert log.trace.regions == {"boot": 100, "none": 200, "invoke_warm": 1100}
    assert log.trace.visits == {"boot": 1, "none": 3, "invoke_warm": 2}


def test_a_run_without_markers_is_all_boot():
    trace = parse_hook_log(b"end 7\n.", REGION_NAMES).trace
    assert trace is not None
    assert trace.regions == {"boot": 7}


@pytest.mark.parametrize(
    ("data", "ended", "elapsed"),
    [
        (b"", False, False),
        (b".", False, True),
        (b"region 0 5\n.", False, True),
        (b"end 5\n", True, False),
    ],
)
def test_what_did_not_come_to_its_end_has_no_trace(data, ended, elapsed):
    log = parse_hook_log(data, REGION_NAMES)
    assert (log.trace is not None, log.elapsed) == (ended, elapsed)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"region 0 5", "ends within a line"),
        (b"end 5", "ends within a line"),
        (b"..", "ends within a line"),
        (b"region 0 5\n.\n", "line 2: b'.' is not understood"),
        (b"region 0 5\nregion 2 4\n.", "line 2: the count falls from 5 to 4"),
        (b"region 9 5\n.", "line 1: region 9 has no name"),
        (b"region 2 5\n.", "line 1: allocate begins in boot; a marker between them is missing"),
        (b"region 0 5\nregion 0 6\n.", "line 2: none begins in none"),
        (b"end 5\nend 5\n.", "line 2: b'end 5' is behind the end"),
        (b"end 5\nregion 0 6\n.", "behind the end"),
        (b"end -5\n", "not understood"),
        (b"end 0x5\n", "not understood"),
        (b"end 5L\n", "not understood"),
        (b"region  0 5\n", "not understood"),
        (b"end 5\r\n", "not understood"),
        (b"\n", "line 1: b'' is not understood"),
        ("end \N{ARABIC-INDIC DIGIT FIVE}\n".encode(), "not understood"),
        (b"end 999999999999999999999\n", "not understood"),
    ],
)
def test_anything_else_is_refused_by_its_line(data, message):
    with pytest.raises(TraceError, match=r"^hook log: ") as refused:
        parse_hook_log(data, REGION_NAMES)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


@given(st.binary(max_size=200) | st.text("regionend 0123456789.\n").map(str.encode))
def test_no_data_does_anything_else(data):
    try:
        log = parse_hook_log(data, REGION_NAMES)
    except TraceError as refused:
        assert "\n" not in str(refused)
    else:
        assert log.trace is None or sum(log.trace.regions.values()) == log.trace.total
