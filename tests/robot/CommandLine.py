"""Keywords that run the command `harness` as a person would, and look at what it prints and writes.

A team's own suite uses `Library    harness.robot` instead, which needs no command line.
"""

import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from robot.api import Failure
from robot.api.deco import keyword, library

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

LONGEST_RUN_S = 900


@library(scope="SUITE")
class CommandLine:
    """Runs `python -m harness` in a folder of its own and keeps what the last run gave.

    The cache is HARNESS_CACHE, else HARNESS_TEST_CACHE, which the tests of the firmware fill too,
    else one in the folder of the suite.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="harness-robot-"))
        self._last: subprocess.CompletedProcess[str] | None = None

    @keyword
    def run_harness(self, *arguments: str) -> None:
        """Run the harness in the suite's folder; the next keywords look at this run."""
        cache = os.environ.get("HARNESS_CACHE") or os.environ.get("HARNESS_TEST_CACHE")
        settings = {
            "HARNESS_CACHE": str(Path(cache or self._folder / "cache").absolute()),
            # Tables are as wide as the terminal, and a message must not be broken in two.
            "COLUMNS": "200",
        }
        self._last = subprocess.run(
            [sys.executable, "-m", "harness", *arguments],
            cwd=self._folder,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST_RUN_S,
            check=False,
        )
        print(f"harness {' '.join(arguments)}\n{self._last.stdout}\n{self._last.stderr}")

    @keyword
    def exit_status_should_be(self, status: int) -> None:
        """Fail unless the last run ended with `status`."""
        run = self._run()
        if run.returncode != status:
            raise Failure(f"exit status {run.returncode}, not {status}: {run.stdout}{run.stderr}")

    @keyword
    def output_should_contain(self, *texts: str) -> None:
        """Fail unless the last run printed each of `texts`, on either stream."""
        printed = self._printed()
        for text in texts:
            if text not in printed:
                raise Failure(f"'{text}' is not in: {printed}")

    @keyword
    def output_should_not_contain(self, *texts: str) -> None:
        """Fail if the last run printed one of `texts`, on either stream."""
        printed = self._printed()
        for text in texts:
            if text in printed:
                raise Failure(f"'{text}' is in: {printed}")

    @keyword
    def complaint_should_be_one_line_with(self, *texts: str) -> None:
        """Fail unless the last run left one line on standard error that holds each of `texts`."""
        lines = self._run().stderr.splitlines()
        if len(lines) != 1:
            raise Failure(f"{len(lines)} lines, not one: {lines}")
        for text in texts:
            if text not in lines[0]:
                raise Failure(f"'{text}' is not in: {lines[0]}")

    @keyword
    def steps_should_have_been_started(self) -> None:
        """Fail unless the last run reported a step of a cell: converting, compiling, linking..."""
        if not self._steps():
            raise Failure(f"no step was started: {self._run().stderr}")

    @keyword
    def no_step_should_have_been_started(self) -> None:
        """Fail if the last run reported a step of a cell; those that were reused are silent."""
        if self._steps():
            raise Failure(f"steps were started: {self._steps()}")

    @keyword
    def row_should_have(self, table: str, **expected: str) -> None:
        """Fail unless the only row of the CSV file `table` has these values in these columns."""
        row = self._only_row(table)
        for column, value in expected.items():
            if row[column] != value:
                raise Failure(f"{column} is '{row[column]}', not '{value}'")

    @keyword
    def row_should_have_figures(self, table: str, *columns: str) -> None:
        """Fail unless the only row of the CSV file `table` has positive numbers in `columns`."""
        row = self._only_row(table)
        for column in columns:
            if not row[column] or float(row[column]) <= 0:
                raise Failure(f"{column} is '{row[column]}', not a positive number")

    @keyword
    def table_should_have_rows(self, folder: str, count: str) -> None:
        """Fail unless the only table in `folder` has `count` rows."""
        rows = self._rows(folder)
        if len(rows) != int(count):
            raise Failure(f"{len(rows)} rows, not {count}")

    @keyword
    def every_row_should_have(self, folder: str, **expected: str) -> None:
        """Fail unless all rows of the only table in `folder` have these values."""
        for row in self._rows(folder):
            for column, value in expected.items():
                if row[column] != value:
                    cell = f"{row['model']} {row['scheme']}"
                    raise Failure(f"{cell}: {column} is '{row[column]}', not '{value}'")

    @keyword
    def every_row_should_have_figures(self, folder: str, *columns: str) -> None:
        """Fail unless all rows of the only table in `folder` have numbers in `columns`."""
        for row in self._rows(folder):
            for column in columns:
                if not row[column] or float(row[column]) < 0:
                    raise Failure(f"{row['scheme']}: {column} is '{row[column]}', not a figure")

    @keyword
    def row_figure_should_be_below(
        self, folder: str, column: str, scheme: str, than: str, of_scheme: str
    ) -> None:
        """Fail unless `scheme` has less in `column` than `than` times what `of_scheme` has."""
        figures = {row["scheme"]: float(row[column]) for row in self._rows(folder)}
        if not figures[scheme] < float(than) * figures[of_scheme]:
            raise Failure(f"{column}: {figures[scheme]:g}, but {of_scheme} {figures[of_scheme]:g}")

    @keyword
    def kernels_should_need_fewer_instructions(
        self, folder: str, kernels: str, than: str, of_kernels: str, *schemes: str
    ) -> None:
        """Fail unless `kernels` need less than `than` times what `of_kernels` do, by scheme."""
        counts = {(row["scheme"], row["kernels"]): row for row in self._rows(folder)}
        for scheme in schemes:
            ours, others = (
                float(counts[scheme, one]["instructions"]) for one in (kernels, of_kernels)
            )
            if not ours < float(than) * others:
                raise Failure(f"{scheme}: {kernels} {ours:g}, but {of_kernels} {others:g}")

    @keyword
    def bytes_of(self, name: str) -> bytes:
        """Return the content of a file in the suite's folder."""
        return (self._folder / name).read_bytes()

    @keyword
    def write_file(self, name: str, *lines: str) -> None:
        """Write a text file into the suite's folder."""
        (self._folder / name).parent.mkdir(exist_ok=True)
        (self._folder / name).write_text("".join(f"{line}\n" for line in lines))

    @keyword
    def write_model_of_ones_own(self, name: str) -> None:
        """Write a small int8 network into the suite's folder; random weights make it a new one."""
        from model_factory import convolution

        network = convolution()
        weights = os.urandom(len(network.tensors[1].data))
        (self._folder / name).write_bytes(network.with_tensor(1, data=weights).write())

    @keyword
    def write_file_that_is_no_model(self, name: str) -> None:
        """Write bytes that no reader of models understands into the suite's folder."""
        (self._folder / name).write_bytes(bytes(range(256)) * 4)

    @keyword
    def file_should_exist(self, name: str) -> None:
        """Fail unless the suite's folder has a file called `name` that is not empty."""
        path = self._folder / name
        if not path.is_file() or path.stat().st_size == 0:
            raise Failure(f"{name} is not there, or empty")

    @keyword
    def file_should_not_exist(self, name: str) -> None:
        """Fail if the suite's folder has a file called `name`."""
        if (self._folder / name).exists():
            raise Failure(f"{name} is there")

    def _run(self) -> "subprocess.CompletedProcess[str]":
        if self._last is None:
            raise Failure("the harness has not been run")
        return self._last

    def _printed(self) -> str:
        return self._run().stdout + self._run().stderr

    def _steps(self) -> list[str]:
        # The progress of a log: steps are indented, finished cells are counted in brackets.
        return [line.strip() for line in self._run().stderr.splitlines() if line.startswith("  ")]

    def _rows(self, folder: str) -> list[dict[str, str]]:
        tables = list((self._folder / folder).glob("*.csv"))
        if len(tables) != 1:
            raise Failure(f"{folder} has {len(tables)} tables, not one")
        with tables[0].open(newline="") as file:
            return list(csv.DictReader(file))

    def _only_row(self, table: str) -> dict[str, str]:
        with (self._folder / table).open(newline="") as file:
            rows = list(csv.DictReader(file))
        if len(rows) != 1:
            raise Failure(f"{table} has {len(rows)} rows, not one")
        return rows[0]
