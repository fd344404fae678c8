"""The release: the only form of the figures that may leave the organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass
from functools import lru_cache

from audit.release.facts import Fact
from audit.release.found import LONGEST_NAME
from audit.release.shape import SMALLEST_K, Dimension
from audit.schema import BadInput

SCHEMA = "fairlead.release/1"

_SEAL = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The counts of one group, in the order of the release's facts; None where a count is hidden.

    Groups of two attributes and more have the facts about decisions and results only: the first of them.
    """

    attribute: tuple[str, ...]
    group: tuple[str, ...]
    counts: tuple[int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """The random noise in the counts: discrete Laplace of this scale in every finest cell of every table.

    The release as a whole is (``epsilon``, ``delta``)-differentially private for adding or removing one lead.
    """

    epsilon: float
    delta: float
    scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How the figures are to be read: the stream's own words."""

    stream: str
    confidence: float
    tolerance_difference: float
    tolerance_ratio: float
    threshold: float | None
    higher_is_better: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Published tables of counts, safe to hand out.

    Without ``noise`` every count is 0 or at least ``k``, and a hidden count is None. With noise no count is
    hidden, and a count may be below 0. ``left_out`` says that some leads are in no table, because
    their group is too small even together with all others. Only this package can make one (`sealed`), and
    whatever makes one, the rules are checked here again.

    Raises
    ------
    BadInput
        A count is below ``k``, or one subtraction gives a hidden one away.
    """

    terms: Terms
    k: int
    edges: tuple[float, ...]
    dimensions: tuple[Dimension, ...]
    facts: tuple[Fact, ...]
    groups: tuple[Group, ...]
    left_out: bool
    noise: Noise | None
    seal: InitVar[object]

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            message = "a Release is only made by audit.release, which hides what must be hidden"
            raise TypeError(message)
        if self.k < SMALLEST_K:
            raise BadInput(_broken(f"k is {self.k} and must be at least {SMALLEST_K}"))
        _check_names(self)
        if self.noise is None:
            _check_counts(self)
            _check_sums(self)
        elif any(None in one.counts for one in self.groups):
            raise BadInput(_broken("a count is hidden although there is noise in all"))

    @property
    def decisions(self) -> int:
        """How many of the facts every group has: those without a score band."""
        return sum(fact.band is None for fact in self.facts)

    def values(self) -> Mapping[tuple[tuple[str, ...], tuple[str, ...], Fact], int | None]:
        """Every count by attributes, group and fact."""
        return {
            (one.attribute, one.group, fact): count
            for one in self.groups
            for fact, count in zip(self.facts, one.counts, strict=False)
        }


def sealed(**content: object) -> Release:
    """A release of this content, checked. For `audit.release` alone; a test sees to that."""
    return Release(**content, seal=_SEAL)  # type: ignore[arg-type]


def relations(release: Release) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Every sum among the published counts: a place and the places that add up to it.

    Places count through the groups in order, and within a group through its facts.
    """
    starts, start = {}, 0
    for one in release.groups:
        starts[one.attribute, one.group] = start
        start += len(one.counts)
    found = [
        (first + whole, tuple(first + part for part in parts))
        for one in release.groups
        for first in [starts[one.attribute, one.group]]
        for whole, parts in _fact_sums(release.facts[: len(one.counts)])
    ]
    return (*found, *_group_sums(release, starts))


@lru_cache(maxsize=16)
def _fact_sums(facts: tuple[Fact, ...]) -> list[tuple[int, tuple[int, ...]]]:
    found = []
    for i, whole in enumerate(facts):
        for name in ("selected", "result", "band"):
            if getattr(whole, name) is None:
                parts = tuple(j for j, part in enumerate(facts) if _divides(part, whole, name))
                found += [(i, parts)] if parts else []
    return found


def _divides(part: Fact, whole: Fact, name: str) -> bool:
    same = all(
        getattr(part, other) == getattr(whole, other)
        for other in ("selected", "result", "band")
        if other != name
    )
    return same and getattr(part, name) is not None


def _group_sums(
    release: Release, starts: Mapping[tuple[tuple[str, ...], tuple[str, ...]], int]
) -> list[tuple[int, tuple[int, ...]]]:
    """A group is the sum of its crossings with every group of one more attribute."""
    inner: dict[tuple[object, ...], list[int]] = {}
    sizes = {}
    for one in release.groups:
        start = starts[one.attribute, one.group]
        for place, name in enumerate(one.attribute):
            rest = tuple(zip(one.attribute, one.group, strict=True))
            rest = rest[:place] + rest[place + 1 :]
            whole = tuple(part[0] for part in rest), tuple(part[1] for part in rest)
            inner.setdefault((whole, name), []).append(start)
            sizes[start] = len(one.counts)
    return [
        (starts[key[0]] + i, tuple(start + i for start in parts))  # type: ignore[index]
        for key, parts in inner.items()
        if key[0] in starts
        for i in range(min(sizes[start] for start in parts))
    ]


def _check_names(release: Release) -> None:
    names = [name for one in release.dimensions for name in (one.name, *one.levels)]
    longest = max(map(len, (release.terms.stream, *names)))
    if longest > LONGEST_NAME:
        raise BadInput(_broken(f"a name has {longest:,} characters, and {LONGEST_NAME:,} are the most"))


def _check_counts(release: Release) -> None:
    for one in release.groups:
        wrong = [count for count in one.counts if count is not None and 0 != count < release.k]
        if wrong:
            raise BadInput(_broken(f"a group shows a count below {release.k}"))


def _check_sums(release: Release) -> None:
    counts = [count for one in release.groups for count in one.counts]
    for whole, parts in relations(release):
        hidden = sum(counts[place] is None for place in (whole, *parts))
        if hidden == 1:
            raise BadInput(_broken("one subtraction gives a hidden count away"))
        if not hidden and counts[whole] != sum(counts[place] or 0 for place in parts):
            raise BadInput(_broken("its counts do not add up"))


def _broken(why: str) -> str:
    return f"This is not a release that may leave: {why}. Make it anew with fairlead release."
