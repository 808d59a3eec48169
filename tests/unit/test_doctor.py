"""Promises about the doctor: what is missing is seen, named with its remedy, and installed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from harness.cli.doctor import doctor
from harness.doctor import (
    Check,
    Finding,
    checks,
    examine,
    install,
    missing_packages,
    optional_checks,
    remedy,
)
from harness.errors import HarnessError
from harness.simulators.renode.program import INSTALL_COMMANDS

Stub = Callable[[str, str], None]


@pytest.fixture
def stub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stub:
    """Make a search path that holds only the programs which the returned function writes."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def write(name: str, script: str) -> None:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return write


def found(name: str) -> Finding:
    return next(iter(examine([check for check in checks() if check.name == name])))


def test_without_any_program_every_one_is_missing_with_its_package(stub: Stub) -> None:
    stub("apt-get", "")
    findings = examine(checks())
    missing = {finding.check.name for finding in findings if finding.problem}
    assert missing >= {"arm-none-eabi-gcc", "newlib for it", "cmake", "ninja", "cargo", "git"}
    assert remedy(found("ninja")).endswith("apt-get install ninja-build")
    assert set(missing_packages(findings)) >= {"gcc-arm-none-eabi", "gcc", "libc6-dev", "g++"}


def test_a_version_is_read_from_the_program(stub: Stub) -> None:
    stub("cmake", "echo cmake version 3.25.1")
    stub("arm-none-eabi-gcc", "echo 'arm-none-eabi-gcc (15:12.2.rel1-1) 12.2.1 20221205'")
    stub("qemu-system-arm", "echo 'QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)'")
    versions = [found(name).found for name in ("cmake", "arm-none-eabi-gcc", "qemu-system-arm")]
    assert versions == ["3.25.1", "12.2.1", "7.2.22"]


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("echo cargo 1.65.0", "1.65.0 is older than 1.68"),
        ("exit 3", "'cargo --version' fails"),
        ("echo cargo", "'cargo --version' names no version"),
    ],
)
def test_a_cargo_that_will_not_do_is_a_problem(stub: Stub, script: str, problem: str) -> None:
    stub("cargo", script)
    assert found("cargo").problem == problem


def test_a_cargo_that_will_do_is_no_problem(stub: Stub) -> None:
    stub("cargo", "echo 'cargo 1.96.0 (abc 2026-01-01)'")
    assert found("cargo") == Finding(found("cargo").check, found="1.96.0")


def test_a_compiler_without_headers_is_a_problem(stub: Stub) -> None:
    stub("arm-none-eabi-g++", "exit 1")
    assert found("libstdc++ for it").problem == "its C++ headers are missing"


