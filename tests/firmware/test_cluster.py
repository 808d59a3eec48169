"""A sweep on many machines gives what it gives in one process, also when some of them break."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import fsspec
import psutil
import pytest
from cluster_lab import (
    BUCKET,
    Cluster,
    Program,
    cluster,
    copy_library,
    interrupt,
    object_store,
    running,
    small_disk,
    table_of,
    wait_until,
)

pytestmark = pytest.mark.emulator

SWEEP_S = 300.0
AXES = ("--board", "nano33ble", "--kernels", "reference", "--kernels", "simd")


@dataclass(frozen=True)
class Sweep:
    """The same sweep for every test: its command, its table, and a store with the library alone."""

    command: Sequence[str]
    table: bytes
    library: Path

    def start(self, folder: Path, store: str, *options: str, **env: str) -> Program:
        """The sweep as a program of its own, whose progress goes to a log."""
        folder.mkdir(parents=True, exist_ok=True)
        words = [*self.command, "--store", store, "--out", str(folder / "out"), *options]
        return Program(words, folder / "sweep.log", env)


@pytest.fixture(scope="module")
def sweep(shared_cache, small_model, tmp_path_factory) -> Iterator[Sweep]:
    """The sweep, carried out in one process."""
    folder = tmp_path_factory.mktemp("serial")
    model = folder / "small.tflite"
    model.write_bytes(small_model)
    start = [sys.executable, "-m", "harness", "bench"]
    one = Sweep([*start, "--model", str(model), *AXES], b"", folder / "library")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_CACHE", str(shared_cache))
        store = shared_cache / "store"
        program = one.start(folder, str(store))
        finish(program)
        copy_library(store, one.library)
        yield Sweep(one.command, table_of(folder / "out"), one.library)


@pytest.fixture(scope="module")
def bucket(tmp_path_factory) -> Iterator[Mapping[str, str]]:
    """An object store, by the environment that leads to it."""
    with object_store(tmp_path_factory.mktemp("s3")) as one, pytest.MonkeyPatch.context() as patch:
        for name, value in one.env.items():
            patch.setenv(name, value)
        yield one.env
        fsspec.get_filesystem_class("s3").clear_instance_cache()


@pytest.fixture
def store(sweep, bucket, tmp_path) -> str:  # noqa: ARG001 - the environment that leads there
    """A store in the bucket that has the library alone."""
    place = f"{BUCKET}/{tmp_path.name}"
    fsspec.filesystem("s3").put(f"{sweep.library}/", f"{place}/", recursive=True)
    return f"s3://{place}"


@pytest.fixture
def two_workers(shared_cache, bucket, tmp_path) -> Iterator[Cluster]:
    """A scheduler and two workers that reach the bucket."""
    with cluster(tmp_path, 2, bucket, [shared_cache] * 2) as one:
        yield one


def finish(program: Program, tend: Callable[[], None] = lambda: None) -> str:
    """Run a sweep to its good end and return what it printed."""
    if program.child is None:
        program.start()

    def ended() -> bool:
        tend()
        return not program.runs

    with running_already(program):
        wait_until(ended, "the sweep", SWEEP_S)
    text = program.log.read_text()
    assert program.child is not None
    assert program.child.returncode == 0, text
    return text


@contextmanager
def running_already(program: Program) -> Iterator[None]:
    """End a program that was started, whatever happens."""
    try:
        yield
    finally:
        program.kill()


def wait_for(program: Program, words: str) -> None:
    """Wait until a sweep says something."""
    wait_until(lambda: words in program.log.read_text() or not program.runs, words, SWEEP_S)
    assert words in program.log.read_text()


def test_two_workers_of_this_machine_write_the_same_table(sweep, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(sweep.library, store)
    finish(sweep.start(tmp_path, str(store), "--workers", "2"))
    assert table_of(tmp_path / "out") == sweep.table


def test_a_worker_that_is_killed_in_mid_cell_costs_time_alone(sweep, store, two_workers, tmp_path):
    program = sweep.start(tmp_path, store, "--scheduler", two_workers.address)
    program.start()
    wait_for(program, "sizing the arena")
    two_workers.workers[0].kill()
    log = finish(program)
    assert table_of(tmp_path / "out") == sweep.table
    assert log.count("[2/2]") == 1
    assert "[3/" not in log


def test_a_scheduler_that_is_killed_and_started_again_costs_time_alone(
    sweep, store, two_workers, tmp_path
):
    program = sweep.start(tmp_path, store, "--scheduler", two_workers.address)
    program.start()
    wait_for(program, "sizing the arena")
    two_workers.scheduler.kill()
    wait_for(program, "the connection to the scheduler is lost")
    two_workers.start_scheduler()
    log = finish(program, two_workers.tend)
    assert table_of(tmp_path / "out") == sweep.table
    assert log.count("[2/2]") == 1
    assert "[3/" not in log


def test_a_disk_that_is_full_on_one_worker_leaves_the_sweep_to_the_other(
    sweep, store, bucket, shared_cache, tmp_path
):
    try:
        with (
            small_disk(tmp_path / "disk", 200) as disk,
            cluster(tmp_path, 2, bucket, [disk / "cache", shared_cache]) as one,
        ):
            program = sweep.start(tmp_path, store, "--scheduler", one.address)
            program.start()
            wait_for(program, "\n  ")
            fill(disk)
            log = finish(program)
    except PermissionError:
        pytest.skip("only root may mount a disk")
    assert table_of(tmp_path / "out") == sweep.table
    assert "gets no more cells" in log


def fill(disk: Path) -> None:
    """Leave no room on a disk."""
    with pytest.raises(OSError, match="No space left"), (disk / "ballast").open("wb") as file:
        while True:
            file.write(bytes(1 << 20))
            file.flush()


def test_a_store_that_workers_cannot_read_is_refused(sweep, tmp_path):
    program = sweep.start(tmp_path, "memory://store", "--workers", "1")
    with running(program):
        wait_until(lambda: not program.runs, "the refusal", SWEEP_S)
    assert program.child is not None
    assert program.child.returncode == 2
    assert "cannot read it; give a store that all machines share" in program.log.read_text()


def test_after_ctrl_c_no_worker_and_no_emulator_is_left(sweep, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(sweep.library, store)
    program = sweep.start(tmp_path, str(store), "--workers", "2")
    with running(program):
        wait_for(program, "sizing the arena")
        assert program.child is not None
        started = psutil.Process(program.child.pid).children(recursive=True)
        interrupt(program)
        wait_until(lambda: not program.runs, "the end after Ctrl-C")
        assert program.child.returncode == 130
        psutil.wait_procs(started, timeout=30)
        left = [one for one in started if one.is_running() and one.status() != "zombie"]
        assert left == []
    assert "Traceback" not in program.log.read_text()


def test_what_a_killed_process_started_ends_with_it(tmp_path):
    script = "from harness.process import run; run(['sleep', '600'])"
    program = Program([sys.executable, "-c", script], tmp_path / "log")
    with running(program):
        assert program.child is not None
        parent = psutil.Process(program.child.pid)
        wait_until(lambda: named(parent, "sleep") is not None, "the program")
        child = named(parent, "sleep")
        os.kill(program.child.pid, signal.SIGKILL)
        program.child.wait()
        assert child is not None
        psutil.wait_procs([child], timeout=10)
        assert not child.is_running() or child.status() == "zombie"


def named(parent: psutil.Process, name: str) -> psutil.Process | None:
    """The child of a process with this name."""
    return next((one for one in parent.children() if one.name() == name), None)
