"""Whether a customer's pipeline is the model behind the score, and whom a model selects."""

from __future__ import annotations

import numpy as np

from audit.estimate import Estimate
from audit.rows.explaining.model import Explainer
from audit.rows.explaining.subject import Subject, pipeline
from audit.rows.levels import Reals
from audit.rows.mitigation.measuring import estimate, share
from audit.rows.own import Own
from audit.rows.surrogate import Fidelity, Surrogate, fidelity
from audit.schema import Stream

AGREES_R2, AGREES_AUC = 0.9, 0.95
"""From here (the low end of the interval) a pipeline's predictions are taken for the score's own."""
PAIRED = 2_000
"""So many leads are held against one another for the share of pairs in order: two million pairs."""
EVEN = 0.5
"""The threshold of a decision: the chance from which it is rather yes than no."""


def chosen(made: Surrogate, stream: Stream, own: Own | None, ours: Subject) -> tuple[Subject, Explainer]:
    """The customer's pipeline where its predictions agree with the score, else our imitation, and why."""
    imitated = explainer(ours, stream, made.fidelity)
    if own is None:
        return ours, imitated
    subject, told, unit = _best(made, own, decided=made.fidelity.measure == "auc")
    least = AGREES_R2 if told.measure == "r2" else AGREES_AUC
    if told.low >= least:
        return subject, explainer(subject, stream, told, _unit_note(unit))
    word = "R-squared" if told.measure == "r2" else "AUC"
    note = (
        f"Your pipeline's predictions do not agree with the score ({word} {told.value:.2f}, from"
        f" {told.low:.2f} to {told.high:.2f}; the low end has to reach {least:g}), so it is not taken for"
        " the model behind it. What follows is about our imitation of the score."
    )
    return ours, explainer(ours, stream, made.fidelity, note)


def explainer(subject: Subject, stream: Stream, told: Fidelity, note: str | None = None) -> Explainer:
    """The facts about a model that is explained."""
    return Explainer(
        kind="pipeline" if subject.own else subject.made.model,
        measure=told.measure,
        fidelity=told.value,
        low=told.low,
        high=told.high,
        faithful=told.faithful,
        same_side=_same_side(subject, stream),
        ordered=in_order(subject.score[:PAIRED], subject.predicted[:PAIRED]),
        note=note,
    )


def in_order(score: Reals, told: Reals) -> float | None:
    """The share of pairs of leads with unlike scores whose predictions stand in the same order.

    Equal predictions count half (Hanley and McNeil 1982: of a yes or no it is the AUC). None without a pair.
    """
    above = score[:, None] > score[None, :]
    if not above.any():
        return None
    ahead = np.sign(told[:, None] - told[None, :])[above]
    return float((ahead.mean() + 1) / 2)


def threshold(stream: Stream) -> float | None:
    """From where a prediction selects; None where the stream names no threshold for its score."""
    return EVEN if stream.score is None else stream.threshold


def reaches(told: Reals, stream: Stream) -> np.ndarray:
    """Which predictions select their lead; the stream has a threshold."""
    line = threshold(stream)
    if line is None:
        return np.zeros(told.shape, dtype=np.bool_)
    return told >= line if stream.higher_is_better or stream.score is None else told <= line


def _best(made: Surrogate, own: Own, *, decided: bool) -> tuple[Subject, Fidelity, float]:
    """The pipeline in the unit in which it tells the score best: a chance may be written as per cent."""
    found = []
    for unit in (1.0,) if decided else (1.0, 100.0):
        subject = pipeline(made, own, unit)
        standard = (subject.predicted - made.middle) / made.scale
        found.append((subject, fidelity(made.data, standard, made.confidence, decided=decided), unit))
    return max(found, key=lambda one: (one[1].value, -one[2]))


def _unit_note(unit: float) -> str | None:
    return None if unit == 1 else "The pipeline's chances are told times 100, as the score is."


def _same_side(subject: Subject, stream: Stream) -> Estimate:
    if threshold(stream) is None:
        return Estimate.missing("the stream names no threshold")
    same = reaches(subject.predicted, stream) == reaches(subject.score, stream)
    every = np.ones(subject.size, dtype=np.bool_)
    found = share(same.astype(np.float64), every, subject.account)
    return within(estimate(found, subject.account, subject.made.confidence, "no lead"))


def within(one: Estimate) -> Estimate:
    """A share, its interval kept between 0 and 1."""
    if one.low is None or one.high is None:
        return one
    return Estimate(value=one.value, low=max(one.low, 0.0), high=min(one.high, 1.0), n=one.n)
