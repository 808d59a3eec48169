"""Runs `harness bench` as a user does and reads what it wrote."""

import csv
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.process import run
from harness.results.images import Symbol
from harness.results.manifest import Manifest, read_manifest


@dataclass(frozen=True)
class Bench:
    """The rows and the manifest's cells of one run, in the same order, and what was printed."""

    status: int
    rows: list[dict[str, str]]
    cells: list[dict[str, Any]]
    output: str
    manifests: list[Manifest]

    def symbols(self, cell: int) -> tuple[Symbol, ...]:
        """The symbols of a cell's image, by the cell's number."""
        key = self.cells[cell]["key"]
        (image,) = [one for read in self.manifests if (one := read.images.image(key)) is not None]
        return image.symbols


def bench(out: Path, *arguments: str | Path) -> Bench:
    """Carry out `harness bench ARGUMENTS --out OUT`."""
    done = run([sys.executable, "-m", "harness", "bench", "--quiet", *arguments, "--out", out])
    rows: list[dict[str, str]] = []
    cells: list[dict[str, Any]] = []
    for path in out.glob("*.csv"):
        with path.open(newline="") as stream:
            rows += csv.DictReader(stream)
    for path in out.glob("*.json"):
        cells += json.loads(path.read_text())["cells"]
    manifests = [read_manifest(path) for path in out.glob("*.json")]
    return Bench(done.returncode, rows, cells, done.output, manifests)
