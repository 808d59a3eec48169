"""The three kinds of run on an emulated machine: arena search, accuracy, measurement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import Stop
from harness.simulators.machines import Machine
from harness.simulators.memory_system import MemorySystem
from harness.simulators.protocol import (
    REQUEST_BYTES,
    ErrorCode,
    ProtocolError,
    RunMode,
    Session,
    build_request,
    read_session,
)
from harness.simulators.simulator import Dispatch, Emulation, Limits, Marker, Simulator
from harness.simulators.trace import Trace

BOOT = 1
REGION_NAMES: Mapping[int, str] = {
    BOOT: "boot",
    2: "allocate",
    3: "invoke_first",
    4: "invoke_warm",
    5: "input",
}
"""The measured regions by the number that the plugin knows them by; 0 is everything else."""

RUN_END = "harness_run_end"
"""The firmware's label at which everything is done (firmware/port/machine.cc)."""

INSTRUCTION_BUDGET = 20_000_000_000
"""A guest that executes more hangs: an hour of a 100 MHz board would not be told from a loop."""

_MEASURED_INVOKES = 2
_SLOWEST_EMULATION_HZ = 10_000_000
"""Instructions a second below which a machine is taken to have stopped, not to be busy."""
_START_S = 60.0
_CONSOLE_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True)
class Guest:
    """One image on one machine, ready to be emulated.

    `symbols` gives address and size of the image's symbols; `dispatches` the addresses of the
    interpreter's indirect calls.
    """

    simulator: Simulator
    elf: Path
    machine: Machine
    symbols: Mapping[str, tuple[int, int]]
    dispatches: tuple[tuple[int, int], ...]
    cache: Path
    budget: int = INSTRUCTION_BUDGET


@dataclass(frozen=True)
class ArenaFound:
    """The smallest arena that allocates and runs, and what of it is persistent, in bytes."""

    arena_bytes: int
    persistent_bytes: int | None


@dataclass(frozen=True)
class Measured:
    """A measurement: outputs of the first and the warm Invoke, stack bytes, and the trace.

    `inputs` are the two input tensors, where the device computed them.
    """

    outputs: tuple[bytes, ...]
    stack_bytes: int
    trace: Trace
    inputs: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Answers:
    """What the device answered to each sample, and the inputs that it computed, if it did."""

    outputs: tuple[bytes, ...]
    inputs: tuple[bytes, ...]


def search_arena(guest: Guest, sample: bytes, largest_bytes: int) -> ArenaFound | Stop:
    """Find the smallest arena by trying, in steps of 16 bytes, from `largest_bytes` down.

    A runtime that was given too little memory may write through a null pointer; that faults, ends
    the run, and counts as a size that fails. The search goes on from there in a new run.
    """
    low, high = 0, largest_bytes
    while True:
        request = build_request(RunMode.ARENA_SEARCH, [sample], arena_low=low, arena_high=high)
        ended = _run(guest, request, measured=False)
        if isinstance(ended, Stop):
            return ended
        session, emulation = ended
        working = [trial.arena_bytes for trial in session.trials if trial.works]
        if session.complete and working:
            return ArenaFound(min(working), session.persistent_bytes)
        crashed = session.error is not None and session.error.code in _CRASHES
        bounds = _narrowed(low, high, session)
        if not crashed or not session.trials or bounds == (low, high):
            return _stop(session, emulation)
        low, high = bounds


def measure(
    guest: Guest, sample: bytes, memory_system: MemorySystem | None = None
) -> Measured | Stop:
    """Run one sample twice in all detail there is: boot, allocation, first and warm Invoke.

    With a `memory_system` the trace has the events of its memories and caches.
    """
    request = build_request(RunMode.MEASURE, [sample])
    ended = _run(guest, request, measured=True, memory_system=memory_system)
    if isinstance(ended, Stop):
        return ended
    session, emulation = ended
    whole = session.complete and len(session.outputs) == _MEASURED_INVOKES
    if not whole or session.stack_bytes is None or emulation.trace is None:
        return _stop(session, emulation)
    return Measured(session.outputs, session.stack_bytes, emulation.trace, session.inputs)


def run_samples(guest: Guest, samples: Sequence[bytes]) -> tuple[bytes, ...] | Stop:
    """Run many samples and return each output whole, in order."""
    answers = answer_samples(guest, samples)
    return answers if isinstance(answers, Stop) else answers.outputs


