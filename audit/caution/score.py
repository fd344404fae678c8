"""Scores that cannot be read the way a score should be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow.compute as pc

from audit.caution.leak import usable_outcome
from audit.finding import Caution, evidence
from audit.finding.words import amount
from audit.intake import Intake
from audit.rows.levels import score_or_decision
from audit.schema import Stream
from audit.tally.edges import EXACT_UP_TO, QUANTILES


def doubtful_scores(intake: Intake, stream: Stream) -> Iterator[Caution]:
    """What makes a score doubtful: its range, its threshold, its spread, and its age."""
    names = intake.table.column_names
    if "score" in names:
        yield from _range(intake, stream)
        yield from _constant(intake)
        yield from _stepped(intake)
    if "option" in names and "selected" not in names:
        yield Caution(
            code="no_favourable",
            text=(
                "The stream does not say which options are favourable, so each is compared by itself and"
                " nobody counts as selected. Set favourable in [stream] if some are better than others."
            ),
        )
    elif "selected" not in names:
        yield Caution(
            code="no_threshold",
            text=(
                "The stream names neither a threshold nor a decision, so nobody is known to be selected: only"
                " scores are compared. Set threshold or decision in [stream]."
            ),
        )
    else:
        yield from _all_alike(intake, stream)
    if "score" in names and intake.undated is None and (usable_outcome(intake.table) >= 0).any():
        yield Caution(
            code="contaminated_score",
            text=(
                "Nothing shows that the scores were made before the outcomes were known. If the CRM went on"
                " scoring leads after they converted, the score looks better than it is."
            ),
        )


def _range(intake: Intake, stream: Stream) -> Iterator[Caution]:
    if stream.score_range is not None or intake.score_range is None:
        return
    low, high = intake.score_range
    seen = "the scores and the threshold" if stream.threshold in {low, high} else "what was seen"
    text = (
        f"The score is taken to run from {low:g} to {high:g}, from {seen}. If that is wrong, set"
        " score_range in [stream]."
    )
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


def _stepped(intake: Intake) -> Iterator[Caution]:
    if intake.table.num_rows <= EXACT_UP_TO:
        return
    distinct = pc.count_distinct(intake.table.column("score")).as_py()
    if distinct > EXACT_UP_TO:
        yield Caution(
            code="stepped_score",
            text=(
                f"There are {distinct:,} different scores. They are counted in about {QUANTILES:,} steps"
                " of equally many leads, so the ranking quality (AUC) is not exact. Round the score to make"
                " it so."
            ),
            evidence=evidence(distinct=distinct, steps=QUANTILES),
        )


def _all_alike(intake: Intake, stream: Stream) -> Iterator[Caution]:
    """Nobody or everybody selected: most often a threshold on another scale than the score."""
    leads = intake.table.num_rows
    chosen = int(pc.sum(intake.table.column("selected")).as_py() or 0)
    if chosen not in {0, leads}:
        return
    whom = "Every lead is" if chosen else "No lead is"
    where = "decision" if stream.decision is not None else "threshold"
    seen = "" if stream.decision is not None else _seen(intake, stream)
    yield Caution(
        code="one_decision",
        text=f"{whom} selected{seen}, so selection cannot be compared. Check {where} in [stream].",
        evidence=evidence(leads=leads, selected=chosen),
    )


def _seen(intake: Intake, stream: Stream) -> str:
    if stream.threshold is None:
        return ""
    score = score_or_decision(intake.table)
    low, high = float(np.nanmin(score)), float(np.nanmax(score))
    return f" at the threshold of {stream.threshold:g} (the scores run from {low:g} to {high:g})"
