"""What the manifest says of one cell beside its row, from what its steps found."""

from typing import Any

from harness.bench.artifacts import Measurement, SampleSet
from harness.bench.assemble import Evidence
from harness.bench.quality_details import quality_details
from harness.bench.run import Finished
from harness.boards import Board
from harness.cycles.band import ZERO
from harness.cycles.energy import energy
from harness.features.stages import find_stage
from harness.model_file.model import ModelFile
from harness.reference.comparison import FLOAT_ATOL, FLOAT_RTOL
from harness.results.manifest import CellRecord


def cell_record(one: Finished) -> CellRecord:
    """Return the manifest's record of a finished cell."""
    row, evidence = one.row, one.evidence
    return CellRecord(
        key=evidence.image.elf if evidence.image else "",
        cell=row.cell,
        status=row.status,
        reason=row.reason,
        log=evidence.stop.log if evidence.stop else "",
        details={**_details(evidence), **_time(evidence, one.cell.board)},
    )


def _details(evidence: Evidence) -> dict[str, Any]:
    details: dict[str, Any] = {}
    if evidence.converted is not None:
        details["host_interpreter"] = evidence.converted.interpreter
    if evidence.samples is not None and evidence.samples.classes:
        details["classes"] = list(evidence.samples.classes)
    if evidence.samples is not None and evidence.samples.data:
        details["data"] = evidence.samples.data
    if evidence.device is not None:
        details["largest_error"] = evidence.device.largest_error
        if evidence.device.features_error is not None and evidence.samples is not None:
            details["features"] = _features(evidence.device.features_error, evidence.samples)
        details["float_tolerance"] = {
            "absolute": FLOAT_ATOL,
            "absolute_times": "the largest output of the tensor, at least 1",
            "relative": FLOAT_RTOL,
        }
    details |= quality_details(evidence.judged_host, evidence.judged_device)
    if evidence.measurement is not None and evidence.model is not None:
        details["regions"] = dict(evidence.measurement.regions)
        details["operators"] = _operators(evidence.measurement, evidence.model)
    return details


def _features(error: float, samples: SampleSet) -> dict[str, Any]:
    """How far the device's features are from the host's, in steps of the input's quantization."""
    stage = find_stage(samples.features or "")
    return {"stage": stage.name, "bound": stage.bound, "largest_difference_steps": error}


def _time(evidence: Evidence, board: Board) -> dict[str, Any]:
    """The cycles by operator and cause, the current that the energy is made of, or why not."""
    timing = evidence.timing
    if timing is None:
        return {}
    if timing.unknown is not None:
        return {"timing": {"unknown": timing.unknown}}
    used = energy(board, ZERO)
    return {
        "timing": timing.model_dump(mode="json", exclude={"unknown"}),
        "energy": {"unknown": used} if isinstance(used, str) else {"current": used.current},
    }


def _operators(measurement: Measurement, model: ModelFile) -> list[dict[str, Any]]:
    """The warm Invoke by operator; index -1 is what the interpreter itself spends."""
    names = {operator.index: operator.custom_name or operator.name for operator in model.operators}
    return [
        {
            "index": profile.index,
            "name": names.get(profile.index, "interpreter"),
            "instructions": profile.instructions,
        }
        for profile in measurement.operators
    ]
