"""Run firmware on a machine that QEMU emulates and return its console and its trace."""

import os
import shutil
import signal
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import HarnessError
from harness.files import write_atomically
from harness.process import Budget, Completed, run
from harness.simulators.machines import Machine, find_machine
from harness.simulators.memory_system import MemorySystem
from harness.simulators.plugin import (
    build_plugin,
    find_compiler,
    plugin_files,
    version_line,
    version_number,
)
from harness.simulators.simulator import (
    DEFAULT_SIMULATOR,
    Dispatch,
    Emulation,
    Limits,
    Marker,
    Simulator,
)
from harness.simulators.trace import TraceError
from harness.simulators.trace_text import parse_trace

if TYPE_CHECKING:
    from harness.boards import Board

_PROGRAM = "qemu-system-arm"
_FIRST_WITH_ONE_INSN_PER_TB = (8, 1)
_TRACE_BYTES_MAX = 64 * 1024 * 1024
_LOG_CHARACTERS_MAX = 64 * 1024
_PRINTED_BYTES_MAX = 1 << 20
_MEMORY_BYTES_MAX = 4 << 30
"""QEMU allocated 0.1 GB with most machines, 2.3 GB with mps3-an547, whose own DDR memory of 2 GB it
reserves (November 2026)."""
_TRANSLATED_MIB = 64
"""Room for translated code; QEMU's own default of 1 GB is for operating systems."""
_ANSWER_S = 60.0
_SANDBOX = "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"


def find_qemu() -> Path:
    """Return the emulator: what HARNESS_QEMU names, else `qemu-system-arm` on the PATH.

    Raises:
        HarnessError: There is none.
    """
    named = os.environ.get("HARNESS_QEMU")
    found = shutil.which(named or _PROGRAM)
    if found is not None:
        return Path(found).absolute()
    if named:
        raise HarnessError(f"HARNESS_QEMU: {named} is not a program; name a {_PROGRAM} or unset it")
    raise HarnessError(f"{_PROGRAM}: not found; run 'harness doctor --install' to install it")


def qemu_version(qemu: Path) -> str:
    """Return the version of `qemu` such as "7.2.22", without the distributor's addition.

    Raises:
        HarnessError: It cannot be run, or is not QEMU.
    """
    return ".".join(str(part) for part in version_number(version_line(qemu)))


def emulate(  # noqa: PLR0913 - an emulation has that many independent inputs
    *,
    elf: Path,
    machine: Machine,
    window_origin: int,
    window: bytes,
    markers: Sequence[Marker],
    dispatches: Sequence[Dispatch],
    region_names: Mapping[int, str],
    detail: bool,
    limits: Limits,
    cache: Path,
    one_instruction_blocks: bool = False,
    plugin: bool = True,
    memory_system: MemorySystem | None = None,
    stop_after: tuple[int, int] | None = None,
    semihosting: bool = False,
) -> Emulation:
    """Run `elf` on `machine` until it resets itself or a limit is reached.

    `window` is placed at `window_origin` before reset. `markers` and `dispatches` divide the run
    into regions and operators; `region_names` as for `parse_trace`. Without `detail` only regions
    are counted. `cache` is the folder that holds the built plugin. `one_instruction_blocks` makes
    QEMU translate every instruction by itself (slow; to check counts against); without `plugin`
    nothing is counted and `limits.instructions` does not hold. Given a `memory_system` (with
    `detail`), the trace has its events. `stop_after` (region, visits) ends the emulation, as by a
    reset, when that region has been left so many times: for images that do not end by themselves.
    `semihosting` lets the guest use files and commands of this machine: for trusted images only.

    Raises:
        HarnessError: QEMU or a host compiler is missing, the plugin cannot be built, or the
            temporary folder cannot be written.
        TraceError: The plugin wrote a trace that is not consistent.
    """
    qemu = find_qemu()
    plugin_path = build_plugin(qemu, cache).absolute() if plugin else None
    try:
        with tempfile.TemporaryDirectory(prefix="harness-qemu-") as name:
            folder = Path(name)
            # Relative names only: QEMU splits option values at commas, and paths may hold some.
            (folder / "firmware.elf").symlink_to(elf.absolute())
            write_atomically(folder / "window.bin", window)
            options = _options(machine.name, window_origin if window else None)
            options += _translation_options(qemu, one_instruction_blocks)
            if semihosting:
                options += ["-semihosting-config", "enable=on,target=native"]
            elif _has_sandbox(qemu):
                options += ["-sandbox", _SANDBOX]
            if plugin_path is not None:
                (folder / "plugin.so").symlink_to(plugin_path)
                config = _config(markers, dispatches, detail, limits.instructions)
                config += _stop_config(stop_after) + _memory_config(memory_system)
                write_atomically(folder / "config", config)
                options += ["-plugin", "./plugin.so,config=config"]
            completed = run(
                [qemu, *options], cwd=folder, timeout_s=limits.wall_s, budget=_budget(limits)
            )
            memories = len(memory_system.memories) if memory_system else 0
            names = region_names if plugin else None
            return _read_emulation(folder, completed, limits, names, memories)
    except OSError as error:
        raise HarnessError(
            f"{tempfile.gettempdir()}: an emulation needs a writable temporary folder with space "
            f"({error.strerror}); set TMPDIR to another"
        ) from error


