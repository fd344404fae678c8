"""Fewer levels where all fields together have too many for the leads: first those that move no share."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from audit.rows.levels import Codes, Levels, Reals

LEADS_PER_LEVEL = 10
MOST_LEVELS = 1_500


def coarse(features: Sequence[Levels], side: Reals) -> list[Levels]:
    """The features with at most one free level per ten leads in all, and 1,500 at most.

    A feature has one free level less than it has levels: with a single one it takes no part.

    The features that go most surely with the group (``side``) keep their levels first: one that both
    groups have alike has the share 0 however coarse it is. The score has no say, so that no share is
    chosen by its size. Where levels must go, neighbours are pooled into levels of about equally many leads.
    """
    counts = [np.bincount(one.codes, minlength=one.size) for one in features]
    wanted = np.asarray([np.count_nonzero(n) for n in counts])
    left = min(MOST_LEVELS, side.size // LEADS_PER_LEVEL)
    if int(wanted.sum()) - len(features) <= left:
        return list(features)
    surety = [_surety(one, n, side) for one, n in zip(features, counts, strict=True)]
    granted = np.ones_like(wanted)
    for place in np.argsort(-np.asarray(surety), kind="stable"):
        more = min(int(wanted[place]) - 1, left)
        granted[place] += more
        left -= more
    return [_pooled(one, n, int(most)) for one, n, most in zip(features, counts, granted, strict=True)]


def _surety(one: Levels, n: Codes, side: Reals) -> float:
    """Pearson's statistic of level and side, from its mean under independence in standard deviations."""
    there = n > 0
    base, free = float(side.mean()), max(int(there.sum()) - 1, 1)
    expected = n[there] * base
    apart = (np.bincount(one.codes, side, one.size)[there] - expected) ** 2 / (expected * (1 - base))
    return float((apart.sum() - free) / np.sqrt(2 * free))


def _pooled(one: Levels, n: Codes, most: int) -> Levels:
    if np.count_nonzero(n) <= most:
        return one
    place = ((np.cumsum(n) - n / 2) * most / n.sum()).astype(np.int64)
    return Levels(codes=place[one.codes], names=tuple(str(i) for i in range(most)))
