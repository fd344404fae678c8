"""The links of the loop: contact by score, conversion by contact, and a group's gap through contact."""

from __future__ import annotations

from math import ceil, sqrt
from statistics import NormalDist

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.disparity.stratified import Strata, cochran_mantel_haenszel_p, risk_difference
from audit.inference import normal_p
from audit.intervals import quantile
from audit.rows.feedback.model import Effect, Experiment

POWER = 0.8
DRAWS = 4_000
FEW_HITS = 5
ALIKE = "at no score are there both leads with and leads without a contact whose outcome is known"
NO_SHARED = "no band of the score holds leads of both groups"
FLAT = "all scores are the same"
Told = tuple[Effect, float]
"""An effect and its variance, 0 where there is no effect."""


def trend(score: FloatArray, hit: FloatArray, confidence: float) -> Effect:
    """Rise of a rate from the worst score to the best, along a straight line over the ranks of the scores.

    Ranks, so that a few extreme scores do not decide (Cochran 1954 and Armitage 1955, with midranks). The
    variance allows for unequal spread (HC1).
    """
    n = len(score)
    x = _midranks(score)
    spread = float(((x - x.mean()) ** 2).sum()) if n else 0.0
    if n < 3 or spread == 0:
        return Effect.missing(FLAT, n)
    slope = float(((x - x.mean()) * hit).sum()) / spread
    fitted = hit.mean() + slope * (x - x.mean())
    squares = float(((x - x.mean()) ** 2 * (hit - fitted) ** 2).sum())
    if min(hit.sum(), n - hit.sum()) < FEW_HITS:  # all or nearly all alike may be chance
        share = (hit.sum() + 2) / (n + 4)
        squares = max(squares, float(share * (1 - share)) * spread)
    rise = float(np.ptp(x)) * slope
    error = float(np.ptp(x)) * sqrt(squares * n / max(n - 2, 1)) / spread
    half = quantile(confidence) * error
    p = float(normal_p(np.array(rise / error))) if error > 0 else 1.0
    return Effect(value=rise, low=rise - half, high=rise + half, p=p, n=n)


def _midranks(score: FloatArray) -> FloatArray:
    _, place, sizes = np.unique(score, return_inverse=True, return_counts=True)
    middle = (np.cumsum(sizes) - sizes / 2) / max(len(score), 1)
    return np.asarray(middle[place], dtype=np.float64)


def contact_effect(stratum: IntArray, contact: FloatArray, outcome: FloatArray, confidence: float) -> Told:
    """Conversion of contacted leads minus that of others, within strata of the score, and the variance."""
    strata = two_sided(stratum, np.equal(contact, 1), outcome)
    return pooled(strata, confidence, ALIKE)


def two_sided(stratum: IntArray, one: BoolArray, hit: FloatArray) -> Strata:
    """Leads on one side against the others, in the strata that hold both."""
    size = int(stratum.max(initial=0)) + 1
    n, hits = (np.bincount(stratum[one], part, size) for part in (np.ones(one.sum()), hit[one]))
    rest = ~one
    m, misses = (np.bincount(stratum[rest], part, size) for part in (np.ones(rest.sum()), hit[rest]))
    both = (n > 0) & (m > 0)
    return Strata(
        group=np.zeros(int(both.sum()), dtype=np.int64),
        groups=1,
        hits=hits[both].astype(np.float64),
        n=n[both].astype(np.float64),
        other_hits=misses[both].astype(np.float64),
        other_n=m[both].astype(np.float64),
    )


def pooled(strata: Strata, confidence: float, none: str) -> Told:
    """The only group's pooled difference of rates as an effect, and its variance."""
    if not len(strata.n):
        return Effect.missing(none), 0.0
    with np.errstate(invalid="ignore", divide="ignore"):
        value, (low, high), variance = risk_difference(strata, confidence)
        p = cochran_mantel_haenszel_p(strata)
    n = int(strata.n.sum() + strata.other_n.sum())
    made = Effect(value=float(value[0]), low=float(low[0]), high=float(high[0]), p=float(p[0]), n=n)
    return made, float(variance[0])


def through(gap: Told, link: Told, confidence: float, random: np.random.Generator) -> Effect:
    """The product of a gap in contact and of what a contact goes with.

    The interval is that of the product of two independent normal estimates, by 4,000 draws; the test is
    the joint one: both must differ from 0.

    References
    ----------
    D. MacKinnon, C. Lockwood, J. Williams (2004). Multivariate Behavioral Research 39:99.
    """
    (one, one_variance), (two, two_variance) = gap, link
    if one.value is None or two.value is None:
        return Effect.missing(one.undefined or two.undefined or "", one.n)
    draws = random.standard_normal((2, DRAWS))
    product = (one.value + sqrt(one_variance) * draws[0]) * (two.value + sqrt(two_variance) * draws[1])
    low, high = np.quantile(product, [(1 - confidence) / 2, (1 + confidence) / 2])
    value = one.value * two.value
    p = max(one.p or 0.0, two.p or 0.0)
    return Effect(value=value, low=min(float(low), value), high=max(float(high), value), p=p, n=one.n)


def experiment(without: float, with_contact: float, confidence: float) -> Experiment | None:
    """Leads in each of two arms that find this rise with a power of 80 %; None where there is none.

    References
    ----------
    J. Fleiss, B. Levin, M. Paik (2003). Statistical Methods for Rates and Proportions, 4.3.
    """
    rise = with_contact - without
    if not 0 < rise < 1:
        return None
    mean = (without + with_contact) / 2
    equal = quantile(confidence) * sqrt(2 * mean * (1 - mean))
    apart = sqrt(without * (1 - without) + with_contact * (1 - with_contact))
    leads = ceil(((equal + NormalDist().inv_cdf(POWER) * apart) / rise) ** 2)
    return Experiment(leads=leads, without=without, with_contact=with_contact, power=POWER)
