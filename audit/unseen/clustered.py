"""Intervals of bounds where leads of one account resemble each other.

Not only outcomes are alike within an account, but also who was worked and whose group is known. So the
ends of every region are computed again without each bucket of accounts (delete-a-group jackknife, as in
`audit.clustering.jackknife`), and their variance grows by the design effect found; it never shrinks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from audit.arrays import FloatArray
from audit.cube import Cube
from audit.grouping import Grouping
from audit.intervals import wider
from audit.unseen.listing import Regions
from audit.unseen.region import End

Replicates = Callable[[], tuple[Cube, Iterator[Cube]]]
"""The cube of all leads, and one after the other the cubes that leave a bucket of accounts out."""
Name = tuple[str, ...]
RegionsOf = Callable[[Cube], Iterator[tuple[Grouping, Regions]]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spread:
    """Per group: factors by which the variances of both ends grow, and degrees of freedom."""

    groups: tuple[Name, ...]
    factor: FloatArray
    df: FloatArray


@dataclass(slots=True, kw_only=True, eq=False)
class _Moves:
    """Running sums over the buckets left out: squared moves of both ends, and leads left out."""

    squares: FloatArray
    leads: FloatArray
    leads_squared: FloatArray
    buckets: FloatArray


def spreads(replicates: Replicates, regions: RegionsOf) -> dict[Name, Spread]:
    """The spread of every region, by its grouping, cause, method and metric."""
    whole, parts = replicates()
    seen = {_name(part, of): (part, of) for part, of in regions(whole)}
    moves = {name: _start(of) for name, (_, of) in seen.items()}
    for cube in parts:
        for part, of in regions(cube):
            name = _name(part, of)
            if name in seen:
                _add(moves[name], seen[name], (part, of))
    return {name: _spread(part, of, moves[name]) for name, (part, of) in seen.items()}


def widened(of: Regions, part: Grouping, found: dict[Name, Spread], confidence: float) -> Regions:
    """The regions with the variances of clustered leads; as they are where none are found."""
    spread = found.get(_name(part, of))
    if spread is None:
        return of
    place = {group: i for i, group in enumerate(spread.groups)}
    order = [place[group] for group in part.groups]
    factor = spread.factor[:, order] * wider(spread.df[order], confidence) ** 2
    lower, upper = (
        End(value=end.value, variance=end.variance * times, n=end.n / times)
        for end, times in zip((of.region.lower, of.region.upper), factor, strict=True)
    )
    return replace(of, region=replace(of.region, lower=lower, upper=upper))


def _name(part: Grouping, of: Regions) -> Name:
    return (*part.attributes, of.cause, of.method, of.metric)


def _start(of: Regions) -> _Moves:
    zeros = np.zeros_like(of.region.lower.value)
    return _Moves(
        squares=np.stack([zeros, zeros]), leads=zeros.copy(), leads_squared=zeros.copy(), buckets=zeros.copy()
    )


def _add(moves: _Moves, whole: tuple[Grouping, Regions], left: tuple[Grouping, Regions]) -> None:
    """One more bucket left out; a group that has no value without it does not move."""
    place = {group: i for i, group in enumerate(left[0].groups)}
    order = np.array([place.get(group, -1) for group in whole[0].groups])
    here = order >= 0
    value = np.full_like(moves.squares, np.nan)
    value[:, here] = _ends(left[1])[:, order[here]]
    leads = np.zeros_like(moves.leads)
    leads[here] = left[0].count()[order[here]]
    out = whole[0].count() - leads
    moves.squares += np.nan_to_num((value - _ends(whole[1])) ** 2)
    moves.leads += out
    moves.leads_squared += out**2
    moves.buckets += out > 0


def _ends(of: Regions) -> FloatArray:
    return np.stack([of.region.lower.value, of.region.upper.value])


def _spread(part: Grouping, of: Regions, moves: _Moves) -> Spread:
    buckets = np.maximum(moves.buckets, 1.0)
    alone = np.stack([of.region.lower.variance, of.region.upper.variance])
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = (buckets - 1) / buckets * moves.squares / alone
        effective = np.nan_to_num(moves.leads**2 / moves.leads_squared, nan=1.0)
    factor = np.where(np.isfinite(factor), np.maximum(factor, 1.0), 1.0)
    return Spread(groups=part.groups, factor=factor, df=np.maximum(effective - 1, 1.0))
