"""Fixtures of the tests that build firmware and run it."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from assembly import NOTHING, assemble, emulate_assembly
from firmware_lab import Lab, open_lab
from model_factory import fully_connected

from harness.simulators.qemu import find_qemu
from harness.simulators.simulator import Emulation

ALSO = [name for name in os.environ.get("HARNESS_QEMU_ALSO", "").split(os.pathsep) if name]


@pytest.fixture(scope="session")
def lab(shared_cache) -> Lab:
    """The Cortex-M4F's runtime library, compiled once for all test processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_CACHE", str(shared_cache))
        return open_lab(shared_cache)


@pytest.fixture(scope="session")
def small_model() -> bytes:
    """One int8 FULLY_CONNECTED: three inputs, two outputs."""
    return fully_connected(integer=True).write()


@pytest.fixture(scope="session")
def small_elf(lab, small_model, tmp_path_factory) -> bytes:
    """The small model's image with an ample arena."""
    return lab.link(small_model, 8192, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def linker_script(lab, small_model, tmp_path_factory) -> str:
    """The linker script of an image, as CMake filled it in."""
    build = tmp_path_factory.mktemp("script")
    lab.link(small_model, 8192, build)
    return (build / "build" / "link.ld").read_text()


@pytest.fixture(
    params=[
        "installed",
        *(
            ALSO
            or [
                pytest.param(
                    "also", marks=pytest.mark.skip("HARNESS_QEMU_ALSO names no other QEMU")
                )
            ]
        ),
    ]
)
def qemu(request, monkeypatch) -> Path:
    """Each QEMU to test with: the installed one and those of HARNESS_QEMU_ALSO."""
    if request.param != "installed":
        monkeypatch.setenv("HARNESS_QEMU", request.param)
    return find_qemu()


@pytest.fixture(scope="session")
def plugin_cache(tmp_path_factory) -> Path:
    """The folder that the plugin is built into."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def assembled(tmp_path_factory) -> Callable[..., Path]:
    """Build one of the firmwares of asm/: name, machine and symbols."""
    folder = tmp_path_factory.mktemp("elf")
    return partial(assemble, folder)


@pytest.fixture
def go(qemu, plugin_cache, assembled) -> Callable[..., Emulation]:  # noqa: ARG001 - the QEMU to run
    """Run one of the firmwares of asm/: name, regions, sites, machine, symbols, options."""

    def emulate_one(
        name: str,
        regions: Mapping[str, int] = NOTHING,
        sites: tuple[tuple[str, int], ...] = (),
        machine: str = "mps2-an386",
        symbols: Mapping[str, int] = NOTHING,
        **options: Any,
    ) -> Emulation:
        elf = assembled(name, machine, **symbols)
        return emulate_assembly(elf, machine, plugin_cache, regions, sites, **options)

    return emulate_one
