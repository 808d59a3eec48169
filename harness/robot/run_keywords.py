"""The keywords that convert, build and measure a model."""

from pathlib import Path
from typing import Literal

from robot.api import SkipExecution, logger
from robot.libraries.BuiltIn import BuiltIn

from harness.bench.report import Written
from harness.bench.run import Finished
from harness.errors import HarnessError
from harness.files import read_bytes, write_atomically
from harness.results.figures import figure_text
from harness.results.table import latency_text
from harness.robot.cells import Firmware, MeasuredCell, QuantizedModel
from harness.robot.checks import title_of
from harness.robot.keyword import harness_keyword
from harness.robot.measuring import Settings, build, choice_of, measure, quantize
from harness.simulators.registry import load_simulators
from harness.store import digest_of

Samples = int | Literal["all"]


def output_folder() -> Path:
    """Return where keywords write what nobody named a place for: `harness/` in Robot's output."""
    return Path(str(BuiltIn().get_variable_value("${OUTPUT DIR}", "."))) / "harness"


class RunKeywords:
    """Keywords whose steps are those of `harness bench`; what the store has is not done again."""

    settings: Settings

    @harness_keyword("run")
    def quantize_model(
        self,
        model: str,
        scheme: str,
        *,
        data: Path | None = None,
        samples: Samples | None = None,
        tflite_file: Path | None = None,
    ) -> QuantizedModel:
        """Convert a model under a quantization scheme, and judge it on the host.

        ```
        ${quantized} =    Quantize Model    digits    int8
        Should Be True    ${quantized.bytes} < 30_000
        Should Be True    ${quantized.quality_host} > 0.95
        ```

        Args:
            model: Name of a model of the harness, or a `.keras`, `.h5` or `.tflite` file.
            scheme: Scheme such as `int8`; `as-is` for a `.tflite` file.
            data: Samples for a file of your own: `.npz` with `x`, and `y` for a quality.
            samples: Test samples to judge by, or `all`; by default 100.
            tflite_file: Where to write the file; by default `harness/` in Robot's output folder.

        Returns:
            An object with `file`, `bytes`, `sha256`, `metric`, `samples`, `quality_float` and
            `quality_host`. Qualities are None without labels.
        """
        choice = choice_of(self.settings, model, scheme, None, data=data, samples=samples)
        evidence, content = quantize(self.settings, choice)
        name = f"{Path(model).stem}-{scheme}.tflite"
        place = tflite_file or output_folder() / name
        write_atomically(place, content)
        judged, chosen = evidence.judged_host, evidence.samples
        quantized = QuantizedModel(
            file=place,
            bytes=len(content),
            sha256=digest_of(content),
            metric=chosen.metric if chosen else None,
            samples=chosen.count if chosen else 0,
            quality_float=judged.floats.value if judged and judged.floats else None,
            quality_host=judged.quality.value if judged and judged.quality else None,
        )
        logger.info(f"{place}: {quantized.bytes:,} B, quality on the host {quantized.quality_host}")
        return quantized

    @harness_keyword("run")
    def build_firmware(  # noqa: PLR0913 - one argument an axis, all but three by name
        self,
        model: str,
        scheme: str,
        board: str,
        *,
        kernels: str | None = None,
        optimize: str | None = None,
        data: Path | None = None,
        samples: Samples | None = None,
        features: Literal["host", "device"] = "host",
        elf_file: Path | None = None,
    ) -> Firmware:
        """Link a quantized model into firmware for a board, with the smallest arena that works.

        ```
        ${firmware} =    Build Firmware    digits    int8    nano33ble
        Flash Should Be At Most    ${firmware}    96 KiB
        Log    ${firmware.elf}
        ```

        The image runs on the emulated machine that stands for the board, so that it is not what
        you flash; its code, its model and its sizes are.

        Args:
            model: Name of a model of the harness, or a `.keras`, `.h5` or `.tflite` file.
            scheme: Scheme such as `int8`; `as-is` for a `.tflite` file.
            board: Name of a board, or its TOML file.
            kernels: Kernel set; by default `simd`, or that of the tree given at import.
            optimize: Optimization level of the compiler; by default the sweep's, `O2`.
            data: Samples for a file of your own: `.npz` with `x`, and `y` for a quality.
            samples: Test samples that the firmware is to run later, or `all`; by default 100.
            features: `device` computes the model's features in the firmware, where it can.
            elf_file: Where to write the ELF; by default `harness/` in Robot's output folder.

        Returns:
            An object with `elf`, the path of the ELF file, and the columns of the results that are
            known by now: `flash_bytes` and its parts, `ram_arena_bytes`, `ram_static_bytes`.
        """
        choice = choice_of(
            self.settings,
            model,
            scheme,
            board,
            kernels=kernels,
            optimize=optimize,
            data=data,
            samples=samples,
            features=features,
        )
        row, digest, elf = build(self.settings, choice)
        words = [row.model, row.scheme, row.board, row.kernels, row.optimize]
        words += ["with-features"] if row.features == "device" else []
        place = elf_file or output_folder() / f"{'-'.join(words)}.elf"
        write_atomically(place, elf)
        firmware = Firmware(row, str(place), elf=place, digest=digest, choice=choice)
        flash = figure_text("flash_bytes", row.flash_bytes)
        logger.info(f"{firmware.label}: {place}, flash {flash}")
        return firmware

    @harness_keyword("run")
    def run_on_board(self, firmware: Firmware) -> MeasuredCell:
        """Emulate firmware on its board: count instructions, check outputs, estimate the time.

        All samples are run; their outputs are held against the host's, byte for byte for integer
        models. A cell that does not fit or whose outputs are wrong is returned too: its `status`
        says so, and the checks fail on it.

        ```
        ${firmware} =    Build Firmware    digits    int8    nano33ble
        ${cell} =        Run On Board    ${firmware}
        Should Be True   ${cell.flash_bytes} < 100_000
        ```

        Args:
            firmware: What Build Firmware returned.

        Returns:
            The measured cell. Every column of the results is an attribute of it.
        """
        if digest_of(read_bytes(firmware.elf)) != firmware.digest:
            raise HarnessError(
                f"{firmware.elf}: is not what Build Firmware wrote; build it again before it is run"
            )
        finished, written = measure(self.settings, firmware.choice, output_folder())
        image = finished.evidence.image
        if image is None or image.elf != firmware.digest:
            raise HarnessError(
                f"{firmware.label}: what it was built from has changed since; build it again"
            )
        return _told(finished, written)

    @harness_keyword("run")
    def measure_model(  # noqa: PLR0913 - see build_firmware
        self,
        model: str,
        scheme: str,
        board: str,
        *,
        kernels: str | None = None,
        optimize: str | None = None,
        data: Path | None = None,
        samples: Samples | None = None,
        features: Literal["host", "device"] = "host",
    ) -> MeasuredCell:
        """Quantize, build and run a model: `harness bench` of one cell.

        The table and its manifest are written to `harness/` in Robot's output folder, under the
        names that `harness bench` gives them.

        ```
        ${cell} =    Measure Model    keyword    int8    nucleo-l4r5zi
        Accuracy Should Be At Least    ${cell}    88 %
        ```

        Args:
            model: Name of a model of the harness, or a `.keras`, `.h5` or `.tflite` file.
            scheme: Scheme such as `int8`; `as-is` for a `.tflite` file.
            board: Name of a board, or its TOML file.
            kernels: Kernel set; by default `simd`, or that of the tree given at import.
            optimize: Optimization level of the compiler; by default the sweep's, `O2`.
            data: Samples for a file of your own: `.npz` with `x`, and `y` for a quality.
            samples: Test samples to run, or `all`; by default 100.
            features: `device` computes the model's features in the firmware, where it can.

        Returns:
            The measured cell. Every column of the results is an attribute of it.
        """
        choice = choice_of(
            self.settings,
            model,
            scheme,
            board,
            kernels=kernels,
            optimize=optimize,
            data=data,
            samples=samples,
            features=features,
        )
        return _told(*measure(self.settings, choice, output_folder()))

    @harness_keyword("run")
    def skip_unless_simulator_is_available(self, name: str) -> None:
        """Skip the test unless a simulator is known and everything that it needs is installed.

        ```
        *** Settings ***
        Suite Setup    Skip Unless Simulator Is Available    renode
        ```

        Args:
            name: Name of the simulator, such as `qemu`.
        """
        simulators = load_simulators()
        if name not in simulators:
            known = ", ".join(simulators)
            raise SkipExecution(f"no simulator is called '{name}' here; known: {known}")
        try:
            version = simulators[name].value.version()
        except HarnessError as error:
            raise SkipExecution(f"simulator {name}: {error}") from None
        logger.info(version)


def _told(finished: Finished, written: Written) -> MeasuredCell:
    """Return a measured cell, and tell the log of it."""
    cell = MeasuredCell(finished.row, str(written.csv), written.manifest)
    write = logger.warn if cell.row.status.is_bad else logger.info
    write(summary(cell))
    return cell


def summary(cell: MeasuredCell) -> str:
    """Return the figures of a cell that people ask for first, in one line."""
    row = cell.row
    if row.reason is not None:
        return f"{cell.label}: {row.status}: {row.reason} ({cell.source})"
    figures = {
        column: figure_text(column, getattr(row, column))
        for column in ("flash_bytes", "ram_bytes", "instructions", "quality_device")
    }
    told = [f"{title_of(column)} {text}" for column, text in figures.items()]
    told += [f"latency {latency_text(row)} (ms, an estimate)"]
    return f"{cell.label}: {row.status}: {', '.join(told)} ({cell.source})"
