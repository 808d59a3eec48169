"""Count instructions: every model on every core with every kernel set, in benchmarks/kernels.csv.

Run from the checkout: `python benchmarks/kernels.py` writes the table anew, with `--check` it only
compares and ends with 1 where a count is another one. `--model`, `--scheme`, `--core` and
`--kernels` narrow both, so that a kernel's change is seen in seconds. Counts are exact: they depend
on compiler, flags and model, not on the machine. The table is keyed by the compiler as well; what
was counted for a model of other bytes is not compared, and said to be so.
"""

import argparse
import csv
import io
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from harness.bench.choice import Choice
from harness.bench.context import Context, default_cache
from harness.bench.spec import read_spec
from harness.bench.sweep import sweep
from harness.boards import load_board
from harness.files import write_atomically
from harness.results.row import Row

FOLDER = Path(__file__).resolve().parent
SPEC = FOLDER / "kernels.toml"
TABLE = FOLDER / "kernels.csv"


@dataclass(frozen=True)
class Count:
    """One row of the table: what was counted, and under what.

    `instructions` are those of one warm Invoke, `kernels_bytes` the flash of the operators'
    kernels, `arena_bytes` the smallest arena.
    """

    model: str
    scheme: str
    core: str
    kernels: str
    optimize: str
    macs: int
    instructions: int
    kernels_bytes: int
    arena_bytes: int
    compiler: str
    model_sha256: str

    @property
    def key(self) -> tuple[str, ...]:
        """What tells the row from every other."""
        return (
            self.model,
            self.scheme,
            self.core,
            self.kernels,
            self.optimize,
            self.compiler,
        )


def count_of(row: Row) -> Count | None:
    """Return what a row of results counted, or None where it did not run."""
    if row.instructions is None:
        return None
    return Count(
        row.model,
        row.scheme,
        row.core,
        row.kernels,
        row.optimize,
        row.macs or 0,
        row.instructions,
        row.flash_kernels_bytes or 0,
        row.ram_arena_bytes or 0,
        row.compiler or "",
        row.model_sha256 or "",
    )


def read_counts(path: Path = TABLE) -> dict[tuple[str, ...], Count]:
    """Return the committed table by its keys."""
    numbers = {"macs", "instructions", "kernels_bytes", "arena_bytes"}
    with path.open(newline="") as file:
        rows = [
            Count(**{name: int(text) if name in numbers else text for name, text in one.items()})
            for one in csv.DictReader(file)
        ]
    return {row.key: row for row in rows}


def text_of(counts: Sequence[Count]) -> str:
    """Return the table as text, in the order given."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(Count)])
    writer.writerows(astuple(one) for one in counts)
    return text.getvalue()


def measure(choice: Choice, out: Path, *, quiet: bool = False) -> list[Row]:
    """Sweep benchmarks/kernels.toml changed by `choice` and return the rows.

    The cache is the user's own.

    Raises:
        SystemExit: A cell failed.
    """
    ctx = Context(str(default_cache() / "store"), jobs=os.cpu_count() or 1)
    rows, _ = sweep(ctx, SPEC, choice, out, quiet=quiet)
    bad = [f"{' '.join(row.cell)}: {row.status}: {row.reason}" for row in rows if row.status.is_bad]
    if bad:
        raise SystemExit("\n".join(bad))
    return rows


def counts_of(rows: Sequence[Row]) -> list[Count]:
    """Return what the rows counted, in their order."""
    return [count for count in map(count_of, rows) if count is not None]


def differences(found: Sequence[Count], known: Mapping[tuple[str, ...], Count]) -> list[str]:
    """Return a line for each count that is not the committed one."""
    lines = []
    for now in found:
        was = known.get(now.key)
        cell = " ".join(now.key[:5])
        if was is None:
            lines.append(f"{cell}: {now.instructions} under {now.compiler}, not in the table")
        elif was.model_sha256 == now.model_sha256:
            for what in ("macs", "instructions", "kernels_bytes", "arena_bytes"):
                before, after = getattr(was, what), getattr(now, what)
                if before != after:
                    lines.append(f"{cell}: {what} {before} -> {after} ({after - before:+})")
    return lines


def incomparable(found: Sequence[Count], known: Mapping[tuple[str, ...], Count]) -> list[str]:
    """Return a line for each count of a model whose bytes are not those that were counted."""
    return [
        f"{' '.join(now.key[:5])}: counted for a model {was.model_sha256[:12]}, not "
        f"{now.model_sha256[:12]}"
        for now in found
        if (was := known.get(now.key)) is not None and was.model_sha256 != now.model_sha256
    ]


def missing(rows: Sequence[Row], known: Mapping[tuple[str, ...], Count]) -> list[str]:
    """Return a line for each cell that was counted once and could not be counted now."""
    return [
        f"{' '.join(key[:5])}: in the table, now {row.status} ({row.reason})"
        for row in rows
        if row.instructions is None
        for key in known
        if key == (row.model, row.scheme, row.core, row.kernels, row.optimize, row.compiler)
    ]


def boards_of(cores: Sequence[str]) -> tuple[str, ...]:
    """Return the boards of the benchmark that have one of the cores."""
    boards = read_spec(SPEC).boards
    known = {board: load_board(board).core for board in boards}
    unknown = [core for core in cores if core not in known.values()]
    if unknown:
        raise SystemExit(f"--core {unknown[0]}: not measured; known: {', '.join(known.values())}")
    return tuple(board for board, core in known.items() if core in cores)


def parse() -> argparse.Namespace:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    for name in ("model", "scheme", "core", "kernels", "optimize"):
        parser.add_argument(f"--{name}", action="append", default=[], help=f"only this {name}")
    return parser.parse_args()


def main() -> int:
    """Write the table, or compare with it."""
    options = parse()
    choice = Choice(
        models=tuple(options.model),
        schemes=tuple(options.scheme),
        boards=boards_of(options.core) if options.core else (),
        kernels=tuple(options.kernels),
        optimize=tuple(options.optimize),
    )
    known = read_counts() if TABLE.is_file() else {}
    with tempfile.TemporaryDirectory() as out:
        rows = measure(choice, Path(out))
    found = counts_of(rows)
    changed = [*missing(rows, known), *differences(found, known)]
    print("\n".join([*incomparable(found, known), *changed]) or "every count is as committed")
    if options.check:
        return 1 if changed else 0
    kept = known if choice != Choice() else {}
    kept = {**kept, **{count.key: count for count in found}}
    write_atomically(TABLE, text_of(list(kept.values())).encode())
    print(f"{len(kept)} rows in {TABLE.relative_to(FOLDER.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
