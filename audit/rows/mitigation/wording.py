"""Sentences that several remedies share: what unworked leads mean for them."""

from __future__ import annotations

TRAINED_LABELS = (
    "It learns from worked leads only: a lead that nobody called has no outcome, and counts as neither good"
    " nor bad. If some groups were called only when they looked best, the new score learns that choice with"
    " them."
)
SCORE_LABELS = "It learns from worked leads only, so it knows little about scores at which nobody is called."
NO_LABELS = (
    "It uses no outcomes. What its calls bring is told from worked leads only; nobody knows it of leads"
    " that were never called."
)
HIDES = (
    "It evened the training data out, but on held-out leads the gap is not surely smaller: it hides the gap"
    " in the data instead of closing it."
)
