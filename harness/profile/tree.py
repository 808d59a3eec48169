"""The cycles of a profile as a tree: operator, function, what was inlined into it, line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from harness.cycles.band import Band, total
from harness.cycles.cost import Cause
from harness.cycles.estimate import SiteTime
from harness.firmware.names import place_name, short_name
from harness.profile.profile import OperatorTime, Profile, sum_causes
from harness.profile.rounding import whole_cycles
from harness.profile.source_lines import Location

Kind = Literal["region", "operator", "function", "inlined", "line"]


@dataclass(frozen=True)
class Step:
    """One step of the way from the region to an instruction; `title` is the whole name."""

    kind: Kind
    name: str
    title: str


@dataclass(frozen=True)
class Node:
    """A step of the tree with all that lies below it.

    `weight` is its typical cycles as a whole number: those of the children sum to it exactly, and
    the root's is the region's typical cycles, rounded. Children are in the order of their weight,
    but operators in the order in which they run.
    """

    step: Step
    weight: int
    instructions: int
    causes: Mapping[Cause, Band]
    children: tuple["Node", ...] = ()

    @property
    def cycles(self) -> Band:
        """The sum over the causes."""
        return total(self.causes.values())


@dataclass(frozen=True)
class _Leaf:
    path: tuple[Step, ...]
    weight: int
    instructions: int
    causes: Mapping[Cause, Band]


def make_tree(profile: Profile) -> Node:
    """Return the tree of a profile, with a leaf for each source line of each chain of functions."""
    root = Step("region", profile.region_title, profile.heading)
    return _node(root, _leaves(profile), depth=0)


def _leaves(profile: Profile) -> list[_Leaf]:
    leaves: list[_Leaf] = []
    for operator, weight in zip(profile.operators, profile.whole_cycles, strict=True):
        leaves += _operator_leaves(operator, weight, profile.locations)
    return leaves


def _operator_leaves(
    operator: OperatorTime, weight: int, locations: Mapping[int, Location]
) -> Iterable[_Leaf]:
    first = Step("operator", operator.title, operator_title(operator))
    sites: dict[tuple[Step, ...], list[SiteTime]] = {}
    for site in operator.sites:
        sites.setdefault((first, *_path(locations[site.address])), []).append(site)
    causes = [sum_causes(site.causes for site in these) for these in sites.values()]
    weights = whole_cycles([total(one.values()).typical for one in causes], weight)
    for (path, these), whole, sums in zip(sites.items(), weights, causes, strict=True):
        yield _Leaf(path, whole, sum(site.executions for site in these), sums)


def operator_title(operator: OperatorTime) -> str:
    """Return an operator's name with its index and the shape of its output."""
    shape = "x".join(map(str, operator.shape))
    return f"{operator.title} {shape}" if shape else operator.title


def _path(location: Location) -> Iterable[Step]:
    for depth, frame in enumerate(location.frames):
        kind: Kind = "inlined" if depth else "function"
        yield Step(kind, short_name(frame.function), frame.function)
    place = place_name(location.frames[-1].file, location.frames[-1].line)
    yield Step("line", place.rpartition("/")[2], place)


def _node(step: Step, leaves: Sequence[_Leaf], depth: int) -> Node:
    groups: dict[Step, list[_Leaf]] = {}
    for leaf in leaves:
        if len(leaf.path) > depth:
            groups.setdefault(leaf.path[depth], []).append(leaf)
    children = [_node(below, group, depth + 1) for below, group in groups.items()]
    if depth:
        children.sort(key=lambda node: (-node.weight, node.step.title))
    return Node(
        step=step,
        weight=sum(leaf.weight for leaf in leaves),
        instructions=sum(leaf.instructions for leaf in leaves),
        causes=sum_causes(leaf.causes for leaf in leaves),
        children=tuple(children),
    )
