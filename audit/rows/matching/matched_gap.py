"""Leads of one side against their nearest leads on the other.

References
----------
A. Abadie, G. Imbens (2006). Econometrica 74:235 (matching with replacement, and its variance).
E. Black, S. Yeom, M. Fredrikson (2020). FAT*, 111-121 (FlipTest).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import sum_by
from audit.estimate import Estimate
from audit.intervals import student
from audit.rows.levels import Codes, Reals

NEAREST = 5
FEW = 9

Side = tuple[Reals, Reals]
"""Where the leads of a side lie, one row each, and whether each is selected (1 or 0)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Points:
    """The places where leads lie, with how many and how many selected; in a fixed order, whatever theirs."""

    at: Reals
    leads: Reals
    selected: Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Match:
    """For each place of one side its nearest places of the other: which, and whether it is used."""

    place: Codes
    used: Reals


def matched_gap(group: Side, other: Side, confidence: float) -> Estimate:
    """Selection rate of a group minus that of its five nearest leads (or more, where they lie together).

    The mean over leads of the group. Its variance counts how often a lead of the other side is used
    (Abadie and Imbens). Nearest is not the same: where the sides share no place, what is left of the
    difference in features is in the number.
    """
    own, theirs = _points(group), _points(other)
    match = _nearest(own.at, theirs)
    n = float(own.leads.sum())
    weight = match.used * theirs.leads[match.place]
    matched = weight.sum(axis=1)
    expected = (match.used * theirs.selected[match.place]).sum(axis=1) / matched
    rate = own.selected.sum() / n
    value = float((own.selected.sum() - (own.leads * expected).sum()) / n)
    spread = own.selected * (1 - expected - value) ** 2 + (own.leads - own.selected) * (expected + value) ** 2
    reused = _reuse(own, theirs, match)
    padded = (rate * n + 2) / (n + 4)
    variance = max((spread.sum() + reused) / n**2, padded * (1 - padded) / n if spread.sum() == 0 else 0.0)
    ends = student(np.array([value]), np.array([variance]), np.array([max(n - 1, 1.0)]), confidence)
    low, high = (float(np.clip(end[0], -1, 1)) for end in ends)
    return Estimate(value=value, low=low, high=high, n=int(n))


def majority_gap(group: Side, other: Side) -> float:
    """Clarify's FT: leads that the majority of five would not have selected minus those it would, over all.

    One nearest lead instead of five where the other side has nine or fewer, as smclarify 0.5 has it.
    """
    from sklearn.neighbors import KNeighborsClassifier  # noqa: PLC0415 - keeps it out of the start

    nearest = KNeighborsClassifier(n_neighbors=NEAREST if len(other[1]) > FEW else 1)
    expected = nearest.fit(other[0], other[1].astype(np.int64)).predict(group[0])
    return float((group[1] - expected).sum() / len(group[1]))


def _points(side: Side) -> _Points:
    at, place = np.unique(side[0], axis=0, return_inverse=True)
    place = place.reshape(-1).astype(np.int64)
    return _Points(
        at=at,
        leads=sum_by(place, np.ones(len(side[1])), len(at)),
        selected=sum_by(place, side[1], len(at)),
    )


def _nearest(at: Reals, points: _Points) -> _Match:
    """The nearest places, near to far, used until they hold five leads."""
    from scipy.spatial import KDTree  # noqa: PLC0415 - keeps scipy out of the start of the web process

    _, place = KDTree(points.at).query(at, k=range(1, min(NEAREST, len(points.at)) + 1))
    before = np.cumsum(points.leads[place], axis=1) - points.leads[place]
    return _Match(place=np.asarray(place, dtype=np.int64), used=(before < NEAREST).astype(np.float64))


def _reuse(own: _Points, theirs: _Points, match: _Match) -> float:
    """What the sampling of the other side adds to the variance, times the squared leads of the group."""
    size = len(theirs.at)
    matched = (match.used * theirs.leads[match.place]).sum(axis=1)
    flat = match.place.reshape(-1)
    weight = match.used * (own.leads / matched)[:, None]
    squares = match.used * (own.leads / matched**2)[:, None]
    total = sum_by(flat, weight.reshape(-1), size)
    once = sum_by(flat, squares.reshape(-1), size)
    leads, squared = theirs.leads, theirs.leads * (total**2 - once)
    near = np.flatnonzero(total > 0)
    around = _nearest(theirs.at[near], theirs)
    n = (around.used * leads[around.place]).sum(axis=1)
    share = ((around.used * theirs.selected[around.place]).sum(axis=1) + 0.5) / (n + 1)
    return float((squared[near] * share * (1 - share)).sum())