def _options(machine: str, window_origin: int | None) -> list[str]:
    options = ["-no-user-config", "-nodefaults", "-M", machine, "-nic", "none"]
    options += ["-display", "none", "-monitor", "none", "-serial", "file:console"]
    options += ["-no-reboot", "-kernel", "firmware.elf"]
    if window_origin is not None:
        options += ["-device", f"loader,file=window.bin,addr={window_origin:#x},force-raw=on"]
    return options


def _translation_options(qemu: Path, one_instruction_blocks: bool) -> list[str]:
    accelerator = f"tcg,tb-size={_TRANSLATED_MIB}"
    if not one_instruction_blocks:
        return ["-accel", accelerator]
    if version_number(version_line(qemu)) >= _FIRST_WITH_ONE_INSN_PER_TB:
        return ["-accel", f"{accelerator},one-insn-per-tb=on"]
    return ["-accel", accelerator, "-singlestep"]


@cache
def _has_sandbox(qemu: Path) -> bool:
    """Whether QEMU was built to give up system calls: to start programs, gain rights and so on."""
    return "\n-sandbox " in run([qemu, "-help"], timeout_s=_ANSWER_S).stdout


def _config(
    markers: Sequence[Marker], dispatches: Sequence[Dispatch], detail: bool, budget: int
) -> str:
    lines = ["trace trace", f"budget {budget}", f"detail {'on' if detail else 'off'}"]
    lines += [f"marker {one.address & ~1:x} {one.region}" for one in markers]
    lines += [f"dispatch {one.address & ~1:x} {one.size} {one.region}" for one in dispatches]
    return "\n".join([*lines, ""])


def _stop_config(stop_after: tuple[int, int] | None) -> str:
    return f"stop {stop_after[0]} {stop_after[1]}\n" if stop_after else ""


def _memory_config(system: MemorySystem | None) -> str:
    if system is None:
        return ""
    lines = [
        f"cache {cache.bytes} {cache.line_bytes} {cache.ways} {cache.policy}"
        for cache in system.caches
    ]
    for memory in system.memories:
        caches = (memory.fetch_cache, memory.data_cache)
        positions = " ".join("-1" if cache is None else str(cache) for cache in caches)
        lines.append(f"memory {memory.origin:x} {memory.bytes:x} {memory.read_bytes} {positions}")
    return "\n".join([*lines, ""])


def _budget(limits: Limits) -> Budget:
    """What QEMU may take, so that no guest can fill the disk or the memory of this machine."""
    return Budget(
        output_bytes=_PRINTED_BYTES_MAX,
        memory_bytes=_MEMORY_BYTES_MAX,
        file_bytes=max(limits.console_bytes, _TRACE_BYTES_MAX),
    )


def _read_emulation(
    folder: Path,
    completed: Completed,
    limits: Limits,
    region_names: Mapping[int, str] | None,
    memories: int,
) -> Emulation:
    console_path = folder / "console"
    console = b""
    if console_path.exists():
        with console_path.open("rb") as stream:
            console = stream.read(limits.console_bytes + 1)
    log = completed.output[-_LOG_CHARACTERS_MAX:]
    too_much = len(console) > limits.console_bytes
    console = console[: limits.console_bytes]
    if completed.timed_out:
        return Emulation(console, None, "wall", log)
    passed = _passed_limit(completed, limits, too_much)
    if passed:
        return Emulation(console, None, "error", "\n".join([log, passed]).strip())
    if completed.returncode == -signal.SIGABRT and "Lockup" in completed.stderr:
        return Emulation(console, None, "lockup", log)
    if completed.returncode != 0:
        return Emulation(console, None, "error", _failure(completed.returncode, log))
    if region_names is None:
        return Emulation(console, None, "reset", log)
    return _with_trace(folder / "trace", console, log, region_names, memories)


def _failure(status: int, log: str) -> str:
    """Return what QEMU said as it failed; of a signal that ended it, it says nothing itself."""
    if status < 0:
        return f"QEMU was ended by a signal: {signal.strsignal(-status)}\n{log}"
    return log or f"QEMU ended with status {status}"


def _passed_limit(completed: Completed, limits: Limits, too_much: bool) -> str:
    """Say which limit but that of time a run passed; "" where it kept them all."""
    if too_much or completed.returncode == -signal.SIGXFSZ:
        what = "the guest's console" if too_much else "the trace or the console"
        return f"{what} passed its limit ({limits.console_bytes} bytes for the console)"
    return f"QEMU took more than {completed.exceeded}" if completed.exceeded else ""


def _with_trace(
    path: Path, console: bytes, log: str, region_names: Mapping[int, str], memories: int
) -> Emulation:
    if not path.exists():
        raise TraceError("trace: QEMU ended without one" + (f" ({log})" if log else ""))
    text = path.read_text(encoding="ascii", errors="replace")
    trace = parse_trace(text, region_names, memories)
    return Emulation(console, trace, "budget" if trace.status == "budget" else "reset", log)


def _version() -> str:
    find_compiler()  # which the plugin is built by
    return f"QEMU {qemu_version(find_qemu())}"


def _machine(board: "Board") -> Machine:
    return find_machine(board.emulation.qemu, board.core)


SIMULATOR = Simulator(
    name=DEFAULT_SIMULATOR,
    summary="QEMU's Arm machines, counted by a plugin of ours: exact instructions, blocks, events",
    counts="events",
    version=_version,
    machine=_machine,
    emulate=emulate,
    sources=plugin_files(),
)
