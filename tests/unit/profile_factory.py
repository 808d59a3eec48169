"""A hand-made estimate of three operators, its profile, and where its instructions stand."""

from collections.abc import Mapping, Sequence

from harness.cycles.band import Band, total
from harness.cycles.cost import Cause
from harness.cycles.estimate import Estimate, MemoryEvents, PartTime, SiteTime
from harness.profile import profile as profiles
from harness.profile.profile import OperatorLabel, OperatorTime, Profile, Subject
from harness.profile.source_lines import Frame, Location

CLOCK_HZ = 80_000_000
SUBJECT = Subject("nano33ble", "digits", "int8", "simd", "O2")
LABELS = (
    OperatorLabel(0, "CONV_2D", (1, 8, 8, 16), 9000),
    OperatorLabel(1, "MAX_POOL_2D", (1, 4, 4, 16), 0),
    OperatorLabel(2, "FULLY_CONNECTED", (1, 10), 1920),
)

CONVOLVE = Frame("void ns::Convolve<signed char>(int)", "build/firmware/kernels/conv.cc", 10)
ADD = Frame("ns::Add(long)", "build/firmware/kernels/../kernels/sum.h", 5)
LOCATIONS: Mapping[int, Location] = {
    0x100: Location("_ZN2ns8ConvolveIaEEvi", 0x100, (CONVOLVE,)),
    0x102: Location("_ZN2ns8ConvolveIaEEvi", 0x100, (CONVOLVE, ADD)),
    0x104: Location("_ZN2ns8ConvolveIaEEvi", 0x100, (CONVOLVE, Frame("ns::Store()", ADD.file, 9))),
    0x200: Location("Pool", 0x200, (Frame("Pool", "build/firmware/kernels/pool.cc", 3),)),
    0x300: Location("memset", 0x300, (Frame("memset"),)),
    0x400: Location("Invoke", 0x400, (Frame("Invoke", "tflm/interpreter.cc", 7),)),
}


def site(address: int, executions: int, **causes: float | Band) -> SiteTime:
    """An instruction; a plain number is typical, with a band of a tenth either way."""
    bands: dict[Cause, Band] = {
        cause: value if isinstance(value, Band) else Band(0.9 * value, value, 1.1 * value)
        for cause, value in causes.items()
    }
    return SiteTime(address, executions, bands)


def part(index: int, sites: Sequence[SiteTime], region: str = "invoke_warm") -> PartTime:
    """An operator that consists of these instructions."""
    causes: dict[Cause, Band] = {}
    for one in sites:
        for cause, band in one.causes.items():
            causes[cause] = total([causes[cause], band]) if cause in causes else band
    instructions = sum(one.executions for one in sites)
    events = (MemoryEvents("flash", 30, 4, 20, 2, 11),)
    return PartTime(region, index, instructions, causes, tuple(sites), events)


def estimate(scale: float = 1.0, *parts: PartTime) -> Estimate:
    """Three operators and the interpreter; `scale` multiplies the waits for data."""
    return Estimate(
        "cortex-m4 1",
        parts
        or (
            part(-1, [site(0x400, 10, issue=10, branch=3.3)]),
            part(
                0,
                [
                    site(0x100, 100, issue=100, fetch_wait=30.25),
                    site(0x102, 1000, issue=1000, load_use=500.4, data_wait=scale * 200.3),
                    site(0x104, 50, issue=50, data_wait=scale * 10.1),
                ],
            ),
            part(1, [site(0x200, 80, issue=80, branch=20.5), site(0x300, 7, issue=7)]),
            part(2, [site(0x102, 300, issue=300, data_wait=scale * 90.2)]),
        ),
        notes=("the wait states of flash are unverified",),
    )


def profile(
    estimated: Estimate | None = None,
    labels: Sequence[OperatorLabel] = LABELS,
    subject: Subject = SUBJECT,
    clock_hz: int = CLOCK_HZ,
) -> Profile:
    """The profile of an estimate's warm Invoke, without asking binutils where anything stands."""
    held = estimated or estimate()
    named = {label.index: label for label in labels}
    parts = sorted(held.region("invoke_warm"), key=lambda one: (one.index == -1, one.index))
    return Profile(
        subject,
        "invoke_warm",
        clock_hz,
        tuple(_operator(one, named) for one in parts),
        LOCATIONS,
        held.timing,
        held.notes,
    )


def _operator(one: PartTime, named: Mapping[int, OperatorLabel]) -> OperatorTime:
    return profiles.operator_time(one, named, alone=False)
