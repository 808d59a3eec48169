"""Workers of a Dask scheduler as processes of this machine, started again whenever one ends."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.errors import MachineFault
from harness.process import bound_to_us

_ENDS_WITHOUT_SCHEDULER_S = 60
_ENVIRONMENT = {
    "PYTHONUNBUFFERED": "1",
    # Dask's sampling of threads grows by 2 MB a minute, and nobody looks at it.
    "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
}


class LocalWorkers:
    """`count` processes that carry out `threads` steps each at a time, for the scheduler there.

    What they print goes to files in `folder`.
    """

    def __init__(self, address: str, count: int, threads: int, folder: Path) -> None:
        # Dask's own supervisor loses a process that ends while it starts.
        self._words = [
            *bound_to_us(),
            *(sys.executable, "-P", "-m", "dask", "worker", address, "--no-nanny"),
            *("--host", "127.0.0.1", "--nthreads", str(threads), "--memory-limit", "0"),
            *("--no-dashboard", "--dashboard-address", "127.0.0.1:0"),
            *("--death-timeout", str(_ENDS_WITHOUT_SCHEDULER_S), "--local-directory", str(folder)),
        ]
        self._logs = [folder / f"worker-{number}.log" for number in range(count)]
        self._running: list[subprocess.Popen[bytes] | None] = [None] * count

    def tend(self) -> None:
        """Start every process that is not running.

        Raises:
            MachineFault: It cannot be started.
        """
        for number, child in enumerate(self._running):
            if child is None or child.poll() is not None:
                self._running[number] = self._start(self._logs[number])

    def end(self) -> None:
        """End all processes, and with them what they run."""
        for child in self._running:
            if child is not None:
                child.kill()
                child.wait()

    def last_words(self) -> str:
        """Return the last line that a process printed, to tell why there are none."""
        lines: list[str] = []
        for log in self._logs:
            with suppress(OSError):
                lines += log.read_text(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def _start(self, log: Path) -> "subprocess.Popen[bytes]":
        try:
            with log.open("ab") as output:
                return subprocess.Popen(
                    self._words,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env={**os.environ, **_ENVIRONMENT},
                    # Ctrl-C is for the process that started them, which then ends them.
                    start_new_session=True,
                )
        except OSError as error:
            raise MachineFault(
                f"--workers: no process can be started ({error.strerror}); free memory and space "
                f"in {tempfile.gettempdir()}"
            ) from error


@contextmanager
def local_workers(address: str, count: int, threads: int) -> Iterator[LocalWorkers]:
    """Start workers, and end them afterwards."""
    with tempfile.TemporaryDirectory(prefix="harness-workers-", ignore_cleanup_errors=True) as name:
        workers = LocalWorkers(address, count, threads, Path(name))
        try:
            workers.tend()
            yield workers
        finally:
            workers.end()
