"""Run a sweep's graph to its end, whatever becomes of workers, scheduler and connections.

A step's result is in the store as soon as the step is done. So what is lost with a machine is
submitted once more: that costs time, never a row, and no row comes twice.
"""

import queue
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from dask.delayed import Delayed

from harness.bench.assemble import Evidence
from harness.bench.clients import (
    HERE,
    Place,
    Placement,
    connected,
    killed_unless_done,
    started,
)
from harness.bench.context import TOPIC, Context
from harness.bench.failures import failed
from harness.bench.fitness import PROBE, check_scheduler, fit_workers
from harness.bench.progress import Progress
from harness.errors import HarnessError, LostObject, MachineFault

__all__ = ["HERE", "Placement", "compute"]

_TRIES = 3
"""How often a cell is given out anew where it ended its workers, or lost what it needs."""

_IDLE_ROUNDS = 10
"""Rounds in a row that end early, before a single cell is done."""

_FIRST_PATIENCE_S = 30.0
_TICK_S = 1.0
_RESULT_S = 30.0
_SILENT_S = 10.0
"""Workers that were just started need a while; their user need not hear of it."""

_RESUME = "what is done is kept: run the same command again to go on"


def compute(
    ctx: Context,
    graph: Sequence[Delayed],
    placement: Placement,
    progress: Progress,
    take: Callable[[int, Evidence], None],
) -> None:
    """Compute every node of `graph` and give each to `take(index, evidence)` as it is ready.

    Each index is taken once, from this thread, in the order of arrival. A step that breaks in a
    way that nobody foresaw, or that ends every worker which tries it, gives an evidence that ends
    with status `failed`. A worker whose machine cannot go on gets no more cells of this sweep.

    Raises:
        HarnessError: The scheduler cannot be reached or has no workers, and waiting did not help.
        MachineFault: No machine that is left can go on, or the store cannot be written from here.
    """
    sweep = _Sweep(ctx, placement, progress, take)
    for index, node in enumerate(graph):
        sweep.left[node.key] = node
        sweep.indices.setdefault(node.key, []).append(index)
    ctx.store.put(PROBE)  # before hours of work, that it can be kept
    with started(placement, ctx.jobs) as place:
        while sweep.left:
            _connect_and_run(sweep, place)


def _connect_and_run(sweep: "_Sweep", place: Place) -> None:
    """Carry out one round; the first one hardly waits for a scheduler that is not there."""
    patience_s = sweep.placement.patience_s
    if sweep.rounds == 0:
        patience_s = min(patience_s, _FIRST_PATIENCE_S)
    left, sweep.rounds = len(sweep.left), sweep.rounds + 1
    try:
        with connected(place, patience_s, sweep.tell) as client, killed_unless_done():
            _Round(sweep, place, client).run()
    except _RoundOverError as error:
        sweep.tell(f"{error}; giving out anew what is not done")
        sweep.idle_rounds = 0 if len(sweep.left) < left else sweep.idle_rounds + 1
        if sweep.idle_rounds > _IDLE_ROUNDS:
            raise HarnessError(
                f"--scheduler {sweep.placement.scheduler}: {error}, {sweep.idle_rounds} times "
                f"without a cell being done; look at its log; {_RESUME}"
            ) from error


class _RoundOverError(Exception):
    """What was given out must be given out anew; the message says why."""


@dataclass
class _Sweep:
    """What is left to do, and what is known of the workers, over all rounds."""

    ctx: Context
    placement: Placement
    progress: Progress
    take: Callable[[int, Evidence], None]
    left: dict[str, Delayed] = field(default_factory=dict)
    """The nodes that were not taken, by key."""
    indices: dict[str, list[int]] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)
    """How often each key was tried in vain."""
    faults: dict[str, str] = field(default_factory=dict)
    """Why a worker gets no more cells, by address."""
    rounds: int = 0
    idle_rounds: int = 0

    def tell(self, text: str) -> None:
        """Tell the user what is happening to the sweep."""
        self.progress.event({"note": text})

    def settle(self, key: str, evidence: Evidence) -> None:
        """Hand on what a node gave.

        Raises:
            LostObject: Who takes it found an object missing; it is still to be handed on.
        """
        for index in self.indices[key]:
            self.take(index, evidence)
        del self.left[key]

    def exclude(self, address: str, fault: str) -> None:
        """Give a worker no more cells."""
        if address not in self.faults:
            self.faults[address] = fault
            self.tell(f"worker {address} gets no more cells: {fault}")


