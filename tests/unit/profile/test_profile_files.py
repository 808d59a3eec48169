"""Promises about the files of a profile: the trace tiles its region, the page needs no network."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from profile_factory import CLOCK_HZ, estimate, part, profile, site

from harness.errors import HarnessError
from harness.profile.chrome_trace import chrome_trace
from harness.profile.comparison import compare
from harness.profile.files import write_profile
from harness.profile.flame_graph import flame_graph
from harness.profile.profile import Profile, Subject
from harness.profile.tree import make_tree


def slices(found: Profile) -> list[dict]:
    events = json.loads(chrome_trace(found, make_tree(found)))["traceEvents"]
    return [event for event in events if event["ph"] == "X"]


def nanoseconds(event: dict) -> tuple[int, int]:
    begin = round(event["ts"] * 1000)
    return begin, begin + round(event["dur"] * 1000)


@given(st.sampled_from([1_000_000, 64_000_000, CLOCK_HZ, 216_000_000]), st.floats(0, 1000))
def test_operators_tile_the_region_without_a_gap(clock_hz: int, scale: float) -> None:
    found = profile(estimate(scale), clock_hz=clock_hz)
    operators = [one for one in slices(found) if one["cat"] == "operator"]
    assert [one["name"] for one in operators] == [one.title for one in found.operators]
    at = 0
    for one in operators:
        begin, at_end = nanoseconds(one)
        assert begin == at
        at = at_end
    assert at == round(round(found.whole.cycles.typical) * 1e9 / clock_hz)


def test_slices_lie_within_those_above_them() -> None:
    stack: list[tuple[int, int]] = []
    for one in slices(profile()):
        begin, end = nanoseconds(one)
        assert begin < end
        while stack and stack[-1][1] <= begin:
            stack.pop()
        if stack:
            assert stack[-1][0] <= begin
            assert end <= stack[-1][1]
        stack.append((begin, end))


def test_a_slice_tells_its_band_and_its_causes() -> None:
    first = slices(profile())[0]
    assert first["args"]["title"] == "0 CONV_2D 1x8x8x16"
    assert first["args"]["cycles"] == 1891
    assert first["args"]["cycles_low"] == 1702
    assert first["args"]["cycles_high"] == 2080
    assert first["args"]["data_wait_cycles"] == 210


class _Links(HTMLParser):
    """Collects whatever a browser would load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in {"script", "img", "iframe", "link", "source"} and (
            named.get("src") or named.get("href")
        ):
            self.found.append(tag)


def test_the_flame_graph_names_every_operator_and_loads_nothing() -> None:
    found = profile()
    page = flame_graph(found, make_tree(found))
    for operator in found.operators:
        assert operator.title in page
    assert "ns::Convolve" in page
    assert "digits int8 (simd, O2) on nano33ble: warm Invoke at 80 MHz" in page
    assert "the wait states of flash are unverified" in page
    links = _Links()
    links.feed(page)
    assert links.found == []


def test_two_flame_graphs_of_one_profile_are_the_same_bytes() -> None:
    found = profile()
    assert flame_graph(found, make_tree(found)) == flame_graph(found, make_tree(found))


def test_names_cannot_break_out_of_the_page() -> None:
    evil = "</script><script>alert(1)</script>"
    found = profile(subject=Subject("nano33ble", elf=evil))
    page = flame_graph(found, make_tree(found))
    assert evil not in page


def test_what_is_too_small_to_be_seen_is_drawn_together() -> None:
    many = [site(0x100, 10**6, issue=10**6), site(0x102, 1, issue=1), site(0x104, 1, issue=1)]
    found = profile(estimate(1.0, part(0, many), part(1, [site(0x200, 1, issue=1)])))
    page = flame_graph(found, make_tree(found))
    assert "2 more" in page
    assert "ns::Add" not in page
    assert '"1 MAX_POOL_2D"' in page


def test_all_files_are_written_and_nothing_else(tmp_path: Path) -> None:
    found = profile()
    write_profile(found, tmp_path / "new" / "folder", compare(found, profile(estimate(2.0))))
    assert sorted(path.name for path in (tmp_path / "new" / "folder").iterdir()) == [
        "comparison.csv",
        "flame.html",
        "operators.csv",
        "profile.json",
        "stacks.folded",
        "trace.json",
    ]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(HarnessError, match=re.escape("cannot be written")):
        write_profile(profile(), tmp_path / "taken")
