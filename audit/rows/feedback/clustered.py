"""Links of the loop where leads of one account are not independent.

The delete-a-group jackknife of `audit.clustering`, with 20 random groups of accounts: every link is computed
again without each of them, and its variance is at least that of independent leads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from statistics import NormalDist

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.clustering.accounts import FEWEST, Accounts
from audit.clustering.effect import FEWEST_EFFECTIVE
from audit.estimate import Estimate
from audit.inference import student_p
from audit.intervals import quantile, wider
from audit.rows.feedback.effects import Told
from audit.rows.feedback.leads import Leads, Side
from audit.rows.feedback.links import GAPS, Links, links
from audit.rows.feedback.model import Effect
from audit.schema import Stream

BUCKETS = 20
TINY = 1e-300
FEW_ACCOUNTS = f"the leads come from fewer than {FEWEST} accounts, or nearly all from a few of them"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clusters:
    """The account of each lead, and the random group that the account is in."""

    code: IntArray
    bucket: IntArray
    buckets: int

    def df(self, some: BoolArray) -> float:
        """Degrees of freedom of figures about these leads; 0 where they come from too few accounts."""
        effective = self.effective(some)
        few = effective < FEWEST_EFFECTIVE or len(np.unique(self.code[some])) < FEWEST
        return 0.0 if few else effective - 1

    def effective(self, some: BoolArray) -> float:
        """Effective number of random groups that hold these leads."""
        leads = np.bincount(self.bucket[some], minlength=self.buckets).astype(np.float64)
        return float(leads.sum() ** 2 / max((leads**2).sum(), 1.0))


def clusters_of(accounts: Accounts, rows: IntArray) -> Clusters:
    """The accounts of the leads in these rows."""
    buckets = max(min(BUCKETS, accounts.buckets), 1)
    return Clusters(code=accounts.code[rows], bucket=accounts.bucket[rows] % buckets, buckets=buckets)


def clustered_links(
    whole: Links, clusters: Clusters, of: tuple[Leads, tuple[Side, ...]], how: tuple[Stream, float | None]
) -> Links:
    """The same links with intervals and tests of whole accounts; missing where there are too few."""
    (everyone, sides), (stream, width) = of, how
    df = _freedom(clusters, everyone, sides)
    parts = []
    for code in range(clusters.buckets if max(df) > 0 else 0):
        left = clusters.bucket != code
        some = tuple(side.of(left) for side in sides)
        parts.append([one.value for one, _ in links(everyone.of(left), some, stream, width).every])
    values = np.array(parts, dtype=np.float64).reshape(len(parts), len(df))
    told = zip(whole.every, values.T, df, strict=True)
    return Links.of(tuple(_widened(one, moved, free, stream.audit.confidence) for one, moved, free in told))


def _freedom(clusters: Clusters, everyone: Leads, sides: tuple[Side, ...]) -> tuple[float, ...]:
    """Degrees of freedom of each link: of a gap those of the side with fewer."""
    all_leads = clusters.df(np.ones(len(everyone.rows), dtype=np.bool_))
    found = [all_leads] * 4
    for side in sides:
        other = clusters.df(np.equal(side.group, side.reference))
        for code in side.wanted:
            found += [min(clusters.df(np.equal(side.group, code)), other)] * GAPS
    return tuple(found)


def _widened(told: Told, moved: FloatArray, df: float, confidence: float) -> Told:
    one, variance = told
    if one.value is None or one.p is None:
        return told
    moved = moved[np.isfinite(moved)]
    if not df or len(moved) < FEWEST_EFFECTIVE or not variance > 0:
        return Effect.missing(FEW_ACCOUNTS, one.n), 0.0
    jackknife = (len(moved) - 1) / len(moved) * float(((moved - one.value) ** 2).sum())
    deff = max(jackknife / variance, 1.0)
    half = _times(deff, df, confidence) * quantile(confidence) * sqrt(variance)
    # The test of independent leads, scaled: its own variance is that under equality.
    z = -NormalDist().inv_cdf(one.p / 2) if one.p > TINY else abs(one.value) / sqrt(variance)
    p = float(student_p(np.array(z / sqrt(deff)), np.array(df)))
    low, high = max(one.value - half, -1.0), min(one.value + half, 1.0)
    return replace(one, low=min(low, one.value), high=max(high, one.value), p=p), variance * deff


def _times(deff: float, df: float, confidence: float) -> float:
    return sqrt(deff) * float(wider(np.array([df]), confidence)[0])


def clustered_rate(
    rate: Estimate, hit: FloatArray, rows: BoolArray, clusters: Clusters, confidence: float
) -> Estimate:
    """The rate of some leads, with the interval of whole accounts; ``hit`` is of these leads.

    None where all are in one random group; few accounts make it wide.
    """
    value, low, high = rate.value, rate.low, rate.high
    if value is None or low is None or high is None:
        return rate
    df = clusters.effective(rows) - 1
    if df <= 0:
        return Estimate.missing(FEW_ACCOUNTS)
    bucket = clusters.bucket[rows]
    n, hits = (np.bincount(bucket, part, clusters.buckets) for part in (np.ones(len(hit)), hit))
    left = (hit.sum() - hits) / (len(hit) - n)
    jackknife = (clusters.buckets - 1) / clusters.buckets * float(((left - value) ** 2).sum())
    plain = value * (1 - value) / len(hit)
    times = _times(max(jackknife / plain, 1.0) if plain > 0 else 1.0, df, confidence)
    return replace(
        rate, low=max(value - times * (value - low), 0.0), high=min(value + times * (high - value), 1.0)
    )
