"""Promises about boards: every shipped one is sound, every rule catches what breaks it."""

import os
import re
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from harness.assets import asset_path
from harness.board_tables import UartKind
from harness.boards import board_names, load_board, load_boards
from harness.errors import HarnessError

SHIPPED = sorted(path.stem for path in asset_path("boards").glob("*.toml"))

TINY = """
name = "tiny"
title = "A board of the test"
core = "cortex-m4"
fpu = "fpv4-sp-d16"
clock_hz = 64_000_000
source = "made up"
[[memory]]
name = "flash"
kind = "flash"
origin = 0x0000_0000
bytes = 0x1000
source = "made up"
[[memory]]
name = "ram"
kind = "ram"
origin = 0x2000_0000
bytes = 0x800
source = "made up"
[placement]
code = ["flash"]
data = ["ram"]
[[cache]]
kind = "instruction"
bytes = 1024
line_bytes = 32
ways = 4
source = "made up"
[emulation]
qemu = "mps2-an386"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARNESS_BOARDS", str(tmp_path))
    return tmp_path


def test_the_seven_boards_of_the_readme_are_shipped() -> None:
    assert SHIPPED == [
        "bluepill",
        "corstone300",
        "nano33ble",
        "nrf5340dk",
        "nucleo-f746zg",
        "nucleo-l4r5zi",
        "pico",
    ]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_board_keeps_the_rules(name: str) -> None:
    board = load_board(name)
    assert board.name == name
    assert board.flash_limit_bytes > board.ram_limit_bytes or name == "corstone300"


@pytest.mark.parametrize(
    ("name", "flash", "ram"),
    [
        ("bluepill", 64 * 1024, 20 * 1024),
        ("corstone300", 512 * 1024, 512 * 1024),
        ("nano33ble", 1024 * 1024, 256 * 1024),
        ("nrf5340dk", 1024 * 1024, 512 * 1024),
        ("nucleo-f746zg", 1024 * 1024, 320 * 1024),
        ("nucleo-l4r5zi", 2048 * 1024, 640 * 1024),
        ("pico", 2048 * 1024, 264 * 1024),
    ],
)
def test_limits_are_the_sums_of_the_placed_regions(name: str, flash: int, ram: int) -> None:
    board = load_board(name)
    assert (board.flash_limit_bytes, board.ram_limit_bytes) == (flash, ram)


def test_data_regions_of_every_board_are_adjacent() -> None:
    for board in load_boards():
        regions = [board.region(name) for name in board.placement.data]
        for below, above in pairwise(regions):
            assert below.origin + below.bytes == above.origin, board.name


def test_a_board_is_found_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    assert load_board(str(path)).ram_limit_bytes == 0x800


def test_a_title_that_could_pass_for_another_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(re.sub('title = ".*"', 'title = "A\\\\n::error::B"', TINY))
    with pytest.raises(HarnessError, match="title: holds a line break or a control character"):
        load_board(str(path))


def test_a_folder_of_the_user_adds_boards(folder: Path) -> None:
    (folder / "tiny.toml").write_text(TINY)
    assert "tiny" in board_names()
    assert load_board("tiny").title == "A board of the test"


def test_an_installed_package_adds_boards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "more_boards"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "tiny.toml").write_text(TINY)
    metadata = tmp_path / "more_boards-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: more-boards\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[harness.boards]\nmore = more_boards\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert load_board("tiny").name == "tiny"


def test_two_boards_of_one_name_are_an_error(folder: Path) -> None:
    (folder / "pico.toml").write_text(TINY.replace('"tiny"', '"pico"'))
    with pytest.raises(HarnessError, match=r"is also a board of that name; rename one of them"):
        board_names()


def test_a_folder_that_does_not_exist_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_BOARDS", f"{os.sep}absent{os.pathsep}")
    with pytest.raises(HarnessError, match=r"HARNESS_BOARDS: .absent: no such folder"):
        board_names()


def test_an_unknown_board_suggests_the_nearest() -> None:
    with pytest.raises(
        HarnessError, match=r"unknown board 'nano33bel'; did you mean 'nano33ble'\?"
    ):
        load_board("nano33bel")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('core = "cortex-m4"', 'core = "cortex-m5"', "core: should be 'cortex-m0plus', "),
        ('"fpv4-sp-d16"', '"mve"', "fpu: cortex-m4 has no mve; choose one of: fpv4-sp-d16, none"),
        ("mps2-an386", "mps2-an385", "emulation.qemu: 'mps2-an385' is no known machine with a"),
        ("mps2-an386", "virt", "use mps2-an386"),
        ("line_bytes = 32", "line_bytes = 48", "cache[0].line_bytes: must be a power of two"),
        ("bytes = 1024", "bytes = 1000", "cache[0]: bytes: must be a multiple of line_bytes"),
        ('code = ["flash"]', 'code = ["rom"]', "placement.code: 'rom' must name one region"),
        ('code = ["flash"]', 'code = ["ram"]', "placement: 'ram' is in code and in data"),
        ('data = ["ram"]', 'data = ["ram", "ram"]', "placement.data: 'ram' must name one region"),
        ('data = ["ram"]', "data = []", "placement.data: "),
        ("0x2000_0000", "0x0000_0800", "memory: flash overlaps ram"),
        ('name = "ram"', 'name = "flash"', "memory: two regions are called 'flash'"),
        ("bytes = 0x800\n", "", "memory[1].bytes: missing; add it"),
        ("bytes = 0x800\n", "bytes = 0\n", "memory[1].bytes: should be greater than 0"),
        ("clock_hz", "clok_hz", "clok_hz: unknown key; did you mean 'clock_hz'?"),
        ("64_000_000", '"64 MHz"', "clock_hz: should be a valid integer"),
        ('name = "tiny"', 'name = "huge"', "name: 'huge' is not the file's; rename one of them"),
        (
            'kind = "instruction"',
            'kind = "instruction"\nunverified = ["policy"]',
            "cache[0]: unverified: this table has no key 'policy'",
        ),
        ("ways = 4", "ways = 3", "cache[0].ways: must be a power of two"),
        ("bytes = 1024", "bytes = 384", "cache[0]: bytes: 3 sets are no power of two"),
        ("ways = 4", 'ways = 4\nfill = "half"', "cache[0].fill: should be 'line' or 'read'"),
        ("ways = 4", 'ways = 4\npolicy = "plru"', "cache[0].policy: should be 'lru', 'fifo' or"),
        ("clock_hz = 64_000_000\n", "", "clock_hz: missing or not above 0, and wait states"),
        ("64_000_000", "0", "clock_hz: missing or not above 0, and wait states"),
        ("0x1000\n", "0x1000\nread_bits = 24\n", "memory[0].read_bits: should be greater than or"),
        ("0x1000\n", "0x1000\nread_bits = 96\n", "memory[0].read_bits: must be a power of two"),
        (
            "0x1000\n",
            "0x1000\nread_bits = 512\n",
            "cache[0].line_bytes: a line of 32 bytes is shorter than one read of flash, 512 bits",
        ),
        (
            "[placement]",
            '[flash]\nread_bits = 512\nsource = "made up"\n[placement]',
            "cache[0].line_bytes: a line of 32 bytes is shorter than one read of flash, 512 bits",
        ),
        (
            "[emulation]",
            '[[cache]]\nkind = "unified"\nsource = "made up"\n[emulation]',
            "cache: instruction and unified caches both stand in the instruction path; keep one",
        ),
        (
            "[emulation]",
            "[current]\nactive_ua_per_mhz = 5\nactive_ua_per_mhz_low = 6\nvoltage = 3\n"
            'source = "made up"\n[emulation]',
            "current: active_ua_per_mhz_low: is above active_ua_per_mhz",
        ),
        (
            "[emulation]",
            "[current]\nactive_ua_per_mhz = 5\nactive_ua_per_mhz_high = 4\nvoltage = 3\n"
            'source = "made up"\n[emulation]',
            "current: active_ua_per_mhz_high: is below active_ua_per_mhz",
        ),
    ],
)
def test_each_rule_names_file_and_field(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    assert before in TINY
    path = tmp_path / "tiny.toml"
    path.write_text(TINY.replace(before, after, 1))
    with pytest.raises(HarnessError, match=re.escape(str(path)) + ": .*" + re.escape(message)):
        load_board(str(path))


UART = """
[uart]
name = "uart0"
kind = "nrf-uart"
origin = 0x4000_2000
source = "made up"
"""


def test_a_board_may_say_which_uart_its_firmware_answers_over(tmp_path: Path) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    assert load_board(str(path)).uart is None
    path.write_text(TINY + UART)
    uart = load_board(str(path)).uart
    assert uart is not None
    assert (uart.name, uart.console, uart.origin) == ("uart0", "nrf_uart", 0x4000_2000)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("nrf-uart", "nrf_uart", "uart.kind: should be 'cmsdk', 'pl011', 'stm32-usart-v1', "),
        ("uart0", "uart0; quit", "uart.name: "),
        ("0x4000_2000", "0x2000_0400", "uart.origin: 0x20000400 lies in ram; give the first"),
        ("0x4000_2000", "0x0", "uart.origin: 0x00000000 lies in flash; give the first address"),
        ("0x4000_2000", "0x4000_2002", "uart.origin: should be a multiple of 4"),
        ("0x4000_2000", "0x1_4000_2000", "uart.origin: should be less than 4294967296"),
        ("origin = 0x4000_2000", "", "uart.origin: missing; add it"),
        ('source = "made up"\n', "", "uart.source: missing; add it"),
    ],
)
def test_a_uart_that_cannot_be_is_refused(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    assert before in UART
    path = tmp_path / "tiny.toml"
    path.write_text(TINY + UART.replace(before, after, 1))
    with pytest.raises(HarnessError, match=re.escape(str(path)) + ": .*" + re.escape(message)):
        load_board(str(path))


@pytest.mark.parametrize("name", SHIPPED)
def test_the_firmware_has_a_driver_for_the_uart_of_every_shipped_board(name: str) -> None:
    uart = load_board(name).uart
    assert uart is not None
    assert (asset_path("firmware") / "port" / f"console_{uart.console}.cc").is_file()


def test_every_kind_of_uart_has_a_driver_and_every_driver_a_kind() -> None:
    drivers = (asset_path("firmware") / "port").glob("console_*.cc")
    kinds = [kind.replace("-", "_") for kind in get_args(UartKind)]
    assert sorted(path.stem.removeprefix("console_") for path in drivers) == sorted(kinds)


CALIBRATION = """
[calibration]
fetch_read_cycles = 5.5
data_read_cycles = 6.5
clock_hz = 64_000_000
csv = "measured.csv"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
rows = 3
worst_error = 0.1
leave_one_out_worst = 0.2
timing = "core 1"
harness = "0.1.0"
source = "made up"
"""


def test_a_board_may_carry_measured_coefficients(tmp_path: Path) -> None:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY + CALIBRATION)
    calibration = load_board(str(path)).calibration
    assert calibration is not None
    assert (calibration.fetch_read_cycles, calibration.data_read_cycles) == (5.5, 6.5)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("5.5", "-5.5", "calibration.fetch_read_cycles: should be greater than or equal to 0"),
        ("5.5", "nan", "calibration.fetch_read_cycles: "),
        ("rows = 3", "rows = 2", "calibration.rows: should be greater than or equal to 3"),
        ("64_000_000", "80_000_000", "calibration.clock_hz: measured at 80000000, but the board"),
        ('000"', '00g"', "calibration.sha256: "),
        ('source = "made up"\n', "", "calibration.source: missing; add it"),
    ],
)
def test_coefficients_without_sound_provenance_are_refused(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    assert before in CALIBRATION
    path = tmp_path / "tiny.toml"
    path.write_text(TINY + CALIBRATION.replace(before, after, 1))
    with pytest.raises(HarnessError, match=re.escape(message)):
        load_board(str(path))


def test_caches_stand_before_flash_unless_a_memory_says_otherwise() -> None:
    board = load_board("nucleo-f746zg")
    cached = {region.name for region in board.memory if region.behind_caches}
    assert cached == {"flash", "sram1", "sram2"}


def test_a_memorys_own_read_width_comes_before_the_flashs() -> None:
    board = load_board("nucleo-f746zg")
    widths = {region.name: board.read_bits(region) for region in board.memory}
    assert widths == {"flash": 256, "itcm": None, "dtcm": None, "sram1": 32, "sram2": 32}


def test_only_what_a_source_covers_is_verified() -> None:
    current = load_board("bluepill").current
    assert current is not None
    assert current.verified("active_ua_per_mhz")
    assert not current.verified("regulator")
    unread = load_board("pico").current
    assert unread is not None
    assert not unread.verified("active_ua_per_mhz")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_board_says_enough_to_time_its_memories(name: str) -> None:
    board = load_board(name)
    for region in (board.region(name) for name in (*board.placement.code, *board.placement.data)):
        serial = board.flash is not None and board.flash.miss_cycles is not None
        assert region.wait_states is not None or serial, region.name
        assert region.wait_states == 0 or board.read_bits(region) is not None, region.name
    for cache in board.cache:
        assert None not in {cache.bytes, cache.line_bytes, cache.ways, cache.policy, cache.fill}
