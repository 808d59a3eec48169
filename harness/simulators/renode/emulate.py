"""Run firmware on a machine that Renode emulates and return its console and its counts."""

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from elftools.common.exceptions import ELFError

from harness.errors import HarnessError, MachineFault
from harness.files import write_atomically
from harness.firmware.memory_map import symbol_addresses
from harness.process import Budget, Completed, run
from harness.simulators.machines import Machine
from harness.simulators.memory_system import MemorySystem
from harness.simulators.protocol import FrameType, ProtocolError, read_frames
from harness.simulators.renode import script
from harness.simulators.renode.hook_log import HookLog, parse_hook_log
from harness.simulators.renode.program import find_renode, renode_version
from harness.simulators.renode.script import Run, run_files
from harness.simulators.session import RUN_END
from harness.simulators.simulator import Dispatch, Emulation, Limits, Marker
from harness.simulators.trace import TraceError

_LOG_CHARACTERS_MAX = 64 * 1024
_COUNTS_BYTES_MAX = 1 << 20
_PRINTED_BYTES_MAX = 1 << 22
_HEAP_BYTES_MAX = 4 << 30
_FILE_BYTES = 64 << 20
"""Room for the libraries that Renode unpacks when it starts."""

# What Renode prints where a run cannot have gone well, in the words of renode-infrastructure:
# UserInterface/Monitor.cs and MonitorCommands.cs, Arm-M/CortexM.cs, TranslationCPU.cs and
# Hooks/BlockPythonEngine.cs. It ends with status 0 whatever happens.
_FAILURES = re.compile(
    r"There was an error executing command|Could not tokenize here|No such command or device"
    r"|Bad parameters for command|Could not find file|No such file|CPU abort|CPU was halted"
    r"|Python runtime error|Unhandled exception|Fatal error"
)

# A path as the monitor reads one after `@`, whose spaces are escaped for it.
_PATH = re.compile(r"[\w ./+,=@%~^:-]+")


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
    cache: Path,  # noqa: ARG001 - Renode needs nothing built
    memory_system: MemorySystem | None = None,
    stop_after: tuple[int, int] | None = None,
    semihosting: bool = False,
) -> Emulation:
    """Run `elf` on `machine` until it reaches its end or a limit, as `Emulate` says.

    Only the instructions of regions are counted: asked for anything more, it refuses. The end is
    where the firmware asks for a reset, which Renode would carry out and go on.

    Raises:
        HarnessError: Renode is missing, too old or cannot be started, the image has no label at
            its end, or the temporary folder's path cannot stand in a script.
        MachineFault: The temporary folder cannot be written.
        TraceError: The hooks' counts are not consistent.
    """
    if detail or dispatches or memory_system or stop_after or semihosting:
        raise HarnessError(
            "--simulator renode: counts the instructions of regions, and neither blocks, events "
            "nor visits to stop at; use --simulator qemu"
        )
    renode = find_renode()
    renode_version(renode)
    task = Run(
        title="made by the harness",
        machine=machine,
        window_origin=window_origin,
        markers=markers,
        end=_run_end(elf),
        instructions=limits.instructions,
    )
    try:
        with tempfile.TemporaryDirectory(prefix="harness-renode-") as name:
            folder = Path(name)
            for file, content in run_files(task, window).items():
                write_atomically(folder / file, content)
            (folder / script.FIRMWARE).symlink_to(elf.absolute())
            completed = _run_script(renode, folder, limits)
            return _read_emulation(folder, completed, limits, markers, region_names)
    except OSError as error:
        raise MachineFault(
            f"{tempfile.gettempdir()}: an emulation needs a writable temporary folder with space "
            f"({error.strerror}); set TMPDIR to another"
        ) from error


def _run_end(elf: Path) -> int:
    try:
        return symbol_addresses(elf.read_bytes())[RUN_END][0]
    except OSError as error:
        raise HarnessError(f"{elf}: cannot be read ({error.strerror})") from error
    except (ELFError, AttributeError, KeyError) as error:
        raise HarnessError(
            f"{elf}: has no symbol {RUN_END}; build it with the harness's firmware/port"
        ) from error


