"""Everything that can go wrong on the device ends the run with a message or is stopped."""

import re
import struct
import zlib

import pytest

from harness.errors import Stop
from harness.model_file.reader import read_model
from harness.reference.samples import generated_inputs
from harness.simulators.protocol import (
    ErrorCode,
    RunMode,
    build_request,
    read_session,
)
from harness.simulators.session import measure, run_samples, search_arena
from harness.simulators.simulator import Limits

pytestmark = pytest.mark.emulator

MAIN = """
#include <cstdint>
#include "app/protocol.h"
#include "port/machine.h"
extern "C" void abort();
%s
int main() {
  const uint32_t hello[3] = {0, 0, 0};
  harness::SendWords(harness::FrameType::kHello, hello, 3);
  %s
  const uint32_t sent = 0;
  harness::SendWords(harness::FrameType::kEnd, &sent, 1);
  harness::MachineReset();
}
"""

DEEP = """
volatile uint32_t sink;
__attribute__((noinline)) uint32_t Deeper(uint32_t depth) {
  volatile uint32_t frame[64];
  frame[depth % 64] = depth;
  sink = frame[0];
  // Ends some day, or the compiler may take the recursion for a loop.
  return depth > 100000 ? depth : Deeper(depth + 1) + frame[depth % 64];
}
"""


@pytest.fixture
def run_main(lab, linker_script, tmp_path):
    """Run a `main` with the given statements on the emulated machine; return its session."""

    def go(body: str, before: str = ""):
        elf = lab.application(MAIN % (before, body), tmp_path, linker_script)
        emulation = lab.emulate(elf)
        assert emulation.ending == "reset", emulation
        return read_session(emulation.console)

    return go


def test_a_main_that_does_nothing_ends_well(run_main):
    assert run_main("").complete


@pytest.mark.parametrize("address", ["0x0", "0x40", "0x3ffffc"])
def test_a_write_to_flash_faults_and_says_where(run_main, address):
    session = run_main(f"*reinterpret_cast<volatile uint32_t*>({address}) = 1;")
    assert session.error.code is ErrorCode.FAULT
    assert session.error.detail & 0xFF == 0x82, "MMFSR: data access violation, address valid"
    assert 0 < session.error.program_counter < 0x40_0000


def test_a_call_to_nowhere_faults(run_main):
    session = run_main("reinterpret_cast<void (*)()>(0x90000001)();")
    assert session.error.code is ErrorCode.FAULT


def test_an_undefined_instruction_faults(run_main):
    session = run_main("__builtin_trap();")
    assert session.error.code is ErrorCode.FAULT
    assert session.error.detail == 0x0001_0000, "UFSR: undefined instruction"


def test_a_stack_that_grows_out_of_the_memory_is_a_fault(run_main):
    session = run_main("sink = Deeper(1);", DEEP)
    assert session.error.code is ErrorCode.FAULT
    assert not session.complete


def test_abort_says_who_called_it(run_main):
    session = run_main("abort();")
    assert session.error.code is ErrorCode.ABORTED
    assert session.error.program_counter > 0
    assert session.error.text == "a failed assertion ended the run"


def test_a_guest_that_hangs_is_stopped_by_the_budget(lab, linker_script, tmp_path):
    body = MAIN % ("", 'while (true) { __asm__ volatile("nop"); }')
    elf = lab.application(body, tmp_path, linker_script)
    emulation = lab.emulate(elf, limits=Limits(1_000_000, 60.0, 1 << 20))
    assert emulation.ending == "budget"
    assert not read_session(emulation.console).complete


def test_a_guest_that_floods_the_console_is_stopped(lab, linker_script, tmp_path):
    body = MAIN % ("", "while (true) harness::SendWords(harness::FrameType::kHello, hello, 3);")
    elf = lab.application(body, tmp_path, linker_script)
    emulation = lab.emulate(elf, limits=Limits(20_000_000, 60.0, 10_000))
    assert emulation.ending == "error"
    assert "passed its limit" in emulation.log
    assert len(emulation.console) == 10_000


@pytest.fixture
def image(small_elf, tmp_path):
    path = tmp_path / "image.elf"
    path.write_bytes(small_elf)
    return path


def request(**changes: int) -> bytes:
    """A request for one sample of three bytes, with words changed and the checksum right."""
    words = dict(zip(("magic", "mode", "count", "size", "low", "high"), range(6), strict=True))
    values = list(struct.unpack_from("<16I", build_request(RunMode.ACCURACY, [b"abc"])))
    for name, value in changes.items():
        values[words[name]] = value
    head = struct.pack("<15I", *values[:15])
    return head + struct.pack("<I", zlib.crc32(head)) + b"abc"


@pytest.mark.parametrize(
    ("window", "text"),
    [
        (request(magic=7), "no valid request in the sample window"),
        (request()[:60] + bytes(4) + b"abc", "no valid request in the sample window"),
        (b"", "no valid request in the sample window"),
        (request(mode=9), "unknown run mode"),
        (request(size=4), "the samples do not have the input's size"),
    ],
    ids=["magic", "checksum", "empty", "mode", "size"],
)
def test_a_request_that_makes_no_sense_is_refused_by_the_firmware(lab, image, window, text):
    session = read_session(lab.emulate(image, window).console)
    assert session.error.code is ErrorCode.BAD_REQUEST
    assert session.error.text == text
    assert session.outputs == ()


def test_an_arena_that_is_too_small_is_told_by_size(lab, small_model, tmp_path):
    sample = generated_inputs(read_model(small_model, "model"), 1)[0]
    elf = lab.link(small_model, 64, tmp_path / "build")
    for run in (measure, lambda guest, one: run_samples(guest, [one])):
        stop = run(lab.guest(elf, tmp_path), sample)
        assert isinstance(stop, Stop)
        assert stop.status in {"does-not-fit", "failed"}


def test_an_operator_that_was_not_registered_is_named(lab, small_model, tmp_path, monkeypatch):
    import firmware_lab

    monkeypatch.setattr(
        firmware_lab,
        "registration_statements",
        lambda *_: [
            "resolver.AddBuiltin(tflite::BuiltinOperator_RELU, Register_RELU(), kAnyVersion);"
        ],
    )
    sample = generated_inputs(read_model(small_model, "model"), 1)[0]
    elf = lab.link(small_model, lab.target.largest_arena_bytes, tmp_path / "build")
    stop = search_arena(lab.guest(elf, tmp_path), sample, lab.target.largest_arena_bytes)
    assert stop.status == "failed"
    assert re.search("FULLY_CONNECTED", stop.log)
