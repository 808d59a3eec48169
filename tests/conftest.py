"""What every test runs under: caches of its own, and no compiler or emulator unless marked."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# A machine that is busy is no failure.
settings.register_profile("harness", deadline=None)
settings.load_profile("harness")

# Helpers that unit and firmware tests share.
sys.path.insert(0, str(Path(__file__).with_name("unit")))
sys.path.insert(0, str(Path(__file__).parent / "unit" / "kernels"))
sys.path.insert(0, str(Path(__file__).parent / "unit" / "renode"))

_REAL_TOOLS = ("qemu-", "arm-none-eabi-", "cmake", "ninja", "cargo", "cc", "gcc", "g++", "clang")
_SETTINGS = (
    "HARNESS_BOARDS",
    "HARNESS_MODELS",
    "HARNESS_STORE",
    "HARNESS_TFLM_DIR",
)


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory) -> Path:
    """The cache folder of tests that compile: HARNESS_TEST_CACHE, or one that all workers share."""
    named = os.environ.get("HARNESS_TEST_CACHE")
    if named:
        return Path(named).absolute()
    base = tmp_path_factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared-cache"


@pytest.fixture(autouse=True)
def _own_settings(request, monkeypatch, shared_cache, tmp_path) -> None:
    """Keep the user's caches and settings out of every test."""
    for name in _SETTINGS:
        monkeypatch.delenv(name, raising=False)
    compiles = request.node.get_closest_marker("emulator") is not None
    monkeypatch.setenv("HARNESS_CACHE", str(shared_cache if compiles else tmp_path / "cache"))


@pytest.fixture(autouse=True)
def _no_real_tools(request, monkeypatch) -> None:
    """Refuse to start compilers and emulators of this machine in a test that is not marked.

    Stand-ins that a test put into a temporary folder may run.
    """
    if request.node.get_closest_marker("emulator") is not None:
        return

    class GuardedPopen(subprocess.Popen):
        def __init__(self, args: Any, *rest: Any, **options: Any) -> None:
            word = args if isinstance(args, str | Path) else args[0]
            _refuse_real_tool(str(word))
            super().__init__(args, *rest, **options)

    monkeypatch.setattr(subprocess, "Popen", GuardedPopen)


def _refuse_real_tool(word: str) -> None:
    found = shutil.which(word)
    if found is None or Path(found).is_relative_to(tempfile.gettempdir()):
        return
    program = Path(found)
    if program.name.startswith(_REAL_TOOLS):
        pytest.fail(f"{program.name} was started by a test that is not marked 'emulator'")
