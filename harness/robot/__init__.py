"""Keywords of Robot Framework: `Library    harness.robot` in a suite of anybody's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from robot.api.deco import library

from harness import __version__
from harness.robot.arguments import CONVERTERS
from harness.robot.cells import Firmware, MeasuredCell, Table
from harness.robot.measuring import Settings
from harness.robot.quality_keywords import QualityKeywords
from harness.robot.run_keywords import RunKeywords
from harness.robot.size_keywords import SizeKeywords
from harness.robot.table_keywords import TableKeywords
from harness.robot.time_keywords import TimeKeywords


def _only(kind: type, giver: str) -> Callable[[object], object]:
    """Return a converter that takes objects of `kind` alone, and says which keyword gives them."""

    def convert(value: object) -> object:
        if not isinstance(value, kind):
            raise ValueError(f"give what {giver} returned")  # noqa: TRY004 - Robot's convention
        return value

    convert.__doc__ = kind.__doc__
    return convert


_CONVERTERS: dict[type, Callable[[Any], Any] | Callable[[Any, Any], Any]] = {
    **CONVERTERS,
    Firmware: _only(Firmware, "Build Firmware"),
    MeasuredCell: _only(MeasuredCell, "Run On Board, Measure Model or Select Cell"),
    Table: _only(Table, "Load Results"),
}


@library(
    scope="GLOBAL",
    version=__version__,
    doc_format="MARKDOWN",
    auto_keywords=False,
    converters=_CONVERTERS,
)
class HarnessLibrary(RunKeywords, SizeKeywords, TimeKeywords, QualityKeywords, TableKeywords):
    """Measures models on emulated microcontrollers and holds what came out against limits.

    ```robotframework
    *** Settings ***
    Library    harness.robot

    *** Test Cases ***
    The digits fit the board and keep their accuracy
        ${firmware} =    Build Firmware    digits    int8    nano33ble
        Flash Should Be At Most    ${firmware}    96 KiB
        ${cell} =    Run On Board    ${firmware}
        Outputs Should Match Host    ${cell}
        RAM Should Be At Most    ${cell}    16 KiB
        Accuracy Should Be At Least    ${cell}    95 %
        Latency Should Be At Most    ${cell}    20 ms    bound=high
    ```

    The steps are those of the command `harness bench`, and so are the store and its settings
    (`HARNESS_CACHE`, `HARNESS_STORE`): what was measured before is not measured again. What is
    being done is told in Robot's log.

    ### Cells

    Run On Board, Measure Model and Select Cell return a *cell*: one model under one scheme on one
    board. Every column of the results is an attribute, so that anything can be checked:
    `Should Be True    ${cell.flash_kernels_bytes} < 24_000`. An unknown figure is `None`; a
    keyword that needs it fails and says why it is unknown. Instructions and bytes are exact, the
    same on every run. Cycles, latency and energy are estimates with a band.

    ### Limits

    A value at its limit passes. A size is `65536`, `64 KiB` or `1.5 MiB`; a count `7_700_000` or
    `7.7 M`; a time `20`, `20 ms` or `800 us`; an energy `120`, `120 uJ` or `2.5 mJ`; a share
    `0.95` or `95 %`. `KB` and `MB` are refused, since they have two meanings.

    A keyword that fails names the cell, what was measured, the limit, and by how much it was
    missed. A cell that failed, timed out or gave other outputs than the host fails every limit.
    """

    def __init__(
        self,
        simulator: str | None = None,
        jobs: int | None = None,
        store: str | None = None,
        tflm_dir: Path | None = None,
    ) -> None:
        """Choose what holds for all keywords.

        Args:
            simulator: Program that emulates the boards; by default `qemu`.
            jobs: Steps at a time; by default one a processor, as far as memory holds.
            store: Artifact store, a folder or an fsspec URL; by default that of the commands.
            tflm_dir: A TensorFlow Lite Micro tree of your own.
        """
        self.settings = Settings(simulator, store, jobs, tflm_dir)
