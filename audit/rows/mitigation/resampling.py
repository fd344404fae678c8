"""Over- and undersampling: every group gets the share of good outcomes of the group that has most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from audit.arrays import BoolArray
from audit.rows.levels import Codes
from audit.rows.mitigation.attempt import MISSING, Attempt, Made, NotHere
from audit.rows.mitigation.bench import Bench
from audit.rows.mitigation.learning import Learn, Lesson, Predict, chance, cross_fitted
from audit.rows.mitigation.model import Remedy
from audit.rows.mitigation.wording import TRAINED_LABELS

CAUTION = (
    "Copies bring nothing new, and a deleted lead is lost knowledge: where the groups really differ in"
    " outcomes, the new score promises too much for one of them."
)
MOST_COPIES = 5
"""A lead is copied five times at most on average; beyond, copies would be learned by heart."""
OVER = Remedy(
    id="oversampling",
    family="data",
    title="Copy good outcomes of the groups that have few",
    what="Train a score anew on data in which every group has the share of good outcomes of the best"
    " group, by drawing copies of good outcomes.",
    needs="training data",
    labels=TRAINED_LABELS,
    source="imbalanced-learn RandomOverSampler; Kamiran and Calders (2012), Knowledge and Information"
    " Systems 33:1",
    caution=CAUTION,
)
UNDER = Remedy(
    id="undersampling",
    family="data",
    title="Leave out bad outcomes of the groups that have many",
    what="Train a score anew on data in which every group has the share of good outcomes of the best"
    " group, by leaving out bad outcomes at random.",
    needs="training data",
    labels=TRAINED_LABELS,
    source="imbalanced-learn RandomUnderSampler; Kamiran and Calders (2012), Knowledge and Information"
    " Systems 33:1",
    caution=CAUTION,
)


def attempts(leads: Bench) -> tuple[Attempt, ...]:
    """Both remedies."""
    return tuple(_attempt(leads, remedy) for remedy in (OVER, UNDER))


def _attempt(leads: Bench, remedy: Remedy) -> Attempt:
    def run() -> Made:
        score = cross_fitted(leads, leads.columns, _resampled(over=remedy is OVER))
        return Made(decided=leads.queue.top(score), evened=True)

    return Attempt(remedy=remedy, run=run, trained=True)


def _resampled(*, over: bool) -> Learn:
    def learn(lesson: Lesson) -> Predict:
        rows = resampled_rows(lesson.won, lesson.levels, lesson.seed, over=over)
        again = replace(lesson, values=lesson.values[rows], won=lesson.won[rows], levels=lesson.levels[rows])
        return chance(again, None)

    return learn


def resampled_rows(won: BoolArray, levels: Codes, seed: int, *, over: bool) -> Codes:
    """Places of the leads to learn from, copies repeated; raises NotHere without imbalanced-learn."""
    try:
        from imblearn.over_sampling import RandomOverSampler  # noqa: PLC0415 - an extra
        from imblearn.under_sampling import RandomUnderSampler  # noqa: PLC0415 - an extra
    except ImportError:
        raise NotHere(MISSING) from None
    cell = levels * 2 + won
    wanted = wanted_counts(won, levels, over=over)
    if not wanted:
        return np.arange(won.size)
    sampler: Any = RandomOverSampler if over else RandomUnderSampler
    made = sampler(sampling_strategy=dict(wanted), random_state=seed)
    made.fit_resample(np.zeros((won.size, 1)), cell)
    return np.sort(np.asarray(made.sample_indices_, dtype=np.int64))


def wanted_counts(won: BoolArray, levels: Codes, *, over: bool) -> Mapping[int, int]:
    """How many leads of each group and outcome there shall be, where that changes anything.

    A group with no good or no bad outcome stays as it is: there is nothing to copy, or all would go.
    """
    counts = np.bincount(levels * 2 + won, minlength=2 * (int(levels.max(initial=0)) + 1)).reshape(-1, 2)
    both = (counts > 0).all(axis=1)
    if both.sum() < 2:
        return {}
    odds = counts[:, 1] / np.maximum(counts[:, 0], 1)
    best = float(odds[both].max())
    wanted: dict[int, int] = {}
    for group in np.flatnonzero(both & (odds < best)).tolist():
        lost, gained = counts[group].tolist()
        if over:
            wanted[group * 2 + 1] = max(min(round(lost * best), MOST_COPIES * gained), gained)
        else:
            wanted[group * 2] = max(min(round(gained / best), lost), 1)
    return wanted
