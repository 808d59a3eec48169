"""Measure what a sweep costs beyond its steps: seconds and memory against the number of cells.

Run from the checkout: `python benchmarks/sweep_scale.py`. Every sweep is of tiny models (one fully
connected layer, weights from `--seed`) on ten boards of one core, five clocks and two caches, with
one kernel set. So ten cells are one image, and twice the cells twice the work. The sweeps share a
cache that starts empty, but no model. One cell alone comes first: it brings the runtime library,
which no other sweep compiles again, and its repeat is the start-up.

**Overhead a cell** is the wall clock of a repeat, in which the store has the result of every step,
less that of the one cell's repeat, over the cells beyond the first: planning, graph, scheduler,
store, rows and writing, all that is not a step. A first run pays it too, since each step is looked
for before it is carried out. What steps cost in it beside that is bounded by `first_own_cpu_ms`:
processor time of the sweep's own processes in the first run, a cell; compilers, emulators and
interpreters are others.

Ends with 1 where the overhead of the largest sweep is over its aim, or the growth is not linear.
"""

import argparse
import csv
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil

CHECKOUT = Path(__file__).parents[1]
BOARD = "nano33ble"
CLOCKS_MHZ = (8, 16, 24, 32, 64)
CACHE_BYTES = (2048, 4096)
"""The boards: `BOARD` at five clocks, with two instruction caches."""

CELLS_A_MODEL = len(CLOCKS_MHZ) * len(CACHE_BYTES)

AIM_MS = 50.0
STEEPEST = 1.1
"""The exponent of n above which a cost is not called linear in n: 26 % more at ten times the n."""

LEAST_CELLS = 100
"""From here on a repeat costs enough beyond its start-up to be told from noise."""

REPEATS = 3
"""The quickest counts."""

LOOK_S = 0.2


@dataclass(frozen=True)
class Run:
    """One run of the harness: its wall clock, own processor time and peak resident memory."""

    seconds: float
    cpu_s: float
    client_mb: float
    workers_mb: float
    """The largest worker process; 0 where threads of the client do the work."""


@dataclass(frozen=True)
class Step:
    """One sweep of the ladder."""

    cells: int
    models: int
    first_s: float
    first_own_cpu_ms: float
    repeat_s: float
    repeat_own_cpu_s: float
    overhead_ms: float
    first_client_mb: float
    first_worker_mb: float
    repeat_client_mb: float
    repeat_worker_mb: float
    csv_bytes: int
    manifest_bytes: int


def write_boards(folder: Path) -> list[str]:
    """Write the boards into `folder` and return their names."""
    folder.mkdir(exist_ok=True)
    text = (CHECKOUT / "boards" / f"{BOARD}.toml").read_text()
    names = []
    for clock, cache in itertools.product(CLOCKS_MHZ, CACHE_BYTES):
        name = f"scale-{clock}-{cache}"
        changed = re.sub(r'(?m)^name = "nano33ble"$', f'name = "{name}"', text)
        changed = re.sub(r"(?m)^clock_hz = .*$", f"clock_hz = {clock}_000_000", changed)
        changed = re.sub(r"(?m)^bytes = 2048$", f"bytes = {cache}", changed)
        (folder / f"{name}.toml").write_text(changed)
        names.append(name)
    return names


def write_model(path: Path, values: np.random.Generator) -> None:
    """Write an int8 network of one fully connected layer, 3 inputs, 2 outputs, to `path`."""
    sys.path.insert(0, str(CHECKOUT / "tests" / "unit"))
    from model_factory import fully_connected

    weights = values.integers(-128, 128, 6, dtype=np.int8).tobytes()
    bias = values.integers(-99, 100, 2, dtype=np.int32).tobytes()
    spec = fully_connected(integer=True).with_tensor(1, data=weights).with_tensor(2, data=bias)
    path.write_bytes(spec.write())


def write_spec(path: Path, models: Sequence[Path], boards: Sequence[str], cells: int) -> None:
    """Write the sweep of `models`; one cell alone is of one board."""
    axes = {
        "models": [str(model) for model in models],
        "schemes": ["int8"],
        "boards": list(boards) if cells > 1 else [boards[0]],
        "kernels": ["simd"],
    }
    path.write_text("".join(f"{name} = {json.dumps(axis)}\n" for name, axis in axes.items()))


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a run: a cache and boards of its own, Python as it is installed.

    Where Python is told to keep no byte code, as in some containers, every start compiles anew.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {
        "HARNESS_CACHE": str(folder / "cache"),
        "HARNESS_BOARDS": str(folder / "boards"),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }


