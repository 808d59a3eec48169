"""Renode is found where it usually is, and an old one is refused."""

import re
from pathlib import Path

import pytest
from renode_lab import install_double

from harness.errors import HarnessError
from harness.simulators.registry import content_identity, simulator_version
from harness.simulators.renode import program
from harness.simulators.renode.program import find_renode, install_hint, renode_version


@pytest.fixture(autouse=True)
def nothing_installed(tmp_path, monkeypatch):
    """No Renode on the PATH, in the home folder or by its variable."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")
    monkeypatch.delenv("RENODE_PATH", raising=False)


def put(folder: Path) -> Path:
    folder.mkdir(parents=True)
    file = folder / "renode"
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return file


def test_one_that_is_nowhere_is_refused_with_what_to_do():
    with pytest.raises(HarnessError) as refused:
        find_renode()
    message = str(refused.value)
    assert message.startswith("renode: not found; install Renode 1.16.1 by hand (https://")
    assert message.endswith("or name its program in RENODE_PATH")
    assert "\n" not in message


@pytest.mark.parametrize(
    "folder",
    [
        "home/renode",
        "home/renode_1.16.1-dotnet_portable",
        "home/renode_1.16.1_portable",
        "home/.local/renode",
        "home/opt/renode",
    ],
)
def test_it_is_found_in_the_folders_of_the_portable_package(folder, tmp_path):
    program_file = put(tmp_path / folder)
    assert find_renode() == program_file


def test_the_path_comes_before_the_home_folder_and_the_variable_before_both(tmp_path, monkeypatch):
    put(tmp_path / "home" / "renode")
    on_path = put(tmp_path / "path")
    assert find_renode() == on_path
    named = put(tmp_path / "elsewhere")
    monkeypatch.setenv("RENODE_PATH", str(named))
    assert find_renode() == named
    monkeypatch.setenv("RENODE_PATH", str(named.parent))
    assert find_renode() == named


@pytest.mark.parametrize("content", [None, "folder", "text"])
def test_a_variable_that_names_something_else_is_refused(content, tmp_path, monkeypatch):
    place = tmp_path / "named"
    if content == "folder":
        place.mkdir()
    elif content == "text":
        place.write_text("not a program")
    monkeypatch.setenv("RENODE_PATH", str(place))
    with pytest.raises(HarnessError, match=r"^RENODE_PATH: .*; correct the variable or unset it$"):
        find_renode()


def test_the_version_is_what_the_row_says_and_part_of_what_results_are_kept_under(
    tmp_path, monkeypatch
):
    install_double(tmp_path / "bin", monkeypatch)
    assert simulator_version("renode") == "Renode 1.16.1 (experimental)"
    found = content_identity("renode")
    assert (found["name"], found["version"]) == ("renode", "Renode 1.16.1 (experimental)")


def test_a_newer_one_is_accepted(tmp_path, monkeypatch):
    assert renode_version(install_double(tmp_path / "bin", monkeypatch, "newer")) == "1.17.0"


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        ("old", "is Renode 1.15.3, too old; install Renode 1.16.1 by hand"),
        ("no-version", "does not say which Renode it is; install Renode 1.16.1 by hand"),
        ("no-start", "does not say which Renode it is; install Renode 1.16.1 by hand"),
    ],
)
def test_one_that_cannot_serve_is_refused_with_what_to_do(failure, message, tmp_path, monkeypatch):
    renode = install_double(tmp_path / "bin", monkeypatch, failure)
    with pytest.raises(HarnessError) as refused:
        simulator_version("renode")
    assert str(refused.value).startswith(f"{renode}: {message}")


def test_another_program_in_its_place_is_asked_again(tmp_path, monkeypatch):
    renode = install_double(tmp_path / "bin", monkeypatch)
    assert renode_version(renode) == "1.16.1"
    renode.write_text("#!/bin/sh\necho 'Renode v1.17.2.0'\n")
    assert renode_version(renode) == "1.17.2"


def test_the_commands_to_install_it_are_of_one_pinned_archive():
    fetch, check, unpack = program.INSTALL_COMMANDS
    assert fetch.endswith(f"/v1.16.1/{program.ARCHIVE}")
    assert re.search(r'"[0-9a-f]{64}  renode-1\.16\.1\.linux-portable-dotnet\.tar\.gz"', check)
    assert program.ARCHIVE in unpack
    assert program.URL in install_hint()
