"""Where most cycles go: functions and source lines over all operators."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

from harness.cycles.band import Band, total
from harness.cycles.cost import Cause
from harness.cycles.estimate import SiteTime
from harness.firmware.names import place_name, short_name, short_path
from harness.profile.profile import Profile, sum_causes
from harness.profile.source_lines import Location


@dataclass(frozen=True)
class HotSpot:
    """A function or a line: what it costs by itself, callees not included.

    `function` is the whole name: of a function, as compiled; of a line, of the innermost function
    that it belongs to. `place` is the function's file, or the line. `operators` name those in
    which it runs, in their order.
    """

    function: str
    place: str
    instructions: int
    causes: Mapping[Cause, Band]
    operators: tuple[str, ...]

    @property
    def name(self) -> str:
        """The function's name, short."""
        return short_name(self.function)

    @property
    def cycles(self) -> Band:
        """The sum over the causes."""
        return total(self.causes.values())


def hottest_functions(profile: Profile) -> tuple[HotSpot, ...]:
    """Return every function that was compiled on its own, the costliest first.

    What was inlined into a function counts as the function's.
    """
    return _spots(profile, _function_of, _function_place)


def hottest_lines(profile: Profile) -> tuple[HotSpot, ...]:
    """Return every source line, the costliest first: that of the innermost inlined function."""
    return _spots(profile, _line_of, _line_place)


def _function_of(location: Location) -> Hashable:
    # By address: several files may have a function of one name.
    return location.start, location.frames[0].function


def _function_place(location: Location) -> tuple[str, str]:
    file = location.frames[0].file
    return location.frames[0].function, short_path(file) if file else ""


def _line_of(location: Location) -> Hashable:
    frame = location.frames[-1]
    place = place_name(frame.file, frame.line)
    return place if frame.line else (place, frame.function)


def _line_place(location: Location) -> tuple[str, str]:
    frame = location.frames[-1]
    return frame.function, place_name(frame.file, frame.line)


def _spots(
    profile: Profile,
    key_of: Callable[[Location], Hashable],
    place_of: Callable[[Location], tuple[str, str]],
) -> tuple[HotSpot, ...]:
    sites: dict[Hashable, list[SiteTime]] = {}
    operators: dict[Hashable, dict[str, None]] = {}
    for operator in profile.operators:
        for site in operator.sites:
            key = key_of(profile.locations[site.address])
            sites.setdefault(key, []).append(site)
            operators.setdefault(key, {})[operator.title] = None
    spots = [
        HotSpot(
            *place_of(profile.locations[these[0].address]),
            instructions=sum(site.executions for site in these),
            causes=sum_causes(site.causes for site in these),
            operators=tuple(operators[key]),
        )
        for key, these in sites.items()
    ]
    return tuple(sorted(spots, key=lambda one: (-one.cycles.typical, one.place, one.function)))
