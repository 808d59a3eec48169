"""Read a CSV of measured cycles, and say in one line what is wrong with it."""

import csv
import hashlib
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.bench.subjects import is_file
from harness.calibration.fit import FEWEST_ROWS
from harness.errors import HarnessError
from harness.files import read_bytes
from harness.names import nearest_name

COLUMNS = (
    "name",
    "cycles",
    "elf",
    "begin",
    "end",
    "visit",
    "model",
    "scheme",
    "kernels",
    "optimize",
    "source",
)
"""What a file may hold: `cycles`, and what ran: `elf`, or `model` with `scheme`."""

_OF_ELF = ("begin", "end", "visit")
_OF_CELL = ("scheme", "kernels", "optimize")


@dataclass(frozen=True)
class ElfRun:
    """A firmware of the user's, measured between two symbols, at the given visit of them.

    Without `begin` and `end` the markers that `harness profile --elf` looks for.
    """

    elf: Path
    begin: str | None = None
    end: str | None = None
    visit: int = 1


@dataclass(frozen=True)
class CellRun:
    """A cell of the sweep: a model under a scheme; None is the default of `harness profile`."""

    model: str
    scheme: str
    kernels: str | None = None
    optimize: str | None = None


@dataclass(frozen=True)
class Measured:
    """One line of the file: what ran, and the clock cycles that it took on silicon."""

    line: int
    name: str
    cycles: float
    run: ElfRun | CellRun
    source: str


@dataclass(frozen=True)
class Measurements:
    """The file's name, the SHA-256 of its bytes, and its lines."""

    path: Path
    sha256: str
    rows: tuple[Measured, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """What the lines say of where they were measured, each once."""
        return tuple(dict.fromkeys(row.source for row in self.rows if row.source))


def read_measurements(path: Path) -> Measurements:
    """Return the measurements in the CSV file at `path`; files in it are relative to its folder.

    Raises:
        HarnessError: The file cannot be read, lacks a column or has an unknown one, has fewer than
            FEWEST_ROWS lines, or a line that is no measurement or a repeated one.
    """
    content = read_bytes(path)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise HarnessError(f"{path}: not UTF-8 text; save it as UTF-8") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    rows: list[Measured] = []
    try:
        _check_columns(path, reader.fieldnames or ())
        for cells in reader:
            if any(cells.values()):
                rows.append(_measured(f"{path}:{reader.line_num}", reader.line_num, path, cells))
    except csv.Error as error:
        raise HarnessError(f"{path}:{reader.line_num}: not CSV ({error}); correct it") from None
    _check_distinct(path, rows)
    if len(rows) < FEWEST_ROWS:
        raise HarnessError(
            f"{path}: {len(rows)} measurements; two coefficients need at least {FEWEST_ROWS}, add "
            "some of networks of another kind"
        )
    return Measurements(path, hashlib.sha256(content).hexdigest(), tuple(rows))


def _check_columns(path: Path, names: Sequence[str]) -> None:
    for name in names:
        if name not in COLUMNS:
            nearest = nearest_name(name, COLUMNS)
            remedy = f"did you mean {nearest!r}?" if nearest else f"known: {', '.join(COLUMNS)}"
            raise HarnessError(f"{path}:1: unknown column {name!r}; {remedy}")
        if names.count(name) > 1:
            raise HarnessError(f"{path}:1: two columns are called {name!r}; remove one")
    if "cycles" not in names:
        raise HarnessError(f"{path}:1: no column 'cycles'; add the measured clock cycles")
    if "elf" not in names and not {"model", "scheme"} <= set(names):
        raise HarnessError(
            f"{path}:1: no column 'elf', nor 'model' and 'scheme'; add what was measured"
        )


def _measured(where: str, line: int, path: Path, cells: Mapping[str, str | None]) -> Measured:
    if None in cells or None in cells.values():
        raise HarnessError(f"{where}: not as many fields as the header has; correct it")
    texts = {key: (value or "").strip() for key, value in cells.items()}
    run = _run(where, path.parent, texts)
    name = texts.get("name") or _name(texts)
    return Measured(line, name, _cycles(where, texts["cycles"]), run, texts.get("source", ""))


def _cycles(where: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise HarnessError(
            f"{where}: cycles: {text!r} is no number above 0; give the measured clock cycles"
        )
    return value


def _run(where: str, folder: Path, texts: Mapping[str, str]) -> ElfRun | CellRun:
    elf, model = texts.get("elf", ""), texts.get("model", "")
    if bool(elf) == bool(model):
        problem = "both 'elf' and 'model'" if elf else "neither 'elf' nor 'model'"
        raise HarnessError(f"{where}: {problem}; name one of them")
    for key in _OF_CELL if elf else _OF_ELF:
        if texts.get(key):
            what = "an ELF" if elf else "a model"
            raise HarnessError(f"{where}: {key}: means nothing for {what}; leave it empty")
    if elf:
        file = folder / elf
        if not file.is_file():
            raise HarnessError(f"{where}: elf: {file}: no such file; correct the name")
        visit = _visit(where, texts.get("visit", ""))
        return ElfRun(file, texts.get("begin") or None, texts.get("end") or None, visit)
    if not texts.get("scheme"):
        raise HarnessError(f"{where}: scheme: is empty; name the model's scheme")
    named = str(folder / model) if is_file(model) else model
    kernels, optimize = texts.get("kernels") or None, texts.get("optimize") or None
    return CellRun(named, texts["scheme"], kernels, optimize)


def _visit(where: str, text: str) -> int:
    if not text:
        return 1
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise HarnessError(f"{where}: visit: {text!r} is no whole number from 1 on; correct it")
    return int(text)


def _name(texts: Mapping[str, str]) -> str:
    """Name a run by what it is, as the file spells it."""
    words = [texts.get(key) for key in ("model", "scheme", "kernels", "optimize", "elf", "begin")]
    visit = texts.get("visit")
    return " ".join(word for word in (*words, visit and f"visit {visit}") if word)


def _check_distinct(path: Path, rows: Sequence[Measured]) -> None:
    seen: dict[ElfRun | CellRun, int] = {}
    names: dict[str, int] = {}
    for row in rows:
        if row.run in seen:
            raise HarnessError(
                f"{path}:{row.line}: the same run as in line {seen[row.run]}; keep one of them"
            )
        if row.name in names:
            raise HarnessError(
                f"{path}:{row.line}: also called {row.name!r}, as line {names[row.name]}; "
                "tell them apart in a column 'name'"
            )
        seen[row.run] = names[row.name] = row.line