def test_the_emulator_that_the_user_names_is_examined(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub("my-qemu", "echo QEMU emulator version 10.0.2")
    monkeypatch.setenv("HARNESS_QEMU", str(tmp_path / "bin" / "my-qemu"))
    assert found("qemu-system-arm").found == "10.0.2"


@pytest.mark.parametrize(
    ("policy", "package"),
    [
        (
            'case "$2" in cargo-web) echo "Candidate: 1.96";; *) echo "Candidate: 0.66";; esac',
            "cargo-web",
        ),
        ('case "$2" in cargo-web) echo;; *) echo "Candidate: 1.75";; esac', "cargo"),
        ('echo "Candidate: (none)"', "cargo-web"),
    ],
)
def test_the_current_cargo_is_chosen_where_apt_offers_it(
    stub: Stub, policy: str, package: str
) -> None:
    stub("apt-cache", policy)
    assert missing_packages([found("cargo")]) == (package,)


def missing(*packages: str) -> list[Finding]:
    return [Finding(Check("it", "all", lambda: "", packages), problem="not found")]


def test_only_the_missing_packages_are_installed_without_questions(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    log = tmp_path / "log"
    stub("apt-get", f'echo "$DEBIAN_FRONTEND $@" >> {log}')
    stub("env", 'export "$1"; shift; exec "$@"')
    steps: list[str] = []
    install(missing("cmake", "ninja-build"), steps.append)
    assert steps == ["apt-get update", "apt-get install cmake ninja-build"]
    update, installed = log.read_text().splitlines()
    assert update.startswith("noninteractive -y")
    assert update.endswith(" update")
    assert installed.endswith(" install --no-install-recommends cmake ninja-build")


def test_a_failing_apt_get_ends_with_what_it_said(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    stub("apt-get", 'echo "E: no space" >&2; exit 100')
    stub("env", 'shift; exec "$@"')
    with pytest.raises(HarnessError, match=r"doctor: update: apt-get failed: E: no space$"):
        install(missing("cmake"), lambda _: None)


@pytest.mark.parametrize(
    ("programs", "message"),
    [
        ({}, "no apt-get here; install what Debian calls: cmake"),
        ({"apt-get": ""}, "neither root nor sudo here; run as root: apt-get update && "),
        ({"apt-get": "", "sudo": "exit 1"}, "sudo asks for a password; run as root: apt-get"),
    ],
)
def test_without_the_means_it_says_what_to_install(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, programs: dict[str, str], message: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for name, script in programs.items():
        stub(name, script)
    with pytest.raises(HarnessError) as caught:
        install(missing("cmake"), lambda _: None)
    assert message in str(caught.value)


def test_sudo_is_used_by_who_is_not_root(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    log = tmp_path / "log"
    stub("apt-get", "exit 9")
    stub("sudo", f"printf '%s\\n' \"$*\" >> {log}")
    install(missing("cmake"), lambda _: None)
    words = log.read_text().splitlines()
    assert words[0] == "-n true"
    assert words[1].startswith("-n env DEBIAN_FRONTEND=noninteractive apt-get")


def test_the_command_ends_with_what_is_missing(stub: Stub) -> None:
    stub("apt-get", "")
    app = typer.Typer()
    app.command()(doctor)
    result = CliRunner().invoke(app, [], env={"COLUMNS": "100"})
    assert isinstance(result.exception, HarnessError)
    assert str(result.exception).endswith("; run 'harness doctor --install'")
    assert "ninja-build" in result.output


def test_installing_where_all_is_there_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("harness.doctor.checks", lambda: (Check("cmake", "tests", lambda: "3.25"),))
    app = typer.Typer()
    app.command()(doctor)
    result = CliRunner().invoke(app, ["--install"])
    assert result.output == "Nothing to install: everything is there.\n"


@pytest.fixture
def without_renode(
    stub: Stub,  # noqa: ARG001 - an empty search path
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A machine that has all but Renode."""
    monkeypatch.setattr("harness.doctor.checks", lambda: (Check("cmake", "tests", lambda: "3.25"),))
    monkeypatch.delenv("RENODE_PATH", raising=False)
    monkeypatch.setattr("harness.simulators.renode.program._usual_folders", lambda: iter(()))


@pytest.mark.usefixtures("without_renode")
def test_renode_may_be_missing_and_the_commands_that_bring_it_are_shown() -> None:
    app = typer.Typer()
    app.command()(doctor)
    result = CliRunner().invoke(app, [], env={"COLUMNS": "100"})
    assert result.exit_code == 0
    assert "Renode  not found  --simulator renode" in " ".join(result.output.split(" "))
    for command in INSTALL_COMMANDS:
        assert f"  {command}\n" in result.output
    assert result.output.endswith("Everything else is there.\n")


@pytest.mark.usefixtures("without_renode")
@pytest.mark.parametrize(
    ("answer", "found", "problem"),
    [
        ("Renode v1.16.1.17033", "1.16.1", ""),
        ("Renode v1.12.0.1", "", "is Renode 1.12.0, too old"),
        ("hello", "", "does not say which Renode it is"),
    ],
)
def test_the_renode_that_is_there_is_examined(
    stub: Stub, answer: str, found: str, problem: str
) -> None:
    stub("renode", f"echo '{answer}'")
    (finding,) = examine(optional_checks())
    assert finding.found == found
    assert finding.problem.endswith(problem)
    assert not finding.is_missing


def test_what_only_the_tests_need_is_looked_for_on_request(stub: Stub) -> None:
    stub("apt-get", "")
    app = typer.Typer()
    app.command()(doctor)
    plain = CliRunner().invoke(app, [], env={"COLUMNS": "100"})
    assert "chromium" not in plain.output
    asked = CliRunner().invoke(app, ["--tests"], env={"COLUMNS": "100"})
    assert "chromedriver" in asked.output
    assert str(asked.exception).endswith("; run 'harness doctor --install --tests'")


@pytest.mark.emulator
def test_this_machine_has_what_the_tests_need() -> None:
    problems = {finding.check.name: finding.problem for finding in examine(checks())}
    assert not any(problems[name] for name in ("arm-none-eabi-gcc", "newlib for it", "cmake"))
