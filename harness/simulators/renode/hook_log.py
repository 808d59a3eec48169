"""What the hooks of a run wrote: the instructions executed before each marker and the end.

Lines are `region R N`, where region R begins before instruction number N, and `end N`, where the
firmware has done everything. Last comes a dot without a line's end, which the script writes when
its time is over.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from harness.simulators.renode.script import ELAPSED
from harness.simulators.trace import Trace, TraceError, checked

_LINE = re.compile(rb"(?:region (0|[1-9][0-9]{0,4})|(end)) (0|[1-9][0-9]{0,19})", re.ASCII)
_NOWHERE, _BOOT = 0, 1


@dataclass(frozen=True)
class HookLog:
    """`trace` is what was counted, and missing where the firmware did not reach its end.

    `elapsed` says whether the script came to its own end.
    """

    trace: Trace | None
    elapsed: bool


def parse_hook_log(data: bytes, region_names: Mapping[int, str]) -> HookLog:
    """Return what a run's hooks wrote as `data`.

    Counting begins in region 1, at reset. A region ends with region 0, before another begins.

    Raises:
        TraceError: The data is not a log of these regions: garbled, cut within a line, out of
            order, with counts that fall, a region that has no name, or anything behind the end.
    """
    names = {_NOWHERE: "none", _BOOT: "boot", **region_names}
    elapsed = data.endswith(ELAPSED)
    body = data.removesuffix(ELAPSED)
    if body and not body.endswith(b"\n"):
        raise TraceError(f"hook log: ends within a line, after {body[-40:]!r}")
    counts: dict[str, int] = {}
    visits: dict[str, int] = {}
    region, since, ended = _BOOT, 0, False
    for number, line in enumerate(body.split(b"\n")[:-1], start=1):
        if ended:
            raise TraceError(f"hook log: line {number}: {line[:40]!r} is behind the end")
        entered, count = _read_line(number, line)
        if count < since:
            raise TraceError(f"hook log: line {number}: the count falls from {since} to {count}")
        name = names[region]
        counts[name] = counts.get(name, 0) + count - since
        visits[name] = visits.get(name, 0) + 1
        if entered is None:
            ended = True
        else:
            _check_entry(number, region, entered, names)
            region = entered
        since = count
    if not ended:
        return HookLog(None, elapsed)
    trace = Trace("end", since, counts, operators=(), blocks=(), visits=visits)
    return HookLog(checked(trace), elapsed)


def _read_line(number: int, line: bytes) -> tuple[int | None, int]:
    """Return the region that begins, or None at the end, and the count."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise TraceError(f"hook log: line {number}: {line[:60]!r} is not understood")
    return None if match[2] else int(match[1]), int(match[3])


def _check_entry(number: int, region: int, entered: int, names: Mapping[int, str]) -> None:
    if entered not in names:
        raise TraceError(f"hook log: line {number}: region {entered} has no name")
    if (region == _NOWHERE) == (entered == _NOWHERE):
        raise TraceError(
            f"hook log: line {number}: {names[entered]} begins in {names[region]}; "
            "a marker between them is missing"
        )
