"""The files with which a person runs a cell in Renode, by script or by suite."""

from collections.abc import Mapping, Sequence

from harness.simulators.machines import Machine
from harness.simulators.renode import script
from harness.simulators.renode.robot_suite import SUITE, output_files, suite_text
from harness.simulators.renode.script import Run, run_files
from harness.simulators.simulator import Limits, Marker


def scripts(  # noqa: PLR0913 - a run has that many independent inputs
    *,
    title: str,
    elf: bytes,
    machine: Machine,
    window_origin: int,
    window: bytes,
    markers: Sequence[Marker],
    end: int,
    limits: Limits,
    outputs: Sequence[bytes],
) -> Mapping[str, bytes]:
    """Return script, suite and all that they read, by name, as `Scripts` says."""
    run = Run(
        title=title,
        machine=machine,
        window_origin=window_origin,
        markers=markers,
        end=end,
        instructions=limits.instructions,
    )
    regions = sorted({one.region for one in markers})
    return {
        **run_files(run, window),
        script.FIRMWARE: elf,
        SUITE: suite_text(regions, len(outputs)).encode(),
        **output_files(outputs),
    }
