"""The four-fifths rule of the Uniform Guidelines, 29 CFR 1607.4(D), with both kinds of significance.

A rate below four fifths of the highest is generally regarded as evidence of adverse impact. Smaller
differences may still be, where they are significant in both statistical and practical terms; greater
ones may not be, where they rest on small numbers and are not statistically significant. The rule
names no test. Two standard deviations are the lower end of the "two or three" of which the Supreme
Court speaks (Castaneda v. Partida, 430 U.S. 482, and Hazelwood School District v. United States, 433 U.S.
299, both 1977). Question 21 of the agencies' Questions and Answers (44 Fed. Reg. 11996, 1979) finds action
inappropriate where one different selection would turn the result round. Section 1607.15(A) has a limit of
2 % of the labour force or the workforce; a file of leads knows neither, so 2 % of the leads stand in.
"""

from __future__ import annotations

import numpy as np

from audit.inference import fisher_p, normal_p, pooled_z
from audit.intervals import koopman
from audit.regulation.model import Conclusion, FourFifths, FourFifthsRow, Test
from audit.regulation.rates import Rates

SIGNIFICANT_SD = 2.0
SIGNIFICANT_P = 0.05
FEWEST_EXPECTED = 5.0

Worth = tuple[float, float, float, float]
"""Selected and all leads of a group, then of the highest one, as independent leads that tell as much."""


def four_fifths(rates: Rates, confidence: float) -> FourFifths:
    """Every group of one attribute against the group with the highest rate, the lowest ratio first."""
    size = len(rates.n)
    top = rates.top if size else 0
    rows = [_row(rates, i, top, confidence) for i in range(size)]
    order = sorted(range(size), key=lambda i: (not rows[i].required, rows[i].rate, rows[i].group))
    return FourFifths(
        attribute=rates.attributes,
        metric=rates.metric,
        highest=rates.groups[top] if size and rates.hits[top] else None,
        unknown=rates.unknown,
        rows=tuple(rows[i] for i in order),
    )


def _row(rates: Rates, i: int, top: int, confidence: float) -> FourFifthsRow:
    one = (int(rates.hits[i]), int(rates.n[i]), int(rates.hits[top]), int(rates.n[top]))
    hits, n, top_hits, top_n = one
    compared = i != top and top_hits > 0
    worth = _worth(rates, i, top)
    low, high = _interval(worth, confidence) if compared else (None, None)
    sd, p, test = _significance(worth) if compared else (None, None, None)
    # In whole numbers, so that a ratio of exactly four fifths is not below it.
    practical = compared and 5 * hits * top_n < 4 * top_hits * n
    statistical = _significant(sd, p, test)
    return FourFifthsRow(
        group=rates.groups[i],
        n=n,
        selected=hits,
        share=float(rates.shares[i]),
        rate=hits / n,
        required=bool(rates.counted[i]),
        impact_ratio=(hits / n) / (top_hits / top_n) if top_hits else None,
        low=low,
        high=high,
        sd=sd,
        p=p,
        test=test,
        practical=practical,
        statistical=statistical,
        conclusion=_conclusion(practical, statistical) if compared else _alone(i == top, top_hits),
        shortfall=max(0, -(-n * top_hits // top_n) - hits),
        shortfall_four_fifths=max(0, -(-4 * n * top_hits // (5 * top_n)) - hits),
        one_person=compared and practical and (hits + 1) * top_n > (top_hits - 1) * n,
    )


def _worth(rates: Rates, i: int, top: int) -> Worth:
    one, other = (float(rates.worth[j]) for j in (i, top))
    rate, top_rate = (float(rates.hits[j] / rates.n[j]) for j in (i, top))
    return rate * one, one, top_rate * other, other


def _interval(one: Worth, confidence: float) -> tuple[float, float]:
    hits, n, top_hits, top_n = (np.array([part]) for part in one)
    low, high = koopman(hits, n, top_hits, top_n, confidence)
    return float(low[0]), float(high[0])


def _significance(one: Worth) -> tuple[float, float, Test]:
    """Difference in standard deviations and its p-value, exact where a cell expects fewer than 5."""
    hits, n, top_hits, top_n = (np.array([part]) for part in one)
    sd = pooled_z(hits, n, top_hits, top_n)
    share = (one[0] + one[2]) / (one[1] + one[3])
    if min(one[1], one[3]) * min(share, 1 - share) < FEWEST_EXPECTED:
        whole = (
            np.maximum(np.round(part), least)
            for part, least in zip((hits, n, top_hits, top_n), (0, 1, 0, 1), strict=True)
        )
        return float(sd[0]), float(fisher_p(*whole)[0]), "fisher"
    return float(sd[0]), float(normal_p(sd)[0]), "z"


def _significant(sd: float | None, p: float | None, test: Test | None) -> bool:
    if sd is None or p is None:
        return False
    return p < SIGNIFICANT_P if test == "fisher" else abs(sd) >= SIGNIFICANT_SD


def _conclusion(practical: bool, statistical: bool) -> Conclusion:
    if practical:
        return "both" if statistical else "practically significant"
    return "statistically significant" if statistical else "neither"


def _alone(is_highest: bool, top_hits: int) -> Conclusion:
    return "highest rate" if is_highest and top_hits else "not compared"
