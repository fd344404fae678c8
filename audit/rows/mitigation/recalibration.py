"""One curve from score to chance for everybody: monotone, and blind to groups."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from audit.arrays import BoolArray
from audit.rows.clusters import FOLDS
from audit.rows.levels import Reals
from audit.rows.mitigation.attempt import Attempt, Made
from audit.rows.mitigation.bench import Bench
from audit.rows.mitigation.learning import warm
from audit.rows.mitigation.model import Remedy
from audit.rows.mitigation.wording import SCORE_LABELS

RECALIBRATION = Remedy(
    id="recalibration",
    family="scores",
    title="Recalibrate the score for everybody alike",
    what="Turn the score into the chance of a good outcome by one rising curve that knows no groups. The"
    " order of the leads stays, so the same number of calls reaches the same leads; what changes is"
    " what the number promises.",
    needs="scores",
    labels=SCORE_LABELS,
    source="isotonic regression: Zadrozny and Elkan (2002), KDD 8:694",
)


def attempts(leads: Bench, score: Reals) -> tuple[Attempt, ...]:
    """The one remedy."""

    def run() -> Made:
        return Made(decided=leads.queue.top(recalibrated(leads, score)))

    return (Attempt(remedy=RECALIBRATION, run=run),)


def recalibrated(leads: Bench, score: Reals) -> Reals:
    """The chance of a good outcome of every lead, by a curve learned on the other folds.

    Leads of one level of the curve keep the order of their scores.
    """
    told = np.full(leads.size, np.nan)
    for k in range(FOLDS):
        learned = leads.known & (leads.fold != k) & np.isfinite(score)
        tested = (leads.fold == k) & np.isfinite(score)
        told[tested] = curve(score[learned], leads.won[learned])(score[tested])
    spread = np.ptp(score[np.isfinite(score)]) or 1.0
    return np.asarray(told + 1e-6 * (score - np.nanmin(score)) / spread, dtype=np.float64)


def curve(score: Reals, won: BoolArray) -> Callable[[Reals], Reals]:
    """A rising curve from score to chance."""
    warm()
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - slow to import

    fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(score, won.astype(np.float64))
    return lambda values: np.asarray(fitted.predict(values), dtype=np.float64)
