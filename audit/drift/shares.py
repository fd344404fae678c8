"""The share of leads without a value, and of those with one that is new, in both windows."""

from __future__ import annotations

import numpy as np

from audit.arrays import BoolArray, FloatArray
from audit.drift.model import Share, Unseen
from audit.drift.source import Coded
from audit.inference import two_proportion_p
from audit.intervals import mover, quantile, wilson_at

MOST_NAMES = 10
LEAST_NAMED = 10
"""Leads that a value needs to be named: what fewer people have may tell who one of them is."""


def missing_share(column: Coded, windows: FloatArray, effect: float, confidence: float) -> Share:
    """Leads without a value; intervals are Newcombe's, of as many leads as the design effect leaves."""
    n = windows.sum(axis=1)
    hits = np.zeros(2) if column.missing is None else windows[:, column.missing]
    rate, ends = hits / n, wilson_at(hits / effect, n / effect, np.float64(quantile(confidence)))
    low, high = mover(rate[1:], (ends[0][1:], ends[1][1:]), rate[:1], (ends[0][:1], ends[1][:1]))
    counts = [np.rint(part / effect) for part in (hits[:1], n[:1], hits[1:], n[1:])]
    return Share(
        reference=float(rate[0]),
        newest=float(rate[1]),
        change=float(rate[1] - rate[0]),
        low=float(low[0]),
        high=float(high[0]),
        p_value=float(two_proportion_p(*counts)[0]) if hits.any() else None,
        p_adjusted=None,
        verdict="insufficient",
    )


def unseen_share(column: Coded, windows: FloatArray, effect: float) -> Unseen:
    """Leads with a value that no lead of the reference window has, or a number beyond its range."""
    known = windows.copy()
    if column.missing is not None:
        known[:, column.missing] = 0
    fresh = _beyond(known) if column.axis.edges else (known[0] == 0) & (known[1] > 0)
    leads = float(known[1, fresh].sum())
    names = () if column.axis.edges else _most(column.axis.levels, known[1], fresh)
    return Unseen(
        values=0 if column.axis.edges else int(fresh.sum()),
        leads=round(leads),
        share=leads / float(windows[1].sum()),
        expected=_expected(column, known) / float(windows[0].sum()),
        names=names,
        p_value=_chance(column, known, fresh, effect) if known[0].any() and leads else None,
        p_adjusted=None,
        verdict="insufficient",
    )


def gone_names(column: Coded, windows: FloatArray) -> tuple[str, ...]:
    """The most frequent names of the reference window that the newest one has none of."""
    if column.axis.edges:
        return ()
    gone = (windows[0] > 0) & (windows[1] == 0)
    if column.missing is not None:
        gone[column.missing] = False
    return _most(column.axis.levels, windows[0], gone)


def _beyond(known: FloatArray) -> BoolArray:
    places = np.flatnonzero(known[0])
    every = np.arange(known.shape[1])
    if not places.size:
        return np.zeros(known.shape[1], dtype=np.bool_)
    return np.asarray(((every < places[0]) | (every > places[-1])) & (known[1] > 0), dtype=np.bool_)


def _expected(column: Coded, known: FloatArray) -> float:
    """Reference leads that are alone with their value: a new lead is as likely to bring a new one.

    I. Good (1953). Biometrika 40:237. Of numbers the least and the greatest are alone beyond the others.
    """
    return min(2.0, float(known[0].sum())) if column.axis.edges else float((known[0] == 1).sum())


def _chance(column: Coded, known: FloatArray, fresh: BoolArray, effect: float) -> float:
    """How probable so many leads with new values are where both windows are draws from one pool.

    All c leads of a value fall into the newest window with a probability of at most its share of the leads to
    the power of c; added up over all values that are as frequent, this bounds the greatest one. Many small
    ones are tested by their number, with a variance that lets the leads of a value come together. The less of
    both counts double.
    """
    n, m = known.sum(axis=1)
    share = m / (n + m)
    if column.axis.edges:
        places = np.flatnonzero(known[0])
        sides = known[1, : places[0]].sum(), known[1, places[-1] + 1 :].sum()
        return float(min(1.0, 2 * share ** (max(sides) / effect)))
    clumps = known[1, fresh]
    largest = clumps.max() / effect
    whole = known.sum(axis=0) / effect
    one = float(np.count_nonzero(whole >= largest) * share**largest)
    return min(1.0, 2 * min(one, _many(clumps, _expected(column, known), (float(n), float(m)), effect)))


def _many(clumps: FloatArray, alone: float, leads: tuple[float, float], effect: float) -> float:
    from scipy.special import ndtr  # noqa: PLC0415 - slow to import

    n, m = leads
    variance = effect * ((clumps**2).sum() / m**2 + alone / n**2)
    return float(ndtr(-(clumps.sum() / m - alone / n) / np.sqrt(variance)))


def _most(levels: tuple[str, ...], leads: FloatArray, chosen: BoolArray) -> tuple[str, ...]:
    found = np.flatnonzero(chosen & (leads >= LEAST_NAMED))
    order = found[np.argsort(-leads[found], kind="stable")][:MOST_NAMES]
    return tuple(levels[code] for code in order)
