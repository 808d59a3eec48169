"""The judging step: from raw bytes in the store to what they are worth, once for equal bytes."""

import json

import numpy as np
import pytest
from model_factory import fully_connected

from harness.bench import step_judge
from harness.bench.arrays import put_array, put_records
from harness.bench.artifacts import Converted, Judgement, SampleSet
from harness.bench.context import Context
from harness.bench.quality_details import quality_details
from harness.bench.step_judge import judge_outputs
from harness.model_file.reader import read_model
from harness.reference.quantization import dequantize_output
from harness.tasks import Detector

PERSON = Detector("positive_class", negatives=(0,))


@pytest.fixture
def ctx(tmp_path) -> Context:
    return Context(str(tmp_path / "store"), jobs=1)


def converted(ctx: Context, floats=None) -> Converted:
    content = fully_connected(integer=True).write()
    return Converted(
        tflite=ctx.store.put(content),
        interpreter="tflite-micro",
        float_outputs=None if floats is None else put_array(ctx.store, np.float32(floats)),
    )


def labelled(ctx: Context, y, **changes) -> SampleSet:
    return SampleSet(
        count=len(y),
        metric="accuracy",
        x=put_array(ctx.store, np.zeros((len(y), 3), np.float32)),
        y=put_array(ctx.store, np.array(y)),
        **changes,
    )


RAW = [bytes([10, 0]), bytes([0, 10]), bytes([10, 0]), bytes([0, 10])]
FLOATS = [[1, 0], [0, 1], [0, 1], [0, 1]]
LABELS = [0, 1, 1, 0]


def judged(ctx: Context, samples: SampleSet, made: Converted, raw=RAW) -> Judgement:
    found = judge_outputs(ctx, "m", samples, made, put_records(ctx.store, raw), 2)
    assert isinstance(found, Judgement)
    return found


def test_the_integers_mean_what_the_models_scale_says():
    model = read_model(fully_connected(integer=True).write(), "m")
    values = dequantize_output(model, RAW)
    assert values[0, 0] > values[0, 1]
    assert values[1, 0] < values[1, 1]


def test_outputs_are_judged_and_held_against_the_float_networks(ctx):
    found = judged(ctx, labelled(ctx, LABELS), converted(ctx, FLOATS))
    assert (found.floats.value, found.quality.value) == (0.75, 0.5)
    assert found.quality.confusion == ((1, 1), (1, 1))
    assert found.lost.points == 25.0
    assert found.lost.low < 0 < found.lost.high


def test_without_labels_there_is_nothing_to_judge(ctx):
    found = judged(ctx, SampleSet(count=4), converted(ctx))
    assert found == Judgement()


def test_without_a_float_network_nothing_is_said_to_be_lost(ctx):
    found = judged(ctx, labelled(ctx, LABELS), converted(ctx))
    assert (found.quality.value, found.floats, found.lost) == (0.5, None, None)


def test_equal_bytes_are_judged_once_and_other_bytes_anew(ctx, monkeypatch):
    calls = []
    judge = step_judge.judge
    monkeypatch.setattr(step_judge, "judge", lambda *given: (calls.append(1), judge(*given))[1])
    samples, made = labelled(ctx, LABELS), converted(ctx)
    assert judged(ctx, samples, made) == judged(ctx, samples, made)
    assert len(calls) == 1
    judged(ctx, samples, made, RAW[::-1])
    judged(ctx, labelled(ctx, [1, 0, 0, 1]), made)
    judged(ctx, labelled(ctx, LABELS, detector=PERSON), made)
    assert len(calls) == 4


def test_a_label_that_the_model_does_not_score_fails_with_one_line(ctx):
    outputs = put_records(ctx.store, RAW)
    stop = judge_outputs(ctx, "m", labelled(ctx, [0, 1, 2, 0]), converted(ctx), outputs, 2)
    assert stop.status == "failed"
    assert stop.reason.startswith("y: label 2, but the model scores 2 classes")


def test_every_scheme_is_held_to_the_float_networks_threshold(ctx):
    # Floats score the persons 1, nobody 0 and 0: the threshold is midway.
    samples = labelled(ctx, [0, 1, 1, 0], detector=PERSON)
    found = judged(ctx, samples, converted(ctx, [[1, 0], [0, 1], [0, 1], [1, 0]]))
    assert found.floats.detection.point.threshold == 0.5
    assert found.quality.detection.point.threshold == 0.5
    assert (found.floats.detection.point.far, found.floats.detection.point.frr) == (0, 0)


def test_the_manifest_tells_curves_and_matrices_of_float_host_and_device(ctx):
    samples = labelled(ctx, LABELS, detector=PERSON)
    found = judged(ctx, samples, converted(ctx, FLOATS))
    details = quality_details(found, found)
    assert details["confusion_float"] == [[1, 1], [0, 2]]
    assert details["confusion"] == details["confusion_host"] == [[1, 1], [1, 1]]
    assert details["quality_drop"]["points"] == 25.0
    roc = details["detection"]["roc"]
    assert roc[0] == [0, 0, None]
    assert roc[-1][:2] == [1, 1]
    assert details["detection"]["operating_point"]["negatives"] == 2
    json.dumps(details, allow_nan=False)


def test_outputs_that_are_not_finite_are_told_in_the_manifest(ctx):
    floats = [[np.nan, 0], [0, 1], [0, 1], [0, np.inf]]
    found = judged(ctx, labelled(ctx, LABELS, detector=PERSON), converted(ctx, floats))
    details = quality_details(found, None)
    assert details["unanswered_float"] == 2
    assert "unanswered_host" not in details
    json.dumps(details, allow_nan=False)
