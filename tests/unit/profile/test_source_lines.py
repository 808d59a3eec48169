"""Promises about source lines: what binutils say of a real image, held against its symbols."""

import io
import os
from pathlib import Path

import pytest
from elf_factory import Section, Symbol, write_elf
from elftools.elf.elffile import ELFFile

from harness.errors import HarnessError
from harness.process import Completed, run
from harness.profile import source_lines
from harness.profile.source_lines import Frame, locate, symbol_table

SOURCE = """\
namespace ns {
struct Sum { int total; };
static inline __attribute__((always_inline)) int Square(volatile int* x) {
  return *x * *x;
}
__attribute__((noinline)) int Twice(volatile int* x) {
  return Square(x)
      + Square(x + 1);
}
}
int global[2];
extern "C" int entry() { return ns::Twice(global) + 1; }
"""
ASSEMBLY = """\
    .syntax unified
    .thumb
    .thumb_func
    .global bare
    .type bare, %function
bare:
    nop
    bx lr
    .size bare, . - bare
"""


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> bytes:
    folder = tmp_path_factory.mktemp("lines")
    (folder / "code.cc").write_text(SOURCE)
    (folder / "bare.S").write_text(ASSEMBLY)
    flags = ["-mcpu=cortex-m4", "-mthumb", f"-ffile-prefix-map={folder}=build"]
    link = ["-nostdlib", "-Wl,--entry=entry,-Ttext=0x1000", "-o", "a.elf"]
    for words in (
        ["-c", "bare.S"],
        ["-c", "code.cc", "-g", "-O2", "-ffreestanding"],
        ["code.o", "bare.o", *link],
    ):
        done = run(["arm-none-eabi-g++", *flags, *words], cwd=folder)
        assert done.returncode == 0, done.output
    return (folder / "a.elf").read_bytes()


def functions(elf: bytes) -> dict[str, tuple[int, int]]:
    table = ELFFile(io.BytesIO(elf)).get_section_by_name(".symtab")
    return {
        symbol.name: (symbol["st_value"] & ~1, symbol["st_size"])
        for symbol in table.iter_symbols()
        if symbol["st_info"]["type"] == "STT_FUNC"
    }


@pytest.mark.emulator
def test_every_address_is_in_the_symbol_that_holds_it(image: bytes) -> None:
    for name, (start, size) in functions(image).items():
        for location in locate(image, range(start, start + size, 2)).values():
            assert (location.symbol, location.start) == (name, start)


@pytest.mark.emulator
def test_inlined_functions_are_chained_to_the_innermost_line(image: bytes) -> None:
    start, size = functions(image)["_ZN2ns5TwiceEPVi"]
    found = locate(image, range(start, start + size, 2)).values()
    chains = {tuple(frame.function for frame in one.frames) for one in found}
    inlined = [one for one in found if len(one.frames) == 2]
    assert {chain[0] for chain in chains} == {"ns::Twice(int volatile*)"}
    assert {one.frames[1].line for one in inlined} == {4}
    assert {one.frames[0].line for one in inlined} <= {7, 8}
    assert {frame.file for one in found for frame in one.frames} == {"build/code.cc"}


@pytest.mark.emulator
def test_code_without_debug_information_has_its_symbols_name(image: bytes) -> None:
    start, _ = functions(image)["bare"]
    location = locate(image, [start])[start]
    assert location.frames == (Frame("bare"),)


@pytest.mark.emulator
def test_addresses_that_nothing_holds_have_a_question_for_a_name(image: bytes) -> None:
    assert locate(image, [0x900])[0x900].frames == (Frame("??"),)


@pytest.mark.emulator
def test_nothing_is_asked_for_nothing(image: bytes) -> None:
    assert locate(image, []) == {}


def stand_in(folder: Path, script: str, monkeypatch) -> None:
    """Put a program of binutils' name first on the PATH."""
    program = folder / "arm-none-eabi-addr2line"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


ELF = write_elf([Section(".text", 0x100, bytes(8))], [Symbol("f", ".text", 0x100, 8)])


def test_binutils_that_fail_are_told_in_one_line(tmp_path, monkeypatch) -> None:
    stand_in(tmp_path, "echo 'first\nbad format' >&2; exit 1", monkeypatch)
    with pytest.raises(HarnessError, match=r"mine\.elf: arm-none-eabi-addr2line .*bad format"):
        locate(ELF, [0x100], "mine.elf")


def test_binutils_that_are_missing_are_told_in_one_line(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HarnessError, match="addr2line: not found; run 'harness doctor --install'"):
        locate(ELF, [0x100])


def test_an_answer_may_lack_lines_and_carry_discriminators(monkeypatch) -> None:
    answer = (
        "0x00000100\nns::In()\nbuild/a.h:5 (discriminator 3)\nOut\na.cc:?\n"
        "0x00000102\n??\n??:?\n0x00000104\n??\nmemset.c:0\n"
    )
    monkeypatch.setattr(source_lines, "run", lambda *_, **__: Completed(0, answer, ""))
    found = locate(ELF, [0x100, 0x102, 0x104])
    assert found[0x100].frames == (Frame("Out", "a.cc", 0), Frame("ns::In()", "build/a.h", 5))
    assert found[0x102].frames == (Frame("f"),)
    assert found[0x104].frames == (Frame("f", "memset.c", 0),)


def test_a_guess_that_is_another_symbols_is_not_believed(monkeypatch) -> None:
    symbols = [Symbol("f", ".text", 0x100, 4), Symbol("g", ".text", 0x104, 4)]
    elf = write_elf([Section(".text", 0x100, bytes(8))], symbols)
    answer = "0x00000104\nf\nf.S:9\n"
    monkeypatch.setattr(source_lines, "run", lambda *_, **__: Completed(0, answer, ""))
    assert locate(elf, [0x104])[0x104].frames == (Frame("g", "f.S", 9),)


def test_a_function_whose_name_has_several_lines_breaks_nothing(monkeypatch) -> None:
    answer = "0x00000100\nf\na.cc:1\nno address\n0x00000102\nf\na.cc:2\n"
    monkeypatch.setattr(source_lines, "run", lambda *_, **__: Completed(0, answer, ""))
    assert locate(ELF, [0x100])[0x100].frames[-1].file == "a.cc"


def test_symbols_of_an_image_are_found_by_name() -> None:
    assert symbol_table(ELF) == {"f": 0x100}
