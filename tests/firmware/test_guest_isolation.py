"""What a guest reaches that survives its own faults: no file, no command, no device of the host."""

import re
import shutil
from pathlib import Path

import pytest
from uart_lab import build

from harness.errors import Stop
from harness.process import run
from harness.simulators.machines import MACHINES
from harness.simulators.plugin import build_plugin
from harness.simulators.protocol import FrameType, read_frames
from harness.simulators.qemu import SIMULATOR, emulate, find_qemu
from harness.simulators.session import Guest, run_samples
from harness.simulators.simulator import Limits

pytestmark = pytest.mark.emulator

SOURCE = Path(__file__).with_name("hostile_firmware") / "main.cc"
LIMITS = Limits(50_000_000, 60.0, 1 << 20)
QUESTIONS = 10
MACHINE = MACHINES["mps2-an386"]


@pytest.fixture
def hosts_files(tmp_path) -> Path:
    """A folder of the host whose files the guest knows by name."""
    folder = tmp_path / "host"
    folder.mkdir()
    (folder / "victim").write_text("kept")
    (folder / "renamed").write_text("kept too")
    return folder


@pytest.fixture
def hostile(tmp_path, hosts_files):
    """Build a guest that makes one of its attempts on a machine."""

    def build_one(attempt, machine=MACHINE):
        folder = tmp_path / f"{attempt}-{machine.name}"
        folder.mkdir()
        text = SOURCE.read_text().replace("@ATTEMPT@", attempt)
        (folder / "main.cc").write_text(text.replace("@FOLDER@", str(hosts_files)))
        return build(machine, folder, source=folder / "main.cc")

    return build_one


def emulate_it(elf, cache, machine=MACHINE, **options):
    return emulate(
        elf=elf,
        machine=machine,
        window_origin=machine.window_origin,
        window=b"",
        markers=(),
        dispatches=(),
        region_names={},
        detail=False,
        limits=LIMITS,
        cache=cache,
        **options,
    )


@pytest.mark.parametrize("name", sorted(MACHINES))
def test_a_host_that_is_asked_ten_ways_answers_none(name, hostile, hosts_files, plugin_cache):
    emulation = emulate_it(hostile("AskTheHost", MACHINES[name]), plugin_cache, MACHINES[name])
    (end,) = read_frames(emulation.console)
    assert (end.type, end.words(1), emulation.ending) == (FrameType.END, (QUESTIONS,), "reset")
    assert "hello, host" not in emulation.log
    found = {path.name: path.read_text() for path in hosts_files.iterdir()}
    assert found == {"victim": "kept", "renamed": "kept too"}


def test_the_same_guest_gets_its_way_where_semihosting_is_allowed(
    hostile, hosts_files, plugin_cache
):
    emulation = emulate_it(hostile("AskTheHost"), plugin_cache, semihosting=True)
    assert emulation.console == b""
    assert "hello, host" in emulation.log
    names = sorted(path.name for path in hosts_files.iterdir())
    assert names == ["made-by-command", "made-by-open", "new-name"]


CREATES = re.compile(r'open(?:at)?\((?:AT_FDCWD, )?"([^"]*)", [A-Z_|]*O_(?:WRONLY|RDWR|CREAT)')
CHANGES = re.compile(
    r"\b(?:socket|connect|bind|unlink|unlinkat|mkdir|link|symlink|chmod)\(.*= [0-9]"
)


@pytest.fixture
def system_calls(tmp_path, monkeypatch) -> Path:
    """The system calls of every QEMU that the harness starts, as strace writes them down."""
    tracer = shutil.which("strace")
    if tracer is None or run([tracer, "-o", tmp_path / "probe", "true"]).returncode != 0:
        pytest.skip("strace is missing ('harness doctor --install --tests'), or may not trace")
    log = tmp_path / "system-calls"
    wrapper = tmp_path / "qemu-system-arm"
    wrapper.write_text(f'#!/bin/sh\nexec {tracer} -f -qq -A -o {log} {find_qemu()} "$@"\n')
    wrapper.chmod(0o755)
    monkeypatch.setenv("HARNESS_QEMU", str(wrapper))
    return log


def test_an_emulation_creates_its_console_and_its_trace_and_opens_no_socket(
    hostile, system_calls, plugin_cache
):
    elf = hostile("AskTheHost")
    build_plugin(find_qemu(), plugin_cache)
    system_calls.write_text("")
    assert emulate_it(elf, plugin_cache).ending == "reset"
    calls = system_calls.read_text()
    assert "execve(" in calls
    assert set(CREATES.findall(calls)) == {"console", "trace.tmp"}
    assert CHANGES.findall(calls) == []
    system_calls.write_text("")
    emulate_it(elf, plugin_cache, semihosting=True)
    assert "made-by-open" in " ".join(CREATES.findall(system_calls.read_text()))


@pytest.mark.parametrize(
    ("name", "attempt", "reason"),
    [
        ("mps2-an386", "WriteOnes", "garbled console: the firmware sent 0 outputs and says "),
        ("mps2-an386", "WriteEveryOtherBit", "garbled console: the firmware sent 0 outputs and s"),
        # A prescaler of all ones has QEMU divide by zero, in 7.2 as in 10.0.
        ("mps2-an386", "WriteAllBits", "the emulator failed: QEMU was ended by a signal|garbled"),
        ("mps2-an505", "WriteAllBits", "the emulator failed: QEMU was ended by a signal|garbled"),
    ],
)
def test_a_guest_that_writes_to_every_device_is_a_failed_run(
    name, attempt, reason, hostile, tmp_path, plugin_cache, monkeypatch
):
    elf = hostile(attempt, MACHINES[name])
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    guest = Guest(SIMULATOR, elf, MACHINES[name], {}, (), plugin_cache, LIMITS.instructions)
    stop = run_samples(guest, [b"any"])
    assert isinstance(stop, Stop)
    assert stop.status == "failed"
    assert re.match(reason, stop.reason)
    assert not list(temporary.iterdir())
