"""Reweighing: every pairing of group and outcome counts as if the two were independent."""

from __future__ import annotations

import numpy as np

from audit.arrays import BoolArray
from audit.rows.levels import Codes, Reals
from audit.rows.mitigation.attempt import Attempt, Made
from audit.rows.mitigation.bench import Bench
from audit.rows.mitigation.learning import Lesson, Predict, chance, cross_fitted
from audit.rows.mitigation.model import Remedy
from audit.rows.mitigation.wording import TRAINED_LABELS

REWEIGHING = Remedy(
    id="reweighing",
    family="data",
    title="Reweigh the training data",
    what="Train a score anew, where every pairing of group and outcome counts as often as if the two had"
    " nothing to do with each other. No lead is added or taken away.",
    needs="training data",
    labels=TRAINED_LABELS,
    source="Kamiran and Calders (2012), Knowledge and Information Systems 33:1",
)


def weights(won: BoolArray, levels: Codes) -> Reals:
    """P(group) P(outcome) / P(group and outcome) for each lead: in these weights the two are independent."""
    cell = levels * 2 + won
    counts = np.bincount(cell, minlength=2 * (int(levels.max(initial=0)) + 1)).reshape(-1, 2)
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / max(won.size, 1)
    made = np.divide(expected, counts, out=np.ones(counts.shape), where=counts > 0)
    return np.asarray(made.ravel()[cell], dtype=np.float64)


def reweighed(lesson: Lesson) -> Predict:
    """An ordinary model of weighed leads."""
    return chance(lesson, weights(lesson.won, lesson.levels))


def attempts(leads: Bench) -> tuple[Attempt, ...]:
    """The one remedy."""

    def run() -> Made:
        score = cross_fitted(leads, leads.columns, reweighed)
        return Made(decided=leads.queue.top(score), evened=True)

    return (Attempt(remedy=REWEIGHING, run=run, trained=True),)
