"""A graph is computed to its end: each node is handed on once, whatever becomes of the workers."""

import pickle
from collections import Counter
from dataclasses import replace
from threading import Event
from types import SimpleNamespace

import pytest
from dask.delayed import delayed
from distributed import KilledWorker, LocalCluster, get_worker
from rich.console import Console

from harness.bench.assemble import Evidence
from harness.bench.clients import Place, connected
from harness.bench.cluster import HERE, Placement, compute
from harness.bench.context import Context
from harness.bench.fitness import lacks, placed
from harness.bench.progress import LineProgress
from harness.bench.tools import sources
from harness.errors import HarnessError, LostObject, MachineFault, Stop

FINE = Evidence(stop=Stop("unsupported", "fine"))
CALLS: Counter[str] = Counter()
"""How often the steps of a test ran, by label. Workers of a test are threads of this process."""


@pytest.fixture(autouse=True)
def calls() -> Counter[str]:
    CALLS.clear()
    return CALLS


@pytest.fixture
def ctx(tmp_path) -> Context:
    return Context(str(tmp_path / "store"), jobs=2)


def local_cluster(workers: int) -> LocalCluster:
    """A scheduler whose workers are threads of this process."""
    nowhere = "127.0.0.1:0"
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=False,
        dashboard_address=nowhere,
        worker_dashboard_address=nowhere,
        silence_logs=60,
    )


@pytest.fixture
def two_workers(monkeypatch):
    """The address of a scheduler whose two workers are threads of this process."""
    monkeypatch.setattr("harness.bench.cluster._TICK_S", 0.05)
    with local_cluster(2) as cluster:
        yield Placement(cluster.scheduler_address, patience_s=5)


class Notes(LineProgress):
    """Keeps what the user is told."""

    def __init__(self) -> None:
        super().__init__(0, Console(quiet=True))
        self.notes: list[str] = []

    def event(self, event):
        if "note" in event:
            self.notes.append(event["note"])


def step(label: str, outcomes: tuple) -> Evidence:
    """One outcome after the other, and then FINE. An exception is raised."""
    CALLS[label] += 1
    outcome = outcomes[CALLS[label] - 1] if CALLS[label] <= len(outcomes) else FINE
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome


def node(label: str, *outcomes):
    """A node that carries out `step`."""
    return delayed(step, pure=False)(label, outcomes, dask_key_name=f"{label}-key")


def computed(ctx: Context, nodes, placement: Placement = HERE):
    """What `compute` hands on, by index, and what the user is told."""
    taken: list[tuple[int, Evidence]] = []
    progress = Notes()
    compute(ctx, nodes, placement, progress, lambda index, found: taken.append((index, found)))
    assert sorted(index for index, _ in taken) == list(range(len(nodes)))
    return dict(taken), progress.notes


def reason(evidence: Evidence) -> str:
    assert evidence.stop is not None
    assert evidence.stop.status == "failed"
    return evidence.stop.reason


def killed() -> KilledWorker:
    return KilledWorker("key", SimpleNamespace(address="tcp://host:1"), 3)


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_every_node_is_handed_on_once_also_where_two_cells_are_one_node(ctx, two_workers, where):
    one, other = node("one"), node("other")
    placement = HERE if where == "here" else two_workers
    taken, _ = computed(ctx, [one, other, one], placement)
    assert list(taken.values()) == [FINE] * 3
    assert CALLS == {"one": 1, "other": 1}


def test_nothing_to_do_needs_no_scheduler(ctx):
    assert computed(ctx, [], Placement("tcp://127.0.0.1:1")) == ({}, [])


def test_what_the_store_lost_is_made_anew_in_the_same_run(ctx):
    taken, _ = computed(ctx, [node("lost", LostObject("gone"), LostObject("gone")), node("fine")])
    assert taken == {0: FINE, 1: FINE}
    assert CALLS == {"lost": 3, "fine": 1}


def test_what_is_lost_again_and_again_is_a_failed_row(ctx):
    taken, _ = computed(ctx, [node("lost", *[LostObject("object 12 is missing")] * 9)])
    assert reason(taken[0]) == "object 12 is missing"


def test_a_cell_whose_workers_ended_is_tried_again_and_then_failed(ctx, two_workers):
    nodes = [node("once", killed()), node("always", *[killed()] * 9), node("fine")]
    taken, _ = computed(ctx, nodes, two_workers)
    assert taken[0] == taken[2] == FINE
    assert "every worker that tried it ended" in reason(taken[1])
    assert CALLS["once"] == 2
    assert CALLS["fine"] == 1


