"""Pairs of features that tell a group only in combination, beside what adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from audit.rows.clusters import FOLDS
from audit.rows.levels import Codes, Levels, Reals
from audit.rows.separating.discriminant import Task
from audit.rows.separating.encoding import encoding

COARSE = 6
"""Levels of a feature in a pair: neighbours are pooled, so that each combination has enough leads."""
MOST_FIELDS = 40
"""Pairs are searched among the first so many features: 780 pairs."""
LEAST = 500
PAIRS = 3


def with_pairs(one: Task, features: Sequence[Levels]) -> Task | None:
    """The task with three more columns: the pairs that most exceed what their two features add up to.

    The pairs for the model that is tested on a fold are chosen without that fold. ``features`` are on
    the task's leads. None with under two features or 500 leads.
    """
    coarse = [_coarse(each) for each in features[:MOST_FIELDS]]
    every = list(combinations(range(len(coarse)), 2))
    if not every or one.target.size < LEAST:
        return None
    gains = np.asarray([_gains(_crossed(coarse, pair), one) for pair in every])
    best = np.argsort(-gains, axis=0, kind="stable")[:PAIRS].T
    encoded = {
        int(place): encoding(_levels(_crossed(coarse, every[place])), one.target, one.fold).log_odds()
        for place in np.unique(best)
    }
    more = [np.column_stack([encoded[int(place)].at(k) for place in best[k]]) for k in range(FOLDS)]
    return replace(
        one,
        encoded=np.concatenate([one.encoded, np.stack(more)], axis=2),
        pairs=tuple(tuple(every[place] for place in best[k]) for k in range(FOLDS)),
    )


def _coarse(one: Levels) -> Codes:
    """At most six levels: neighbours in the order of the levels, about equally many leads in each."""
    counts = np.bincount(one.codes, minlength=one.size)
    if np.count_nonzero(counts) <= COARSE:
        renumbered = np.cumsum(counts > 0) - 1
    else:
        renumbered = ((np.cumsum(counts) - counts / 2) * COARSE / counts.sum()).astype(np.int64)
    return np.asarray(renumbered[one.codes], dtype=np.int64)


def _crossed(coarse: Sequence[Codes], pair: tuple[int, int]) -> Codes:
    return np.asarray(coarse[pair[0]] * COARSE + coarse[pair[1]], dtype=np.int64)


def _levels(codes: Codes) -> Levels:
    return Levels(codes=codes, names=tuple(str(i) for i in range(COARSE**2)))


def _gains(crossed: Codes, one: Task) -> Reals:
    """For each left out fold: how far the cells are from the sum of the two features, beyond chance."""
    flat, shape = one.fold * COARSE**2 + crossed, (FOLDS, COARSE, COARSE)
    n, hits = (
        np.bincount(flat, weight, int(np.prod(shape))).reshape(shape).astype(np.float64)
        for weight in (None, one.target)
    )
    n, hits = n.sum(axis=0) - n, hits.sum(axis=0) - hits
    base = hits.sum(axis=(1, 2), keepdims=True) / np.maximum(n.sum(axis=(1, 2), keepdims=True), 1)
    sides = [
        (hits.sum(axis=axis, keepdims=True) - n.sum(axis=axis, keepdims=True) * base)
        / np.maximum(n.sum(axis=axis, keepdims=True), 1)
        for axis in (1, 2)
    ]
    left = hits / np.maximum(n, 1) - base - sides[0] - sides[1]
    free = np.maximum((n > 0).sum(axis=(1, 2)), 1)
    by_chance = (base * (1 - base)).ravel() * free
    return np.asarray(((n * left**2).sum(axis=(1, 2)) - by_chance) / np.sqrt(free), dtype=np.float64)
