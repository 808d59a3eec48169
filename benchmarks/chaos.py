"""Kill workers, scheduler and client of sweeps at random moments; end with 1 where a table differs.

Run from the checkout: `python benchmarks/chaos.py`. The same small sweep is run again and again,
each time with an empty store, by turns on a scheduler at an address with an S3-compatible store and
with `--workers 2`, until there were enough kills; who is killed when follows from `--seed`. After
each sweep the table must be that of an undisturbed sweep in one process, byte for byte, and no
emulator may be left. Only the runtime library, which takes minutes, is given to every store.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import fsspec
import psutil

# What tests and benchmarks share.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "unit"))

from cluster_lab import (
    BUCKET,
    Cluster,
    Program,
    cluster,
    copy_library,
    object_store,
    table_of,
)
from model_factory import convolution, fully_connected

MODELS = {
    "dense_int8": fully_connected(integer=True),
    "dense_float": fully_connected(),
    "convolution_float": convolution(),
}
AXES = [
    *("--board", "nano33ble", "--board", "nucleo-l4r5zi"),
    *("--kernels", "reference", "--kernels", "simd"),
]
WORKERS = 2
PATIENCE_S = 900.0
GAP = (0.06, 0.35)
"""Shares of the time of an undisturbed sweep between which the time to the next kill is drawn."""

AWAY_S = 5.0
"""Longest time until the scheduler is started again."""
CLIENT_IN = 10
"""With --workers, one kill in so many is the client's."""

Kill = Callable[[Program], str]
"""Kills somebody and says whom, given the client."""


@dataclass
class Tally:
    """What was done to the sweeps, and what became of them."""

    kills: Counter[str] = field(default_factory=Counter)
    sweeps: Counter[str] = field(default_factory=Counter)
    started: int = 0
    """Steps that were started, over all sweeps."""
    distinct: int = 0
    """The same, without those that were started again."""
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Chaos:
    """The folder of everything, the table as it must be, and what each store starts with."""

    folder: Path
    table: bytes
    seeded: Path
    dice: random.Random
    gap_s: tuple[float, float]


def command(folder: Path, out: str, store: str, *options: str) -> list[str]:
    """The command line of the sweep."""
    models = [word for name in MODELS for word in ("--model", str(folder / f"{name}.tflite"))]
    start = [sys.executable, "-m", "harness", "bench", *models, *AXES]
    return [*start, "--out", str(folder / out), "--store", store, *options]


def write_models(folder: Path) -> None:
    """Write the models of the sweep."""
    for name, model in MODELS.items():
        (folder / f"{name}.tflite").write_bytes(model.write())


def undisturbed(folder: Path, store: Path) -> float:
    """Run the sweep in one process, to `folder / "out"`; return how long it took."""
    start = time.monotonic()
    words = command(folder, "out", str(store), "--quiet")
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def on_scheduler(chaos: Chaos, tally: Tally, one: Cluster, env: Mapping[str, str]) -> None:
    """Run the sweep on a scheduler and an object store, and kill whom the dice choose."""
    number = sum(tally.sweeps.values())
    store = f"s3://{BUCKET}/{number}"
    fsspec.filesystem("s3").put(f"{chaos.seeded}/", f"{BUCKET}/{number}/", recursive=True)
    options = ["--scheduler", one.address]
    back_s = 0.0

    def kill(client: Program) -> str:
        nonlocal back_s
        who = chaos.dice.choices(("worker", "scheduler", "client"), weights=(6, 3, 1))[0]
        if who == "worker":
            chaos.dice.choice(one.workers).kill()
        elif who == "scheduler":
            one.scheduler.kill()
            back_s = time.monotonic() + chaos.dice.uniform(0, AWAY_S)
        else:
            client.kill()
        return who

    def tend() -> None:
        if not one.scheduler.runs and time.monotonic() >= back_s:
            one.start_scheduler()
        one.tend()

    run_one(chaos, tally, Setting("scheduler and S3", store, options, env, kill, tend))


def on_workers(chaos: Chaos, tally: Tally) -> None:
    """Run the sweep on processes of this machine and kill whom the dice choose."""
    store = chaos.folder / f"store-{sum(tally.sweeps.values())}"
    shutil.copytree(chaos.seeded, store)

    def kill(client: Program) -> str:
        workers = [child for child in children_of(client) if "worker" in child.cmdline()]
        if not workers or chaos.dice.randrange(CLIENT_IN) == 0:
            client.kill()
            return "client"
        chaos.dice.choice(workers).kill()
        return "local worker"

    options = ["--workers", str(WORKERS)]
    run_one(chaos, tally, Setting("--workers 2", str(store), options, {}, kill, lambda: None))
    shutil.rmtree(store)


def children_of(program: Program) -> list[psutil.Process]:
    """The processes that a program started, in a fixed order."""
    if program.child is None:
        return []
    try:
        found = psutil.Process(program.child.pid).children()
        return sorted((one for one in found if one.status() != "zombie"), key=lambda one: one.pid)
    except psutil.NoSuchProcess:
        return []


