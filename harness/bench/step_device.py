"""The emulation steps: one measured run, and the accuracy over many samples."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

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
from harness.bench.tools import code, emulator, firmware_sources, plugin_sources
from harness.errors import Stop
from harness.firmware.runtime_library import LibraryRequest
from harness.model_file.model import ModelFile
from harness.model_file.reader import read_model
from harness.reference.comparison import compare_outputs
from harness.simulators.protocol import REQUEST_BYTES
from harness.simulators.session import measure, run_samples
from harness.simulators.trace import INTERPRETER, OperatorCount, to_dict

WARM = "invoke_warm"

_PATIENCE = 10
_TRANSPORT_INSTRUCTIONS = 10_000_000
"""Room for copying one sample and sending its outputs, far beyond what either takes."""


@dataclass(frozen=True)
class DeviceJob:
    """One image, the model in it, and what the host says of both; `label` is for messages."""

    label: str
    request: LibraryRequest
    image: Image
    converted: Converted
    reference: Reference


def measure_image(ctx: Context, job: DeviceJob) -> Measurement | Stop:
    """Return the counts of one run of test sample 0: boot, allocation, first and warm Invoke.

    A model without variable tensors must give the host's output both times.
    """
    request, image, reference = job.request, job.image, job.reference

    def compute() -> Measurement | Stop:
        sample = get_records(ctx.store, reference.inputs, reference.sample_bytes)[0]
        with ctx.workspace.scratch() as folder:
            run = measure(guest_of(ctx, ctx.store.get(image.elf), request, folder), sample)
        if isinstance(run, Stop):
            return run
        model = read_model(ctx.store.get(job.converted.tflite), job.label)
        warm = _told_apart([o for o in run.trace.operators if o.region == WARM], model)
        outputs = run.outputs[:1] if _is_stateful(model) else run.outputs
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
        "machine": request.target.machine.name,
        "plugin": plugin_sources(),
        "firmware": firmware_sources(),
        "code": code("firmware", "model_file", "reference", "simulators"),
    }
    return ctx.step("measure", f"{job.label}: counting instructions", inputs, Measurement, compute)


def _is_stateful(model: ModelFile) -> bool:
    return any(tensor.is_variable for tensor in model.tensors)


def _budget(measurement: Measurement, samples: int) -> int:
    """Instructions after which a run of so many samples hangs."""
    regions = measurement.regions
    once = max(regions["invoke_first"], regions[WARM])
    return _PATIENCE * (sum(regions.values()) + samples * (once + _TRANSPORT_INSTRUCTIONS))


def _told_apart(counts: Sequence[OperatorCount], model: ModelFile) -> Sequence[OperatorCount]:
    """The profile, or none at all where the calls seen are not the model's operators."""
    seen = [count.index for count in counts if count.index != INTERPRETER]
    return counts if seen == [operator.index for operator in model.operators] else []


def check_outputs(
    ctx: Context, job: DeviceJob, samples: SampleSet, measurement: Measurement
) -> DeviceOutputs | Stop:
    """Run every sample on the device and hold its outputs against the host's.

    The measured run says how many instructions that takes; many times as many is a hang.
    """
    request, image, reference = job.request, job.image, job.reference

    def compute() -> DeviceOutputs | Stop:
        inputs = get_records(ctx.store, reference.inputs, reference.sample_bytes)
        model = read_model(ctx.store.get(job.converted.tflite), job.label)
        window = request.target.machine.window_bytes - REQUEST_BYTES
        if _is_stateful(model) and len(inputs) * reference.sample_bytes > window:
            return Stop("unsupported", "a model with state takes more samples than one run holds")
        with ctx.workspace.scratch() as folder:
            guest = guest_of(ctx, ctx.store.get(image.elf), request, folder)
            outputs = run_samples(replace(guest, budget=_budget(measurement, len(inputs))), inputs)
        if isinstance(outputs, Stop):
            return outputs
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
        "labels": [samples.y, samples.metric],
        "machine": request.target.machine.name,
        "emulator": emulator(),
        "code": code("firmware", "model_file", "reference", "simulators", "tasks"),
    }
    doing = f"{job.label}: running {reference.count} samples"
    return ctx.step("outputs", doing, inputs, DeviceOutputs, compute)
