"""The keywords that work with tables of results: those of a run, and a baseline."""

from collections.abc import Mapping
from pathlib import Path

from robot.api import logger

from harness.errors import HarnessError
from harness.files import write_atomically
from harness.names import nearest_name
from harness.results.csv_file import csv_text, read_rows
from harness.robot.arguments import Bytes, Count
from harness.robot.cells import MeasuredCell, Table
from harness.robot.checks import figure_of
from harness.robot.gating import check_gate
from harness.robot.growth import check_growth
from harness.robot.keyword import harness_keyword

_LISTED = 3


class TableKeywords:
    """Keywords that read and write tables."""

    @harness_keyword("results")
    def load_results(self, file: Path) -> Table:
        """Read a table that `harness bench` or Save Results wrote.

        ```
        ${table} =    Load Results    results/bench.csv
        FOR    ${cell}    IN    @{table.cells}
            Outputs Should Match Host    ${cell}
        END
        ```

        Args:
            file: The CSV file.

        Returns:
            The table; `cells` are its cells, in the order of the rows.
        """
        manifest = file.with_suffix(".json")
        beside = manifest if manifest.is_file() else None
        return Table(
            str(file), tuple(MeasuredCell(row, str(file), beside) for row in read_rows(file))
        )

    @harness_keyword("results")
    def select_cell(  # noqa: PLR0913 - one argument an axis
        self,
        table: Table,
        model: str | None = None,
        scheme: str | None = None,
        board: str | None = None,
        *,
        kernels: str | None = None,
        optimize: str | None = None,
        simulator: str | None = None,
        features: str | None = None,
    ) -> MeasuredCell:
        """Return the one cell of a table that has these names.

        ```
        ${table} =    Load Results    results/bench.csv
        ${cell} =     Select Cell    ${table}    keyword    int8    nano33ble    kernels=simd
        ```

        Args:
            table: What Load Results returned.
            model: Name of the model.
            scheme: Name of the scheme.
            board: Name of the board.
            kernels: Name of the kernel set.
            optimize: Optimization level.
            simulator: Name of the simulator.
            features: `host` or `device`.

        Returns:
            The measured cell. It fails where none has these names, or more than one.
        """
        axes = {"model": model, "scheme": scheme, "board": board, "kernels": kernels}
        axes |= {"optimize": optimize, "simulator": simulator, "features": features}
        wanted = {axis: value for axis, value in axes.items() if value is not None}
        found = [
            cell
            for cell in table.cells
            if all(getattr(cell.row, axis) == value for axis, value in wanted.items())
        ]
        if len(found) == 1:
            return found[0]
        asked = " ".join(f"{axis}={value}" for axis, value in wanted.items()) or "no name"
        if not found:
            raise HarnessError(f"{table.source}: no cell has {asked}{_hint(table, wanted)}")
        listed = "; ".join(cell.label for cell in found[:_LISTED])
        more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
        raise HarnessError(
            f"{table.source}: {len(found)} cells have {asked}: {listed}{more}; name another axis"
        )

    @harness_keyword("results")
    def save_results(self, file: Path, *cells: MeasuredCell) -> None:
        """Write measured cells as a table that Load Results, the gate and a report read.

        ```
        Save Results    ${OUTPUT DIR}/results.csv    ${first}    ${second}
        ```

        Args:
            file: The CSV file; an earlier one is replaced.
            cells: Measured cells.
        """
        if not cells:
            raise HarnessError(f"{file}: no cell to write; give what Run On Board returned")
        labels = [cell.label for cell in cells if cell.row.cell]
        twice = next((label for label in labels if labels.count(label) > 1), None)
        if twice is not None:
            raise HarnessError(f"{file}: {twice} is given twice; give every cell once")
        write_atomically(file, csv_text(cell.row for cell in cells))
        logger.info(f"{file}: {len(cells)} rows")

    @harness_keyword("results")
    def get_figure(self, cell: MeasuredCell, column: str) -> float:
        """Return one figure of a cell, and fail where it is unknown.

        `${cell.flash_bytes}` is the same, but None where the figure is unknown.

        ```
        ${cycles} =    Get Figure    ${cell}    cycles
        ```

        Args:
            cell: A measured cell.
            column: Name of a column of the results that holds a number.

        Returns:
            The number, in the unit of the column.
        """
        return figure_of(cell, column)

    @harness_keyword("gate")
    def should_not_have_grown_since(
        self,
        cell: MeasuredCell,
        baseline: Path,
        *,
        flash_bytes: Bytes = Bytes(0),  # noqa: B008 - immutable
        ram_bytes: Bytes = Bytes(0),  # noqa: B008
        instructions: Count = Count(0),  # noqa: B008
    ) -> None:
        """Fail if flash, RAM or instructions are more than those of the same cell in a baseline.

        These do not vary between runs, so that nothing at all may be added by default. A baseline
        of another compiler or another TensorFlow Lite Micro cannot be compared: it fails too.

        ```
        Should Not Have Grown Since    ${cell}    results/baseline.csv
        Should Not Have Grown Since    ${cell}    results/baseline.csv    flash_bytes=1 KiB
        ```

        Args:
            cell: A measured cell.
            baseline: CSV file of earlier results.
            flash_bytes: How much more flash passes.
            ram_bytes: How much more RAM passes.
            instructions: How many more instructions pass.
        """
        allowed = {"flash_bytes": flash_bytes, "ram_bytes": ram_bytes, "instructions": instructions}
        check_growth(cell, baseline, allowed)

    @harness_keyword("gate")
    def gate_should_pass(
        self,
        results: Path,
        budgets: Path = Path("budgets.toml"),
        baseline: Path | None = None,
    ) -> None:
        """Fail unless a table holds its budgets, as `harness gate` does.

        ```
        Gate Should Pass    results/bench.csv    budgets.toml    results/baseline.csv
        ```

        Args:
            results: CSV file of the results.
            budgets: TOML file with the limits.
            baseline: CSV file of earlier results; without it, or with `${None}`, absolute limits
                alone are held.
        """
        check_gate(results, budgets, baseline)


def _hint(table: Table, wanted: Mapping[str, str]) -> str:
    """Say which name the table does not have at all, and the nearest one."""
    for axis, value in wanted.items():
        known = list(dict.fromkeys(str(getattr(cell.row, axis)) for cell in table.cells))
        if value not in known:
            nearest = nearest_name(value, known)
            meant = f"did you mean {nearest!r}? " if nearest else ""
            return f"; {meant}{axis}: {', '.join(known) or 'none'}"
    return ""
