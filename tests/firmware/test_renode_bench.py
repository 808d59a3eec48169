"""Sweeps with `--simulator renode`, the double in Renode's place executing the firmware.

The double (tests/unit/renode) reads script and platform as strictly as Renode, and executes the
image with Unicorn on the machine that they describe. So firmware, UART driver, platform and hooks
are held against one another, and against QEMU, where the same code is counted in another way.
"""

import contextlib
from pathlib import Path

import pytest
from harness_runs import Bench, bench
from renode_lab import install_double

from harness.errors import HarnessError
from harness.simulators.renode.program import find_renode

pytestmark = pytest.mark.emulator

CELL = ("--model", "digits", "--scheme", "int8", "--board", "nano33ble", "--kernels", "simd")


@pytest.fixture
def renode(tmp_path, monkeypatch) -> Path:
    """The double, executing what it is given."""
    monkeypatch.setenv("RENODE_DOUBLE_MACHINE", "1")
    return install_double(tmp_path / "bin", monkeypatch)


def only_row(done: Bench) -> dict[str, str]:
    (row,) = done.rows
    return row


@pytest.mark.usefixtures("renode")
def test_a_cell_is_measured_and_its_figures_are_those_of_qemu(tmp_path):
    done = bench(tmp_path / "out", *CELL, "--simulator", "renode")
    assert done.status == 0, done.rows
    row = only_row(done)
    assert (row["status"], row["simulator"]) == ("ok", "renode")
    assert row["emulator"] == "Renode 1.16.1 (experimental)"
    assert (row["cycles"], row["latency_ms"], row["energy_uj"]) == ("", "", "")
    by_qemu = only_row(bench(tmp_path / "qemu", *CELL))
    for column in ("instructions", "ram_arena_bytes", "ram_stack_bytes", "quality_device"):
        assert row[column] == by_qemu[column] != "", column
    assert (row["outputs_checked"], row["outputs_differing"]) == (by_qemu["outputs_checked"], "0")


def test_a_failing_renode_fails_the_cell_and_not_the_sweep(tmp_path, renode, monkeypatch):
    monkeypatch.setenv("RENODE_DOUBLE_MACHINE", "")
    install_double(renode.parent, monkeypatch, "abort")
    monkeypatch.setenv("RENODE_DOUBLE_VERSION", "1.16.9")  # of which no results are kept
    done = bench(tmp_path / "out", *CELL, "--simulator", "renode")
    assert done.status == 1
    row = only_row(done)
    assert row["status"] == "failed"
    assert row["reason"].startswith("the emulator failed: Renode said: [ERROR] cpu: CPU abort")


def test_without_renode_the_firmware_and_the_scripts_are_there(tmp_path, monkeypatch):
    monkeypatch.setenv("RENODE_PATH", "")
    with contextlib.suppress(HarnessError):
        pytest.skip(f"Renode is installed: {find_renode()}")
    done = bench(tmp_path / "out", *CELL, "--simulator", "renode")
    assert done.status == 2
    assert "renode: not found; install Renode 1.16.1 by hand" in done.output
    assert done.rows == []
    (folder,) = (tmp_path / "out" / "renode").iterdir()
    assert {"run.resc", "run.robot", "machine.repl", "firmware.elf", "window.bin"} <= {
        file.name for file in folder.iterdir()
    }
