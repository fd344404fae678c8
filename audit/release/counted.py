"""Hits and misses of every rate of every group, out of the counts that a release shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from audit.registry import METRICS, Metric
from audit.release.bounds import Key, Span, spans
from audit.release.facts import Fact
from audit.release.model import Group, Noise, Release

_TAIL = 1e-9

PARTS: Mapping[str, tuple[Fact, ...]] = {
    "leads": (Fact(),),
    "decided": (Fact(selected="yes"), Fact(selected="no")),
    "selected": (Fact(selected="yes"),),
    "known": (Fact(result="yes"), Fact(result="no")),
    "converted": (Fact(result="yes"),),
    "tp": (Fact(selected="yes", result="yes"),),
    "fp": (Fact(selected="yes", result="no"),),
    "fn": (Fact(selected="no", result="yes"),),
    "tn": (Fact(selected="no", result="no"),),
}
"""The counts that rates are made of, as facts; rates of other counts are not in a release."""

Atoms = frozenset[Fact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Hits and misses of one rate of one group: as published, and between what the true ones lie.

    ``hit_atoms`` and ``miss_atoms`` are how many finest cells each is the sum of, and so how often noise is
    in it.
    """

    hits: int | None
    misses: int | None
    hit_span: Span
    miss_span: Span
    hit_atoms: int
    miss_atoms: int


def rates_of(release: Release) -> tuple[str, ...]:
    """The metrics of the registry that the counts of a release give."""
    return tuple(
        name for name, metric in METRICS.items() if metric.kind == "rate" and _possible(metric, release)
    )


def counted(release: Release) -> tuple[tuple[tuple[Group, str], Counted], ...]:
    """Every rate of every group."""
    known = spans(release) if release.noise is None else {}
    decisions = release.facts[: release.decisions]
    sides = {name: _sides(METRICS[name], decisions) for name in rates_of(release)}
    return tuple(
        ((one, name), _counted(one, decisions, side, known))
        for one in release.groups
        for name, side in sides.items()
    )


def likely(noise: Noise, got: Counted, alpha: float) -> tuple[Span, Span]:
    """Between what both true counts lie with a probability of at least ``1 - alpha`` over the noise."""
    spans_of = []
    for value, terms in ((got.hits or 0, got.hit_atoms), (got.misses or 0, got.miss_atoms)):
        most = _quantile(noise.scale, terms, alpha / 2)
        spans_of.append(Span(low=max(value - most, 0), high=max(value + most, 0)))
    return spans_of[0], spans_of[1]


def extremes(got: Counted) -> tuple[float, float]:
    """The least and the most that a rate can be."""
    least, most = got.hit_span.low, got.hit_span.high
    low = least / (least + got.miss_span.high) if least + got.miss_span.high else 0.0
    high = most / (most + got.miss_span.low) if most + got.miss_span.low else 1.0
    return low, high


def _possible(metric: Metric, release: Release) -> bool:
    parts = {*metric.numerator, *metric.denominator}
    facts = release.facts[: release.decisions]
    return parts <= set(PARTS) and all(any(fact in facts for fact in PARTS[part]) for part in parts)


def _sides(metric: Metric, facts: tuple[Fact, ...]) -> tuple[Atoms, Atoms]:
    whole = frozenset(
        atom for part in metric.denominator for fact in PARTS[part] for atom in atoms(fact, facts)
    )
    hits = frozenset(atom for part in metric.numerator for fact in PARTS[part] for atom in atoms(fact, facts))
    return hits & whole, whole - hits


def atoms(fact: Fact, facts: tuple[Fact, ...]) -> Atoms:
    """The finest of these facts that a fact is the sum of."""
    return frozenset(one for one in _finest(facts) if _within(one, fact))


@lru_cache(maxsize=64)
def _finest(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    names = [
        name
        for name in ("selected", "result", "band")
        if any(getattr(one, name) is not None for one in facts)
    ]
    return tuple(one for one in facts if all(getattr(one, name) is not None for name in names))


def _within(one: Fact, fact: Fact) -> bool:
    return all(getattr(fact, name) in {None, getattr(one, name)} for name in ("selected", "result", "band"))


def _counted(
    one: Group, facts: tuple[Fact, ...], sides: tuple[Atoms, Atoms], known: Mapping[Key, Span]
) -> Counted:
    counts = dict(zip(facts, one.counts, strict=False))
    hits, misses = (_count(counts, side, facts) for side in sides)
    spans_of = [_span(one, side, facts, known) for side in sides]
    return Counted(
        hits=hits,
        misses=misses,
        hit_span=spans_of[0],
        miss_span=spans_of[1],
        hit_atoms=len(sides[0]),
        miss_atoms=len(sides[1]),
    )


def _count(counts: Mapping[Fact, int | None], side: Atoms, facts: tuple[Fact, ...]) -> int | None:
    """The count of some finest facts, by whichever published counts add up to it."""
    for cover in _covers(side, facts):
        shown = [counts[fact] for fact in cover]
        if None not in shown:
            return sum(count for count in shown if count is not None)
    return None


def _span(one: Group, side: Atoms, facts: tuple[Fact, ...], known: Mapping[Key, Span]) -> Span:
    if not known:
        return Span(low=0, high=0)
    low, high = 0, None
    for cover in _covers(side, facts):
        parts = [known[one.attribute, one.group, fact] for fact in cover]
        most = sum(part.high for part in parts)
        low, high = max(low, sum(part.low for part in parts)), most if high is None else min(high, most)
    return Span(low=low, high=high or 0)


@lru_cache(maxsize=4096)
def _covers(side: Atoms, facts: tuple[Fact, ...]) -> tuple[tuple[Fact, ...], ...]:
    """Every way to make up a set of finest facts of facts that do not overlap."""
    if not side:
        return ((),)
    first = min(side, key=repr)
    return tuple(
        (fact, *rest)
        for fact in facts
        for found in [atoms(fact, facts)]
        if first in found and found <= side
        for rest in _covers(side - found, facts)
    )


@lru_cache(maxsize=1024)
def _quantile(scale: float, terms: int, alpha: float) -> int:
    """The least t that the sum of so many discrete Laplace variables passes with at most alpha, both ways."""
    if not terms:
        return 0
    reach = int(np.ceil(scale * np.log(terms * 2 / (alpha * _TAIL))))
    steps = np.arange(-reach, reach + 1)
    one = np.exp(-np.abs(steps) / scale)
    one /= one.sum()
    size = 2 * reach * terms + 1
    mass = np.fft.irfft(np.fft.rfft(one, n=_power(size)) ** terms, n=_power(size))[:size]
    middle = reach * terms
    both = np.concatenate([[0.0], np.cumsum(mass[middle + 1 :] + mass[:middle][::-1])]) + mass[middle]
    return int(np.searchsorted(both, 1 - alpha * (1 - _TAIL)))


def _power(size: int) -> int:
    return 1 << (size - 1).bit_length()
