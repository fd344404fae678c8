"""One curve from score to chance for everybody: monotone, and blind to groups."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from audit.arrays import BoolArray
from audit.estimate import Estimate
from audit.finding.words import quoted
from audit.rows.clusters import FOLDS
from audit.rows.levels import Reals
from audit.rows.mitigation.attempt import Attempt, Made
from audit.rows.mitigation.bench import Bench
from audit.rows.mitigation.learning import warm
from audit.rows.mitigation.measuring import estimate, share
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
        told = recalibrated(leads, score)
        decided = np.zeros(leads.size)
        for k, one in enumerate(told):
            # One curve at a time: between curves the order of two leads could change, under one it cannot.
            here = leads.fold == k
            decided[here] = leads.queue.top(one)[here]
        return Made(decided=decided, notes=_promises(leads, told))

    return (Attempt(remedy=RECALIBRATION, run=run),)


def recalibrated(leads: Bench, score: Reals) -> tuple[Reals, ...]:
    """The chance of a good outcome of every lead, by the curve that is for each fold, learned on the others.

    Leads of one level of the curve keep the order of their scores.
    """
    known = np.isfinite(score)
    spread = np.ptp(score[known]) or 1.0
    found = []
    for k in range(FOLDS):
        learned = leads.known & (leads.fold != k) & known
        told = np.full(leads.size, np.nan)
        told[known] = curve(score[learned], leads.won[learned])(score[known])
        found.append(told + 1e-6 * (score - score[known].min()) / spread)
    return tuple(found)


def _promises(leads: Bench, told: tuple[Reals, ...]) -> tuple[str, ...]:
    """What one curve for everybody promises each group too much or too little, on held-out leads."""
    own = np.choose(leads.fold, told)
    used = leads.known & np.isfinite(own)
    found = []
    for code in (leads.group, leads.reference):
        here = used & (leads.levels.codes == code)
        off = share(own - leads.won, here, leads.account)
        if off is None:
            return ()
        told_off = estimate(off, leads.account, leads.stream.audit.confidence, "")
        found.append(_promise(leads.levels.names[code], told_off))
    return (f"One curve for everybody, on held-out leads: {'; '.join(found)}.",)


def _promise(name: str, off: Estimate) -> str:
    low, high = (f"{(end or 0.0) * 100:+.1f}".replace("-", "\N{MINUS SIGN}") for end in (off.low, off.high))
    way = "more" if (off.value or 0.0) > 0 else "less"
    size = abs(off.value or 0.0) * 100
    return f"it promises {quoted(name)} {size:.1f} points {way} than came true ({low} to {high})"


def curve(score: Reals, won: BoolArray) -> Callable[[Reals], Reals]:
    """A rising curve from score to chance."""
    warm()
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - slow to import

    fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(score, won.astype(np.float64))
    return lambda values: np.asarray(fitted.predict(values), dtype=np.float64)
