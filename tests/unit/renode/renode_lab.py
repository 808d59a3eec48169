"""What tests of Renode share: a program `renode` that is the double, and an image for it."""

import struct
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from elf_factory import Section, Symbol, write_elf

from harness.boards import load_board
from harness.simulators.machines import Machine
from harness.simulators.renode import SIMULATOR
from harness.simulators.renode.platform import machine_of
from harness.simulators.session import REGION_NAMES, Guest, markers_of

DOUBLE = Path(__file__).with_name("renode_double.py")


def install_double(folder: Path, monkeypatch: pytest.MonkeyPatch, failure: str = "") -> Path:
    """Put the double into `folder` as `renode`, where RENODE_PATH finds it; `failure` it shows."""
    program = folder / "renode"
    program.parent.mkdir(parents=True, exist_ok=True)
    # Starting Python is most of what a played run takes: half as much without its packages.
    program.write_text(
        '#!/bin/sh\n[ -n "$RENODE_DOUBLE_MACHINE" ] || bare=-S\n'
        f'exec "{sys.executable}" $bare "{DOUBLE}" "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("RENODE_PATH", str(program))
    if failure:
        monkeypatch.setenv("RENODE_DOUBLE", failure)
    return program


def machine(board: str = "nano33ble") -> Machine:
    return machine_of(load_board(board))


def symbols(origin: int = 0) -> Mapping[str, int]:
    """Addresses of the labels that hooks stand at."""
    names = ["harness_region_boot_end"]
    for number in sorted(REGION_NAMES)[1:]:
        names += [f"harness_region_{REGION_NAMES[number]}_{side}" for side in ("begin", "end")]
    return {name: origin + 0x20 + 2 * n for n, name in enumerate([*names, "harness_run_end"])}


def image(origin: int = 0, reset: int | None = None) -> bytes:
    """An image with vectors, a reset handler, and all labels."""
    handler = origin + 0x10 if reset is None else reset
    vectors = struct.pack("<2I", 0x2000_4000, handler | 1)
    code = b"\x00\xbf" * 40
    elf = write_elf(
        [Section(".vectors", origin, vectors + bytes(8)), Section(".app", origin + 0x10, code)],
        [Symbol(name, ".app", address, 0) for name, address in symbols(origin).items()],
        loaded_bytes=16 + len(code),
    )
    return elf[:56] + struct.pack("<I", 84) + elf[60:]  # the segment begins behind its header


def guest(folder: Path, **changes: Any) -> Guest:
    """A guest on the Nano 33 BLE's platform; its image is in `folder`."""
    elf = folder / "firmware.elf"
    elf.write_bytes(image())
    addresses = {name: (address, 0) for name, address in symbols().items()}
    values = {"machine": machine(), "budget": 1_000_000, **changes}
    return Guest(SIMULATOR, elf, symbols=addresses, dispatches=(), cache=folder, **values)


MARKERS = markers_of({name: (address, 0) for name, address in symbols().items()})
