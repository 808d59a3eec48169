"""Arguments of the keywords: sizes, times, energies, counts and shares as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.robot.arguments import (
    parse_bytes,
    parse_count,
    parse_microjoules,
    parse_milliseconds,
    parse_share,
)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (65536, 65536),
        ("65536", 65536),
        ("65_536", 65536),
        ("65,536 B", 65536),
        ("64 KiB", 65536),
        ("64KiB", 65536),
        (" 64 kib ", 65536),
        ("0.5 KiB", 512),
        ("1.5 MiB", 1_572_864),
        ("0", 0),
    ],
)
def test_sizes_are_bytes_or_have_a_unit(text, size):
    assert parse_bytes(text) == size


@given(st.integers(0, 10**12))
def test_a_size_reads_back_as_it_was_written(size):
    assert parse_bytes(f"{size:,} B") == parse_bytes(str(size)) == size


@given(st.integers(0, 10**9))
def test_a_size_in_kib_is_exact(count):
    assert parse_bytes(f"{count} KiB") == count * 1024


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("64 KB", "KB has two meanings; write KiB"),
        ("1 mb", "mb has two meanings; write MiB"),
        ("64 kilo", "unknown unit 'kilo'; give a size such as 65536 or 64 KiB"),
        ("-1", "give a size"),
        ("many", "give a size"),
        ("", "give a size"),
        ("nan", "give a size"),
        ("inf", "give a size"),
        ("0x10", "unknown unit|give a size"),
        (True, "give a size"),
        (None, "give a size"),
        ("0.3 B", "is 0.3, not a whole number of bytes"),
    ],
)
def test_what_is_no_size_is_refused_with_what_to_write(text, told):
    with pytest.raises(ValueError, match=told):
        parse_bytes(text)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [(20, 20), (0.5, 0.5), ("20", 20), ("20 ms", 20), ("800 us", 0.8), ("1.5 s", 1500)],
)
def test_times_are_milliseconds_or_have_a_unit(text, milliseconds):
    assert parse_milliseconds(text) == milliseconds


def test_a_limit_in_percent_is_the_decimal_it_reads_as():
    assert parse_share("95 %") == parse_share("0.95") == parse_share(0.95) == 0.95
    assert parse_share("1") == 1


@pytest.mark.parametrize("text", ["95", "1.01", "101 %"])
def test_a_share_above_one_is_refused(text):
    with pytest.raises(ValueError, match=r"more than 1; give a share such as 0.95, or 95 %"):
        parse_share(text)


def test_counts_and_energies_have_units():
    assert parse_count("7.7 M") == parse_count("7_700_000") == 7_700_000
    assert parse_count("1.5 k") == 1500
    assert parse_microjoules("2.5 mJ") == parse_microjoules(2500) == 2500
    assert parse_microjoules("120 µJ") == parse_microjoules("120 uJ") == 120
    with pytest.raises(ValueError, match="not a whole number"):
        parse_count("0.5")
    with pytest.raises(ValueError, match="unknown unit 'ms'"):
        parse_microjoules("3 ms")
