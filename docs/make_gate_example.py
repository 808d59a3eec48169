"""Carry out the demonstration of docs/gate.md and renew what it shows.

python docs/make_gate_example.py

writes grow.md and shrink.md in docs/example/gate, and what the page quotes of them. It works in a
copy of the tree, which it removes.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "docs" / "example" / "gate"
PAGE = ROOT / "docs" / "gate.md"
CHANGES = ("grow", "shrink")
_SWEEP = ("--model", "digits", "--scheme", "int8", "--board", "nano33ble", "--kernels", "simd")
_TABLE = "digits-int8-nano33ble-simd.csv"
_COPIED = ("bench.toml", "boards", "firmware", "harness", "models/digits", "pyproject.toml")


@dataclass(frozen=True)
class Judged:
    """What the gate made of a change: its exit status and the Markdown."""

    status: int
    markdown: str


def copy_tree(to: Path) -> None:
    """Copy what measuring digits needs."""
    for name in _COPIED:
        source, target = ROOT / name, to / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, target)


def make_baseline(tree: Path) -> Path:
    """Measure the tree as it is, and return the table that is the baseline from now on."""
    table = _bench(tree, tree / "before")
    baseline = tree / "baseline.csv"
    words = ["baseline", "update", "--results", table, "--baseline", baseline]
    _harness(tree, words).check_returncode()
    return baseline


def judge(tree: Path, change: str, baseline: Path) -> Judged:
    """Apply one of CHANGES to the tree, measure, hold it against the baseline, and undo it."""
    patch = EXAMPLE / f"{change}.patch"
    _git(tree, ["apply", patch])
    try:
        table = _bench(tree, tree / change)
        markdown = tree / change / "gate.md"
        budgets = EXAMPLE / "budgets.toml"
        words = ["gate", "--results", table, "--baseline", baseline, "--budgets", budgets]
        done = _harness(tree, [*words, "--markdown", markdown])
        return Judged(done.returncode, markdown.read_text())
    finally:
        _git(tree, ["apply", "--reverse", patch])


def quoted(page: str, change: str, markdown: str) -> str:
    """Return the page with the quotation that follows the link to CHANGE.md renewed.

    It is all that stands before the first folded part.
    """
    lines = markdown.partition("<details>")[0].rstrip().splitlines()
    quotation = "".join(f"> {line}".rstrip() + "\n" for line in lines)
    earlier = re.compile(rf"(\(example/gate/{change}\.md\)[^\n]*\n\n)(?:>[^\n]*\n)+")
    return earlier.sub(lambda found: found[1] + quotation, page)


def _bench(tree: Path, out: Path) -> Path:
    _harness(tree, ["bench", "--quiet", *_SWEEP, "--out", out]).check_returncode()
    return out / _TABLE


def _harness(tree: Path, words: Sequence[str | Path]) -> "subprocess.CompletedProcess[bytes]":
    # The package of the copy finds the boards, models and firmware of the copy beside it.
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "harness", *map(str, words)]
    return subprocess.run(command, cwd=tree, env=environment, check=False)


def _git(tree: Path, words: Sequence[str | Path]) -> None:
    subprocess.run(["git", *words], cwd=tree, check=True)  # noqa: S607 -- the user's own


def main() -> None:
    """Renew the Markdown of each change, and the page."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        copy_tree(tree)
        baseline = make_baseline(tree)
        for change in CHANGES:
            markdown = judge(tree, change, baseline).markdown
            (EXAMPLE / f"{change}.md").write_text(markdown)
            PAGE.write_text(quoted(PAGE.read_text(), change, markdown))


if __name__ == "__main__":
    main()
