"""The cross compiler is found and identified, and its failures become one line and a log."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.firmware.toolchain import (
    BuildError,
    Toolchain,
    cmake_build,
    find_toolchain,
    libraries_digest,
)

TOOLS = ("arm-none-eabi-gcc", "arm-none-eabi-g++", "cmake", "ninja")


def put_tools(folder: Path, scripts: Mapping[str, str]) -> None:
    for name, script in scripts.items():
        tool = folder / name
        tool.write_text(f"#!/bin/sh\n{script}\n")
        tool.chmod(0o755)


@pytest.fixture
def only(tmp_path, monkeypatch):
    """Make the given scripts the only programs there are."""

    def install(scripts: Mapping[str, str]) -> None:
        put_tools(tmp_path, scripts)
        monkeypatch.setenv("PATH", str(tmp_path))

    return install


GOOD = {
    **dict.fromkeys(TOOLS, "echo 'arm-none-eabi-gcc (15:12.2) 12.2.1'"),
    "arm-none-eabi-ld": "echo 'GNU ld 2.40'",
}


def test_the_compiler_is_identified_by_what_it_says_of_itself(only):
    only(GOOD)
    toolchain = find_toolchain()
    assert toolchain.compiler == "arm-none-eabi-gcc (15:12.2) 12.2.1"
    assert toolchain.linker == "GNU ld 2.40"


@pytest.mark.parametrize("missing", TOOLS)
def test_a_missing_tool_is_named_with_the_remedy(only, missing):
    only({name: script for name, script in GOOD.items() if name != missing})
    with pytest.raises(HarnessError, match=rf"^{missing.replace('+', '.')}: not found; run 'har"):
        find_toolchain()


@pytest.mark.parametrize("script", ["exit 1", "exit 0"])
def test_a_compiler_that_does_not_tell_its_version_is_refused(only, script):
    only({**GOOD, "arm-none-eabi-gcc": script})
    with pytest.raises(HarnessError, match="arm-none-eabi-gcc --version: gives no answer"):
        find_toolchain()


@pytest.mark.parametrize(
    ("printed", "summary"),
    [
        ("one\n x.cc:3:1: error: no such type\ntwo", "x.cc:3:1: error: no such type"),
        ("CMake Error at CMakeLists.txt:1", "CMake Error at CMakeLists.txt:1"),
        ("ld: undefined reference to `f'", "ld: undefined reference to `f'"),
        ("something else", "something else"),
        ("", "no message"),
    ],
)
def test_a_failing_build_is_summed_up_in_its_first_error_line(only, tmp_path, printed, summary):
    only(
        {"cmake": f"/usr/bin/printf '%s\\n' \"{printed.replace('`', chr(92) + '`')}\" >&2; exit 1"}
    )
    with pytest.raises(BuildError) as caught:
        cmake_build(tmp_path, tmp_path / "build", {}, jobs=1)
    assert str(caught.value) == summary
    assert caught.value.log == printed.strip()


def test_variables_and_jobs_reach_cmake(only, tmp_path):
    only({"cmake": f'echo "$@" >> {tmp_path}/calls'})
    cmake_build(tmp_path / "project", tmp_path / "build", {"B": "2 3", "A": "1"}, jobs=5)
    configure, build = (tmp_path / "calls").read_text().splitlines()
    assert configure.endswith("-DA=1 -DB=2 3")
    assert f"-S {tmp_path}/project -B {tmp_path}/build" in configure
    assert build == f"--build {tmp_path}/build --parallel 5"


def test_the_toolchain_is_a_plain_value():
    identity = Toolchain("gcc 12", "ld 2.40").identity()
    assert identity == {"compiler": "gcc 12", "linker": "ld 2.40"}
    assert os.sep not in str(identity)


def test_a_reason_names_no_folder_of_this_machine(only, tmp_path):
    only({"cmake": "echo '/somewhere/deep/ccAbC123.s:7: Error: syntax error in /a/b/x.cc'; exit 1"})
    with pytest.raises(BuildError) as caught:
        cmake_build(tmp_path, tmp_path / "build", {}, jobs=1)
    assert str(caught.value) == "assembly:7: Error: syntax error in x.cc"


def test_the_libraries_are_identified_by_their_bytes(only, tmp_path):
    for name in ("libc_nano.a", "libm.a", "libgcc.a", "libstdc++_nano.a"):
        (tmp_path / name).write_bytes(b"one")
    only({"arm-none-eabi-gcc": f'for last; do :; done; echo {tmp_path}/"${{last#*=}}"'})
    before = libraries_digest("-mcpu=cortex-m4")
    (tmp_path / "libm.a").write_bytes(b"two")
    assert libraries_digest("-mcpu=cortex-m4") != before


def test_a_library_that_the_compiler_lacks_is_named(only):
    only({"arm-none-eabi-gcc": "echo libc_nano.a"})
    with pytest.raises(HarnessError, match=r"libc_nano\.a: the cross compiler has none"):
        libraries_digest("-mcpu=cortex-m4")
