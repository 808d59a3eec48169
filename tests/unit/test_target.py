"""What code is built for follows from the board's core and the machine, never from its limits."""

import json

import pytest

from harness.boards import load_boards
from harness.errors import HarnessError
from harness.firmware.target import make_target
from harness.simulators.machines import MACHINES


def test_every_shipped_board_has_a_target_and_some_share_one():
    targets = {
        name: make_target(b.core, b.fpu, b.emulation.qemu)
        for name, b in ((board.name, board) for board in _boards())
    }
    assert targets["nano33ble"] == targets["nucleo-l4r5zi"]
    assert targets["bluepill"] != targets["pico"]
    names = {target.name for target in targets.values()}
    assert len(names) == len(set(targets.values()))


def _boards():
    boards = load_boards()
    return boards.values() if hasattr(boards, "values") else boards


def test_flags_name_core_and_fpu():
    target = make_target("cortex-m4", "fpv4-sp-d16", "mps2-an386")
    assert target.name == "cortex-m4-fpv4-sp-d16@mps2-an386"
    assert target.core_flags == "-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16"
    assert make_target("cortex-m3", "none", "mps2-an385").core_flags.endswith("-mfloat-abi=soft")


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_the_arena_of_the_search_leaves_room_for_stack_and_statics(machine):
    target = make_target(machine.core, "none", machine.name)
    assert target.largest_arena_bytes % 16 == 0
    assert 0 < target.largest_arena_bytes < machine.ram_bytes - target.stack_bytes


def test_the_identity_is_plain_data_and_tells_targets_apart():
    one = make_target("cortex-m3", "none", "mps2-an385")
    other = make_target("cortex-m0plus", "none", "mps2-an385")
    assert json.loads(json.dumps(one.identity())) == one.identity()
    assert one.identity() != other.identity()


@pytest.mark.parametrize(
    ("core", "fpu", "machine", "message"),
    [
        ("cortex-m99", "none", "mps2-an386", "core cortex-m99: unknown; known are cortex-m0plus"),
        ("cortex-m4", "vfp9", "mps2-an386", "fpu vfp9: unknown; known are none"),
        ("cortex-m4", "none", "mps2-an500", "machine mps2-an500: runs code of cortex-m7"),
    ],
)
def test_what_does_not_exist_or_go_together_is_refused(core, fpu, machine, message):
    with pytest.raises(HarnessError, match=message):
        make_target(core, fpu, machine)
