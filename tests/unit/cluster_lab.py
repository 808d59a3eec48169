"""A cluster of processes of this machine that a test may kill: scheduler, workers, object store."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

BUCKET = "harness"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
}
_START_S = 60.0


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_until(holds: Callable[[], bool], what: str, patience_s: float = _START_S) -> None:
    """Wait until `holds()`; a test must not hang."""
    deadline = time.monotonic() + patience_s
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {patience_s:g} s")
        time.sleep(0.05)


def listens(port: int) -> bool:
    """Whether somebody listens on a port of this machine."""
    with socket.socket() as one:
        one.settimeout(1)
        return one.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Program:
    """A program that is started, killed and started again; what it prints goes to a file."""

    words: Sequence[str | Path]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, in a process group of its own."""
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [str(word) for word in self.words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.env},
                start_new_session=True,
            )

    @property
    def runs(self) -> bool:
        """Whether it was started and has not ended."""
        return self.child is not None and self.child.poll() is None

    def kill(self) -> None:
        """End it without warning, and only it: what it started is left behind."""
        if self.child is not None:
            with suppress(ProcessLookupError):
                self.child.kill()
            self.child.wait()

    def signal_all(self, number: int) -> None:
        """Send its process group a signal, as a terminal does."""
        if self.child is not None:
            os.killpg(self.child.pid, number)


@contextmanager
def running(program: Program) -> Iterator[Program]:
    """Start a program and end it afterwards."""
    program.start()
    try:
        yield program
    finally:
        program.kill()


@dataclass(frozen=True)
class ObjectStore:
    """An S3-compatible server with one bucket, BUCKET, and the environment that leads there."""

    program: Program
    env: Mapping[str, str]


@contextmanager
def object_store(folder: Path, bucket: str = BUCKET) -> Iterator[ObjectStore]:
    """Run an object store, and end it afterwards."""
    port = free_port()
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with running(Program(words, folder / "store.log")) as program:
        wait_until(lambda: listens(port), "the object store")
        connection = HTTPConnection("127.0.0.1", port, timeout=_START_S)
        connection.request("PUT", f"/{bucket}")
        connection.getresponse().read()
        connection.close()
        env = {**CREDENTIALS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
        yield ObjectStore(program, env)


@dataclass
class Cluster:
    """A scheduler at a fixed address and its workers, each with one thread and its own cache."""

    folder: Path
    port: int
    scheduler: Program
    workers: list[Program]

    @property
    def address(self) -> str:
        """The scheduler's address."""
        return f"tcp://127.0.0.1:{self.port}"

    def start_scheduler(self) -> None:
        """Start the scheduler and wait until it listens."""
        self.scheduler.start()
        wait_until(lambda: listens(self.port), "the scheduler")

    def tend(self) -> None:
        """Start every worker that ended, as systemd or Kubernetes would."""
        for worker in self.workers:
            if not worker.runs:
                worker.start()


@contextmanager
def cluster(
    folder: Path,
    workers: int,
    env: Mapping[str, str],
    caches: Sequence[Path] | None = None,
) -> Iterator[Cluster]:
    """Run a scheduler and workers; `caches` are the workers' caches, by default folders here."""
    port = free_port()
    dask = [sys.executable, "-m", "dask"]
    nowhere = ["--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
    scheduler = Program(
        [*dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), *nowhere],
        folder / "scheduler.log",
        env,
    )
    options = ["--no-nanny", "--nthreads", "1", "--memory-limit", "0", *nowhere]
    options += ["--host", "127.0.0.1", "--local-directory", str(folder / "dask")]
    address = f"tcp://127.0.0.1:{port}"
    programs = [
        Program(
            [*dask, "worker", address, *options],
            folder / f"worker-{number}.log",
            {**env, "HARNESS_CACHE": str(caches[number] if caches else folder / f"cache-{number}")},
        )
        for number in range(workers)
    ]
    one = Cluster(folder, port, scheduler, programs)
    try:
        one.start_scheduler()
        one.tend()
        yield one
    finally:
        for program in (*programs, scheduler):
            program.kill()


def interrupt(program: Program) -> None:
    """Press Ctrl-C."""
    program.signal_all(signal.SIGINT)


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[Path]:
    """Mount a disk of this size at `folder`; it takes root's rights.

    Raises:
        PermissionError: This process may not mount.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mount, umount = shutil.which("mount"), shutil.which("umount")
    words = ["-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", str(folder)]
    if mount is None or umount is None:
        raise PermissionError("mount: not found")
    if subprocess.run([mount, *words], capture_output=True, check=False).returncode:
        raise PermissionError("mount: refused")
    try:
        yield folder
    finally:
        subprocess.run([umount, "--lazy", str(folder)], check=True)


def copy_library(store: Path, target: Path) -> None:
    """Copy the runtime library, which takes minutes, and what it needs into an empty store."""
    for result in (store / "results").iterdir():
        if not result.name.startswith(("tflm-", "library-")):
            continue
        names = json.loads(result.read_text())["objects"]
        for path in (result, *(store / "objects" / name[:2] / name for name in names)):
            place = target / path.relative_to(store)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)


def table_of(out: Path) -> bytes:
    """The table that a sweep wrote."""
    (path,) = out.glob("*.csv")
    return path.read_bytes()
