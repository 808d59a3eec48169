"""The host's steps: samples, conversion, and the reference answer."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Literal

from harness.bench.arrays import get_array, put_array, put_records
from harness.bench.artifacts import Converted, Digest, Reference, SampleSet, Subject
from harness.bench.context import Context
from harness.bench.scoring import score, score_raw
from harness.bench.spec import AS_IS
from harness.bench.subjects import SampleCount
from harness.bench.tools import code
from harness.errors import HarnessError, Stop
from harness.model_file.operator_table import load_operator_table
from harness.model_file.reader import read_model
from harness.model_file.support import unsupported_reason
from harness.models import find_model
from harness.reference.interpreter import identity as interpreter_identity
from harness.reference.interpreter import reference_outputs
from harness.reference.quantization import quantize_input
from harness.reference.samples import generated_inputs
from harness.schemes.process import Converted as Batch
from harness.schemes.process import convert_many
from harness.schemes.registry import conversion_identity, find_scheme
from harness.schemes.source import KerasSource, source_of_model
from harness.tasks import find_task
from harness.tasks.sampling import stratified_subset

HOST_RUNTIME = "tflm_today"
"""The API whose operator table describes the `tflite-micro` package."""


def choose_samples(ctx: Context, subject: Subject, count: SampleCount) -> SampleSet | Stop:
    """Return the test samples of a model: the user's, or the stratified subset of its task's."""
    if subject.samples is not None:
        return subject.samples
    task = find_task(find_model(subject.name).card.task)

    def compute() -> SampleSet:
        test = task.split("test")
        wanted = len(test.y) if count == "all" else count
        chosen = stratified_subset(test.y, wanted)
        return SampleSet(
            count=len(chosen),
            metric=task.metric,
            classes=task.classes,
            x=put_array(ctx.store, test.x[chosen]),
            y=put_array(ctx.store, test.y[chosen]),
            calibration=put_array(ctx.store, task.split("calibration").x),
        )

    inputs = {"task": task.identity(), "count": count, "code": code("tasks")}
    return ctx.step("samples", f"{subject.name}: reading data", inputs, SampleSet, compute)


def convert_model(
    ctx: Context, subject: Subject, samples: SampleSet | Stop, schemes: Sequence[str]
) -> Mapping[str, Converted | Stop]:
    """Return the .tflite file of each scheme, or why there is none.

    One worker process converts everything that the store does not have yet.
    """
    if isinstance(samples, Stop):
        return dict.fromkeys(schemes, samples)
    if subject.kind == "tflite":
        file = subject.file or ""
        return {AS_IS: Converted(tflite=file, interpreter=_host_of(ctx, subject, file))}
    source = _source(ctx, subject)

    @cache
    def batch() -> Batch:
        missing = [name for name in schemes if not ctx.has("convert", keys[name])]
        x = get_array(ctx.store, samples.x) if samples.x else None
        calibration = get_array(ctx.store, samples.calibration) if samples.calibration else None
        return convert_many(source, missing, calibration, x)

    keys = {
        name: {
            "source": source.sha256,
            "samples": [samples.x, samples.y, samples.metric, samples.calibration],
            "conversion": conversion_identity(name),
            "code": code("schemes"),
        }
        for name in schemes
    }
    label = f"{subject.name}: converting"
    return {
        name: ctx.step("convert", label, keys[name], Converted, _pick(ctx, samples, name, batch))
        for name in schemes
    }


def _pick(
    ctx: Context, samples: SampleSet, name: str, batch: Callable[[], Batch]
) -> Callable[[], Converted | Stop]:
    def compute() -> Converted | Stop:
        made = batch()
        if name in made.failures:
            return Stop("failed", made.failures[name])
        scheme = find_scheme(name)
        floats = None if made.outputs is None else score(ctx.store, samples, made.outputs)[0]
        return Converted(
            tflite=ctx.store.put(made.tflite[name]),
            interpreter=scheme.host_interpreter,
            device_reason=scheme.device_reason,
            quality_float=floats,
        )

    return compute


def answer_on_host(
    ctx: Context, label: str, samples: SampleSet | Stop, converted: Converted | Stop
) -> Reference | Stop:
    """Return the raw inputs of the samples and what the host's interpreter answers."""
    if isinstance(samples, Stop):
        return samples
    if isinstance(converted, Stop):
        return converted

    def compute() -> Reference:
        tflite = ctx.store.get(converted.tflite)
        model = read_model(tflite, label)
        if samples.x is None:
            inputs = generated_inputs(model, samples.count)
        else:
            inputs = quantize_input(model, get_array(ctx.store, samples.x))
        outputs = reference_outputs(tflite, inputs, converted.interpreter, name=label)
        quality, confusion = score_raw(ctx.store, samples, model, outputs)
        return Reference(
            inputs=put_records(ctx.store, inputs),
            outputs=put_records(ctx.store, outputs),
            count=len(inputs),
            sample_bytes=len(inputs[0]),
            output_bytes=len(outputs[0]),
            quality=quality,
            confusion=confusion,
        )

    inputs = {
        "tflite": converted.tflite,
        "samples": [samples.count, samples.x, samples.y, samples.metric],
        "interpreter": interpreter_identity(converted.interpreter),
        "code": code("reference", "model_file", "tasks"),
    }
    return ctx.step("reference", f"{label}: host reference", inputs, Reference, compute)


def _source(ctx: Context, subject: Subject) -> KerasSource:
    if subject.kind == "zoo":
        return source_of_model(find_model(subject.name))
    if subject.file is None or subject.keras_format is None or subject.keras_major is None:
        raise HarnessError(f"{subject.name}: not a Keras file")
    content = ctx.store.get(subject.file)
    return KerasSource(subject.title, subject.keras_format, subject.keras_major, content)


def _host_of(ctx: Context, subject: Subject, file: Digest) -> Literal["tflite-micro", "litert"]:
    """Say who runs a user's file on the host: TFLM of today where it can, LiteRT otherwise."""
    model = read_model(ctx.store.get(file), subject.title)
    runs = unsupported_reason(model, load_operator_table(HOST_RUNTIME)) is None
    return "tflite-micro" if runs else "litert"
