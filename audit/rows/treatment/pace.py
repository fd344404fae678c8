"""Who is contacted sooner at equal score: the stratified log-rank test and the pooled ratio behind it.

References
----------
N. Mantel (1966). Cancer Chemother. Rep. 50:163. S. Greenland, J. Robins (1985). Biometrics 41:55 (the
variance of a pooled ratio, here over the moments of each stratum at which somebody was contacted).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.disparity.pooled import Pooled
from audit.inference import normal_p
from audit.intervals import quantile
from audit.rows.treatment.survival import Waits, by_group

MOMENTS = 200
FEWER_MOMENTS = 50
MANY_STRATA = 1_000


FEWEST = 5.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """Leads by the moment at which they leave: contacted at one, or no longer watched from one on.

    ``row`` names the row of each lead of which the wait is known, and ``times`` the moments, in hours.
    """

    row: IntArray
    stratum: IntArray
    leaves: IntArray
    met: BoolArray
    times: FloatArray

    def of(self, places: IntArray) -> Moments:
        """The leads at these places."""
        return Moments(
            row=self.row[places],
            stratum=self.stratum[places],
            leaves=self.leaves[places],
            met=self.met[places],
            times=self.times,
        )


def moments(stratum: IntArray, waits: Waits) -> Moments:
    """The moments at which contacts are counted.

    Each distinct time, or, where there are more than 200, 200 times between which equally many contacts
    lie (50 where there are more than 1,000 strata): contacts within one step count as simultaneous.
    """
    row = waits.order
    hours, met = waits.hours[row], waits.met[row]
    contacts = hours[met]
    times = contacts[np.flatnonzero(np.diff(contacts, prepend=-1.0))]
    most = FEWER_MOMENTS if stratum.max(initial=0) >= MANY_STRATA else MOMENTS
    if len(times) > most:
        places = np.ceil(np.linspace(0, 1, most + 1)[1:] * len(contacts)).astype(np.int64) - 1
        times = np.unique(contacts[places])
    leaves = np.where(met, np.searchsorted(times, hours), np.searchsorted(times, hours, side="right"))
    return Moments(row=row, stratum=stratum[row], leaves=leaves.astype(np.int64), met=met, times=times)


def pace(
    group: IntArray, of: Moments, sides: tuple[int, int], confidence: float
) -> tuple[Pooled, FloatArray]:
    """Compare each group with the reference; ``sides`` are the number of groups and the reference.

    Beside the comparison: the median wait of each group (first row) and of the reference (second) in the
    strata that hold both, weighed alike; NaN where fewer than half were contacted.
    """
    groups, reference = sides
    places = by_group(group[of.row])
    sizes = np.bincount(group[of.row], minlength=groups)
    parts = np.split(places, np.cumsum(sizes)[:-1])
    found = np.full((8, groups), np.nan)
    found[3:6] = 0.0
    other = _table(of.of(parts[reference]))
    for code in np.flatnonzero(sizes).tolist():
        if code != reference:
            one, two = _shared(_table(of.of(parts[code])), other)
            found[:, code] = (*_compared(one, two), *_medians(one, two, of.times))
    with np.errstate(invalid="ignore"):
        factor = np.exp(quantile(confidence) * np.sqrt(found[1]))
    compared = Pooled(
        metric="equal_score_contact_pace",
        kind="ratio",
        value=found[0],
        ends=(found[0] / factor, found[0] * factor),
        p=found[2],
        variance=found[1],
        n=found[3],
        other_n=found[4],
        weak=np.less(found[5], FEWEST),
    )
    return compared, found[6:]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Table:
    """Contacts and leads still waiting, by stratum (of those with leads, ascending) and moment."""

    strata: IntArray
    met: FloatArray
    risk: FloatArray
    n: FloatArray


def _table(of: Moments) -> _Table:
    present = np.bincount(of.stratum) > 0
    strata, place = np.flatnonzero(present), (np.cumsum(present) - 1)[of.stratum]
    width = len(of.times) + 1
    shape = (len(strata), width)
    key = place * width + of.leaves
    gone = np.bincount(key, minlength=len(strata) * width).reshape(shape).astype(np.float64)
    met = np.bincount(key[of.met], minlength=len(strata) * width).reshape(shape).astype(np.float64)
    n = gone.sum(axis=1)
    # Who is contacted at a moment was waiting at it; who is no longer watched from it on was not.
    left = np.cumsum(gone, axis=1) - met
    return _Table(strata=strata, met=met[:, :-1], risk=(n[:, None] - left)[:, :-1], n=n)


def _shared(one: _Table, other: _Table) -> tuple[_Table, _Table]:
    """Both tables in the strata that they have in common."""
    _, mine, theirs = np.intersect1d(one.strata, other.strata, assume_unique=True, return_indices=True)
    return _of(one, mine), _of(other, theirs)


def _of(table: _Table, rows: IntArray) -> _Table:
    return _Table(strata=table.strata[rows], met=table.met[rows], risk=table.risk[rows], n=table.n[rows])


def _compared(one: _Table, other: _Table) -> tuple[float, float, float, float, float, float]:
    size, other_size = float(one.n.sum()), float(other.n.sum())
    both = (one.risk > 0) & (other.risk > 0)
    d, m, n, k = (part[both] for part in (one.met, other.met, one.risk, other.risk))
    total, met = n + k, d + m
    up, down = float((d * k / total).sum()), float((m * n / total).sum())
    room = n * k * met * (total - met) / (total**2 * np.maximum(total - 1, 1))
    excess, spread = float((d - n * met / total).sum()), float(room.sum())
    p = float(normal_p(np.array(excess / np.sqrt(spread) if spread > 0 else 0.0)))
    rarer = min(float(d.sum()), float(m.sum()))
    if not up or not down:
        return (0.0 if down else np.nan), np.nan, p, size, other_size, rarer
    variance = float(((met * n * k - d * m * total) / total**2).sum()) / (up * down)
    return up / down, variance, p, size, other_size, rarer


def _medians(one: _Table, other: _Table, times: FloatArray) -> tuple[float, float]:
    """Median wait of both sides, each stratum weighed as Mantel and Haenszel do."""
    weight = one.n * other.n / (one.n + other.n)
    return _median(one, weight, times), _median(other, weight, times)


def _median(of: _Table, weight: FloatArray, times: FloatArray) -> float:
    each = (weight / of.n)[:, None]
    risk, met = (each * of.risk).sum(axis=0), (each * of.met).sum(axis=0)
    waiting = np.cumprod(1 - np.divide(met, risk, out=np.zeros_like(met), where=risk > 0))
    half = np.flatnonzero(waiting <= 0.5)
    return float(times[half[0]]) if len(half) else np.nan
