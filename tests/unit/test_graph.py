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

from harness.bench import graph
from harness.bench.artifacts import Converted, Events, Library, TflmTree, Timing
from harness.bench.context import Context
from harness.bench.graph import build_graph, build_host_graph, build_image_graph
from harness.bench.progress import LineProgress
from harness.bench.run import run_graph, run_sweep
from harness.errors import HarnessError, Stop
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
        monkeypatch.setattr(graph, name, StandIn(name))
    return ANSWERS, CALLS


def cells_of(*boards: str, scheme: str = "int8"):
    return tuple(replace(cell(board), scheme=scheme) for board in boards)


def sweep(ctx: Context, cells):
    return run_sweep(
        ctx,
        cells,
        provenance=PROVENANCE,
        scheduler=None,
        progress=LineProgress(len(cells), Console(quiet=True)),
    )


def test_boards_that_share_a_target_share_all_but_their_time(ctx):
    cells = cells_of("nano33ble", "nucleo-l4r5zi", "bluepill")
    nodes = build_graph(ctx, cells, PROVENANCE.runtimes)
    assert len({node.key for node in nodes}) == 3
    devices = [{key for key in node.dask if key.startswith("device ")} for node in nodes]
    assert devices[0] == devices[1] != devices[2]


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
        scheduler=None,
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
                scheduler=None,
                progress=Impatient(1, Console(quiet=True)),
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
            (),
            provenance=PROVENANCE,
            scheduler="nonsense",
            progress=LineProgress(0, None),
        )
