"""Microcontroller boards as data: their schema, the rules they keep, and where they are found."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from harness.assets import asset_path
from harness.board_tables import (
    Cache,
    Calibration,
    Clock,
    Current,
    Emulation,
    FlashTiming,
    Line,
    Memory,
    Name,
    Placement,
    Sourced,
    Uart,
)
from harness.errors import HarnessError
from harness.names import unknown_name
from harness.plugins import announced_folders
from harness.simulators.machines import machines_for
from harness.toml_file import read_toml

Core = Literal["cortex-m0plus", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55"]
Fpu = Literal["none", "fpv4-sp-d16", "fpv5-sp-d16", "fpv5-d16", "mve"]

FPUS: dict[Core, frozenset[Fpu]] = {
    "cortex-m0plus": frozenset({"none"}),
    "cortex-m3": frozenset({"none"}),
    "cortex-m4": frozenset({"none", "fpv4-sp-d16"}),
    "cortex-m7": frozenset({"none", "fpv5-sp-d16", "fpv5-d16"}),
    "cortex-m33": frozenset({"none", "fpv5-sp-d16"}),
    "cortex-m55": frozenset({"none", "mve"}),
}
"""The floating-point units that each core can be built with."""


class Board(Sourced):
    """One board: `source` covers the core, its FPU and the clock."""

    name: Name
    """What `--board` calls it: the file's name."""
    title: Line
    """What it is, with the microcontroller."""
    core: Core
    """The processor."""
    fpu: Fpu
    """Its floating-point unit, as the compiler names it."""
    clock_hz: Clock = 0
    """The clock at which wait states and currents hold."""
    memory: Annotated[tuple[Memory, ...], Field(min_length=1)]
    """Every flash and RAM bank."""
    placement: Placement
    flash: FlashTiming | None = None
    cache: tuple[Cache, ...] = ()
    """The caches before memories that are cached."""
    current: Current | None = None
    calibration: Calibration | None = None
    uart: Uart | None = None
    emulation: Emulation

    @property
    def flash_limit_bytes(self) -> int:
        """What the board offers to code, constants and initial values."""
        return sum(self.region(name).bytes for name in self.placement.code)

    @property
    def ram_limit_bytes(self) -> int:
        """What the board offers to the arena, statics and the stack."""
        return sum(self.region(name).bytes for name in self.placement.data)

    def region(self, name: str) -> Memory:
        """Return the memory region called `name` (KeyError when there is none)."""
        return {region.name: region for region in self.memory}[name]

    def read_bits(self, region: Memory) -> int | None:
        """Return the bits that one read of a region delivers, or None when nobody knows."""
        if region.read_bits is None and self.flash and region.name in self.placement.code:
            return self.flash.read_bits
        return region.read_bits

    @model_validator(mode="after")
    def _keeps_the_rules(self) -> Self:
        for rule in (
            _fpu_exists,
            _machine_has_core,
            _regions_apart,
            _uart_outside_memory,
            _placement_exists,
            _caches_apart,
            _lines_hold_reads,
            _calibrated_at_this_clock,
        ):
            rule(self)
        return self


def _fpu_exists(board: Board) -> None:
    if board.fpu not in FPUS[board.core]:
        choices = ", ".join(sorted(FPUS[board.core]))
        raise ValueError(f"fpu: {board.core} has no {board.fpu}; choose one of: {choices}")


def _machine_has_core(board: Board) -> None:
    machines = machines_for(board.core)
    if board.emulation.qemu not in machines:
        raise ValueError(
            f"emulation.qemu: {board.emulation.qemu!r} is no known machine with a {board.core}; "
            f"use {' or '.join(machines)}"
        )


def _regions_apart(board: Board) -> None:
    regions = sorted(board.memory, key=lambda region: region.origin)
    names = [region.name for region in regions]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"memory: two regions are called {name!r}; rename one")
    for below, above in pairwise(regions):
        if below.origin + below.bytes > above.origin:
            raise ValueError(f"memory: {below.name} overlaps {above.name}; correct origin or bytes")


def _uart_outside_memory(board: Board) -> None:
    for region in board.memory:
        if board.uart and region.origin <= board.uart.origin < region.origin + region.bytes:
            raise ValueError(
                f"uart.origin: 0x{board.uart.origin:08X} lies in {region.name}; "
                "give the first address of the peripheral"
            )


