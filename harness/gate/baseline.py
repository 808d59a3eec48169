"""The baseline: read it, hold a table's manifest against it, and make a new one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from harness.errors import HarnessError
from harness.files import write_atomically
from harness.gate.attribution import Contents
from harness.results.comparison import TableComparison, compare_rows
from harness.results.csv_file import csv_text, read_rows
from harness.results.manifest import CellRecord, Manifest, manifest_problem, read_manifest
from harness.results.row import Row

DEFAULT_BASELINE = Path("results/baseline.csv")


@dataclass(frozen=True)
class Renewed:
    """A baseline that was written: where, and against which earlier one."""

    csv: Path
    manifest: Path
    rows: int
    comparison: TableComparison | None
    """The new table against the earlier baseline; None where none could be read."""


def manifest_path(table: Path) -> Path:
    """Return where the manifest of the CSV file `table` is."""
    return table.with_suffix(".json")


def read_contents(table: Path, rows: Sequence[Row]) -> Contents:
    """Return what the manifest beside the CSV file `table` says of its images.

    Where there is none, or one of another table, the note of the answer says so.
    """
    path = manifest_path(table)
    if not path.exists():
        return Contents(note=f"symbols are not known: {path} is not there")
    try:
        manifest = read_manifest(path)
    except HarnessError as error:
        return Contents(note=f"symbols are not known: {error}")
    problem = manifest_problem(rows, manifest)
    if problem:
        return Contents(note=f"symbols are not known: {path}: {problem}")
    return Contents.of(manifest)


def renew_baseline(results: Path, baseline: Path) -> Renewed:
    """Make the table `results`, with its manifest, the baseline.

    Raises:
        HarnessError: The table or its manifest cannot be read or do not belong together; the table
            is empty or has rows that were not measured; the baseline cannot be written.
    """
    if baseline.suffix != ".csv" or results.resolve() == baseline.resolve():
        raise HarnessError(f"{baseline}: no place for the baseline; name another file, *.csv")
    rows = read_rows(results)
    _check_rows(results, rows)
    path = manifest_path(results)
    if not path.exists():
        raise HarnessError(
            f"{path}: not there; 'harness bench' writes it with the table, so run it"
        )
    manifest = read_manifest(path)
    problem = manifest_problem(rows, manifest)
    if problem:
        raise HarnessError(f"{path}: {problem}; run 'harness bench' to write both anew")
    comparison = _against_earlier(baseline, rows)
    # The table last: until it is there, the earlier one is what a gate reads.
    write_atomically(manifest_path(baseline), slim_text(manifest))
    write_atomically(baseline, csv_text(rows))
    return Renewed(baseline, manifest_path(baseline), len(rows), comparison)


def slim_text(manifest: Manifest) -> str:
    """Return the JSON of a manifest with what a comparison needs, an element of a list a line."""
    cells = tuple(_slim(record) for record in manifest.cells)
    content = manifest.model_copy(update={"cells": cells}).model_dump(mode="json")
    return _text(content, depth=3) + "\n"


def _check_rows(results: Path, rows: Sequence[Row]) -> None:
    if not rows:
        raise HarnessError(f"{results}: holds no rows; run 'harness bench' to measure some")
    bad = [row for row in rows if row.status.is_bad]
    if bad:
        first, more = bad[0], f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        raise HarnessError(
            f"{results}: {' '.join(first.cell[:3])}{more}: {first.status}: {first.reason}; "
            "mend that and run 'harness bench' again: a baseline holds what was measured"
        )


def _against_earlier(baseline: Path, rows: Sequence[Row]) -> TableComparison | None:
    if not baseline.exists():
        return None
    try:
        return compare_rows(read_rows(baseline), rows)
    except HarnessError:
        return None  # to be replaced, whatever it was: of an earlier schema, or cut off


def _slim(record: CellRecord) -> CellRecord:
    details: dict[str, JsonValue] = {}
    if "operators" in record.details:
        details["operators"] = record.details["operators"]
    timing = record.details.get("timing")
    if isinstance(timing, dict) and "model" in timing:
        details["timing"] = {"model": timing["model"], "operators": _cycles(timing)}
    return CellRecord(
        key=record.key,
        cell=record.cell,
        status=record.status,
        reason=record.reason,
        details=details,
    )


def _cycles(timing: dict[str, JsonValue]) -> list[JsonValue]:
    """Return index and typical cycles of each operator."""
    listed = timing.get("operators")
    found: list[JsonValue] = []
    for one in listed if isinstance(listed, list) else ():
        cycles = one.get("cycles") if isinstance(one, dict) else None
        if isinstance(one, dict) and isinstance(cycles, dict):
            found.append({"index": one.get("index"), "cycles": {"typical": cycles.get("typical")}})
    return found


def _text(value: JsonValue, depth: int) -> str:
    """Return JSON with line ends to that depth, so that a changed element is a changed line."""
    if depth and isinstance(value, dict) and value:
        lines = [f"{json.dumps(key)}: {_text(one, depth - 1)}" for key, one in value.items()]
        return "{\n" + ",\n".join(lines) + "\n}"
    if depth and isinstance(value, list) and value:
        return "[\n" + ",\n".join(_text(one, depth - 1) for one in value) + "\n]"
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
