"""A step is carried out once, and its failures become values."""

import sys

import pytest

from harness.bench.artifacts import Converted, SampleSet
from harness.bench.context import Context, default_cache
from harness.errors import HarnessError, Stop
from harness.store import content_key


@pytest.fixture
def ctx(tmp_path) -> Context:
    return Context(str(tmp_path / "store"), jobs=1)


def step(ctx: Context, outcome, *, fresh: bool | None = None):
    """Run one step whose work gives or raises `outcome`; return the answer and how often it ran."""
    calls = []

    def compute():
        calls.append(1)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    context = ctx if fresh is None else Context(ctx.store_url, 1, fresh)
    return context.step("samples", "digits: reading", {"a": 1}, SampleSet, compute), len(calls)


def test_a_result_is_computed_once_and_read_afterwards(ctx):
    value = SampleSet(count=3, classes=("a", "b"))
    assert not ctx.has("samples", {"a": 1})
    assert step(ctx, value) == (value, 1)
    assert step(ctx, value) == (value, 0)
    assert ctx.has("samples", {"a": 1})
    assert not ctx.has("samples", {"a": 2})


def test_a_fresh_run_does_the_work_again_and_replaces_the_result(ctx):
    step(ctx, SampleSet(count=3))
    assert step(ctx, SampleSet(count=4), fresh=True) == (SampleSet(count=4), 1)
    assert step(ctx, SampleSet(count=5)) == (SampleSet(count=4), 0)


def test_a_result_that_another_version_stored_in_another_form_is_made_anew(ctx):
    key = content_key("samples", {"a": 1})
    ctx.store.remember(key, lambda: {"value": {"names": [1, 2, 3]}}, lambda _: [])
    value = SampleSet(count=3)
    assert step(ctx, value) == (value, 1)
    assert step(ctx, value) == (value, 0)


def test_a_harness_error_is_a_failure_that_is_tried_again(ctx):
    stop = Stop("failed", "disk: full")
    assert step(ctx, HarnessError("disk: full")) == (stop, 1)
    assert step(ctx, SampleSet(count=3)) == (SampleSet(count=3), 1)


@pytest.mark.parametrize(
    ("status", "kept"),
    [
        ("unsupported", True),
        ("does-not-fit", True),
        ("failed", False),
        ("timeout", False),
        ("mismatch", False),
    ],
)
def test_only_stops_that_another_try_cannot_mend_are_kept(ctx, status, kept):
    stop = Stop(status, "why", "log")
    assert step(ctx, stop) == (stop, 1)
    assert step(ctx, stop) == (stop, 0 if kept else 1)


def test_a_result_whose_object_is_gone_is_made_anew(ctx, tmp_path):
    made = []

    def compute() -> Converted:
        made.append(1)
        return Converted(tflite=ctx.store.put(b"model"), interpreter="litert")

    first = ctx.step("convert", "x", {}, Converted, compute)
    next((tmp_path / "store" / "objects").rglob(first.tflite)).unlink()
    assert ctx.step("convert", "x", {}, Converted, compute) == first
    assert len(made) == 2


def test_an_unforeseen_exception_is_not_hidden(ctx):
    with pytest.raises(ZeroDivisionError):
        step(ctx, ZeroDivisionError())


def test_the_cache_is_where_the_user_says(monkeypatch, tmp_path):
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "here"))
    assert default_cache() == tmp_path / "here"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HARNESS_CACHE", "relative")
    assert default_cache() == tmp_path / "relative"
    monkeypatch.delenv("HARNESS_CACHE")
    assert default_cache().name == "tflm-harness"


def test_a_step_that_ends_its_program_is_an_error_of_the_step(ctx):
    with pytest.raises(RuntimeError, match="ended its program with status 3"):
        ctx.step("samples", "digits: reading", {"a": 1}, SampleSet, lambda: sys.exit(3))


@pytest.mark.parametrize("stored", [{}, {"stop": ["failed"]}, 5, None, [1]])
def test_a_stored_document_of_no_known_form_is_made_anew(ctx, stored):
    key = content_key("samples", {"a": 1})
    ctx.store.remember(key, lambda: stored, lambda _: [])
    value = SampleSet(count=3)
    assert step(ctx, value) == (value, 1)
    assert step(ctx, value) == (value, 0)
