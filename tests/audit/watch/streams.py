"""Days of counts, written as a test needs them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from audit.watch import Days

FIRST = date(2026, 1, 1)


def counts(happened, n) -> Days:
    """Consecutive days from counts of group and reference."""
    happened, n = (np.asarray(part, dtype=float).reshape(-1, 2) for part in (happened, n))
    return Days(
        metric="selection_rate",
        attribute="region",
        group="rural",
        reference="urban",
        day=tuple(FIRST + timedelta(days=place) for place in range(len(n))),
        happened=happened,
        n=n,
    )


def drawn(seed, looks, leads, *parts) -> Days:
    """Binomial days; ``parts`` are pairs of rates that hold for equal stretches of the days."""
    random = np.random.default_rng(seed)
    n = random.poisson(leads, (looks, 2))
    rates = np.repeat(np.asarray(parts), -(-looks // len(parts)), axis=0)[:looks]
    return counts(random.binomial(n, rates), n)
