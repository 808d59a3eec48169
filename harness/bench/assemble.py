"""From the results of the steps to the row of one cell, with the board's limits applied."""

from dataclasses import dataclass
from typing import Any

from harness.bench.artifacts import (
    Converted,
    DeviceOutputs,
    Image,
    Measurement,
    Reference,
    SampleSet,
)
from harness.bench.cells import Cell
from harness.errors import Stop
from harness.model_file.model import ModelFile
from harness.results.row import Row, Status
from harness.results.units import describe_bytes


@dataclass(frozen=True)
class Evidence:
    """Everything that the steps of one cell found; None for what was not reached.

    `stop` says why the steps ended early.
    """

    samples: SampleSet | None = None
    converted: Converted | None = None
    model: ModelFile | None = None
    reference: Reference | None = None
    image: Image | None = None
    measurement: Measurement | None = None
    device: DeviceOutputs | None = None
    stop: Stop | None = None


@dataclass(frozen=True)
class Provenance:
    """The tools that a row names; an image that was built on another machine names its own."""

    compiler: str
    emulator: str
    tflm: str
    runtime: str


def make_row(cell: Cell, evidence: Evidence, provenance: Provenance) -> Row:
    """Return the row of a cell."""
    status, reason = _verdict(cell, evidence)
    trusted = not status.is_bad
    image = evidence.image
    columns: dict[str, Any] = {
        "model": cell.subject.name,
        "scheme": cell.scheme,
        "board": cell.board.name,
        "core": cell.board.core,
        "kernels": cell.kernels,
        "optimize": cell.optimize,
        "runtime": provenance.runtime,
        "simulator": cell.simulator,
        "status": status,
        "reason": reason,
        "compiler": image.compiler if image else provenance.compiler,
        "emulator": image.emulator if image else provenance.emulator,
        "tflm": provenance.tflm,
        **_quality(evidence, trusted=trusted),
        **_flash(cell, evidence),
        **_ram(cell, evidence),
    }
    if evidence.model is not None:
        columns |= {"macs": evidence.model.macs, "model_sha256": evidence.model.sha256}
    if evidence.measurement is not None and trusted:
        columns["instructions"] = evidence.measurement.regions["invoke_warm"]
    return Row.model_validate(columns)


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
    if measurement is not None and measurement.differing:
        return "the measured Invokes gave another output than the host"
    return None


def _over(cell: Cell, evidence: Evidence) -> str | None:
    used = {"flash": _flash_bytes(evidence), "RAM": _ram_bytes(evidence)}
    limits = {"flash": cell.board.flash_limit_bytes, "RAM": cell.board.ram_limit_bytes}
    over = [
        f"{what} {describe_bytes(size)} is {describe_bytes(size - limits[what])} more than "
        f"the board's {describe_bytes(limits[what])}"
        for what, size in used.items()
        if size is not None and size > limits[what]
    ]
    return "; ".join(over) or None


def _arena_is_beyond(cell: Cell, evidence: Evidence) -> bool:
    exceeds = evidence.image.arena_exceeds_bytes if evidence.image is not None else None
    return exceeds is not None and exceeds >= cell.board.ram_limit_bytes


def _quality(evidence: Evidence, *, trusted: bool) -> dict[str, Any]:
    samples, reference, device = evidence.samples, evidence.reference, evidence.device
    columns: dict[str, Any] = {}
    if samples is not None:
        columns |= {"metric": samples.metric, "samples": samples.count}
    if trusted and evidence.converted is not None:
        columns["quality_float"] = evidence.converted.quality_float
    if trusted and reference is not None:
        columns["quality_host"] = reference.quality
    if device is not None:
        columns |= {"outputs_checked": device.checked, "outputs_differing": device.differing}
        columns["quality_device"] = device.quality if trusted else None
    return columns


def _flash_bytes(evidence: Evidence) -> int | None:
    return sum(evidence.image.flash.values()) if evidence.image is not None else None


def _flash(cell: Cell, evidence: Evidence) -> dict[str, Any]:
    columns: dict[str, Any] = {"flash_limit_bytes": cell.board.flash_limit_bytes}
    if evidence.image is not None:
        columns["flash_bytes"] = _flash_bytes(evidence)
        for category, size in evidence.image.flash.items():
            columns[f"flash_{category}_bytes"] = size
    return columns


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