def _run_script(renode: Path, folder: Path, limits: Limits) -> Completed:
    """Run Renode's monitor on the script, then have it quit, whether the script failed or not."""
    if not _PATH.fullmatch(str(folder)):
        raise HarnessError(
            f"TMPDIR: {str(folder.parent)!r} has characters that mean something to Renode's "
            "monitor; set it to a folder whose name has none"
        )
    script_path = str(folder / script.SCRIPT).replace(" ", "\\ ")
    options = ["--console", "--disable-gui", "--plain", script_path, "-e", "quit"]
    for private in ("config", "tmp"):
        (folder / private).mkdir()
    os.mkfifo(folder / "stdin")
    # At the end of its standard input Renode stops, and turns idly until then; here it never ends,
    # for the program holds its other end itself.
    held_open = ["/bin/sh", "-c", 'exec "$@" 0<>stdin', "sh", str(renode), *options]
    environment = {
        "XDG_CONFIG_HOME": str(folder / "config"),
        "TMPDIR": str(folder / "tmp"),
        # .NET reserves far more address space than it uses, so that it is limited by its own heap;
        # and its second mapping of code would break the limit of a file's size at once
        # (dotnet/runtime#117819).
        "DOTNET_GCHeapHardLimit": f"0x{_HEAP_BYTES_MAX:X}",
        "DOTNET_EnableWriteXorExecute": "0",
    }
    budget = Budget(
        output_bytes=_PRINTED_BYTES_MAX,
        file_bytes=max(limits.console_bytes + 1, _FILE_BYTES),
    )
    return run(held_open, cwd=folder, env=environment, timeout_s=limits.wall_s, budget=budget)


def _read_emulation(
    folder: Path,
    completed: Completed,
    limits: Limits,
    markers: Sequence[Marker],
    region_names: Mapping[int, str],
) -> Emulation:
    console = _read(folder / script.CONSOLE, limits.console_bytes + 1)
    log = _readable(completed.output)
    failure = _failure(log)
    counts = _read(folder / script.COUNTS, _COUNTS_BYTES_MAX)
    what = ""
    if len(console) > limits.console_bytes:
        what = f"the guest's console passed its limit ({limits.console_bytes} bytes)"
    elif failure:
        what = f"Renode said: {failure}"
    elif completed.timed_out:
        return Emulation(console, None, "wall", log)
    elif completed.exceeded:
        what = f"Renode was ended: it took more than {completed.exceeded}"
    elif completed.returncode != 0:
        what = f"Renode ended with status {completed.returncode}"
    elif not counts.endswith(script.ELAPSED):
        what = "Renode ended before its script did"
    if what:
        console = console[: limits.console_bytes]
        return Emulation(console, None, "error", "\n".join((what, log)).strip())
    return _with_counts(parse_hook_log(counts, region_names), console, log, markers, region_names)


def _with_counts(
    counted: HookLog,
    console: bytes,
    log: str,
    markers: Sequence[Marker],
    region_names: Mapping[int, str],
) -> Emulation:
    said_its_end = _said_its_end(console)
    if counted.trace is None:
        if said_its_end:
            what = "the firmware said its end, and Renode's hook there was not called"
            return Emulation(console, None, "error", "\n".join((what, log)).strip())
        return Emulation(console, None, "budget", log)
    names = {0: "none", **region_names}
    missing = {names[one.region] for one in markers} - set(counted.trace.regions)
    if said_its_end == FrameType.END and missing:
        raise TraceError(f"hook log: no marker of {', '.join(sorted(missing))} was passed")
    return Emulation(console, counted.trace, "reset", log)


def _said_its_end(console: bytes) -> FrameType | None:
    """Return the frame by which the firmware said that it ends, if it sent one whole."""
    try:
        for frame in read_frames(console):
            if frame.type in {FrameType.END, FrameType.ERROR}:
                return frame.type
    except ProtocolError:
        return None
    return None


def _read(path: Path, most: int) -> bytes:
    if not path.exists():
        return b""
    with path.open("rb") as stream:
        return stream.read(most)


def _readable(text: str) -> str:
    """Return the end of what Renode printed, without anything that a terminal could act on."""
    kept = "".join(c if c.isprintable() or c == "\n" else " " for c in text.replace("\r", "\n"))
    return kept[-_LOG_CHARACTERS_MAX:].strip()


def _failure(log: str) -> str:
    """Return the first line that tells of a failure, and what explains it in the next one."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    for number, line in enumerate(lines):
        if _FAILURES.search(line):
            following = lines[number + 1 : number + 2] if line.endswith(("'", ":")) else []
            return " ".join([line, *following])
    return ""
