"""From the results of the steps to the row of one cell, with the board's limits applied."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from harness.bench.artifacts import (
    Converted,
    Deployed,
    DeviceOutputs,
    Events,
    Image,
    Judgement,
    Measurement,
    Reference,
    SampleSet,
    Timing,
)
from harness.bench.cells import Cell
from harness.bench.runtimes import Runtime
from harness.bench.time_columns import pipeline_latency, time_columns
from harness.errors import Stop
from harness.metrics import OperatingPoint, false_accepts_per_hour
from harness.model_file.model import ModelFile
from harness.results.row import Row, Status
from harness.results.service import service
from harness.results.units import bytes_text


@dataclass(frozen=True)
class Evidence:
    """Everything that the steps of one cell found; None for what was not reached.

    `stop` says why the steps ended early.
    """

    samples: SampleSet | None = None
    converted: Converted | None = None
    model: ModelFile | None = None
    reference: Reference | None = None
    deployed: Deployed | None = None
    fallbacks: tuple[str, ...] = ()
    image: Image | None = None
    measurement: Measurement | None = None
    device: DeviceOutputs | None = None
    judged_host: Judgement | None = None
    judged_device: Judgement | None = None
    timing: Timing | None = None
    events: Events | None = None
    stop: Stop | None = None

    @property
    def is_wrong(self) -> bool:
        """Whether the device gave anything else than the host."""
        return _mismatch(self) is not None


@dataclass(frozen=True)
class Provenance:
    """The tools that a row names; an image that was built on another machine names its own."""

    compiler: str
    emulator: str
    runtimes: Mapping[str, Runtime]
    """By kernel set."""


def make_row(cell: Cell, evidence: Evidence, provenance: Provenance) -> Row:
    """Return the row of a cell."""
    status, reason = _verdict(cell, evidence)
    trusted = not status.is_bad
    image, runtime = evidence.image, provenance.runtimes[cell.kernels]
    columns: dict[str, Any] = {
        "model": cell.subject.name,
        "scheme": cell.scheme,
        "board": cell.board.name,
        "core": cell.board.core,
        "kernels": cell.kernels,
        "optimize": cell.optimize,
        "runtime": runtime.api,
        "simulator": cell.simulator,
        "features": cell.features,
        "status": status,
        "reason": reason,
        "compiler": image.compiler if image else provenance.compiler,
        "emulator": image.emulator if image else provenance.emulator,
        "tflm": runtime.identity,
        **_quality(evidence, trusted=trusted),
        "fallback_operators": " ".join(evidence.fallbacks) or None,
        **_flash(cell, evidence),
        **_stored(evidence),
        **_ram(cell, evidence),
    }
    if evidence.model is not None:
        columns |= {"macs": evidence.model.macs, "model_sha256": evidence.model.sha256}
    if evidence.measurement is not None and trusted:
        columns |= _instructions(cell, evidence.measurement.regions)
        if evidence.timing is not None:
            columns |= time_columns(cell, evidence.timing)
    columns |= _service(cell, evidence, columns)
    return Row.model_validate(columns)


def _instructions(cell: Cell, regions: Mapping[str, int]) -> dict[str, int]:
    columns = {"instructions": regions["invoke_warm"]}
    if cell.features == "device":
        columns["features_instructions"] = regions["input"]
        columns["pipeline_instructions"] = regions["input"] + regions["invoke_warm"]
    return columns


def _verdict(cell: Cell, evidence: Evidence) -> tuple[Status, str | None]:
    if evidence.stop is not None:
        return Status(evidence.stop.status), evidence.stop.reason
    mismatch = _mismatch(evidence)
    if mismatch is not None:
        return Status.MISMATCH, mismatch
    over = _over(cell, evidence)
    not_run = evidence.image.not_run if evidence.image is not None else None
    if over or _arena_is_beyond(cell, evidence):
        return Status.DOES_NOT_FIT, "; ".join(text for text in (over, not_run) if text)
    if not_run:  # what is too small is the emulated machine, not the board
        return Status.UNSUPPORTED, not_run
    return Status.OK, None


def _mismatch(evidence: Evidence) -> str | None:
    device, measurement = evidence.device, evidence.measurement
    if device is not None and device.differing:
        return (
            f"{device.differing} of {device.checked} device outputs differ from the host's "
            f"(largest error {device.largest_error:.6g})"
        )
    if device is not None and device.features_beyond:
        return (
            f"{device.features_beyond} of {device.checked} feature vectors of the device are "
            f"further from the host's than the bound (largest distance {device.features_error:.6g})"
        )
    if measurement is not None and measurement.features_beyond:
        return "the measured run's features are further from the host's than the bound"
    if measurement is not None and measurement.differing:
        return "the measured Invokes gave another output than the host"
    return None


def _over(cell: Cell, evidence: Evidence) -> str | None:
    used = {"flash": _flash_bytes(evidence), "RAM": _ram_bytes(evidence)}
    limits = {"flash": cell.board.flash_limit_bytes, "RAM": cell.board.ram_limit_bytes}
    over = [
        f"{what} {bytes_text(size)} is {bytes_text(size - limits[what])} more than "
        f"the board's {bytes_text(limits[what])}"
        for what, size in used.items()
        if size is not None and size > limits[what]
    ]
    return "; ".join(over) or None


def _arena_is_beyond(cell: Cell, evidence: Evidence) -> bool:
    exceeds = evidence.image.arena_exceeds_bytes if evidence.image is not None else None
    return exceeds is not None and exceeds >= cell.board.ram_limit_bytes


def _quality(evidence: Evidence, *, trusted: bool) -> dict[str, Any]:
    samples, device = evidence.samples, evidence.device
    host, judged = evidence.judged_host, evidence.judged_device
    columns: dict[str, Any] = {}
    if samples is not None:
        columns |= {"metric": samples.metric, "samples": samples.count}
    if device is not None:
        columns |= {"outputs_checked": device.checked, "outputs_differing": device.differing}
    if trusted and host is not None:
        columns["quality_float"] = host.floats.value if host.floats else None
        columns["quality_host"] = host.quality.value if host.quality else None
    if trusted and judged is not None:
        columns |= _judged(judged, samples)
    return columns


def _judged(judged: Judgement, samples: SampleSet | None) -> dict[str, Any]:
    """Return the columns of what the device's outputs are worth."""
    columns: dict[str, Any] = {}
    if judged.lost is not None:
        columns["quality_drop_points"] = judged.lost.points
        columns["quality_drop_low"] = judged.lost.low
        columns["quality_drop_high"] = judged.lost.high
    if judged.quality is None:
        return columns
    columns["quality_device"] = judged.quality.value
    found = judged.quality.detection
    if found is None:
        return columns
    columns |= {"auc": found.auc, "pauc": found.pauc, "eer": found.eer}
    if found.point is not None:
        point = found.point
        columns |= {"far": point.far, "frr": point.frr, "threshold": point.threshold}
        if samples is not None and samples.stream is not None:
            decision_ms = samples.stream.stride_ms * _windows_a_decision(samples, point)
            columns["false_accepts_per_hour"] = false_accepts_per_hour(point.far, decision_ms)
    return columns


