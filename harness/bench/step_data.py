"""The host's steps: samples, conversion, and the reference answer."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from harness.bench.arrays import get_array, put_array, put_records
from harness.bench.artifacts import Converted, Digest, Reference, SampleSet, Subject
from harness.bench.context import Context
from harness.bench.spec import AS_IS
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
from harness.tasks import LabelledSamples, Labels, find_task
from harness.tasks.sampling import recording_subset, stratified_subset

HOST_RUNTIME = "tflm_today"
"""The API whose operator table describes the `tflite-micro` package."""


def choose_samples(ctx: Context, subject: Subject, folder: Path | None = None) -> SampleSet | Stop:
    """Return the test samples of a model: the user's, or the stratified subset of its task's.

    `folder` holds the published data set that stands in for the task's own data.
    """
    if subject.samples is not None:
        return subject.samples
    task, count = find_task(find_model(subject.name).card.task), subject.count

    def compute() -> SampleSet:
        test = task.split("test", folder)
        wanted = len(test.y) if count == "all" else count
        chosen = _chosen(test, wanted)
        return SampleSet(
            count=len(chosen),
            metric=task.metric,
            classes=task.classes_of(folder),
            data=task.data_of(folder),
            detector=task.detector,
            stream=task.stream,
            groups=None if test.groups is None else put_array(ctx.store, test.groups[chosen]),
            features=task.features,
            raw=_raw_records(ctx, test, chosen),
            x=put_array(ctx.store, test.x[chosen]),
            y=put_array(ctx.store, test.y[chosen]),
            calibration=put_array(ctx.store, task.split("calibration", folder).x),
        )

    inputs = {"task": task.identity(folder), "count": count, "code": code("features", "tasks")}
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
        train = None
        if samples.x_train and samples.y_train:
            arrays = (get_array(ctx.store, digest) for digest in (samples.x_train, samples.y_train))
            train = LabelledSamples(*arrays)
        return convert_many(source, missing, calibration, x, train)

    keys = {
        name: {
            "source": source.sha256_of(find_scheme(name).recipe),
            "samples": [samples.x, samples.calibration],
            "train": [samples.x_train, samples.y_train] if find_scheme(name).recipe else None,
            "conversion": conversion_identity(name),
            "code": code("schemes"),
        }
        for name in schemes
    }
    label = f"{subject.name}: converting"
    return {
        name: ctx.step("convert", label, keys[name], Converted, _pick(ctx, name, batch))
        for name in schemes
    }


def _pick(ctx: Context, name: str, batch: Callable[[], Batch]) -> Callable[[], Converted | Stop]:
    def compute() -> Converted | Stop:
        made = batch()
        if name in made.failures:
            return Stop("failed", made.failures[name])
        if name in made.unsupported:
            return Stop("unsupported", made.unsupported[name])
        scheme = find_scheme(name)
        return Converted(
            tflite=ctx.store.put(made.tflite[name]),
            interpreter=scheme.host_interpreter,
            device_reason=scheme.device_reason,
            storage=scheme.deploy,
            float_outputs=None if made.outputs is None else put_array(ctx.store, made.outputs),
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
        return Reference(
            inputs=put_records(ctx.store, inputs),
            outputs=put_records(ctx.store, outputs),
            count=len(inputs),
            sample_bytes=len(inputs[0]),
            output_bytes=len(outputs[0]),
        )

    inputs = {
        "tflite": converted.tflite,
        "samples": [samples.count, samples.x],
        "interpreter": interpreter_identity(converted.interpreter),
        "code": code("reference", "model_file"),
    }
    return ctx.step("reference", f"{label}: host reference", inputs, Reference, compute)


def _chosen(test: LabelledSamples, count: int) -> Labels:
    """Return the indices of about `count` samples: whole recordings where there are any."""
    if test.groups is None:
        return stratified_subset(test.y, count)
    return recording_subset(test.y, test.groups, count)


def _raw_records(ctx: Context, test: LabelledSamples, chosen: Labels) -> Digest | None:
    if test.raw is None:
        return None
    return put_records(ctx.store, [one.astype("<i2").tobytes() for one in test.raw[chosen]])


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
