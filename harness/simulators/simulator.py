"""What a simulator is: something that runs firmware on an emulated machine and counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from harness.simulators.machines import Machine
from harness.simulators.memory_system import MemorySystem
from harness.simulators.trace import Trace

if TYPE_CHECKING:
    from harness.boards import Board

DEFAULT_SIMULATOR = "qemu"

Ending = Literal["reset", "budget", "wall", "lockup", "error"]

Counts = Literal["regions", "blocks", "events"]
"""What a simulator can count: the instructions of each region between markers; also those of each
operator and each block; also the fetches and accesses of each memory and cache."""


@dataclass(frozen=True)
class Limits:
    """When to stop a guest: instructions executed (0: no limit), seconds, console bytes."""

    instructions: int
    wall_s: float
    console_bytes: int


@dataclass(frozen=True)
class Marker:
    """`region` begins with the instruction at `address` (a Thumb symbol's bit 0 is ignored)."""

    address: int
    region: int


@dataclass(frozen=True)
class Dispatch:
    """An indirect call of `size` bytes at `address`; what it calls in `region` is an operator."""

    address: int
    size: int
    region: int


@dataclass(frozen=True)
class Emulation:
    """What one emulation gave.

    `console` is what the guest sent, up to the limit. `trace` is missing if nothing was counted
    or the emulation ended in another way than "reset" and "budget". `ending` says how it did:
    the guest reset itself; it passed the limit of instructions or of seconds; it locked up (a
    fault inside a fault); or the emulator failed, as `log` tells.
    """

    console: bytes
    trace: Trace | None
    ending: Ending
    log: str


class Emulate(Protocol):
    """Run a program on a machine until it resets itself or a limit is reached."""

    def __call__(  # noqa: PLR0913 - an emulation has that many independent inputs
        self,
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
        memory_system: MemorySystem | None = None,
        stop_after: tuple[int, int] | None = None,
        semihosting: bool = False,
    ) -> Emulation:
        """Return what the emulation of `elf` on `machine` gave.

        `window` is placed at `window_origin` before reset. `markers` divide the run into regions,
        which `region_names` names (0 is everything else, "none"); with `detail`, `dispatches`
        divide these into operators, and blocks are counted; with a `memory_system` beside it, its
        events. Neither is asked of a simulator whose `counts` exclude it. `stop_after` (region,
        visits) ends the run when that region has been left so many times. `semihosting` lets the
        guest use files and commands of this machine. `cache` is a folder for what the simulator
        builds once.

        Raises:
            HarnessError: A program is missing, or the temporary folder cannot be written.
        """


class Scripts(Protocol):
    """Write down one run as files with which a person can carry it out by hand."""

    def __call__(  # noqa: PLR0913 - a run has that many independent inputs
        self,
        *,
        title: str,
        elf: bytes,
        machine: Machine,
        window_origin: int,
        window: bytes,
        markers: Sequence[Marker],
        end: int,
        limits: Limits,
        outputs: Sequence[bytes],
    ) -> Mapping[str, bytes]:
        """Return the files by name; all lie in one folder, wherever that is.

        `end` is the address at which the firmware has done everything. `outputs` are the
        output records that the host expects of the run, in order; none where it expects nothing.
        """


@dataclass(frozen=True)
class Simulator:
    """One way to run firmware without the board.

    `version` returns name and version as a row's column `emulator` gives them ("QEMU 7.2.22"), and
    raises HarnessError where something that a run needs is missing. `machine` returns the emulated
    machine that stands for a board, and raises HarnessError where there is none. `sources` are
    files beside the simulator's own module that decide what it counts: results are kept under
    their content. `experimental` says what of it was never tried, and is empty where all was.
    `scripts` is missing where runs cannot be carried out by hand.
    """

    name: str
    summary: str
    counts: Counts
    version: Callable[[], str] = field(repr=False)
    machine: "Callable[[Board], Machine]" = field(repr=False)
    emulate: Emulate = field(repr=False)
    sources: tuple[Path, ...] = field(default=(), repr=False)
    experimental: str = ""
    scripts: Scripts | None = field(default=None, repr=False)

    @property
    def counts_blocks(self) -> bool:
        """Whether it tells operators and blocks apart."""
        return self.counts != "regions"

    @property
    def counts_events(self) -> bool:
        """Whether it counts what memories and caches do, which cycles are made of."""
        return self.counts == "events"
