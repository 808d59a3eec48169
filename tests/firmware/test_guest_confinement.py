"""What a hostile guest cannot do: reach files, commands or the network, or outgrow its limits."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from harness.process import Budget
from harness.simulators import qemu
from harness.simulators.protocol import ErrorCode, read_session
from harness.simulators.simulator import Limits

pytestmark = pytest.mark.emulator

# Arm's semihosting calls: 0x01 opens a file, here for writing; 0x12 has a command carried out.
GUEST = """
#include <cstdint>
#include "app/protocol.h"
#include "port/machine.h"
uint32_t Host(uint32_t operation, const void* block) {
  register uint32_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = block;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}
int main() {
  const uint32_t hello[3] = {0, 0, 0};
  harness::SendWords(harness::FrameType::kHello, hello, 3);
  %s
  const uint32_t sent = 0;
  harness::SendWords(harness::FrameType::kEnd, &sent, 1);
  harness::MachineReset();
}
"""
OPEN = """
  static const char name[] = "%s";
  const uint32_t block[3] = {reinterpret_cast<uint32_t>(name), 4, sizeof(name) - 1};
  Host(0x01, block);
"""
SYSTEM = """
  static const char command[] = "touch %s";
  const uint32_t block[2] = {reinterpret_cast<uint32_t>(command), sizeof(command) - 1};
  Host(0x12, block);
"""


@pytest.fixture
def built(lab, linker_script, tmp_path):
    """Link a guest that does something between its greeting and its end."""
    return lambda body: lab.application(GUEST % body, tmp_path, linker_script)


def emulate(lab, elf: Path, limits: Limits, *, semihosting: bool = False):
    machine = lab.target.machine
    return qemu.emulate(
        elf=elf,
        machine=machine,
        window_origin=machine.window_origin,
        window=b"",
        markers=(),
        dispatches=(),
        region_names={},
        detail=False,
        limits=limits,
        cache=lab.ctx.workspace.folder,
        semihosting=semihosting,
    )


LIMITS = Limits(50_000_000, 60.0, 1 << 20)


@pytest.mark.parametrize("attempt", [OPEN, SYSTEM], ids=["file", "command"])
def test_a_guest_that_asks_the_host_for_a_file_or_a_command_faults(built, lab, tmp_path, attempt):
    made = tmp_path / "made"
    elf = built(attempt % made)
    session = read_session(emulate(lab, elf, LIMITS).console)
    assert session.error is not None
    assert session.error.code is ErrorCode.FAULT
    assert not made.exists()
    # The same guest succeeds where its owner allows it: it is the harness that stands in its way.
    emulate(lab, elf, LIMITS, semihosting=True)
    assert made.exists()


@contextmanager
def spinning(lab, elf: Path) -> Iterator[psutil.Process]:
    """A guest that runs on, as the process that emulates it."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        running = pool.submit(emulate, lab, elf, Limits(0, 60.0, 1 << 20))
        found = None
        while found is None and not running.done():
            for child in psutil.Process().children(recursive=True):
                if child.name().startswith("qemu-system") and child.num_threads() > 1:
                    found = child
            time.sleep(0.01)
        assert found is not None, running.result()
        try:
            yield found
        finally:
            found.kill()


def test_an_emulator_holds_no_socket_and_writes_only_below_its_own_folder(built, lab):
    elf = built('while (true) __asm__ volatile("nop");')
    with spinning(lab, elf) as process:
        folder = Path(process.cwd())
        console = folder / "console"
        while str(console) not in [file.path for file in process.open_files()]:
            time.sleep(0.01)
        written = [Path(file.path) for file in process.open_files() if file.mode != "r"]
        assert folder.name.startswith("harness-qemu-")
        assert written
        assert all(path.is_relative_to(folder) for path in written)
        assert process.net_connections() == []
        assert "-nic none" in " ".join(process.cmdline())


def test_an_emulator_has_given_up_system_calls_and_large_limits(built, lab):
    if not qemu._has_sandbox(qemu.find_qemu()):
        pytest.skip("this QEMU was built without the system call filter")
    elf = built('while (true) __asm__ volatile("nop");')
    with spinning(lab, elf) as process:
        own = Path(f"/proc/{process.pid}")
        while "Seccomp:\t2" not in (own / "status").read_text():
            time.sleep(0.01)
        limits = (own / "limits").read_text()
    found = {line[:20].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert found["Max core file size"] == "0"
    assert int(found["Max data size"]) == 4 << 30
    assert int(found["Max file size"]) == 64 << 20


def test_an_emulator_that_wants_more_memory_than_its_budget_is_a_failure(built, lab, monkeypatch):
    monkeypatch.setattr(qemu, "_budget", lambda _: Budget(memory_bytes=48 << 20))
    emulation = emulate(lab, built(""), LIMITS)
    assert emulation.ending == "error"
    assert emulation.trace is None
