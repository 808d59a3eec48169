"""What keywords hand to each other: measured cells, built firmware, converted models."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.bench.choice import Choice
from harness.names import nearest_name
from harness.results.row import COLUMNS, Row


def label_of(row: Row) -> str:
    """Return a row's cell in the words of a message: `digits int8 nano33ble simd O2`."""
    features = ["features on the device"] if row.features == "device" else []
    return " ".join([row.model, row.scheme, row.board, row.kernels, row.optimize, *features])


@dataclass(frozen=True, repr=False)
class MeasuredCell:
    """One measured cell. Every column of the results is an attribute: `${cell.flash_bytes}`.

    An unknown figure is None. docs/columns.md says what each column means.
    """

    row: Row
    source: str
    """Where it comes from: the CSV file of the results."""
    manifest: Path | None = None
    """The manifest beside that file, where there is one."""

    @property
    def label(self) -> str:
        """The cell in words."""
        return label_of(self.row)

    @property
    def latency_high_ms(self) -> float | None:
        """The upper end of the latency's band: as many times longer as `cycles_high` is more."""
        row = self.row
        if row.latency_ms is None or not row.cycles or row.cycles_high is None:
            return None
        return row.latency_ms * row.cycles_high / row.cycles

    @property
    def latency_low_ms(self) -> float | None:
        """The lower end of the latency's band."""
        row = self.row
        if row.latency_ms is None or not row.cycles or row.cycles_low is None:
            return None
        return row.latency_ms * row.cycles_low / row.cycles

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a column of any type
        """Return the figure of a column.

        Raises:
            AttributeError: No column has this name; the nearest one is suggested.
        """
        if name in COLUMNS:
            return getattr(self.row, name)
        if name.startswith("_"):  # what Python itself asks for
            raise AttributeError(name)
        nearest = nearest_name(name, COLUMNS)
        hint = f"did you mean '{nearest}'?" if nearest else "docs/columns.md lists them"
        raise AttributeError(f"no column is called '{name}'; {hint}")

    def __str__(self) -> str:
        """Return what a log shows for the object."""
        return f"{self.label} ({self.row.status})"

    __repr__ = __str__


@dataclass(frozen=True, repr=False)
class Firmware(MeasuredCell):
    """A cell whose image was linked, and not run: sizes are known, but no stack and no figure."""

    elf: Path = field(default=Path())
    """The ELF file, whose symbols and debug information are in it."""
    digest: str = ""
    """Hash of its content, as the artifact store names it."""
    choice: Choice = field(default_factory=Choice)

    def __str__(self) -> str:
        """Return what a log shows for the object."""
        return f"{self.label} (built: {self.elf})"

    __repr__ = __str__


@dataclass(frozen=True)
class QuantizedModel:
    """A converted model: the .tflite file, its size and hash, and its quality on the host.

    `quality_float` is the float network's quality over the same samples, `quality_host` that of
    the quantized model; both are None without labels.
    """

    file: Path
    bytes: int
    sha256: str
    metric: str | None
    samples: int
    quality_float: float | None
    quality_host: float | None

    def __str__(self) -> str:
        """Return the file's name, so that the object can stand for it."""
        return str(self.file)


@dataclass(frozen=True)
class Table:
    """The cells of a table of results, in its order."""

    source: str
    cells: tuple[MeasuredCell, ...]

    @property
    def rows(self) -> Sequence[Row]:
        """The rows, without where they come from."""
        return [cell.row for cell in self.cells]

    def __len__(self) -> int:
        """Return how many cells there are."""
        return len(self.cells)

    def __getitem__(self, index: int) -> MeasuredCell:
        """Return the cell of a row, from 0; this is what FOR loops and `${table}[0]` ask for."""
        return self.cells[index]

    def __str__(self) -> str:
        """Return what a log shows for the object."""
        return f"{self.source} ({len(self.cells)} cells)"
