"""Renode as a simulator: platforms, scripts, and what a run gave."""

from pathlib import Path

from harness.simulators.renode import program
from harness.simulators.renode.emulate import emulate
from harness.simulators.renode.hand import scripts
from harness.simulators.renode.platform import machine_of
from harness.simulators.simulator import Simulator

_SOURCES = ("hook_log.py", "platform.py", "program.py", "script.py")

SIMULATOR = Simulator(
    name="renode",
    summary="Renode's platforms, or machines of the board's file: instructions of regions",
    counts="regions",
    version=program.version,
    machine=machine_of,
    emulate=emulate,
    sources=tuple(Path(__file__).with_name(name) for name in _SOURCES),
    experimental=(
        "No run of Renode itself is recorded: its scripts were checked against Renode's "
        "documentation and sources, and a stand-in played its part"
    ),
    scripts=scripts,
)
