"""Scores that cannot be read the way a score should be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from audit.finding import Caution, evidence
from audit.finding.words import amount
from audit.intake import Intake
from audit.rows.levels import score_or_decision
from audit.schema import Stream


def doubtful_scores(intake: Intake, stream: Stream) -> Iterator[Caution]:
    """A guessed range, a constant score, no threshold, or a score that may be younger than the outcome."""
    names = intake.table.column_names
    if "score" in names:
        yield from _range(intake, stream)
        yield from _constant(intake)
    if "selected" not in names:
        yield Caution(
            code="no_threshold",
            text=(
                "The stream names neither a threshold nor a decision, so nobody is known to be selected: only"
                " scores are compared. Set threshold or decision in [stream]."
            ),
        )
    if stream.outcome is not None and stream.created is None:
        yield Caution(
            code="contaminated_score",
            text=(
                "Nothing shows that the score is older than the outcome: the stream names no date. If the CRM"
                " went on scoring leads after they converted, the score looks better than it is."
            ),
        )


def _range(intake: Intake, stream: Stream) -> Iterator[Caution]:
    if stream.score_range is not None:
        return
    if intake.score_range is None:
        text = "The range of the score is not known; what was seen is used. Set score_range in [stream]."
        yield Caution(code="score_range", text=text)
        return
    low, high = intake.score_range
    text = f"The score is taken to run from {low:g} to {high:g}, from what was seen."
    yield Caution(code="score_range", text=text, evidence=evidence(low=low, high=high))


def _constant(intake: Intake) -> Iterator[Caution]:
    score = score_or_decision(intake.table)
    seen = score[np.isfinite(score)]
    if seen.size and seen.min() == seen.max():
        yield Caution(
            code="constant_score",
            text=f"Every lead has the same score ({amount(float(seen[0]))}): there is nothing to compare.",
            evidence=evidence(score=float(seen[0]), leads=int(seen.size)),
        )
