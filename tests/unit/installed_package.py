"""Packages as if they were installed: a folder with metadata, and the example package's wheel."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from itertools import count
from pathlib import Path

import pytest
from harness_command import CHECKOUT

EXAMPLE = CHECKOUT / "tests" / "example_package"
_NUMBERS = count(1)


def install(
    folder: Path,
    patch: pytest.MonkeyPatch,
    group: str,
    files: Mapping[str, str],
    value: str = "{package}",
) -> str:
    """Put a package of these files into `folder`, announce `value` in `group`, return its name.

    Every call gives another name, since Python imports a module of one name once.
    """
    package = f"third_party_{next(_NUMBERS)}"
    for name, content in files.items():
        path = folder / package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    metadata = folder / f"{package}-1.5.dist-info"
    metadata.mkdir()
    named = f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.5\n"
    (metadata / "METADATA").write_text(named)
    point = f"[{group}]\ntheirs = {value.format(package=package)}\n"
    (metadata / "entry_points.txt").write_text(point)
    patch.syspath_prepend(folder)
    return package


def build_example(folder: Path) -> Path:
    """Build the example package's wheel, unpack it below `folder` and return that place."""
    source = folder / "source"
    shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "../dist"]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def with_example(site: Path) -> dict[str, str]:
    """Return the environment in which the unpacked example package is found."""
    return {"PYTHONPATH": os.pathsep.join([str(CHECKOUT), str(site)])}
