"""New York City Local Law 144: rates and impact ratios as 6 RCNY section 5-301 has them.

Section 5-301(b) asks, of a tool that selects, for the selection rate of each category and its ratio
to the most selected one; 5-301(c), of a tool that scores, for the share above the median of the full
sample and its ratio to the highest scoring one; both by sex, by race and ethnicity and by both crossed,
with the number of individuals in an unknown category. 5-301(d) lets an auditor leave a category
below 2 % of the data out of the ratios, with its number and rate shown and the reason given.
"""

from __future__ import annotations

import numpy as np

from audit.arrays import FloatArray
from audit.intervals import koopman, wilson
from audit.regulation.model import Category, ImpactTable
from audit.regulation.rates import Rates


def impact_table(rates: Rates, confidence: float) -> ImpactTable:
    """The table of one attribute or crossing: its categories as in the data, the highest rate first."""
    if not len(rates.n):
        return ImpactTable(
            attribute=rates.attributes,
            metric=rates.metric,
            most_favoured=None,
            unknown=rates.unknown,
            categories=(),
        )
    top = rates.top
    columns = _columns(rates, top, confidence)
    order = np.lexsort((-rates.n, -columns[0], ~rates.counted))
    return ImpactTable(
        attribute=rates.attributes,
        metric=rates.metric,
        most_favoured=rates.groups[top] if rates.hits[top] else None,
        unknown=rates.unknown,
        categories=tuple(_category(rates, int(i), columns) for i in order),
    )


def _columns(rates: Rates, top: int, confidence: float) -> tuple[FloatArray, ...]:
    """Rate, its interval, impact ratio and its interval, by category."""
    rate = rates.hits / rates.n
    n = rates.worth
    hits = rate * n
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = rate / rate[top]
        ends = koopman(hits, n, hits[top], n[top], confidence)
    return rate, *wilson(hits, n, confidence), ratio, *ends


def _category(rates: Rates, i: int, columns: tuple[FloatArray, ...]) -> Category:
    rate, low, high, ratio, ratio_low, ratio_high = (float(column[i]) for column in columns)
    excluded = not rates.counted[i]
    compared = not excluded and bool(rates.hits[rates.top])
    itself = i == rates.top
    return Category(
        group=rates.groups[i],
        n=int(rates.n[i]),
        hits=int(rates.hits[i]),
        share=float(rates.shares[i]),
        rate=rate,
        low=low,
        high=high,
        impact_ratio=ratio if compared else None,
        ratio_low=(1.0 if itself else ratio_low) if compared else None,
        ratio_high=(1.0 if itself else ratio_high) if compared else None,
        excluded=bool(excluded),
    )
