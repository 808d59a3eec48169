"""Quality of service: whether an inference is done before the sensor's next stride is full."""

from dataclasses import dataclass
from typing import Literal

from harness.boards import Core
from harness.cycles.band import Band

MOST_INSTRUCTIONS_A_CYCLE: dict[Core, int] = {
    "cortex-m0plus": 1,
    "cortex-m3": 1,
    "cortex-m4": 1,
    "cortex-m33": 2,
    "cortex-m7": 2,
    "cortex-m55": 2,
}
"""What a core completes in a clock cycle at best. Cortex-M7 and M55 issue pairs of instructions;
Cortex-M33 issues only some pairs of 16-bit instructions, but a bound must hold for them too. That
M3 and M4 can fold an IT instruction into its neighbour is not counted: it is far outweighed by
loads and branches, which take more than a cycle."""


@dataclass(frozen=True)
class Service:
    """How one pipeline keeps up with its sensor.

    `duty_cycle_low` is the least share of the time that the core computes; `duty_cycle` is the
    estimated one and `headroom` what it leaves, None without a latency. `realtime` is None where
    it is not known, or within the estimate's band.
    """

    stride_ms: float
    duty_cycle_low: float
    duty_cycle: float | None
    headroom: float | None
    realtime: Literal["yes", "no"] | None


def service(
    stride_ms: float,
    core: Core,
    clock_hz: int,
    instructions: int,
    latency_ms: Band | None = None,
) -> Service:
    """Return how a pipeline of so many `instructions` each stride keeps up with its sensor.

    `latency_ms` is the estimated time of all of them. No core is faster than
    MOST_INSTRUCTIONS_A_CYCLE, so that what exceeds that bound can never keep up. What is within
    it keeps up for certain only where the whole band of the latency does.
    """
    most = clock_hz * stride_ms / 1000 * MOST_INSTRUCTIONS_A_CYCLE[core]
    low = instructions / most
    duty = None if latency_ms is None else latency_ms.typical / stride_ms
    realtime: Literal["yes", "no"] | None = None
    if low > 1 or (latency_ms is not None and latency_ms.low > stride_ms):
        realtime = "no"
    elif latency_ms is not None and latency_ms.high < stride_ms:
        realtime = "yes"
    headroom = None if duty is None else 1 - duty
    return Service(stride_ms, low, duty, headroom, realtime)