def _windows_a_decision(samples: SampleSet, point: OperatingPoint) -> float:
    """Return how many samples one decision takes: where recordings are judged, their mean."""
    return 1.0 if samples.groups is None else samples.count / point.trials


def _service(cell: Cell, evidence: Evidence, columns: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of how the row's pipeline keeps up with its sensor."""
    if evidence.samples is None or evidence.samples.stream is None:
        return {}
    stream = evidence.samples.stream
    instructions = columns.get("pipeline_instructions") or columns.get("instructions")
    if instructions is None:
        return {"stride_ms": stream.stride_ms}
    # Without its features, the time of an Invoke is not the pipeline's.
    whole = cell.features == "device" or evidence.samples.features is None
    timed = evidence.timing is not None and whole and columns.get("latency_ms") is not None
    latency = pipeline_latency(cell, evidence.timing) if timed and evidence.timing else None
    board = cell.board
    return asdict(service(stream.stride_ms, board.core, board.clock_hz, instructions, latency))


def _flash_bytes(evidence: Evidence) -> int | None:
    return sum(evidence.image.flash.values()) if evidence.image is not None else None


def _flash(cell: Cell, evidence: Evidence) -> dict[str, Any]:
    columns: dict[str, Any] = {"flash_limit_bytes": cell.board.flash_limit_bytes}
    if evidence.image is not None:
        columns["flash_bytes"] = _flash_bytes(evidence)
        for category, size in evidence.image.flash.items():
            columns[f"flash_{category}_bytes"] = size
    return columns


def _stored(evidence: Evidence) -> dict[str, Any]:
    deployed = evidence.deployed
    if deployed is None:
        return {}
    return {
        "weights_bytes": deployed.weights_bytes,
        "weights_entropy_bytes": deployed.weights_entropy_bytes,
        "model_deflate_bytes": deployed.model_deflate_bytes,
    }


def _ram_bytes(evidence: Evidence) -> int | None:
    image, measurement = evidence.image, evidence.measurement
    if image is None or image.arena_bytes is None or measurement is None:
        return None
    return image.arena_bytes + image.static_bytes + measurement.stack_bytes


def _ram(cell: Cell, evidence: Evidence) -> dict[str, Any]:
    image, measurement = evidence.image, evidence.measurement
    columns: dict[str, Any] = {"ram_limit_bytes": cell.board.ram_limit_bytes}
    if image is not None:
        columns["ram_static_bytes"] = image.static_bytes
        columns["ram_arena_bytes"] = image.arena_bytes
        if image.arena_bytes is not None and image.persistent_bytes is not None:
            columns["ram_arena_persistent_bytes"] = image.persistent_bytes
            columns["ram_arena_nonpersistent_bytes"] = image.arena_bytes - image.persistent_bytes
    if measurement is not None:
        columns["ram_stack_bytes"] = measurement.stack_bytes
        columns["ram_bytes"] = _ram_bytes(evidence)
    return columns