def test_a_fault_of_this_machine_ends_the_sweep_and_says_how_to_resume(ctx):
    with pytest.raises(MachineFault, match=r"disk full; what is done is kept: run the same comm"):
        computed(ctx, [node("full", MachineFault("disk full"))])


def full_on_the_first_worker() -> Evidence:
    """Fails on the worker that carries it out first, and only there."""
    address = get_worker().address
    CALLS[address] += 1
    if address == next(iter(CALLS)):
        raise MachineFault("/cache: the disk is full")
    return FINE


def test_a_worker_whose_machine_cannot_go_on_gets_no_more_cells(ctx, two_workers):
    names = [f"n{number}" for number in range(6)]
    nodes = [delayed(full_on_the_first_worker, pure=False)(dask_key_name=name) for name in names]
    taken, notes = computed(ctx, nodes, two_workers)
    assert list(taken.values()) == [FINE] * 6
    first = next(iter(CALLS))
    assert notes == [f"worker {first} gets no more cells: /cache: the disk is full"]


def test_where_no_machine_can_go_on_the_sweep_ends(ctx, two_workers):
    nodes = [node(f"n{number}", *[MachineFault("the store is full")] * 9) for number in range(6)]
    with pytest.raises(MachineFault, match=r"^the store is full; what is done is kept"):
        computed(ctx, nodes, two_workers)


def test_workers_with_other_sources_are_refused_before_anything_runs(ctx, two_workers):
    other = replace(ctx, sources="of yesterday")
    with pytest.raises(HarnessError, match=r"^--scheduler .* other sources of the harness; inst"):
        computed(other, [node("never")], two_workers)
    assert CALLS == {}
    assert computed(placed(ctx, two_workers), [node("runs")], two_workers)[0] == {0: FINE}


def test_a_step_on_a_worker_with_other_sources_is_a_fault_of_that_machine(ctx):
    assert placed(ctx, HERE) == ctx
    assert placed(ctx, Placement(workers=2)).sources == sources()
    with pytest.raises(MachineFault, match="has another version or other sources"):
        replace(ctx, sources="of yesterday").step("name", "label", {}, object, lambda: None)


def test_a_machine_lacks_a_store_that_it_cannot_read_or_room(ctx, monkeypatch, tmp_path):
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    assert "it cannot read it; give a store that all machines share" in lacks(ctx)
    computed(ctx, [node("any")])
    assert lacks(ctx) == ""
    monkeypatch.setattr("harness.bench.fitness.ROOM_BYTES", 1 << 60)
    assert "MiB are free; free space or set HARNESS_CACHE" in lacks(ctx)


def test_without_workers_the_user_is_told_and_at_last_the_sweep_ends(ctx, monkeypatch):
    monkeypatch.setattr("harness.bench.cluster._SILENT_S", 0.0)
    with local_cluster(0) as cluster:
        placement = Placement(cluster.scheduler_address, patience_s=0.5)
        progress = Notes()
        with pytest.raises(HarnessError, match=r"no workers; start some with 'dask worker inproc"):
            compute(ctx, [node("never")], placement, progress, lambda *_: None)
    assert progress.notes[0].startswith("no worker is there; waiting up to 0.5 s: start some with")


@pytest.mark.parametrize("kind", [MachineFault, LostObject])
def test_faults_survive_the_way_from_a_worker(kind):
    error = pickle.loads(pickle.dumps(kind("one line")))  # noqa: S301 - our own
    assert (type(error), str(error)) == (kind, "one line")


def test_what_listens_and_does_not_answer_as_a_scheduler_is_refused_and_let_go(monkeypatch):
    answered, closed = Event(), Event()

    class Silent:
        def __init__(self, _address: str) -> None:
            answered.wait(30)

        def close(self, *, timeout: float) -> None:  # noqa: ARG002 - as Client's
            closed.set()

    monkeypatch.setattr("distributed.Client", Silent)
    monkeypatch.setattr("harness.bench.clients._ANSWER_S", 0.05)
    place = Place("tcp://127.0.0.1:1")
    with (
        pytest.raises(HarnessError, match=r"--scheduler tcp.*does not answer as a scheduler"),
        connected(place, 0.0, print),
    ):
        pass
    answered.set()
    assert closed.wait(30)