class _Round:
    """One submission of all that is left, until each node gave something or the scheduler went.

    What fails for a reason that is not the cell's stays in `left`, for the next round.
    """

    def __init__(self, sweep: _Sweep, place: Place, client: Any) -> None:  # noqa: ANN401 - no types
        self._sweep, self._place, self._client = sweep, place, client
        self._ready: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._waiting: dict[str, Any] = {}
        self._since = time.monotonic()
        """When a worker was last there."""
        self._told = False

    def run(self) -> None:
        """Submit and take everything.

        Raises:
            _RoundOverError: The scheduler went away, or forgot what it was given.
            HarnessError: As `compute`.
        """
        sweep = self._sweep
        with _lost_if_broken(self._client):
            workers = None if sweep.placement.is_here else self._choose_workers()
            self._client.subscribe_topic(TOPIC, lambda event: sweep.progress.event(event[1]))
            futures = self._client.compute(list(sweep.left.values()), workers=workers)
        self._waiting = {future.key: future for future in futures}
        del futures
        for future in self._waiting.values():
            future.add_done_callback(self._ready.put)
        checked = time.monotonic()
        while self._waiting:
            with suppress(queue.Empty):
                self._settle(self._ready.get(timeout=_TICK_S))
            if not sweep.placement.is_here and time.monotonic() - checked > _TICK_S:
                self._check_workers(workers)
                checked = time.monotonic()

    def _settle(self, future: Any) -> None:  # noqa: ANN401
        """Take what a node gave, or put it aside for the next round."""
        if future.status == "cancelled":
            raise _RoundOverError("the connection to the scheduler is lost")
        if future.status == "error":
            del self._waiting[future.key]
            self._fail(future.key, future.exception(), future.traceback())
            return
        try:
            with _lost_if_broken(self._client):
                evidence: Evidence = future.result(timeout=_RESULT_S)
        except _RoundOverError:
            if future.status == "cancelled" or self._client.status != "running":
                raise
            # The worker that had it went away, and it is being made anew; or it failed there.
            self._ready.put(future)
            return
        del self._waiting[future.key]
        try:
            self._sweep.settle(future.key, evidence)
        except LostObject as error:
            self._fail(future.key, error, None)

    def _fail(self, key: str, error: BaseException, log: Any) -> None:  # noqa: ANN401
        """Give a cell its failed row, or another try where it is not to blame."""
        from distributed import KilledWorker

        sweep = self._sweep
        if isinstance(error, MachineFault):
            self._exclude(key, error)
        elif isinstance(error, LostObject | KilledWorker) and sweep.tries[key] < _TRIES:
            sweep.tries[key] += 1
        else:
            sweep.settle(key, failed(error, log, _TRIES + 1))

    def _exclude(self, key: str, fault: MachineFault) -> None:
        """Do without the worker whose machine cannot go on.

        Raises:
            MachineFault: There is no other, or it cannot be told which one it was.
        """
        sweep = self._sweep
        if not sweep.placement.is_here:
            with _lost_if_broken(self._client):
                culprits = self._client.run_on_scheduler(_erred_on, key)
            for address in culprits:
                sweep.exclude(address, str(fault))
            sweep.tries[key] += not culprits
            if self._usable(None) and sweep.tries[key] < _TRIES:
                return
        raise MachineFault(f"{fault}; {_RESUME}") from fault

    def _choose_workers(self) -> list[str] | None:
        """Return who may carry out steps; None where all that are there, or will come, may."""
        sweep = self._sweep
        check_scheduler(self._client, sweep.ctx)
        while True:
            self._place.tend()
            usable = self._usable(None)
            fit, unfit = fit_workers(self._client, sweep.ctx, usable) if usable else ([], {})
            for address, lack in unfit.items():
                if sweep.rounds == 1 and not fit:
                    raise HarnessError(f"worker {address}: {lack}")
                sweep.exclude(address, lack)
            if fit:
                return fit if sweep.faults.keys() & self._present() else None
            self._wait_for_workers()
            time.sleep(_TICK_S)

    def _check_workers(self, chosen: list[str] | None) -> None:
        """Make sure that somebody is there to carry out what is left."""
        if self._client.status != "running":
            raise _RoundOverError("the connection to the scheduler is lost")
        self._place.tend()
        with _lost_if_broken(self._client):
            if self._usable(chosen):
                self._since, self._told = time.monotonic(), False
            elif self._usable(None):
                raise _RoundOverError("other workers have come")
            else:
                self._wait_for_workers()

    def _wait_for_workers(self) -> None:
        """Tell the user that there are none, and lose patience at last."""
        patience_s, waited_s = self._sweep.placement.patience_s, time.monotonic() - self._since
        start, given = (
            f"start some with 'dask worker {self._client.scheduler.address}'",
            "scheduler",
        )
        if self._place.workers is not None:
            start, given = f"they end with: {self._place.workers.last_words()}", "workers"
        if waited_s > patience_s:
            raise HarnessError(f"--{given}: there are no workers; {start}; {_RESUME}")
        if waited_s > _SILENT_S and not self._told:
            self._sweep.tell(f"no worker is there; waiting up to {patience_s:g} s: {start}")
            self._told = True

    def _usable(self, chosen: list[str] | None) -> list[str]:
        """Return who is there and may carry out steps."""
        present = self._present() - self._sweep.faults.keys()
        return sorted(present if chosen is None else present & set(chosen))

    def _present(self) -> set[str]:
        return set(self._client.scheduler_info()["workers"])


@contextmanager
def _lost_if_broken(client: Any) -> Iterator[None]:  # noqa: ANN401
    """Turn what a client raises when its scheduler goes away into the end of the round."""
    lost = "the connection to the scheduler is lost"
    try:
        yield
    except (OSError, CancelledError) as error:
        raise _RoundOverError(lost) from error
    except (RuntimeError, ValueError, AttributeError) as error:  # of a client that closed itself
        if client.status == "running":
            raise
        raise _RoundOverError(lost) from error


def _erred_on(key: str, dask_scheduler: Any = None) -> list[str]:  # noqa: ANN401
    """On the scheduler: return the workers on which a node, or what it needs, failed."""
    task = dask_scheduler.tasks.get(key)
    if task is None:
        return []
    return sorted((task.exception_blame or task).erred_on or ())