def _placement_exists(board: Board) -> None:
    known = [region.name for region in board.memory]
    both = set(board.placement.code) & set(board.placement.data)
    if both:
        raise ValueError(f"placement: {min(both)!r} is in code and in data; name it once")
    for key, names in (("code", board.placement.code), ("data", board.placement.data)):
        for name in names:
            if name not in known or names.count(name) > 1:
                raise ValueError(
                    f"placement.{key}: {name!r} must name one region, once; "
                    f"regions: {', '.join(known)}"
                )


def _caches_apart(board: Board) -> None:
    for path in ("instruction", "data"):
        both = [cache.kind for cache in board.cache if cache.kind in {path, "unified"}]
        if len(both) > 1:
            raise ValueError(
                f"cache: {both[0]} and {both[1]} caches both stand in the {path} path; keep one"
            )


def _lines_hold_reads(board: Board) -> None:
    widths = {r.name: board.read_bits(r) for r in board.memory if r.behind_caches}
    for number, cache in enumerate(board.cache):
        for name, bits in widths.items():
            if bits and cache.line_bytes and bits > 8 * cache.line_bytes:
                raise ValueError(
                    f"cache[{number}].line_bytes: a line of {cache.line_bytes} bytes is shorter "
                    f"than one read of {name}, {bits} bits; correct line_bytes or read_bits"
                )


def _calibrated_at_this_clock(board: Board) -> None:
    if board.calibration and board.calibration.clock_hz != board.clock_hz:
        raise ValueError(
            f"calibration.clock_hz: measured at {board.calibration.clock_hz}, but the board runs "
            f"at {board.clock_hz}; calibrate again or remove the table"
        )


def load_board(name_or_path: str) -> Board:
    """Return the board called `name_or_path`, or the one in the TOML file at that path.

    Raises:
        HarnessError: No board has that name (the nearest is suggested), or its file is wrong.
    """
    return _read_board(board_path(name_or_path))


def board_path(name_or_path: str) -> Path:
    """Return the TOML file of the board called `name_or_path`, or that path itself.

    Raises:
        HarnessError: No board has that name (the nearest is suggested).
    """
    if name_or_path.endswith(".toml") or os.sep in name_or_path:
        return Path(name_or_path)
    paths = _board_files()
    if name_or_path not in paths:
        raise unknown_name("board", name_or_path, paths)
    return paths[name_or_path]


def board_names() -> tuple[str, ...]:
    """Return the names that `load_board` knows, sorted.

    Raises:
        HarnessError: Two folders hold a board of one name, or a folder does not exist.
    """
    return tuple(sorted(_board_files()))


def load_boards() -> tuple[Board, ...]:
    """Return every known board, sorted by name.

    Raises:
        HarnessError: As `board_names`, or a board's file is wrong.
    """
    return tuple(load_board(name) for name in board_names())


def _read_board(path: Path) -> Board:
    board = read_toml(path, Board)
    if board.name != path.stem:
        raise HarnessError(f"{path}: name: {board.name!r} is not the file's; rename one of them")
    return board


@dataclass(frozen=True)
class _Folder:
    """A folder of boards: what it is called in messages, and where they come from."""

    path: Path
    where: str = ""
    origin: str = ""


def board_origins() -> Mapping[str, str]:
    """Return for each board that is not ours the package or the folder that it comes from.

    Raises:
        HarnessError: As `board_names`.
    """
    return {name: folder.origin for name, (_, folder) in _found().items() if folder.origin}


def _board_files() -> dict[str, Path]:
    return {name: path for name, (path, _) in _found().items()}


def _found() -> dict[str, tuple[Path, _Folder]]:
    found: dict[str, tuple[Path, _Folder]] = {}
    for folder in _board_folders():
        for path in sorted(folder.path.glob("*.toml")):
            if path.stem in found:
                named = f"{folder.where}: " if folder.where else ""
                raise HarnessError(
                    f"{named}{path}: {found[path.stem][0]} is also a board of that name; "
                    "rename one of them"
                )
            found[path.stem] = (path, folder)
    return found


def _board_folders() -> list[_Folder]:
    folders = [_Folder(asset_path("boards"))]
    for announced in announced_folders("harness.boards"):
        if not any(announced.path.glob("*.toml")):
            raise HarnessError(
                f"{announced.where}: its folder holds no board; add NAME.toml or uninstall it"
            )
        folders.append(_Folder(announced.path, announced.where, announced.origin))
    for text in os.environ.get("HARNESS_BOARDS", "").split(os.pathsep):
        if text and not Path(text).is_dir():
            raise HarnessError(f"HARNESS_BOARDS: {text}: no such folder; correct the variable")
        if text:
            folders.append(_Folder(Path(text), "HARNESS_BOARDS", text))
    return folders
