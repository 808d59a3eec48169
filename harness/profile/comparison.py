"""Hold two profiles against each other, operator by operator."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from harness.cycles.band import ZERO, Band
from harness.cycles.cost import CAUSES, Cause
from harness.model_file.custom_operators import BUILTIN_NAMES
from harness.profile.profile import OperatorTime, Profile
from harness.simulators.trace import INTERPRETER


@dataclass(frozen=True)
class Pair:
    """An operator of one profile and the one of the other that does its work; None where none."""

    left: OperatorTime | None
    right: OperatorTime | None

    @property
    def title(self) -> str:
        """What the operator is called; both names where they differ."""
        names = [kind_of(one) for one in (self.left, self.right) if one is not None]
        return " / ".join(dict.fromkeys(names))

    @property
    def left_cycles(self) -> Band:
        """The cycles of the first; none where it has no such operator."""
        return ZERO if self.left is None else self.left.cycles

    @property
    def right_cycles(self) -> Band:
        """The cycles of the second; none where it has no such operator."""
        return ZERO if self.right is None else self.right.cycles

    @property
    def difference(self) -> float:
        """Typical cycles that the second takes more than the first."""
        return self.right_cycles.typical - self.left_cycles.typical

    @property
    def ratio(self) -> float | None:
        """Typical cycles of the second by those of the first; None where one is missing."""
        if self.left is None or self.right is None or self.left_cycles.typical == 0:
            return None
        return self.right_cycles.typical / self.left_cycles.typical

    @property
    def cause_differences(self) -> dict[Cause, float]:
        """Typical cycles by cause that the second takes more than the first."""
        left = {} if self.left is None else self.left.causes
        right = {} if self.right is None else self.right.causes
        return {cause: _typical(right, cause) - _typical(left, cause) for cause in CAUSES}

    @property
    def moved_most(self) -> tuple[Cause, float]:
        """The cause that adds most to the difference, and what it adds."""
        return greatest(self.cause_differences, self.difference)


def _typical(causes: Mapping[Cause, Band], cause: Cause) -> float:
    return causes[cause].typical if cause in causes else 0.0


def greatest(parts: Mapping[Cause, float], whole: float) -> tuple[Cause, float]:
    """Return the largest of `parts` in the direction in which their sum `whole` goes."""
    sign = -1 if whole < 0 else 1
    cause = max(parts, key=lambda one: sign * parts[one])
    return cause, parts[cause]


@dataclass(frozen=True)
class Comparison:
    """Two profiles and their operators side by side, in the order in which they run."""

    left: Profile
    right: Profile
    pairs: tuple[Pair, ...]

    @property
    def whole(self) -> Pair:
        """The sums."""
        return Pair(self.left.whole, self.right.whole)

    def by_kind(self) -> dict[str, float]:
        """Return the differences of the pairs by the operators' names."""
        sums: dict[str, float] = {}
        for pair in self.pairs:
            sums[pair.title] = sums.get(pair.title, 0.0) + pair.difference
        return sums


def compare(left: Profile, right: Profile) -> Comparison:
    """Match the operators of two profiles.

    Where both graphs have the same operators in the same order, by position; else by name and
    shape of the output as far as the orders agree, then by name alone. What only one of them has
    stands alone.
    """
    lefts, rights = _operators(left), _operators(right)
    if [kind_of(one) for one in lefts] == [kind_of(one) for one in rights]:
        pairs = [Pair(a, b) for a, b in zip(lefts, rights, strict=True)]
    else:
        pairs = list(_aligned(lefts, rights))
    outside = Pair(_outside(left), _outside(right))
    if outside.left is not None or outside.right is not None:
        pairs.append(outside)
    return Comparison(left, right, tuple(pairs))


def kind_of(operator: OperatorTime) -> str:
    """Return an operator's name, that of the builtin where a custom operator stands for one."""
    return BUILTIN_NAMES.get(operator.name, operator.name)


def _operators(profile: Profile) -> list[OperatorTime]:
    return [one for one in profile.operators if one.index != INTERPRETER]


def _outside(profile: Profile) -> OperatorTime | None:
    return next((one for one in profile.operators if one.index == INTERPRETER), None)


def _aligned(lefts: Sequence[OperatorTime], rights: Sequence[OperatorTime]) -> Iterator[Pair]:
    exact = SequenceMatcher(None, _keys(lefts), _keys(rights), autojunk=False)
    for tag, a, b, c, d in exact.get_opcodes():
        if tag == "equal":
            yield from (
                Pair(one, other) for one, other in zip(lefts[a:b], rights[c:d], strict=True)
            )
        else:
            yield from _aligned_by_name(lefts[a:b], rights[c:d])


def _aligned_by_name(
    lefts: Sequence[OperatorTime], rights: Sequence[OperatorTime]
) -> Iterator[Pair]:
    names = ([kind_of(one) for one in lefts], [kind_of(one) for one in rights])
    for tag, a, b, c, d in SequenceMatcher(None, *names, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (
                Pair(one, other) for one, other in zip(lefts[a:b], rights[c:d], strict=True)
            )
        else:
            yield from (Pair(one, None) for one in lefts[a:b])
            yield from (Pair(None, other) for other in rights[c:d])


def _keys(operators: Iterable[OperatorTime]) -> list[tuple[str, tuple[int, ...]]]:
    return [(kind_of(one), one.shape) for one in operators]