def answer_samples(guest: Guest, samples: Sequence[bytes]) -> Answers | Stop:
    """Run many samples and return all that the device answered, in order."""
    size = max(1, len(samples[0]))
    room = max(1, (guest.machine.window_bytes - REQUEST_BYTES) // size)
    outputs: list[bytes] = []
    inputs: list[bytes] = []
    for start in range(0, len(samples), room):
        batch = samples[start : start + room]
        ended = _run(guest, build_request(RunMode.ACCURACY, batch), measured=False)
        if isinstance(ended, Stop):
            return ended
        session, emulation = ended
        if not session.complete or len(session.outputs) != len(batch):
            return _stop(session, emulation)
        outputs += session.outputs
        inputs += session.inputs
    return Answers(tuple(outputs), tuple(inputs))


_CRASHES = frozenset({ErrorCode.FAULT, ErrorCode.ABORTED})


def _narrowed(low: int, high: int, session: Session) -> tuple[int, int]:
    """Bounds after a crash: the size being tried was the middle of what was known before it."""
    for trial in session.trials:
        if trial.works:
            high = min(high, trial.arena_bytes)
        else:
            low = max(low, trial.arena_bytes)
    return low + (high - low) // 32 * 16, high


def _run(
    guest: Guest, request: bytes, *, measured: bool, memory_system: MemorySystem | None = None
) -> tuple[Session, Emulation] | Stop:
    window_bytes = guest.machine.window_bytes
    if len(request) > window_bytes:
        return Stop("unsupported", f"one sample is larger than the window of {window_bytes} B")
    limits = limits_of(guest.budget)
    detail = measured and guest.simulator.counts_blocks
    emulation = guest.simulator.emulate(
        elf=guest.elf,
        machine=guest.machine,
        window_origin=guest.machine.window_origin,
        window=request,
        markers=markers_of(guest.symbols) if measured else (),
        dispatches=_dispatches(guest) if detail else (),
        region_names=REGION_NAMES,
        detail=detail,
        limits=limits,
        cache=guest.cache,
        memory_system=memory_system,
    )
    if emulation.ending in {"budget", "wall"}:
        limit = (
            f"{guest.budget} instructions"
            if emulation.ending == "budget"
            else f"{limits.wall_s:.0f} s"
        )
        return Stop("timeout", f"the firmware did not end within {limit}", emulation.log)
    if emulation.ending == "error":
        return Stop("failed", f"the emulator failed: {_first_line(emulation.log)}", emulation.log)
    try:
        return read_session(emulation.console), emulation
    except ProtocolError as error:
        if emulation.ending == "lockup":
            return Stop("failed", "the emulated core locked up (a fault in a fault)", emulation.log)
        return Stop("failed", f"garbled console: {error}", emulation.log)


def _stop(session: Session, emulation: Emulation) -> Stop:
    log = "\n".join((*session.log, emulation.log)).strip()
    if emulation.ending == "lockup":
        return Stop("failed", "the emulated core locked up (a fault in a fault)", log)
    if session.error is None:
        return Stop("failed", "the firmware ended without saying how", log)
    if session.error.code is ErrorCode.ALLOCATION_FAILED and _wants_memory(session.log):
        machine_bytes = session.error.detail
        return Stop("does-not-fit", f"needs an arena of more than {machine_bytes} B", log)
    last = f" ({session.log[-1]})" if session.log else ""
    return Stop("failed", f"on the device: {session.error}{last}", log)


def _wants_memory(log: Sequence[str]) -> bool:
    """Whether the interpreter said that the arena is too small, in the words of either API."""
    words = ("too small", "Failed to allocate", "Failed to resize buffer")
    return any(word in line for line in log for word in words)


def limits_of(budget: int) -> Limits:
    """Return the limits of a run that may execute `budget` instructions."""
    return Limits(budget, _START_S + budget / _SLOWEST_EMULATION_HZ, _CONSOLE_BYTES)


def markers_of(symbols: Mapping[str, tuple[int, int]]) -> tuple[Marker, ...]:
    """Return where the measured regions of an image begin and end, by its symbols' addresses."""
    markers = [Marker(symbols["harness_region_boot_end"][0], 0)]
    for number, name in REGION_NAMES.items():
        if number != BOOT:
            markers.append(Marker(symbols[f"harness_region_{name}_begin"][0], number))
            markers.append(Marker(symbols[f"harness_region_{name}_end"][0], 0))
    return tuple(markers)


def _dispatches(guest: Guest) -> tuple[Dispatch, ...]:
    invokes = [number for number, name in REGION_NAMES.items() if name.startswith("invoke")]
    return tuple(
        Dispatch(address, size, region) for address, size in guest.dispatches for region in invokes
    )


def _first_line(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    grave = [line for line in lines if ": warning: " not in line]
    return next(iter([*grave, *lines]), "no message")
