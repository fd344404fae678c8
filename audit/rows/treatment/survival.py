"""How long leads wait for their first contact: Kaplan and Meier's curve of each group at once.

A lead without a contact has waited at least as long as it could be watched (right-censored).

References
----------
E. Kaplan, P. Meier (1958). JASA 53:457. M. Greenwood (1926), variance. J. Kalbfleisch, R. Prentice
(1980), log-log interval. R. Brookmeyer, J. Crowley (1982). Biometrics 38:29 (median).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.intervals import Interval, quantile, wilson


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Waits:
    """Hours until the contact, or until a lead could no longer be watched; ``met`` where contacted.

    ``order`` has the rows of which the wait is known, the shortest first.
    """

    hours: FloatArray
    met: BoolArray
    known: BoolArray
    order: IntArray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rows = np.flatnonzero(self.known)
        object.__setattr__(self, "order", rows[np.argsort(self.hours[rows], kind="stable")])


def by_group(group: IntArray) -> IntArray:
    """Places in the order of their groups, unchanged within a group; small codes sort in one pass."""
    small = group.max(initial=0) < np.iinfo(np.int16).max
    return np.argsort(group.astype(np.int16) if small else group, kind="stable").astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curves:
    """Share of leads still waiting after each time at which something happened, group after group.

    ``group`` and ``time`` name the points, ascending; ``waiting`` is Kaplan and Meier's estimate and
    ``variance`` Greenwood's (of the estimate itself; NaN where nobody waits any longer). ``n`` and
    ``longest`` are the leads of each group and the longest time one was watched; NaN where there are none.
    """

    group: IntArray
    time: FloatArray
    waiting: FloatArray
    variance: FloatArray
    n: IntArray
    longest: FloatArray


def curves(group: IntArray, waits: Waits, groups: int) -> Curves:
    """The curves of all groups; rows of which the wait is not known take no part."""
    rows = waits.order[by_group(group[waits.order])]
    member, hours = group[rows], waits.hours[rows]
    n = np.bincount(member, minlength=groups).astype(np.int64)
    first = np.cumsum(n) - n
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = (member[1:] != member[:-1]) | (hours[1:] != hours[:-1])
    starts = np.flatnonzero(new)
    owner = member[starts]
    met = np.add.reduceat(waits.met[rows].astype(np.float64), starts) if len(starts) else np.zeros(0)
    risk = (n[owner] - (starts - first[owner])).astype(np.float64)
    longest = np.full(groups, np.nan)
    longest[n > 0] = hours[(first + n - 1)[n > 0]]
    waiting, variance = _product(owner, met, risk)
    return Curves(group=owner, time=hours[starts], waiting=waiting, variance=variance, n=n, longest=longest)


def _product(owner: IntArray, met: FloatArray, risk: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Product of the shares that go on waiting, and Greenwood's variance, started anew in each group."""
    gone = met == risk
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.where(gone, 0.0, np.log1p(-met / risk))
        parts = np.where(gone, 0.0, met / (risk * (risk - met)))
    waiting = np.where(gone, 0.0, np.exp(_running(logs, owner)))
    return waiting, np.where(gone, np.nan, waiting**2 * _running(parts, owner))


def _running(values: FloatArray, owner: IntArray) -> FloatArray:
    """Running sum within each owner; owners are ascending."""
    total = np.cumsum(values)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    before = np.concatenate([[0.0], total])[starts]
    return np.asarray(total - np.repeat(before, np.diff(np.append(starts, len(owner)))), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reached:
    """Share of each group that was contacted within a time, its interval and its variance."""

    share: FloatArray
    ends: Interval
    variance: FloatArray
    known: BoolArray


def contacted_within(of: Curves, hours: float, confidence: float) -> Reached:
    """One minus the curve at a time, with the log-log interval.

    Where all or none were contacted by then Greenwood's variance is 0: Wilson's interval, and the variance
    of a proportion with two hits and two misses added, take its place. Not known where no lead of the group
    was watched for that long.
    """
    groups = len(of.n)
    before = of.time <= hours
    points = np.bincount(of.group[before], minlength=groups)
    size = np.bincount(of.group, minlength=groups)
    last = np.maximum(np.cumsum(size) - size + points - 1, 0)
    some = points > 0
    at, spread = (
        np.where(some, np.append(part, np.nan)[np.minimum(last, len(part))], start)
        for part, start in ((of.waiting, 1.0), (of.variance, 0.0))
    )
    with np.errstate(invalid="ignore"):
        known = (of.n > 0) & ((of.longest >= hours) | (at == 0))
    share, n = np.where(known, 1 - at, np.nan), of.n.astype(np.float64)
    sharp = ~(spread > 0)
    low, high = loglog(at, spread, confidence)
    bounds = wilson(share * n, n, confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        padded = (share * n + 2) / (n + 4)
        rough = padded * (1 - padded) / n
    return Reached(
        share=share,
        ends=(np.where(sharp, bounds[0], 1 - high), np.where(sharp, bounds[1], 1 - low)),
        variance=np.where(sharp, rough, spread),
        known=known,
    )


def loglog(waiting: FloatArray, variance: FloatArray, confidence: float) -> Interval:
    """Interval of a survival share on the scale of log(-log); NaN at shares of 0 and 1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        logs = np.log(waiting)
        width = quantile(confidence) * np.sqrt(variance) / (waiting * np.abs(logs))
        return waiting ** np.exp(width), waiting ** np.exp(-width)


def median(of: Curves, confidence: float) -> tuple[FloatArray, Interval]:
    """First time after which at most half of a group still waits, with Brookmeyer and Crowley's interval.

    NaN where the curve, or an end of its interval, does not come down to one half; the last lead that is
    contacted bounds nothing from above.
    """
    low, high = loglog(of.waiting, of.variance, confidence)
    gone = of.waiting == 0
    ends = (np.where(gone, 0.0, low), high)
    value, early, late = (_first_at_half(of, part) for part in (of.waiting, *ends))
    return value, (early, late)


def _first_at_half(of: Curves, curve: FloatArray) -> FloatArray:
    found = np.full(len(of.n), np.nan)
    with np.errstate(invalid="ignore"):
        points = np.flatnonzero(curve <= 0.5)
    owner, first = np.unique(of.group[points], return_index=True)
    found[owner] = of.time[points[first]]
    return found


def restricted(waits: Waits, watched: FloatArray, horizon: float) -> tuple[BoolArray, FloatArray]:
    """Leads that could be watched up to the horizon, and the hours they waited, at most the horizon.

    The date at which watching ends is the same for all leads and known, so these leads are no selection
    by what happened to them.
    """
    rows = waits.known & (watched >= horizon)
    return rows, np.where(rows, np.minimum(waits.hours, horizon), 0.0)


def within(waits: Waits, watched: FloatArray, hours: float) -> tuple[BoolArray, FloatArray]:
    """Leads that could be watched for so many hours, and whether they were contacted by then."""
    rows = waits.known & (watched >= hours)
    return rows, (rows & waits.met & (waits.hours <= hours)).astype(np.float64)
