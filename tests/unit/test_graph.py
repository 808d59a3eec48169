"""The graph of a sweep: what is shared is done once, and a stop ends only its own cells."""

import signal
import threading
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import dask
import pytest
from evidence_factory import (
    DIGEST,
    PROVENANCE,
    cell,
    device,
    evidence,
    image,
    judgement,
    measurement,
)
from rich.console import Console

from harness.bench import evidence_nodes, graph
from harness.bench.artifacts import Converted, Events, Library, TflmTree, Timing
from harness.bench.cluster import HERE, Placement
from harness.bench.context import Context
from harness.bench.graph import build_graph, build_host_graph, build_image_graph
from harness.bench.progress import LineProgress
from harness.bench.run import Finished, run_graph, run_sweep
from harness.errors import HarnessError, LostObject, Stop
from harness.model_file.kernel_choice import KernelChoice
from harness.process import run

WHOLE = evidence()
TREE = TflmTree(api="tflm2020", kernels="reference", identity="x", archive=DIGEST)
TIMING = Timing(unknown="wait_states is unknown")
LIBRARY = Library(archive=DIGEST, tree=TREE)


@pytest.fixture
def ctx(tmp_path) -> Context:
    return Context(str(tmp_path / "store"), jobs=2)


# Dask hands functions on as pickles: what they note must be found by name.
CALLS: list[str] = []
ANSWERS: dict[str, Any] = {}


@dataclass(frozen=True)
class StandIn:
    """A step that notes its call and gives or raises the answer that the test chose."""

    name: str

    def __call__(self, *_args: Any) -> Any:
        CALLS.append(self.name)
        answer = ANSWERS[self.name]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def steps(monkeypatch):
    """Stand-ins for every step; a test replaces the answer that it is about."""
    CALLS.clear()
    answers = {
        "fetch_tflm": LIBRARY.tree,
        "choose_samples": WHOLE.samples,
        "convert_model": {"int8": WHOLE.converted, "float32": WHOLE.converted},
        "host_evidence": replace(WHOLE, deployed=None, image=None, measurement=None, device=None),
        "deploy_model": WHOLE.deployed,
        "make_library": LIBRARY,
        "kernels_of": KernelChoice({}, ("SOFTMAX",)),
        "make_image": image(),
        "measure_image": measurement(),
        "check_outputs": device(),
        "judge_outputs": judgement(),
        "timing_of": (TIMING, Events(trace=DIGEST)),
    }

    ANSWERS.clear()
    ANSWERS.update(answers)
    for name in answers:
        place = graph if hasattr(graph, name) else evidence_nodes
        monkeypatch.setattr(place, name, StandIn(name))
    return ANSWERS, CALLS


def cells_of(*boards: str, scheme: str = "int8"):
    return tuple(replace(cell(board), scheme=scheme) for board in boards)


def sweep(ctx: Context, cells) -> list[Finished]:
    """Sweep with a list that holds what a real one lets go of, in the cells' order."""
    found: dict[int, Finished] = {}
    run_sweep(
        ctx,
        cells,
        provenance=PROVENANCE,
        placement=HERE,
        progress=LineProgress(len(cells), Console(quiet=True)),
        take=found.__setitem__,
    )
    return [found[index] for index in range(len(cells))]


def refuse(index: int, _finished: Finished) -> None:
    raise AssertionError(f"cell {index} was not to be measured")


def test_boards_that_share_a_target_share_all_but_their_time(ctx):
    cells = cells_of("nano33ble", "nucleo-l4r5zi", "bluepill")
    nodes = build_graph(ctx, cells, PROVENANCE.runtimes)
    assert len({node.key for node in nodes}) == 3
    devices = [{key for key in node.dask if key.startswith("device ")} for node in nodes]
    assert devices[0] == devices[1] != devices[2]


@pytest.mark.parametrize("models", [1, 5, 20])
def test_a_sweep_has_as_many_nodes_as_it_has_work(ctx, models):
    """Per model its host's steps, per model, target and kernels two, and one a cell."""
    boards = ("nano33ble", "nucleo-l4r5zi", "bluepill")  # two targets
    cells = [
        replace(one, subject=one.subject.model_copy(update={"name": f"m{number}"}), kernels=kernels)
        for number in range(models)
        for one in cells_of(*boards)
        for kernels in ("simd", "reference")
    ]
    nodes = build_graph(ctx, cells, PROVENANCE.runtimes)
    keys = {key for node in nodes for key in node.dask}
    tree, libraries, host, images = 1, 2, 4 * models, 2 * 2 * models
    assert len(keys) == tree + libraries + host + 2 * images + len(cells)


def test_every_step_runs_once_for_what_is_shared_and_rows_keep_the_cells_order(ctx, steps):
    _, calls = steps
    cells = cells_of("nano33ble", "bluepill", "nucleo-l4r5zi") + cells_of("pico", scheme="float32")
    done = sweep(ctx, cells)
    assert [one.cell for one in done] == list(cells)
    assert [one.row.board for one in done] == ["nano33ble", "bluepill", "nucleo-l4r5zi", "pico"]
    assert {one.row.status for one in done} == {"ok"}
    assert {name: calls.count(name) for name in calls} == {
        "fetch_tflm": 1,
        "choose_samples": 1,
        "convert_model": 1,
        "host_evidence": 2,
        "deploy_model": 2,
        "make_library": 3,
        "kernels_of": 3,
        "make_image": 3,
        "measure_image": 3,
        "check_outputs": 3,
        "judge_outputs": 3,
        "timing_of": 4,
    }


