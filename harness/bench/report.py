"""Write what a sweep gave: the table as CSV, everything else as the manifest."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from harness import __version__
from harness.bench.artifacts import Image, Measurement, SampleSet
from harness.bench.assemble import Evidence
from harness.bench.quality_details import quality_details
from harness.bench.run import Finished
from harness.bench.spec import BenchSpec
from harness.boards import Board
from harness.cycles.band import ZERO
from harness.cycles.energy import energy
from harness.features.stages import find_stage
from harness.files import write_atomically
from harness.firmware.demangle import demangle
from harness.model_file.model import ModelFile
from harness.profile.names import short_path
from harness.reference.comparison import FLOAT_ATOL, FLOAT_RTOL
from harness.results.csv_file import csv_text
from harness.results.images import ImageSizes, ImageTable, Symbol
from harness.results.manifest import CellRecord, Manifest, RegionMapping, write_manifest


@dataclass(frozen=True)
class Written:
    """Where the results of a sweep are."""

    csv: Path
    manifest: Path


def write_results(
    finished: Sequence[Finished],
    spec: BenchSpec,
    tools: Mapping[str, str],
    folder: Path,
    name: str,
) -> Written:
    """Write `NAME.csv` and `NAME.json` into `folder`, each whole or not at all.

    Raises:
        HarnessError: The folder cannot be written.
    """
    places = Written(folder / f"{name}.csv", folder / f"{name}.json")
    manifest = Manifest(
        created=datetime.now(UTC),
        harness=__version__,
        spec=spec.model_dump(mode="json"),
        tools={**tools, "python": sys.version.split()[0], **_package_versions()},
        machines=_machines(finished),
        cells=tuple(_record(one) for one in finished),
        images=_images(finished),
    )
    write_atomically(places.csv, csv_text(one.row for one in finished))
    write_manifest(manifest, places.manifest)
    return places


def _package_versions() -> dict[str, str]:
    names = ("tensorflow", "tf-keras", "keras", "tflite-micro", "ai-edge-litert")
    return {name: version(name) for name in names}


def _machines(finished: Sequence[Finished]) -> tuple[RegionMapping, ...]:
    boards = {one.cell.board.name: one.cell for one in finished}
    return tuple(
        RegionMapping(
            board=name,
            machine=cell.target.machine.name,
            regions={"code": cell.board.placement.code, "data": cell.board.placement.data},
        )
        for name, cell in boards.items()
    )


def _record(one: Finished) -> CellRecord:
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


def _images(finished: Sequence[Finished]) -> ImageTable:
    images = {
        one.evidence.image.elf: one.evidence.image
        for one in finished
        if one.evidence.image is not None
    }
    names = demangle(symbol.name for image in images.values() for symbol in image.symbols)
    return ImageTable.of({key: _sizes(image, names) for key, image in images.items()})


def _sizes(image: Image, names: Mapping[str, str]) -> ImageSizes:
    symbols = tuple(
        Symbol(
            name=names[symbol.name],
            bytes=symbol.bytes,
            category=symbol.category,
            section=symbol.section,
            source=short_path(symbol.source) if symbol.source else "",
        )
        for symbol in image.symbols
    )
    return ImageSizes(flash=image.flash, static_bytes=image.static_bytes, symbols=symbols)


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
