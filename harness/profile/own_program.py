"""Run any program that is linked for a board's emulated machine, between two of its symbols."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.boards import Board
from harness.cycles.core_table import load_core_table
from harness.cycles.estimate import Estimate
from harness.cycles.estimation import estimate_trace
from harness.cycles.memory_layout import MemoryLayout, memory_layout
from harness.cycles.what_if import WhatIf, changed_board
from harness.errors import HarnessError
from harness.files import read_bytes
from harness.firmware.dispatch import find_dispatches
from harness.firmware.memory_map import symbol_addresses
from harness.firmware.tflm_source import runtime_apis
from harness.profile.source_lines import symbol_table
from harness.profile.visits import only, subtract
from harness.simulators.machines import Machine
from harness.simulators.memory_system import MemorySystem
from harness.simulators.registry import find_simulator
from harness.simulators.simulator import (
    DEFAULT_SIMULATOR,
    Dispatch,
    Emulation,
    Limits,
    Marker,
    Simulator,
)
from harness.simulators.trace import Trace

INSTRUCTION_BUDGET = 5_000_000_000
"""Instructions after which a program is given up."""

DEFAULT_MARKERS = (
    ("harness_region_invoke_warm_begin", "harness_region_invoke_warm_end"),
    ("harness_profile_begin", "harness_profile_end"),
)
"""The pairs of symbols that are looked for where none are named, in this order."""

_AS_IT_IS = WhatIf()
_REGION = 2
_SLOWEST_EMULATION_HZ = 5_000_000
_START_S = 60.0
_CONSOLE_BYTES = 16 * 1024 * 1024
_MODEL = ("__model_start", "__model_end")
_ALIKE = 4


@dataclass(frozen=True)
class Program:
    """A program to be run: from the instruction at `begin` to that at `end`, on visit `visit`.

    `begin` and `end` are symbols, None for those of DEFAULT_MARKERS that it has. Visits count
    from 1: of a program that infers twice, 2 is the one that finds warm caches. `semihosting` gives
    it this machine's files and commands; `simulator` runs it.
    """

    elf: Path
    begin: str | None = None
    end: str | None = None
    visit: int = 1
    budget: int = INSTRUCTION_BUDGET
    semihosting: bool = False
    simulator: str = DEFAULT_SIMULATOR

    @classmethod
    def of(
        cls,
        elf: Path,
        begin: str | None = None,
        end: str | None = None,
        visit: int | None = None,
        budget: int | None = None,
        *,
        semihosting: bool | None = None,
        simulator: str | None = None,
    ) -> "Program":
        """Return the program with what is not given (None) by default."""
        visit, budget = visit or cls.visit, budget or cls.budget
        simulator = simulator or cls.simulator
        return cls(elf, begin, end, visit, budget, bool(semihosting), simulator)


@dataclass(frozen=True)
class Recorded:
    """The events of one visit of a program's region, and the layout they were recorded with."""

    program: Program
    elf: bytes
    region: str
    machine: Machine
    trace: Trace
    system: MemorySystem


def record(program: Program, board: Board, cache: Path, what_if: WhatIf = _AS_IT_IS) -> Recorded:
    """Run a program through the memories of `board` and return the events of its last visit.

    Where that is not the first, the program is run twice, and the events of the earlier visits are
    subtracted: both runs are the same up to there. `cache` is the folder that keeps the plugin.

    Raises:
        HarnessError: The file is no ELF with these symbols, the region is not entered or left
            that often, or the emulator is missing or fails.
    """
    elf = read_bytes(program.elf)
    name = str(program.elf)
    symbols = symbol_table(elf, name)
    begin, end = _markers(program, symbols)
    simulator = find_simulator(program.simulator)
    if not simulator.counts_events:
        raise HarnessError(
            f"--simulator {simulator.name}: counts no fetches and accesses, which cycles are made "
            "of; name another"
        )
    machine = simulator.machine(board)
    layout = _layout(board, machine, what_if, symbols)
    region = begin.removesuffix("_begin").removeprefix("harness_region_")
    run = _Run(program, simulator, machine, layout.system, region, cache, _dispatches(elf))
    markers = (Marker(symbols[begin], _REGION), Marker(symbols[end], 0))
    trace = run.until(program.visit, markers)
    if program.visit > 1:
        trace = subtract(trace, run.until(program.visit - 1, markers), region)
    return Recorded(program, elf, region, machine, only(trace, region), layout.system)


def estimate_program(recorded: Recorded, board: Board, what_if: WhatIf = _AS_IT_IS) -> Estimate:
    """Return the estimate of a recorded region on a board, or on what it might be.

    Raises:
        HarnessError: The events were recorded with other memories, or the core has no table.
    """
    symbols = symbol_table(recorded.elf, str(recorded.program.elf))
    layout = _layout(board, recorded.machine, what_if, symbols)
    if layout.system != recorded.system:
        raise HarnessError(
            f"{recorded.program.elf}: was recorded with other memories than {board.name} has; "
            "record it again"
        )
    return estimate_trace(
        recorded.trace,
        recorded.elf,
        load_core_table(board.core),
        layout,
        regions=(recorded.region,),
        cached=not what_if.cache_off,
    )


