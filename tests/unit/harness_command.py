"""Runs the `harness` command in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def command(words: Sequence[str | Path]) -> list[str]:
    """The command line of `harness WORDS`."""
    return [sys.executable, "-m", "harness", *map(str, words)]


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment, with the package of this checkout found first."""
    return {**os.environ, "PYTHONPATH": str(CHECKOUT), "COLUMNS": "200", **(extra or {})}


def run_harness(
    words: Sequence[str | Path], cwd: Path, env: Mapping[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run `harness WORDS` in the folder `cwd` and return what it printed and how it ended."""
    return subprocess.run(
        command(words),
        cwd=cwd,
        env=environment(env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
