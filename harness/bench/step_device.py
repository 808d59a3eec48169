"""The emulation steps: one measured run, and the accuracy over many samples."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.bench.arrays import put_records
from harness.bench.artifacts import (
    Converted,
    DeviceOutputs,
    Image,
    Measurement,
    OperatorProfile,
    Reference,
)
from harness.bench.context import Context
from harness.bench.device_input import Check, DeviceInput, check_answers
from harness.bench.step_build import guest_of
from harness.bench.tools import code, firmware_sources, simulator_identity
from harness.errors import Stop
from harness.firmware.runtime_library import LibraryRequest
from harness.model_file.model import ModelFile
from harness.model_file.reader import read_model
from harness.reference.interpreter import identity as interpreter_identity
from harness.simulators.protocol import REQUEST_BYTES
from harness.simulators.session import Answers, answer_samples, measure
from harness.simulators.trace import INTERPRETER, OperatorCount, to_dict
from harness.store.artifact_store import Json

WARM = "invoke_warm"
INPUT = "input"

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
    given: DeviceInput

    def check(self, ctx: Context, answers: Answers, samples: Sequence[int]) -> Check:
        """Hold the device's answers to the samples of these numbers against the host's."""
        model = read_model(ctx.store.get(self.converted.tflite), self.label)
        return check_answers(
            ctx.store, self.given, model, self.converted, self.reference, answers, samples
        )

    def check_identity(self) -> dict[str, Json]:
        """Return what the answers are held against, for the keys of stored results."""
        return {
            "given": [self.given.records, self.given.features],
            "inputs": self.reference.inputs,
            "expected": self.reference.outputs,
            "interpreter": interpreter_identity(self.converted.interpreter),
            "code": code("features", "firmware", "model_file", "reference", "simulators"),
        }


def measure_image(ctx: Context, job: DeviceJob) -> Measurement | Stop:
    """Return the counts of one run of test sample 0: boot, allocation, first and warm Invoke.

    A model without variable tensors must give the host's output both times.
    """
    request, image = job.request, job.image

    def compute() -> Measurement | Stop:
        sample = job.given.samples(ctx.store)[0]
        with ctx.workspace.scratch() as folder:
            run = measure(guest_of(ctx, ctx.store.get(image.elf), request, folder), sample)
        if isinstance(run, Stop):
            return run
        model = read_model(ctx.store.get(job.converted.tflite), job.label)
        warm = _told_apart([o for o in run.trace.operators if o.region == WARM], model)
        count = 1 if _is_stateful(model) else len(run.outputs)
        answers = Answers(run.outputs[:count], run.inputs[:count])
        found = job.check(ctx, answers, [0] * count)
        return Measurement(
            stack_bytes=run.stack_bytes,
            regions=dict(run.trace.regions),
            operators=tuple(
                OperatorProfile(index=o.index, instructions=o.instructions) for o in warm
            ),
            trace=ctx.store.put(json.dumps(to_dict(run.trace)).encode()),
            checked=found.outputs.checked,
            differing=found.outputs.differing,
            features_beyond=found.features_beyond,
        )

    inputs = {
        **job.check_identity(),
        "elf": image.elf,
        "machine": request.target.machine.name,
        "simulator": dict(simulator_identity(request.target.simulator)),
        "firmware": firmware_sources(),
    }
    return ctx.step("measure", f"{job.label}: counting instructions", inputs, Measurement, compute)


def _is_stateful(model: ModelFile) -> bool:
    return any(tensor.is_variable for tensor in model.tensors)


def _budget(measurement: Measurement, samples: int) -> int:
    """Instructions after which a run of so many samples hangs."""
    regions = measurement.regions
    once = max(regions["invoke_first"], regions[WARM]) + regions[INPUT]
    return _PATIENCE * (sum(regions.values()) + samples * (once + _TRANSPORT_INSTRUCTIONS))


def _told_apart(counts: Sequence[OperatorCount], model: ModelFile) -> Sequence[OperatorCount]:
    """The profile, or none at all where the calls seen are not the model's operators."""
    seen = [count.index for count in counts if count.index != INTERPRETER]
    return counts if seen == [operator.index for operator in model.operators] else []


def check_outputs(ctx: Context, job: DeviceJob, measurement: Measurement) -> DeviceOutputs | Stop:
    """Run every sample on the device and hold its outputs against the host's.

    The measured run says how many instructions that takes; many times as many is a hang.
    """
    request, image = job.request, job.image

    def compute() -> DeviceOutputs | Stop:
        inputs = job.given.samples(ctx.store)
        model = read_model(ctx.store.get(job.converted.tflite), job.label)
        window = request.target.machine.window_bytes - REQUEST_BYTES
        if _is_stateful(model) and len(inputs) * job.given.sample_bytes > window:
            return Stop("unsupported", "a model with state takes more samples than one run holds")
        with ctx.workspace.scratch() as folder:
            guest = guest_of(ctx, ctx.store.get(image.elf), request, folder)
            budgeted = replace(guest, budget=_budget(measurement, len(inputs)))
            answers = answer_samples(budgeted, inputs)
        if isinstance(answers, Stop):
            return answers
        found = job.check(ctx, answers, range(len(inputs)))
        return DeviceOutputs(
            outputs=put_records(ctx.store, answers.outputs),
            checked=found.outputs.checked,
            differing=found.outputs.differing,
            largest_error=found.outputs.largest_error,
            features_beyond=found.features_beyond,
            features_error=found.features_error,
        )

    inputs = {
        **job.check_identity(),
        "elf": image.elf,
        "machine": request.target.machine.name,
        "simulator": dict(simulator_identity(request.target.simulator)),
    }
    doing = f"{job.label}: running {job.reference.count} samples"
    return ctx.step("outputs", doing, inputs, DeviceOutputs, compute)
