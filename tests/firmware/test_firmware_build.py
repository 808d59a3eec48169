"""Firmware is the same bytes wherever it is built, and holds nothing that nobody owns."""

import shutil
from pathlib import Path

import pytest

from harness.assets import asset_path
from harness.errors import HarnessError
from harness.firmware import image, runtime_library, toolchain
from harness.firmware.memory_map import read_memory_map
from harness.firmware.runtime_library import build_library
from harness.process import run
from harness.store import digest_of
from harness.store.workspace import pack

pytestmark = pytest.mark.emulator


@pytest.fixture
def elsewhere(lab, tmp_path, monkeypatch) -> Path:
    """A copy of the firmware's sources and of TFLM's in folders with longer names."""
    firmware = tmp_path / "another checkout of the sources" / "firmware"
    shutil.copytree(asset_path("firmware"), firmware)
    for module in (image, runtime_library, toolchain):
        monkeypatch.setattr(module, "asset_path", lambda name: firmware.parent / name)
    return shutil.copytree(lab.tree, tmp_path / "tflm-copy")


def test_archives_and_image_are_the_same_bytes_in_another_folder(
    lab, small_model, small_elf, elsewhere, tmp_path
):
    build = tmp_path / "build"
    build.mkdir()
    packed = build_library(lab.request, elsewhere, build, jobs=2)
    here = {path.name: digest_of(path.read_bytes()) for path in lab.archives.iterdir()}
    there = {path.name: digest_of(path.read_bytes()) for path in build.rglob("lib*.a")}
    assert there == here
    assert packed == lab.ctx.store.get(lab.library.archive)
    again = lab.link(small_model, 8192, tmp_path / "image")
    assert again == small_elf


def test_archives_hold_neither_times_nor_owners(lab):
    for archive in lab.archives.iterdir():
        listing = run(["arm-none-eabi-ar", "tvO", archive]).stdout.splitlines()
        assert listing
        assert all(line.split()[1] == "0/0" and " 1970 " in line for line in listing)


def test_nothing_of_this_machine_is_in_the_image(lab, small_elf):
    for place in (str(lab.tree), str(asset_path("firmware")), str(lab.ctx.workspace.folder)):
        assert place.encode() not in small_elf


def test_only_the_operators_of_the_model_are_linked(small_elf):
    kernels = {s.name for s in read_memory_map(small_elf).symbols if s.category == "kernels"}
    assert any("fully_connected" in name for name in kernels)
    others = ("ops5micro4conv", "depthwise_conv", "softmax", "pooling", "Register_CONV_2D")
    assert not [name for name in kernels for other in others if other in name]


def test_a_section_that_the_linker_script_does_not_name_does_not_link(lab, linker_script, tmp_path):
    (tmp_path / "extra.S").write_text(
        '.syntax unified\n.thumb\n.section .extra, "a"\n.word 1\n'
        '.section .vectors, "ax"\n.global Reset_Handler\n.thumb_func\nReset_Handler: b .\n'
    )
    (tmp_path / "link.ld").write_text(linker_script)
    command = ["arm-none-eabi-gcc", *lab.target.core_flags.split(), "-nostdlib", "-T", "link.ld"]
    linked = run([*command, "-Wl,--orphan-handling=error", "extra.S"], cwd=tmp_path)
    assert linked.returncode != 0
    assert ".extra" in linked.stderr
    placed = run(
        [*command, "-Wl,--defsym=kVectorTable=0", "extra.S", "-o", "extra.elf"], cwd=tmp_path
    )
    assert placed.returncode == 0, placed.output
    with pytest.raises(HarnessError, match=r"section \.extra \(4 B\) belongs to no category"):
        read_memory_map((tmp_path / "extra.elf").read_bytes())


def test_a_packed_library_is_exactly_the_archives(lab):
    archives = {path.name: path.read_bytes() for path in lab.archives.iterdir()}
    assert pack(archives) == lab.ctx.store.get(lab.library.archive)
    assert set(archives) == {
        "libharness_adapter.a",
        "libharness_app.a",
        "libharness_features.a",
        "libharness_input.a",
        "libharness_kernels.a",
        "libharness_port.a",
        "libtflm_kernels.a",
        "libtflm_runtime.a",
    }