@pytest.mark.parametrize(
    ("build", "last", "not_reached"),
    [
        (build_host_graph, "host_evidence", "deploy_model"),
        (partial(build_image_graph, runtimes=PROVENANCE.runtimes), "make_image", "measure_image"),
    ],
)
def test_a_part_of_the_graph_ends_with_its_step(ctx, steps, build, last, not_reached):
    _, calls = steps
    cells = cells_of("nano33ble", "bluepill")
    found = run_graph(
        ctx,
        cells,
        build(ctx, cells),
        provenance=PROVENANCE,
        placement=HERE,
        progress=LineProgress(len(cells), Console(quiet=True)),
    )
    assert [one.measurement for one in found] == [None, None]
    assert last in calls
    assert not_reached not in calls
    assert "convert_model" in calls


def test_who_does_not_wait_for_a_sweep_ends_its_programs(ctx, monkeypatch):
    """A test framework's timeout is raised while a step is running."""
    running = threading.Event()

    class Impatient(LineProgress):
        def event(self, _event):
            running.set()

    def sleep(ctx, *_):
        return ctx.step("sleep", "sleeping", {}, Converted, lambda: run(["sleep", "600"]))

    def interrupt(_signal, _frame):
        raise TimeoutError

    monkeypatch.setattr(graph, "choose_samples", sleep)
    before = signal.signal(signal.SIGUSR1, interrupt)
    alarm = threading.Thread(
        target=lambda: (running.wait(), signal.raise_signal(signal.SIGUSR1)), daemon=True
    )
    alarm.start()
    try:
        with pytest.raises(TimeoutError):
            run_sweep(
                ctx,
                cells_of("nano33ble"),
                provenance=PROVENANCE,
                placement=HERE,
                progress=Impatient(1, Console(quiet=True)),
                take=refuse,
            )
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert run(["true"]).returncode == 0  # others may be started


@pytest.mark.parametrize(
    ("step", "not_reached"),
    [
        ("deploy_model", "make_image"),
        ("make_library", "make_image"),
        ("make_image", "measure_image"),
        ("measure_image", "check_outputs"),
        ("check_outputs", "judge_outputs"),
        ("judge_outputs", "timing_of"),
        ("timing_of", None),
    ],
)
def test_a_stop_gives_the_row_its_status_and_ends_the_steps(ctx, steps, step, not_reached):
    answers, calls = steps
    answers[step] = Stop("timeout", "it hung")
    (done,) = sweep(ctx, cells_of("nano33ble"))
    assert (done.row.status, done.row.reason) == ("timeout", "it hung")
    assert not_reached not in calls


def test_a_cell_of_which_an_object_is_lost_is_measured_again(ctx, steps):
    """Who takes it in may be the first to see that the store has lost something."""
    _, calls = steps
    taken: list[int] = []

    def take(index: int, _finished: Finished) -> None:
        taken.append(index)
        if len(taken) == 1:
            raise LostObject("object 0123 is missing or damaged")

    run_sweep(
        ctx,
        cells_of("nano33ble", "bluepill"),
        provenance=PROVENANCE,
        placement=HERE,
        progress=LineProgress(2, Console(quiet=True)),
        take=take,
    )
    assert sorted(taken[1:]) == [0, 1]
    assert calls.count("timing_of") == 3


def test_an_error_of_the_harness_is_its_one_line(ctx, steps):
    answers, _ = steps
    answers["make_image"] = HarnessError("/cache: cannot be written (No space left on device)")
    (done,) = sweep(ctx, cells_of("nano33ble"))
    assert done.row.status == "failed"
    assert done.row.reason == "/cache: cannot be written (No space left on device)"


def test_what_nobody_foresaw_is_a_failed_row_with_its_traceback(ctx, steps):
    answers, _ = steps
    answers["measure_image"] = ZeroDivisionError("oh")
    failed, fine = sweep(ctx, cells_of("nano33ble", "bluepill"))[:2]
    assert failed.row.reason == fine.row.reason == "internal error: ZeroDivisionError: oh"
    assert "Traceback" in failed.evidence.stop.log


def test_what_a_scheme_cannot_run_anywhere_never_reaches_the_compiler(ctx, steps):
    answers, calls = steps
    reason = "hybrid kernels"
    host = answers["host_evidence"]
    converted = host.converted.model_copy(update={"device_reason": reason})
    answers["host_evidence"] = replace(host, converted=converted)
    (done,) = sweep(ctx, cells_of("nano33ble"))
    assert (done.row.status, done.row.reason) == ("unsupported", reason)
    assert "make_image" not in calls


def test_a_scheduler_that_is_not_there_is_named(ctx):
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(HarnessError, match="--scheduler nonsense: cannot be reached"),
    ):
        run_sweep(
            ctx,
            cells_of("nano33ble"),
            provenance=PROVENANCE,
            placement=Placement("nonsense"),
            progress=LineProgress(1, Console(quiet=True)),
            take=refuse,
        )