@dataclass(frozen=True)
class Setting:
    """Where a sweep runs, how to kill there, and what keeps the rest alive."""

    kind: str
    store: str
    options: list[str]
    env: Mapping[str, str]
    kill: Kill
    tend: Callable[[], None]


def run_one(chaos: Chaos, tally: Tally, setting: Setting) -> None:
    """Run one sweep to its end, killing on the way, and hold its table against the right one."""
    number = sum(tally.sweeps.values())
    log, out = chaos.folder / f"sweep-{number}.log", f"out-{number}"
    words = command(chaos.folder, out, setting.store, *setting.options)
    client = Program(words, log, setting.env)
    client.start()
    deadline = time.monotonic() + PATIENCE_S
    next_kill = time.monotonic() + chaos.dice.uniform(*chaos.gap_s)
    while True:
        time.sleep(0.05)
        setting.tend()
        if not client.runs:
            if client.child is not None and client.child.returncode >= 0:
                break
            setting.tend()
            client.start()  # killed: the same command goes on from where it was
        if time.monotonic() > next_kill and client.runs:
            tally.kills[setting.kill(client)] += 1
            next_kill = time.monotonic() + chaos.dice.uniform(*chaos.gap_s)
        if time.monotonic() > deadline:
            client.kill()
            break
    tally.sweeps[setting.kind] += 1
    steps = [line for line in log.read_text().splitlines() if line.startswith("  ")]
    tally.started += len(steps)
    tally.distinct += len(set(steps))
    judge(chaos, tally, client, f"sweep {number} on {setting.kind}, {log}", chaos.folder / out)


def judge(chaos: Chaos, tally: Tally, client: Program, name: str, out: Path) -> None:
    """Take note of what is not as it must be."""
    status = client.child.returncode if client.child is not None else None
    if status != 0:
        tally.wrong.append(f"{name}: exit status {status}")
    elif table_of(out) != chaos.table:
        tally.wrong.append(f"{name}: the table differs")
    tally.wrong += [f"{name}: emulator {pid} is left behind" for pid in emulators(chaos.folder)]


def emulators(folder: Path) -> list[int]:
    """The emulators that run in temporary folders of `folder` and belong to nobody any more.

    An emulator's own words name no folder: it is started in its cell's.
    """
    left = []
    for process in psutil.process_iter(["name"]):
        with suppress(psutil.Error):
            ours = "qemu" in process.info["name"] and folder in Path(process.cwd()).parents
            parent = process.parent() if ours else None
            if ours and (parent is None or "python" not in parent.name()):
                left.append(process.pid)
    return left


def main() -> None:
    """Run sweeps until there were enough kills, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--keep", type=Path, help="folder for logs, which are else removed")
    given = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.keep or Path(temporary)).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["HARNESS_CACHE"] = str(folder / "cache")
        os.environ["TMPDIR"] = str(folder / "temporary")
        (folder / "temporary").mkdir()
        write_models(folder)
        seeded, store = folder / "seeded", folder / "store"
        undisturbed(folder, store)
        copy_library(store, seeded)
        table = table_of(folder / "out")
        shutil.copytree(seeded, folder / "again")
        took_s = undisturbed(folder, folder / "again")
        dice = random.Random(given.seed)  # noqa: S311 - no secrets
        chaos = Chaos(folder, table, seeded, dice, (GAP[0] * took_s, GAP[1] * took_s))
        tally = Tally()
        with object_store(folder) as bucket:
            os.environ |= bucket.env
            with cluster(folder, WORKERS, bucket.env) as one:
                while tally.kills.total() < given.kills:
                    on_scheduler(chaos, tally, one, bucket.env)
                    print(f"{datetime.now(UTC):%H:%M:%S} {tally.kills}", file=sys.stderr)
                    if tally.kills.total() < given.kills:
                        on_workers(chaos, tally)
                        print(f"{datetime.now(UTC):%H:%M:%S} {tally.kills}", file=sys.stderr)
    print(f"an undisturbed sweep took {took_s:.1f} s")
    report(tally, given.seed, time.monotonic() - start)
    sys.exit(1 if tally.wrong else 0)


def report(tally: Tally, seed: int, seconds: float) -> None:
    """Print what was done and what came of it."""
    for kind, count in sorted(tally.sweeps.items()):
        print(f"sweeps on {kind:<24} {count:5}")
    for who, count in sorted(tally.kills.items()):
        print(f"kills of a {who:<23} {count:5}")
    print(f"kills in all {tally.kills.total():27}")
    print(f"steps started {tally.started:26}, {tally.started - tally.distinct} of them again")
    equal = tally.sweeps.total() - len({text.partition(",")[0] for text in tally.wrong})
    print(f"tables equal {equal:27} of {tally.sweeps.total()}")
    print(f"seed {seed}, {seconds:.0f} s, {datetime.now(UTC):%Y-%m-%d}")
    for text in tally.wrong:
        print(text)


if __name__ == "__main__":
    main()