def _layout(
    board: Board,
    machine: Machine,
    what_if: WhatIf,
    symbols: Mapping[str, int],
) -> MemoryLayout:
    weights = None
    if what_if.weights_in_ram:
        if any(name not in symbols for name in _MODEL):
            raise HarnessError(
                f"--weights ram: the program has no symbols {' and '.join(_MODEL)} around its model"
            )
        weights = (symbols[_MODEL[0]], symbols[_MODEL[1]] - symbols[_MODEL[0]])
    return memory_layout(changed_board(board, what_if), machine, weights=weights)


def _markers(program: Program, symbols: Mapping[str, int]) -> tuple[str, str]:
    if (program.begin is None) != (program.end is None):
        raise HarnessError("--begin, --end: give both or neither")
    if program.begin is None or program.end is None:
        for begin, end in DEFAULT_MARKERS:
            if begin in symbols and end in symbols:
                return begin, end
        pair = " and ".join(DEFAULT_MARKERS[-1])
        raise HarnessError(
            f"{program.elf}: has no symbols {pair}; add two empty functions of these names around "
            "what is to be measured, or name others with --begin and --end"
        )
    for option, name in (("--begin", program.begin), ("--end", program.end)):
        if name not in symbols:
            raise HarnessError(
                f"{option} {name}: {program.elf} has no such symbol{_hint(name, symbols)}"
            )
    if symbols[program.begin] == symbols[program.end]:
        raise HarnessError("--begin, --end: are one address; name two places")
    return program.begin, program.end


def _hint(name: str, symbols: Mapping[str, int]) -> str:
    alike = [one for one in symbols if name.lower() in one.lower()]
    alike = alike or difflib.get_close_matches(name, list(symbols), n=_ALIKE, cutoff=0.5)
    return f"; alike are {', '.join(sorted(alike)[:_ALIKE])}" if alike else ""


def _dispatches(elf: bytes) -> tuple[tuple[int, int], ...]:
    """The calls of operators where the program holds a TFLM interpreter that is known."""
    symbols = symbol_addresses(elf)
    for api in runtime_apis().values():
        functions = [name for name in api.dispatch.functions if name in symbols]
        if functions:
            try:
                return find_dispatches(elf, symbols, functions)
            except HarnessError:  # another build of it: the region stays in one piece
                return ()
    return ()


@dataclass(frozen=True)
class _Run:
    program: Program
    simulator: Simulator
    machine: Machine
    system: MemorySystem
    region: str
    cache: Path
    dispatches: tuple[tuple[int, int], ...]

    def until(self, visits: int, markers: tuple[Marker, ...]) -> Trace:
        """Run until the region was left so often, and return all that was counted."""
        budget = self.program.budget
        emulation = self.simulator.emulate(
            elf=self.program.elf,
            machine=self.machine,
            window_origin=self.machine.window_origin,
            window=b"",
            markers=markers,
            dispatches=[Dispatch(address, size, _REGION) for address, size in self.dispatches],
            region_names={_REGION: self.region},
            detail=True,
            limits=Limits(budget, _START_S + budget / _SLOWEST_EMULATION_HZ, _CONSOLE_BYTES),
            cache=self.cache,
            memory_system=self.system,
            stop_after=(_REGION, visits),
            semihosting=self.program.semihosting,
        )
        return self._checked(emulation, visits)

    def _checked(self, emulation: Emulation, visits: int) -> Trace:
        elf, machine = self.program.elf, self.machine
        trace = emulation.trace
        entered = 0 if trace is None else trace.visits.get(self.region, 0)
        if trace is not None and trace.status == "stop":
            return trace
        linked = (
            f"is it linked for {machine.name} (code at {machine.code_origin:#x}, RAM at "
            f"{machine.ram_origin:#x}), and does it need --semihosting?"
        )
        if emulation.ending == "lockup":
            raise HarnessError(f"{elf}: the emulated core locked up (a fault in a fault); {linked}")
        if emulation.ending == "error":
            first = next(iter(emulation.log.splitlines()), "no message")
            raise HarnessError(f"{elf}: the emulator failed: {first}; {linked}")
        times = "once" if visits == 1 else f"{visits} times"
        entries = "once" if entered == 1 else f"{entered} times"
        often = f"entered {entries}" if entered else "never entered"
        if emulation.ending in {"budget", "wall"}:
            raise HarnessError(
                f"{elf}: the region was {often}, and not left {times} within "
                f"{self.program.budget:,} instructions; correct --begin and --end, or raise "
                f"--budget; {linked}"
            )
        raise HarnessError(
            f"{elf}: ended after the region was {often}, and not left {times}; correct --begin, "
            "--end or --visit"
        )
