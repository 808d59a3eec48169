"""The results of a run in Python: rows, a data frame, the Pareto front."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from pydantic import ValidationError

from harness.errors import HarnessError
from harness.names import unknown_name
from harness.results.csv_file import read_rows
from harness.results.details import DrawnDetails
from harness.results.front import COSTS, DEFAULT_COSTS, front_rows
from harness.results.manifest import CellRecord, Manifest, manifest_problem, read_manifest
from harness.results.row import AXES, COLUMNS, Row, decimals
from harness.toml_file import describe_problem

if TYPE_CHECKING:
    import pandas as pd

    from harness.results.images import ImageSizes

_SAME = ("data", "classes")
"""Details of two models that were judged by the same samples, so that their qualities compare."""


@dataclass(frozen=True)
class Results:
    """A table of results and, where it is there, the manifest of the run that wrote it."""

    rows: tuple[Row, ...]
    manifest: Manifest | None
    name: str
    """The file, as the user named it."""

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Return the table at `path`, a CSV file, and the manifest beside it where there is one.

        Raises:
            HarnessError: A file cannot be read or is no such file, the manifest is of another run,
                or its details are not of the form that `harness bench` writes.
        """
        table = Path(path)
        rows = read_rows(table)
        beside = table.with_suffix(".json")
        return cls(rows, _read_manifest_of(rows, beside) if beside.exists() else None, str(path))

    def frame(self) -> pd.DataFrame:
        """Return the table as a data frame with the CSV file's columns.

        Counts are of type Int64, fractions Float64, all else string; an unknown figure is missing.
        """
        import pandas as pd

        return pd.DataFrame(
            {
                column: pd.array([getattr(row, column) for row in self.rows], dtype=_dtype(column))
                for column in COLUMNS
            }
        )

    def where(self, **wanted: str | Sequence[str]) -> Self:
        """Return the rows whose columns have the given values, each a text or several texts.

        Raises:
            HarnessError: There is no such column.
        """
        for column in wanted:
            if column not in COLUMNS:
                raise unknown_name("column", column, COLUMNS)
        texts = {
            key: {value} if isinstance(value, str) else set(value) for key, value in wanted.items()
        }
        kept = tuple(
            row for row in self.rows if all(getattr(row, key) in texts[key] for key in texts)
        )
        return replace(self, rows=kept)

    def front(self, costs: Sequence[str] = DEFAULT_COSTS) -> Self:
        """Return the rows that no other row of the same task beats in quality and all `costs`.

        `costs` are keys of `harness.results.front.COSTS`. Rows that do not run on their board, or
        lack a figure, are not on the front. Rows of all boards compete: choose one with `where`.

        Raises:
            HarnessError: There is no such cost.
        """
        for key in costs:
            check_cost(key)
        kept = {row.cell for rows in self.comparable().values() for row in front_rows(rows, costs)}
        return replace(self, rows=tuple(row for row in self.rows if row.cell in kept))

    def comparable(self) -> dict[str, tuple[Row, ...]]:
        """Return the rows of each group of models that answered the same samples, by its title.

        Without a manifest each model is a group of its own. The title is the shortest model's name.
        """
        known: dict[str, tuple[str, ...]] = {}
        for row in self.rows:
            details = self.details(row)
            if details.get("data"):
                samples = tuple(str(details.get(name, "")) for name in _SAME)
                known.setdefault(row.model, (*samples, row.metric or ""))
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in self.rows:
            groups.setdefault(known.get(row.model, (row.model,)), []).append(row)
        return {
            min((row.model for row in rows), key=lambda name: (len(name), name)): tuple(rows)
            for rows in groups.values()
        }

    def record(self, row: Row) -> CellRecord | None:
        """Return what the manifest has of the row; None without one."""
        return self._records().get(row.cell)

    def details(self, row: Row) -> dict[str, Any]:
        """Return the manifest's details of the row, such as "operators"; empty without one."""
        record = self.record(row)
        return {} if record is None else dict(record.details)

    def image(self, row: Row) -> ImageSizes | None:
        """Return the sizes of the row's image, symbol by symbol; None where they are not known."""
        record = self.record(row)
        if record is None or self.manifest is None:
            return None
        return self.manifest.images.image(record.key)

    def row(self, **wanted: str) -> Row:
        """Return the one row whose columns have the given values.

        Raises:
            HarnessError: There is no such row, or more than one.
        """
        found = self.where(**wanted).rows
        if len(found) == 1:
            return found[0]
        said = ", ".join(f"{key}={value!r}" for key, value in wanted.items())
        if not found:
            raise HarnessError(f"{self.name}: no row has {said}; see frame() for those there are")
        apart = [axis for axis in AXES if len({getattr(row, axis) for row in found}) > 1]
        raise HarnessError(
            f"{self.name}: {len(found)} rows have {said}; say {' and '.join(apart)} as well"
        )

    def _records(self) -> dict[tuple[str, ...], CellRecord]:
        if self.manifest is None:
            return {}
        return {record.cell: record for record in self.manifest.cells}


def check_cost(key: str) -> None:
    """Raise HarnessError where no cost has that key, naming the nearest."""
    if key not in COSTS:
        raise unknown_name("cost", key, COSTS)


def _read_manifest_of(rows: Sequence[Row], path: Path) -> Manifest:
    manifest = read_manifest(path)
    problem = manifest_problem(rows, manifest)
    if problem:
        raise HarnessError(
            f"{path}: {problem}; run 'harness bench' to write both anew, or remove this file"
        )
    for record in manifest.cells:
        try:
            DrawnDetails.model_validate_json(json.dumps(record.details))
        except ValidationError as error:
            problem = describe_problem(error, DrawnDetails)
            raise HarnessError(
                f"{path}: cells: {' '.join(record.cell[:4])}: details: {problem}, "
                "or run 'harness bench' to write both anew"
            ) from None
    return manifest


def _dtype(column: str) -> str:
    if decimals(column) is not None:
        return "Float64"
    return "Int64" if "int" in str(Row.model_fields[column].annotation) else "string"
