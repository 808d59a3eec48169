"""The results table as a CSV file: written the same on every machine, read strictly."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import ValidationError

from harness.errors import HarnessError
from harness.files import read_bytes
from harness.results.row import COLUMNS, Row, decimals
from harness.toml_file import describe_problem

_REMEDY = "run 'harness bench' to write it anew"


def csv_text(rows: Iterable[Row]) -> str:
    """Return `rows`, in the order given, as the text of a CSV file.

    The same rows give the same bytes everywhere: LF line ends, a fixed number of decimals for
    each column of fractions, an empty field for None.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    places = [(column, decimals(column)) for column in COLUMNS]
    for row in rows:
        writer.writerow([_field(row, column, count) for column, count in places])
    return stream.getvalue()


def read_rows(path: Path) -> tuple[Row, ...]:
    """Return the rows of the CSV file at `path`.

    Raises:
        HarnessError: The file cannot be read, is cut off, has an unknown, missing or misplaced
            column, a field of the wrong type, or two rows for one cell.
    """
    return parse_rows(read_bytes(path), str(path))


def parse_rows(content: bytes, name: str) -> tuple[Row, ...]:
    """Return the rows in `content`, the bytes of a CSV file that messages call `name`.

    Raises:
        HarnessError: As `read_rows`.
    """
    try:
        # A spreadsheet that saved the file may have put a byte order mark before it.
        text = content.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise HarnessError(f"{name}: not a CSV file of results ({error}); {_REMEDY}") from None
    if not lines or not text.endswith("\n"):
        raise HarnessError(f"{name}: empty or cut off at its end; {_REMEDY}")
    _check_header(name, lines[0])
    rows: dict[tuple[str, ...], Row] = {}
    for number, fields in enumerate(lines[1:], start=2):
        row = _row(f"{name}: line {number}", fields)
        if row.cell in rows:
            raise HarnessError(f"{name}: line {number}: a second row for one cell; {_REMEDY}")
        rows[row.cell] = row
    return tuple(rows.values())


def _field(row: Row, column: str, places: int | None) -> str:
    """Return a field with so many decimals; None for what is no fraction."""
    value = getattr(row, column)
    if value is None:
        return ""
    return f"{value:.{places}f}" if places is not None else str(value)


def _check_header(name: str, header: Sequence[str]) -> None:
    if tuple(header) == COLUMNS:
        return
    unknown = [column for column in header if column not in COLUMNS]
    missing = [column for column in COLUMNS if column not in header]
    if unknown:
        raise HarnessError(f"{name}: unknown column {unknown[0]!r}; {_REMEDY}")
    if missing:
        raise HarnessError(f"{name}: column {missing[0]!r} is missing; {_REMEDY}")
    raise HarnessError(f"{name}: columns repeated or out of order; {_REMEDY}")


def _row(place: str, fields: Sequence[str]) -> Row:
    if len(fields) != len(COLUMNS):
        raise HarnessError(f"{place}: {len(fields)} fields, not {len(COLUMNS)}; {_REMEDY}")
    given = {column: text for column, text in zip(COLUMNS, fields, strict=True) if text}
    try:
        return Row.model_validate_strings(given)
    except ValidationError as error:
        raise HarnessError(f"{place}: {describe_problem(error, Row)}") from None
