"""Measure how long the harness takes, and end with 1 where a time is over its aim.

Run from the checkout: `python benchmarks/sweep_speed.py`. It uses a cache of its own, which starts
empty and is removed at the end; the source of TFLM is fetched within the first sweep.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from harness.results.csv_file import read_rows
from harness.results.row import Row
from harness.store import open_store

BOARDS = ("nano33ble", "nucleo-l4r5zi", "bluepill")
HELP_RUNS = 5


@dataclass(frozen=True)
class Timing:
    """Something that was timed: what, the seconds it took, and the seconds it may take."""

    what: str
    seconds: float
    aim_s: float


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a run: a cache of its own, and Python's byte code kept.

    Where Python is told to keep none, as in some containers, every start compiles anew.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {
        "HARNESS_CACHE": str(folder / "cache"),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }


def harness_s(folder: Path, *arguments: str) -> float:
    """Return the seconds of a run of the harness in `folder`, with the cache that is there."""
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "harness", *arguments],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"harness {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return seconds


def write_other_model(folder: Path, row: Row) -> Path:
    """Write the model of `row` with 16 spare bytes: other content, for the harness another model.

    Its operators are the same, so that nothing but the model is new.
    """
    content = open_store(str(folder / "cache" / "store")).get(row.model_sha256 or "")
    path = folder / "other.tflite"
    path.write_bytes(content + bytes(16))
    return path


def measure(folder: Path, spec: Path | None) -> list[Timing]:
    """Time the default sweep (or `spec`), its repeat, one more model and the help text."""
    words = ("bench", *([str(spec.absolute())] if spec else []), "--quiet", "--out", "sweep")
    first = harness_s(folder, *words)
    again = harness_s(folder, *words)
    (table,) = (folder / "sweep").glob("*.csv")
    rows = read_rows(table)
    model = write_other_model(folder, next(row for row in rows if row.scheme == "int8"))
    boards = [word for board in BOARDS for word in ("--board", board)]
    other = harness_s(folder, "bench", "--model", str(model), *boards, "--quiet", "--out", "other")
    help_s = min(harness_s(folder, "--help") for _ in range(HELP_RUNS))
    return [
        Timing(f"{len(rows)} cells from an empty cache", first, 480.0),
        Timing("the same again, nothing changed", again, 5.0),
        Timing("one more model on warm runtime libraries, a cell", other / len(BOARDS), 3.0),
        Timing(f"`harness --help`, best of {HELP_RUNS}", help_s, 0.3),
    ]


def main() -> int:
    """Print the times as a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spec", type=Path, help="a sweep other than the default one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="harness-speed-") as name:
        timings = measure(Path(name), options.spec)
    load = os.getloadavg()[2]
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load {load:.1f} (15 min)\n")
    print("| what | seconds | aim |")
    print("|---|---:|---:|")
    for timing in timings:
        print(f"| {timing.what} | {timing.seconds:.2f} | {timing.aim_s:g} |")
    return 0 if all(timing.seconds <= timing.aim_s for timing in timings) else 1


if __name__ == "__main__":
    sys.exit(main())
