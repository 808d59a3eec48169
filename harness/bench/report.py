"""Take in what a sweep gives, cell by cell, and write the table (CSV) and the manifest (JSON)."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from harness import __version__
from harness.bench.cells import Cell
from harness.bench.record import cell_record
from harness.bench.run import Finished
from harness.bench.spec import BenchSpec
from harness.bench.swept_images import SweptImages
from harness.files import write_atomically
from harness.results.csv_file import csv_text
from harness.results.manifest import Manifest, RegionMapping, manifest_text
from harness.results.row import Row
from harness.store import ArtifactStore


@dataclass(frozen=True)
class Written:
    """Where the results of a sweep are."""

    csv: Path
    manifest: Path


class Results:
    """The results of a sweep as they arrive: rows, and the manifest's records as text.

    What steps found is not kept, so that memory grows with what is written alone.
    """

    def __init__(self, cells: int, store: ArtifactStore) -> None:
        self._rows: list[Row | None] = [None] * cells
        self._records = [""] * cells
        self._keys = [""] * cells
        self._machines: dict[str, RegionMapping] = {}
        self._images = SweptImages(store)

    def take(self, index: int, one: Finished) -> None:
        """Take in the cell of a place in the table.

        Raises:
            LostObject: The store has lost the image's symbols; nothing was taken in.
            MachineFault: The store is out of reach.
        """
        if one.evidence.image is not None:
            self._images.add(one.evidence.image)
            self._keys[index] = one.evidence.image.elf
        self._rows[index] = one.row
        self._records[index] = cell_record(one).model_dump_json()
        if one.cell.board.name not in self._machines:
            self._machines[one.cell.board.name] = _machine(one.cell)

    @property
    def rows(self) -> list[Row]:
        """The rows taken in, in the table's order."""
        return [row for row in self._rows if row is not None]

    def write(self, spec: BenchSpec, tools: Mapping[str, str], folder: Path, name: str) -> Written:
        """Write `NAME.csv` and `NAME.json` into `folder`, each whole or not at all.

        Raises:
            HarnessError: The folder cannot be written.
        """
        rows = self.rows
        boards = dict.fromkeys(row.board for row in rows)
        places = Written(folder / f"{name}.csv", folder / f"{name}.json")
        manifest = Manifest(
            created=datetime.now(UTC),
            harness=__version__,
            spec=spec.model_dump(mode="json"),
            tools={**tools, "python": sys.version.split()[0], **_package_versions()},
            machines=tuple(self._machines[board] for board in boards),
            cells=(),
            images=self._images.table(key for key in self._keys if key),
        )
        records = [record for record in self._records if record]
        write_atomically(places.csv, csv_text(rows))
        write_atomically(places.manifest, manifest_text(manifest, records))
        return places


def _package_versions() -> dict[str, str]:
    names = ("tensorflow", "tf-keras", "keras", "tflite-micro", "ai-edge-litert")
    return {name: version(name) for name in names}


def _machine(cell: Cell) -> RegionMapping:
    return RegionMapping(
        board=cell.board.name,
        machine=cell.target.machine.name,
        regions={"code": cell.board.placement.code, "data": cell.board.placement.data},
    )
