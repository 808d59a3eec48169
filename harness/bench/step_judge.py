"""The step that judges outputs: what they are worth, and what they lose against float32."""

from harness.bench.arrays import get_array, get_records
from harness.bench.artifacts import Converted, Digest, Judgement, SampleSet
from harness.bench.context import Context
from harness.bench.tools import code
from harness.errors import Stop
from harness.metrics import judge, lost, operating_threshold
from harness.model_file.reader import read_model
from harness.reference.quantization import dequantize_output
from harness.store import ArtifactStore
from harness.tasks.task import LabelledSamples


def judge_outputs(
    ctx: Context,
    label: str,
    samples: SampleSet,
    converted: Converted,
    outputs: Digest,
    output_bytes: int,
) -> Judgement | Stop:
    """Return what raw `outputs`, of `output_bytes` a sample, are worth; nothing without labels.

    The host's outputs and those of every device that gave the same bytes share one result.
    """
    metric = samples.metric
    if samples.y is None or metric is None:
        return Judgement()

    def compute() -> Judgement:
        model = read_model(ctx.store.get(converted.tflite), label)
        values = dequantize_output(model, get_records(ctx.store, outputs, output_bytes))
        truth, detector = _truth(ctx.store, samples), samples.detector
        if converted.float_outputs is None:
            return Judgement(quality=judge(metric, values, truth, detector))
        floats = get_array(ctx.store, converted.float_outputs)
        threshold = None if detector is None else operating_threshold(detector, floats, truth)
        return Judgement(
            floats=judge(metric, floats, truth, detector, threshold),
            quality=judge(metric, values, truth, detector, threshold),
            lost=lost(metric, floats, values, truth, detector),
        )

    inputs = {
        "outputs": outputs,
        "tflite": converted.tflite,
        "floats": converted.float_outputs,
        "samples": samples.model_dump(mode="json"),
        "code": code("metrics", "model_file", "reference"),
    }
    return ctx.step("judge", f"{label}: judging outputs", inputs, Judgement, compute)


def _truth(store: ArtifactStore, samples: SampleSet) -> LabelledSamples:
    if samples.x is None or samples.y is None:
        raise ValueError("only samples with labels can be judged")
    groups = None if samples.groups is None else get_array(store, samples.groups)
    return LabelledSamples(get_array(store, samples.x), get_array(store, samples.y), groups)
