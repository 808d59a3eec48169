"""Clients of Dask schedulers: of one in this process, on this machine, or at an address."""

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from harness.bench.local_workers import LocalWorkers, local_workers
from harness.errors import HarnessError, MachineFault
from harness.process import kill_running

_LOGS_OFF = 60
_CLOSE_S = 10
_RETRY_S = 1.0
_ANSWER_S = 60.0
_SETTINGS = {
    "distributed.admin.tick.limit": "1h",
    # Dask samples what its threads do, and keeps it: 2 MB a minute that nobody looks at.
    "distributed.worker.profile.enabled": False,
    "distributed.comm.timeouts.connect": "10s",
}


@dataclass(frozen=True)
class Placement:
    """Who carries out the steps: by default threads of this process."""

    scheduler: str | None = None
    """Address of a Dask scheduler."""
    workers: int = 0
    """Processes of this machine; 0 for threads of this one."""
    patience_s: float = 300.0
    """How long a scheduler that went away, or a worker where there is none, is waited for."""

    @property
    def is_here(self) -> bool:
        """Whether the steps are carried out by threads of this process."""
        return self.scheduler is None and self.workers == 0


HERE = Placement()
"""Threads of this process."""


@dataclass(frozen=True)
class Place:
    """Where steps are carried out: what a client connects to, and its workers if they are ours."""

    scheduler: Any
    """An address, or a cluster of this process."""
    workers: LocalWorkers | None = None

    def tend(self) -> None:
        """Start workers of ours that ended.

        Raises:
            MachineFault: They cannot be started.
        """
        if self.workers is not None:
            self.workers.tend()


@contextmanager
def started(placement: Placement, jobs: int) -> Iterator[Place]:
    """Start what `placement` asks for, and end it afterwards.

    `jobs` is how many steps a process carries out at a time.

    Raises:
        MachineFault: This machine cannot start it.
    """
    import dask
    from distributed.utils import silence_logging_cmgr

    with dask.config.set(_SETTINGS), silence_logging_cmgr(_LOGS_OFF):
        if placement.scheduler is not None:
            yield Place(placement.scheduler)
            return
        with closed_unless_interrupted(_cluster_here(placement, jobs)) as cluster:
            if placement.is_here:
                yield Place(cluster)
                return
            with local_workers(cluster.scheduler_address, placement.workers, jobs) as workers:
                yield Place(cluster, workers)


def _cluster_here(placement: Placement, jobs: int) -> Any:  # noqa: ANN401 - distributed has no types
    """Start a scheduler in this process, with threads for a worker unless these are processes."""
    from distributed import LocalCluster

    try:
        return LocalCluster(
            n_workers=1 if placement.is_here else 0,
            threads_per_worker=jobs,
            processes=not placement.is_here,
            host=None if placement.is_here else "127.0.0.1",
            # No dashboard, but Dask serves its metrics all the same: to this machine alone.
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            scheduler_kwargs={"dashboard": False},
            memory_limit=0,
            silence_logs=_LOGS_OFF,
        )
    except (OSError, RuntimeError) as error:
        raise MachineFault(
            f"Dask cannot be started on this machine ({error}); free memory and space in "
            f"{tempfile.gettempdir()}"
        ) from error


@contextmanager
def connected(place: Place, patience_s: float, tell: Callable[[str], None]) -> Iterator[Any]:
    """Give a client of the scheduler that `started` gave; try for `patience_s` where it is away.

    Raises:
        HarnessError: It cannot be reached.
    """
    deadline, told = time.monotonic() + patience_s, False
    while True:
        try:
            client = _client_within(_ANSWER_S, place.scheduler)
            break
        except (OSError, ValueError) as error:
            if time.monotonic() > deadline or isinstance(error, ValueError):
                raise HarnessError(
                    f"--scheduler {place.scheduler}: cannot be reached ({error}); "
                    "give the address that 'dask scheduler' prints, such as tcp://host:8786"
                ) from error
        if not told:
            tell(f"the scheduler {place.scheduler} is away; waiting up to {patience_s:g} s for it")
            told = True
        time.sleep(_RETRY_S)
    with closed_unless_interrupted(client, timeout=_CLOSE_S):
        yield client


def _client_within(seconds: float, scheduler: Any) -> Any:  # noqa: ANN401 - no types
    """Return a client of a scheduler.

    Dask itself waits for ever for an answer where something else listens, or a stopped scheduler.

    Raises:
        OSError: Nobody answers.
        ValueError: That is no address.
    """
    from distributed import Client

    found: Future[Any] = Future()

    def connect() -> None:
        try:
            client = Client(scheduler)
        except Exception as error:
            if found.set_running_or_notify_cancel():
                found.set_exception(error)
            return
        if found.set_running_or_notify_cancel():
            found.set_result(client)
        else:
            client.close(timeout=_CLOSE_S)

    threading.Thread(target=connect, name="connect", daemon=True).start()
    wait([found], timeout=seconds)
    if found.cancel():
        raise OSError(f"what listens there does not answer as a scheduler within {seconds:g} s")
    return found.result()


@contextmanager
def closed_unless_interrupted(resource: Any, **how: float) -> Iterator[Any]:  # noqa: ANN401
    """Close `resource` afterwards, but not after Ctrl-C: closing waits for the running steps."""
    try:
        yield resource
    except KeyboardInterrupt:
        raise
    except BaseException:
        _close(resource, how)
        raise
    _close(resource, how)


@contextmanager
def killed_unless_done() -> Iterator[None]:
    """End the programs of running steps where nobody waits for them any more.

    Closing a client waits for its steps; a program that embeds the harness may have a timeout.
    """
    try:
        yield
    except BaseException:
        kill_running()
        raise


def _close(resource: Any, how: dict[str, float]) -> None:  # noqa: ANN401
    with suppress(OSError):  # its scheduler is gone
        resource.close(**how)
