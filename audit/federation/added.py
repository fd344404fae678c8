"""Counts of several organisations added up: what is shown, what is hidden, and what holds noise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from audit.federation.model import Names, Party
from audit.federation.plan import Plan
from audit.release.bounds import Span, spans
from audit.release.counted import Counted, atoms, counted
from audit.release.facts import Fact
from audit.release.model import Noise

Noises = tuple[tuple[float, int], ...]
"""Scale and number of the discrete Laplace variables in a sum, by scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A joint count: between ``low`` and ``high`` without the releases with noise, plus ``noisy``.

    ``noisy`` is the sum of the counts with noise, and ``noise`` what noise is in it.
    """

    low: int = 0
    high: int = 0
    noisy: int = 0
    noise: Noises = ()

    @property
    def hidden(self) -> bool:
        """Whether a part of it is hidden."""
        return self.low != self.high

    def __add__(self, other: Sum) -> Sum:
        return Sum(
            low=self.low + other.low,
            high=self.high + other.high,
            noisy=self.noisy + other.noisy,
            noise=_together(self.noise, other.noise),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Hits and misses of a rate."""

    hits: Sum = Sum()
    misses: Sum = Sum()

    def __add__(self, other: Side) -> Side:
        return Side(hits=self.hits + other.hits, misses=self.misses + other.misses)


Key = TypeVar("Key")
Value = TypeVar("Value", Sum, Side)

Sides = dict[tuple[Names, Names, str], Side]
Facts = dict[tuple[Names, Names, Fact], Sum]


def sides(party: Party, plan: Plan) -> Sides:
    """Hits and misses of every rate of one organisation, by the joint groups."""
    found: Sides = {}
    noise = party.release.noise
    for (one, metric), got in counted(party.release):
        place = (*plan.group(one.attribute, one.group), metric)
        if place[0] in plan.scopes:
            found[place] = found.get(place, Side()) + _side(got, noise)
    return found


def facts(party: Party, plan: Plan) -> Facts:
    """Every count of one organisation, by the joint groups and score bands."""
    found: Facts = {}
    release = party.release
    bounds = {} if release.noise else spans(release)
    # Noise was drawn for decisions and for bands apart.
    tables = (release.facts[: release.decisions], release.facts[release.decisions :])
    for (attribute, group, fact), count in release.values().items():
        place = (*plan.group(attribute, group), plan.fact(fact, release.edges))
        if place[0] not in plan.scopes:
            continue
        if release.noise is None:
            span = bounds[attribute, group, fact]
            own = Sum(low=span.low, high=max(span.low, span.high))
        else:
            terms = len(atoms(fact, tables[fact.band is not None]))
            own = Sum(noisy=count or 0, noise=((release.noise.scale, terms),))
        found[place] = found.get(place, Sum()) + own
    return found


def added(parts: Iterable[dict[Key, Value]], nothing: Value) -> dict[Key, Value]:
    """The sums of all organisations, place by place; where one has nothing, it has no lead."""
    total: dict[Key, Value] = {}
    for part in parts:
        for place, value in part.items():
            total[place] = total.get(place, nothing) + value
    return total


def _side(got: Counted, noise: Noise | None) -> Side:
    return Side(
        hits=_sum(got.hits, got.hit_span, got.hit_atoms, noise),
        misses=_sum(got.misses, got.miss_span, got.miss_atoms, noise),
    )


def _sum(count: int | None, span: Span, terms: int, noise: Noise | None) -> Sum:
    if noise is not None:
        return Sum(noisy=count or 0, noise=((noise.scale, terms),) if terms else ())
    if count is not None:
        return Sum(low=count, high=count)
    return Sum(low=span.low, high=max(span.low, span.high))


def _together(one: Noises, other: Noises) -> Noises:
    found: dict[float, int] = {}
    for scale, terms in (*one, *other):
        found[scale] = found.get(scale, 0) + terms
    return tuple(sorted(found.items()))
