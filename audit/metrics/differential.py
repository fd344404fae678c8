"""Smoothed empirical differential fairness: how many times as likely a decision is at most, over all groups.

An epsilon of e says that no group is selected, or passed over, more than exp(e) times as often as
another. Groups with few leads are smoothed with half a lead on either side, so that none divides by 0.

References
----------
J. Foulds, R. Islam, K. Keya, S. Pan (2020). An intersectional definition of fairness. ICDE 1918-1921.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.estimate import Estimate
from audit.metrics.confusion import Counts

CONCENTRATION = 1.0
TINY = 1e-300
Named = tuple[str, Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Epsilon:
    value: float
    low: float
    high: float
    n: int


def fairness(found: Counts, known: BoolArray, confidence: float) -> tuple[Named, ...]:
    """Epsilon of the decisions, of the outcomes, and by how much the decisions exceed the outcomes.

    ``known`` tells the groups that take part. The interval of the difference combines one of each at
    half the error.
    """
    decisions = (found.selected, found.decided)
    outcomes = (found.converted, found.known)
    halved = 1 - (1 - confidence) / 2
    sides = [_epsilon(*side, known, halved) for side in (decisions, outcomes)]
    return (
        ("differential_fairness", _estimate(_epsilon(*decisions, known, confidence), "a decision")),
        ("outcome_differential_fairness", _estimate(_epsilon(*outcomes, known, confidence), "an outcome")),
        ("bias_amplification", _amplified(*sides)),
    )


def _epsilon(hits: IntArray, n: IntArray, known: BoolArray, confidence: float) -> _Epsilon | None:
    used = known & (n > 0)
    if np.count_nonzero(used) < 2:
        return None
    yes, no = ((part[used] + CONCENTRATION / 2).astype(np.float64) for part in (hits, n - hits))
    low, high = _simultaneous(yes, no, confidence)
    rest_low, rest_high = _simultaneous(no, yes, confidence)
    value = max(_spread(yes / (yes + no)), _spread(no / (yes + no)))
    least = max(_ratio(low.max(), high.min()), _ratio(rest_low.max(), rest_high.min()), 0.0)
    most = max(_ratio(high.max(), low.min()), _ratio(rest_high.max(), rest_low.min()))
    return _Epsilon(value=value, low=min(least, value), high=max(most, value), n=int(n[used].sum()))


def _simultaneous(yes: FloatArray, no: FloatArray, confidence: float) -> tuple[FloatArray, FloatArray]:
    """Jeffreys intervals of all groups' shares that hold together (Bonferroni)."""
    from scipy.special import betaincinv  # noqa: PLC0415 - keeps scipy out of the start of the web process

    tail = (1 - confidence) / 2 / len(yes)
    low = betaincinv(yes, no, tail)
    return np.maximum(low, TINY), 1 - np.minimum(betaincinv(no, yes, tail), 1 - 1e-16)


def _spread(shares: FloatArray) -> float:
    return _ratio(shares.max(), shares.min())


def _ratio(one: float, other: float) -> float:
    return float(np.log(one) - np.log(other))


def _estimate(found: _Epsilon | None, what: str) -> Estimate:
    if found is None:
        return Estimate.missing(f"fewer than two known groups have a lead with {what}")
    return Estimate(value=found.value, low=found.low, high=found.high, n=found.n)


def _amplified(decisions: _Epsilon | None, outcomes: _Epsilon | None) -> Estimate:
    if decisions is None or outcomes is None:
        return Estimate.missing("fewer than two known groups have leads with a decision and with an outcome")
    return Estimate(
        value=decisions.value - outcomes.value,
        low=decisions.low - outcomes.high,
        high=decisions.high - outcomes.low,
        n=min(decisions.n, outcomes.n),
    )
