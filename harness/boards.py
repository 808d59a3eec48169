"""Microcontroller boards as data: their schema, the rules they keep, and where they are found."""

import os
from importlib.metadata import entry_points
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from harness.assets import asset_path
from harness.errors import HarnessError
from harness.names import unknown_name
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


def _power_of_two(value: int) -> int:
    if value & (value - 1):
        raise ValueError(f"must be a power of two, not {value}; correct it")
    return value


Count = Annotated[int, Field(ge=0)]
Size = Annotated[int, Field(gt=0)]
PowerOfTwo = Annotated[int, Field(gt=0), AfterValidator(_power_of_two)]
Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class Sourced(BaseModel):
    """A table of figures that says where they were read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Text
    """What the figures were read in; the word "unverified" when nobody read them anywhere."""
    unverified: tuple[str, ...] = ()
    """The keys of this table whose figures `source` does not cover."""

    @model_validator(mode="after")
    def _unverified_keys_exist(self) -> Self:
        for key in self.unverified:
            if key not in type(self).model_fields or key not in self.model_fields_set:
                raise ValueError(f"unverified: this table has no key {key!r}; correct the name")
        return self


class Memory(Sourced):
    """A stretch of the address space: `origin` and `bytes` of one flash or RAM bank."""

    name: Name
    kind: Literal["flash", "ram"]
    origin: Count
    bytes: Size
    wait_states: Count | None = None
    """Clock cycles that a read adds at `clock_hz`; left out when unknown."""


class Placement(BaseModel):
    """Which regions hold what: their sums are the limits that firmware is held against."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[tuple[str, ...], Field(min_length=1)]
    """Regions for code, constants and the initial values of `.data`."""
    data: Annotated[tuple[str, ...], Field(min_length=1)]
    """Regions for the arena, statics and the stack."""


class FlashTiming(Sourced):
    """How the memory behind `placement.code` is read, as configured at `clock_hz`."""

    read_bits: PowerOfTwo | None = None
    """Bits that one read delivers."""
    prefetch: bool | None = None
    """Whether the next line is fetched ahead."""
    miss_cycles: Size | None = None
    """Clock cycles of a read that misses every cache, for serial flash without wait states."""


class Cache(Sourced):
    """A cache, or the accelerator of a flash controller; unknown figures are left out."""

    kind: Literal["instruction", "data", "unified"]
    bytes: Size | None = None
    line_bytes: PowerOfTwo | None = None
    ways: Size | None = None
    """Lines that one address may be in; all of them when fully associative."""
    policy: Literal["lru", "random"] | None = None

    @model_validator(mode="after")
    def _ways_divide_lines(self) -> Self:
        set_bytes = (self.line_bytes or 1) * (self.ways or 1)
        if self.bytes is not None and self.bytes % set_bytes:
            raise ValueError("bytes: must be a multiple of line_bytes x ways; correct one of them")
        return self


class Current(Sourced):
    """Supply current while the core computes."""

    active_ua_per_mhz: Annotated[float, Field(gt=0)]
    voltage: Annotated[float, Field(gt=0)]
    regulator: Literal["ldo", "dcdc"] | None = None


class Emulation(BaseModel):
    """The emulated machines that stand for the board."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    qemu: Text
    """Machine name, as `qemu-system-arm -M` takes it."""
    renode: Text | None = None
    """Platform description, as Renode ships it."""


class Board(Sourced):
    """One board: `source` covers the core, its FPU and the clock."""

    name: Name
    title: Text
    core: Core
    fpu: Fpu
    clock_hz: Size
    memory: Annotated[tuple[Memory, ...], Field(min_length=1)]
    placement: Placement
    flash: FlashTiming | None = None
    cache: tuple[Cache, ...] = ()
    current: Current | None = None
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

    @model_validator(mode="after")
    def _keeps_the_rules(self) -> Self:
        for rule in (_fpu_exists, _machine_has_core, _regions_apart, _placement_exists):
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


def load_board(name_or_path: str) -> Board:
    """Return the board called `name_or_path`, or the one in the TOML file at that path.

    Raises:
        HarnessError: No board has that name (the nearest is suggested), or its file is wrong.
    """
    if name_or_path.endswith(".toml") or os.sep in name_or_path:
        return _read_board(Path(name_or_path))
    paths = _board_files()
    if name_or_path not in paths:
        raise unknown_name("board", name_or_path, paths)
    return _read_board(paths[name_or_path])


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


def _board_files() -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in _board_folders():
        for path in sorted(folder.glob("*.toml")):
            if path.stem in found:
                raise HarnessError(
                    f"{path}: {found[path.stem]} is also a board of that name; rename one of them"
                )
            found[path.stem] = path
    return found


def _board_folders() -> list[Path]:
    folders = [asset_path("boards")]
    for entry in sorted(entry_points(group="harness.boards"), key=lambda entry: entry.name):
        folders.append(Path(str(files(entry.load()))))
    for text in os.environ.get("HARNESS_BOARDS", "").split(os.pathsep):
        if text and not Path(text).is_dir():
            raise HarnessError(f"HARNESS_BOARDS: {text}: no such folder; correct the variable")
        if text:
            folders.append(Path(text))
    return folders
