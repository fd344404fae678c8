"""Leads of one side against their nearest leads on the other.

References
----------
A. Abadie, G. Imbens (2006). Econometrica 74:235 (matching with replacement, its bias and its variance).
A. Abadie, G. Imbens (2011). Journal of Business and Economic Statistics 29:1 (bias-corrected matching).
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
MOST_NEAREST = 200
FEW = 9
ALONE = "the group has a single lead, and no other of its own to compare with"

Side = tuple[Reals, Reals]
"""Where the leads of a side lie, one row each, and whether each is selected (1 or 0)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Points:
    """The places where leads lie, with how many and how many selected; in a fixed order, whatever theirs.

    ``line`` is what a straight line makes of the features of each place.
    """

    at: Reals
    leads: Reals
    selected: Reals
    line: Reals


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Nearby:
    """The leads near each place of the group on one side.

    ``rate`` is their selection rate beyond the line; ``noise`` its variance. ``total`` is the variance of the
    sum of the rates over all leads of the group, which counts how often a lead is used.
    """

    rate: Reals
    noise: Reals
    total: float


def matched_gap(group: Side, other: Side, confidence: float) -> Estimate:
    """How much more often leads of a group are selected than the nearest leads of the other side.

    At every lead of the group, the rate of its nearest leads within the group (without itself) is held
    against that of its nearest leads on the other side: five of the smaller side, and the same part of the
    larger. A lead's own decision against its neighbours' would not do: neighbours lie where leads are many,
    so that their rate differs from its own where nobody is treated differently (Abadie and Imbens' bias).
    Here both sides have that bias, and it goes where they lie alike. Where they do not, the neighbours of one
    side lie further off than those of the other: what a straight line within the sides makes of that is
    taken off (Abadie and Imbens 2011), and the rest of it stays in the number.
    """
    slopes = _slopes(group, other)
    own, theirs = _points(group, slopes), _points(other, slopes)
    n, m = int(own.leads.sum()), int(theirs.leads.sum())
    if n < 2:
        return Estimate.missing(ALONE, n)
    part = min(1.0, NEAREST / min(n - 1, m))
    within = _nearby(own, own, round(part * (n - 1)))
    across = _nearby(own, theirs, round(part * m))
    gap = within.rate - across.rate
    value = float((own.leads * gap).sum() / n)
    uneven = float((own.leads * ((gap - value) ** 2 - within.noise - across.noise)).sum())
    variance = (max(uneven, 0.0) + within.total + across.total) / n**2
    df = np.array([max(min(n, m) - 1.0, 1.0)])
    ends = student(np.array([value]), np.array([variance]), df, confidence)
    low, high = (float(np.clip(end[0], -1, 1)) for end in ends)
    return Estimate(value=value, low=min(low, value), high=max(high, value), n=n)


def majority_gap(group: Side, other: Side) -> float:
    """Clarify's FT: leads that the majority of five would not have selected minus those it would, over all.

    One nearest lead instead of five where the other side has nine or fewer, as smclarify 0.5 has it.
    """
    from sklearn.neighbors import KNeighborsClassifier  # noqa: PLC0415 - keeps it out of the start

    nearest = KNeighborsClassifier(n_neighbors=NEAREST if len(other[1]) > FEW else 1)
    expected = nearest.fit(other[0], other[1].astype(np.int64)).predict(group[0])
    return float((group[1] - expected).sum() / len(group[1]))


def _slopes(group: Side, other: Side) -> Reals:
    """Slopes of the decision in the features within the sides, so that a gap between them is not in them."""
    at, selected = (
        np.concatenate([part - part.mean(axis=0) for part in parts])
        for parts in ((group[0], other[0]), (group[1], other[1]))
    )
    ridge = at.T @ at + np.eye(at.shape[1])
    return np.asarray(np.linalg.solve(ridge, at.T @ selected), dtype=np.float64)


def _points(side: Side, slopes: Reals) -> _Points:
    # By their bytes (adding 0 makes one zero of both), which is many times faster than number by number.
    whole = np.ascontiguousarray(side[0] + 0.0)
    row = np.dtype((np.void, whole.itemsize * whole.shape[1]))
    _, first, place = np.unique(whole.view(row).reshape(-1), return_index=True, return_inverse=True)
    at, place = whole[first], place.reshape(-1).astype(np.int64)
    return _Points(
        at=at,
        leads=sum_by(place, np.ones(len(side[1])), len(at)),
        selected=sum_by(place, side[1], len(at)),
        line=at @ slopes,
    )


def _nearby(own: _Points, side: _Points, nearest: int) -> _Nearby:
    """The nearest leads of a side (the group itself, or the other) at every place of the group."""
    place, held = _nearest(own.at, side, nearest, itself=side is own)
    near = held.sum(axis=1)
    weight = held / near[:, None]
    each = side.selected / side.leads
    share = ((held * each[place]).sum(axis=1) + 0.5) / (near + 1)
    spread = share * (1 - share)
    taken = own.leads[:, None] * weight
    used, spreads = (
        sum_by(place.reshape(-1), part.reshape(-1), len(side.at)) for part in (taken, taken * spread[:, None])
    )
    return _Nearby(
        rate=(weight * (each - side.line)[place]).sum(axis=1),
        noise=spread * (weight**2 / side.leads[place]).sum(axis=1),
        total=float((used * spreads / side.leads).sum()),
    )


def _nearest(at: Reals, points: _Points, nearest: int, *, itself: bool) -> tuple[Codes, Reals]:
    """The nearest places, near to far, and how many leads of each are taken, until enough are.

    With ``itself`` the places are those of the side, and each lead leaves itself out of its own.
    """
    from scipy.spatial import KDTree  # noqa: PLC0415 - keeps scipy out of the start of the web process

    most = min(max(nearest, 1), MOST_NEAREST)
    _, found = KDTree(points.at).query(at, k=range(1, min(most + itself, len(points.at)) + 1))
    place = np.asarray(found, dtype=np.int64)
    held = points.leads[place] - (itself * (place == np.arange(len(at))[:, None]))
    before = np.cumsum(held, axis=1) - held
    return place, np.where(before < most, held, 0.0)
