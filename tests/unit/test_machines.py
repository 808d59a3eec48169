"""The emulated machines, and which core's code each runs."""

from itertools import pairwise

import pytest

from harness.errors import HarnessError
from harness.simulators.machines import MACHINES, find_machine


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_memories_of_a_machine_do_not_overlap(machine):
    spans = sorted(
        [
            (machine.code_origin, machine.code_bytes),
            (machine.ram_origin, machine.ram_bytes),
            (machine.window_origin, machine.window_bytes),
            (machine.uart_base, 0x14),
        ]
    )
    for (start, size), (following, _) in pairwise(spans):
        assert start + size <= following


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_flash_can_be_one_protected_region(machine):
    assert machine.code_bytes & (machine.code_bytes - 1) == 0
    assert machine.code_origin % machine.code_bytes == 0


@pytest.mark.parametrize("machine", MACHINES.values(), ids=MACHINES)
def test_a_machine_runs_code_of_its_own_core(machine):
    assert find_machine(machine.name, machine.core) == machine


def test_the_m3_machine_runs_armv6m_code_too():
    assert find_machine("mps2-an385", "cortex-m0plus") == MACHINES["mps2-an385"]


def test_a_machine_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(HarnessError, match="machine an386: unknown; known are mps2-an385"):
        find_machine("an386", "cortex-m4")


def test_a_machine_with_another_core_is_refused():
    with pytest.raises(HarnessError, match="mps2-an386: runs code of cortex-m4, not of cortex-m7"):
        find_machine("mps2-an386", "cortex-m7")
