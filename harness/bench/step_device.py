"""The emulation steps: one measured run, and the accuracy over many samples."""

import json
from collections.abc import Sequence

from harness.bench.arrays import get_records, put_records
from harness.bench.artifacts import (
    Converted,
    DeviceOutputs,
    Image,
    Measurement,
    OperatorProfile,
    Reference,
    SampleSet,
)
from harness.bench.context import Context
from harness.bench.scoring import score_raw
from harness.bench.step_build import guest_of
from harness.bench.tools import code, emulator, plugin_sources
from harness.errors import Stop
from harness.firmware.runtime_library import LibraryRequest
from harness.model_file.model import ModelFile
from harness.model_file.reader import read_model
from harness.reference.comparison import compare_outputs
from harness.simulators.session import measure, run_samples
from harness.simulators.trace import INTERPRETER, OperatorCount, to_dict

WARM = "invoke_warm"


def measure_image(
    ctx: Context,
    label: str,
    request: LibraryRequest,
    image: Image,
    converted: Converted,
    reference: Reference,
) -> Measurement | Stop:
    """Return the counts of one run of test sample 0: boot, allocation, first and warm Invoke.

    A model without variable tensors must give the host's output both times.
    """

    def compute() -> Measurement | Stop:
        sample = get_records(ctx.store, reference.inputs, reference.sample_bytes)[0]
        with ctx.workspace.scratch() as folder:
            run = measure(guest_of(ctx, ctx.store.get(image.elf), request, folder), sample)
        if isinstance(run, Stop):
            return run
        model = read_model(ctx.store.get(converted.tflite), label)
        warm = _told_apart([o for o in run.trace.operators if o.region == WARM], model)
        stateful = any(tensor.is_variable for tensor in model.tensors)
        outputs = run.outputs[:1] if stateful else run.outputs
        expected = get_records(ctx.store, reference.outputs, reference.output_bytes)[0]
        found = compare_outputs(model, outputs, [expected] * len(outputs))
        return Measurement(
            stack_bytes=run.stack_bytes,
            regions=dict(run.trace.regions),
            operators=tuple(
                OperatorProfile(index=o.index, instructions=o.instructions) for o in warm
            ),
            trace=ctx.store.put(json.dumps(to_dict(run.trace)).encode()),
            checked=found.checked,
            differing=found.differing,
        )

    inputs = {
        "elf": image.elf,
        "inputs": reference.inputs,
        "expected": reference.outputs,
        "emulator": emulator(),
        "plugin": plugin_sources(),
        "code": code("firmware", "model_file", "reference", "simulators"),
    }
    return ctx.step("measure", f"{label}: counting instructions", inputs, Measurement, compute)


def _told_apart(counts: Sequence[OperatorCount], model: ModelFile) -> Sequence[OperatorCount]:
    """The profile, or none at all where the calls seen are not the model's operators."""
    seen = [count.index for count in counts if count.index != INTERPRETER]
    return counts if seen == [operator.index for operator in model.operators] else []


def check_outputs(
    ctx: Context,
    label: str,
    request: LibraryRequest,
    image: Image,
    converted: Converted,
    reference: Reference,
    samples: SampleSet,
) -> DeviceOutputs | Stop:
    """Run every sample on the device and hold its outputs against the host's."""

    def compute() -> DeviceOutputs | Stop:
        inputs = get_records(ctx.store, reference.inputs, reference.sample_bytes)
        with ctx.workspace.scratch() as folder:
            outputs = run_samples(guest_of(ctx, ctx.store.get(image.elf), request, folder), inputs)
        if isinstance(outputs, Stop):
            return outputs
        model = read_model(ctx.store.get(converted.tflite), label)
        expected = get_records(ctx.store, reference.outputs, reference.output_bytes)
        found = compare_outputs(model, outputs, expected)
        quality, confusion = score_raw(ctx.store, samples, model, outputs)
        return DeviceOutputs(
            outputs=put_records(ctx.store, outputs),
            checked=found.checked,
            differing=found.differing,
            largest_error=found.largest_error,
            quality=quality,
            confusion=confusion,
        )

    inputs = {
        "elf": image.elf,
        "inputs": reference.inputs,
        "expected": reference.outputs,
        "labels": samples.y,
        "emulator": emulator(),
        "code": code("firmware", "model_file", "reference", "simulators", "tasks"),
    }
    doing = f"{label}: running {reference.count} samples"
    return ctx.step("outputs", doing, inputs, DeviceOutputs, compute)