def run(folder: Path, spec: Path, workers: int) -> Run:
    """Run the harness on `spec` in `folder` and watch its processes."""
    words = ["bench", str(spec), "--quiet", "--out", spec.stem]
    words += ["--workers", str(workers)] if workers else []
    start = time.perf_counter()
    with (folder / "log").open("w") as log:
        process = psutil.Popen(
            [sys.executable, "-m", "harness", *words],
            cwd=folder,
            env=environment(folder),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        peaks: dict[int, float] = {}
        cpu: dict[int, float] = {}
        while process.poll() is None:
            for one in _own(process):
                peaks[one.pid] = max(_peak_mb(one.pid), peaks.get(one.pid, 0.0))
                cpu[one.pid] = max(_cpu_s(one), cpu.get(one.pid, 0.0))
            time.sleep(LOOK_S)
    seconds = time.perf_counter() - start
    if process.returncode != 0:
        raise SystemExit(f"harness {' '.join(words)}: {(folder / 'log').read_text()[-2000:]}")
    client = peaks.pop(process.pid)
    return Run(seconds, sum(cpu.values()), client, max(peaks.values(), default=0.0))


def _own(process: psutil.Process) -> Iterator[psutil.Process]:
    """Give the client and its workers, not the programs that steps start."""
    yield process
    try:
        children = process.children()
        yield from (one for one in children if " -m dask worker " in " ".join(one.cmdline()))
    except psutil.Error:
        return


def _cpu_s(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _peak_mb(pid: int) -> float:
    """Return the high-water mark of a process's resident memory (Linux), in MB."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def climb(folder: Path, ladder: Sequence[int], seed: int, workers: int) -> Iterator[Step]:
    """Give what each sweep of the ladder cost; that of one cell comes first."""
    boards = write_boards(folder / "boards")
    start_up = 0.0
    for cells in (1, *ladder):
        count = max(1, cells // CELLS_A_MODEL)
        values = np.random.default_rng([seed, cells])
        models = [folder / f"m{cells}-{number}.tflite" for number in range(count)]
        for model in models:
            write_model(model, values)
        spec = folder / f"sweep{cells}.toml"
        write_spec(spec, models, boards, cells)
        first = run(folder, spec, workers)
        repeats = [run(folder, spec, workers) for _ in range(REPEATS)]
        again = min(repeats, key=lambda one: one.seconds)
        if cells == 1:
            start_up = again.seconds
        (table,) = (folder / spec.stem).glob("*.csv")
        yield Step(
            cells=cells,
            models=count,
            first_s=first.seconds,
            first_own_cpu_ms=1000 * first.cpu_s / cells,
            repeat_s=again.seconds,
            repeat_own_cpu_s=min(one.cpu_s for one in repeats),
            overhead_ms=1000 * (again.seconds - start_up) / max(1, cells - 1),
            first_client_mb=first.client_mb,
            first_worker_mb=first.workers_mb,
            repeat_client_mb=again.client_mb,
            repeat_worker_mb=again.workers_mb,
            csv_bytes=table.stat().st_size,
            manifest_bytes=table.with_suffix(".json").stat().st_size,
        )


def exponents(steps: Sequence[Step]) -> dict[str, float]:
    """Return k of the least-squares fit c cells^k (on logarithms) of what costs beyond one cell.

    Only steps count that are large beside the noise of clocks; two are needed.
    """
    one, *rest = steps
    rest = [step for step in rest if step.cells >= LEAST_CELLS]
    if len(rest) < 2:  # noqa: PLR2004 - points of a line
        return {}
    costs = {
        "first run, seconds": [step.first_s - one.repeat_s for step in rest],
        "repeat, seconds of processors": [
            step.repeat_own_cpu_s - one.repeat_own_cpu_s for step in rest
        ],
        "manifest, bytes": [step.manifest_bytes for step in rest],
    }
    sizes = np.log([step.cells for step in rest])
    return {
        what: float(np.polyfit(sizes, np.log(np.maximum(np.array(cost, float), 0.01)), 1)[0])
        for what, cost in costs.items()
    }


def memory_kb_a_cell(steps: Sequence[Step]) -> dict[str, float]:
    """Return by how much peak memory grows from the ladder's first step to its last, a cell."""
    first, last = steps[1], steps[-1]
    if first.cells == last.cells:
        return {}
    names = [field.name for field in fields(Step) if field.name.endswith("_mb")]
    return {
        name: 1024 * (getattr(last, name) - getattr(first, name)) / (last.cells - first.cells)
        for name in names
    }


def main() -> int:
    """Print the ladder as CSV, then the growth."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, nargs="+", default=[10, 100, 1000], metavar="N")
    parser.add_argument("--workers", type=int, default=0, help="worker processes; 0: threads")
    parser.add_argument("--seed", type=int, default=8, help="of the models' weights")
    parser.add_argument(
        "--folder", type=Path, help="keep the cache there; with another --seed models are new"
    )
    options = parser.parse_args()
    if any(cells < 1 or cells % CELLS_A_MODEL for cells in options.cells):
        parser.error(f"--cells: give multiples of {CELLS_A_MODEL}")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([field.name for field in fields(Step)])
    steps = []
    with tempfile.TemporaryDirectory(prefix="harness-scale-") as temporary:
        folder = (options.folder or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        for step in climb(folder, options.cells, options.seed, options.workers):
            steps.append(step)
            row = asdict(step).values()
            writer.writerow([f"{v:.1f}" if isinstance(v, float) else v for v in row])
            sys.stdout.flush()
    load = os.getloadavg()[2]
    where = f"{options.workers} workers" if options.workers else "threads"
    print(f"# {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, {where}, load {load:.1f}")
    grown = exponents(steps)
    for what, power in grown.items():
        print(f"# {what}: as cells^{power:.2f}")
    for what, slope in memory_kb_a_cell(steps).items():
        print(f"# {what}: {slope:.0f} KB a cell")
    linear = all(power <= STEEPEST for power in grown.values())
    return 0 if linear and steps[-1].overhead_ms <= AIM_MS else 1


if __name__ == "__main__":
    sys.exit(main())
