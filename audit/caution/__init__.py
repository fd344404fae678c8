"""What a reader must know before trusting the numbers: each with the numbers that show it."""

from __future__ import annotations

import pyarrow as pa

from audit.caution.account import left_out
from audit.caution.controls import controls_that_are_proxies
from audit.caution.defaults import unlisted_defaults
from audit.caution.direction import backwards
from audit.caution.duplicates import duplicate_rows
from audit.caution.features import fine_features
from audit.caution.groups import thin_groups
from audit.caution.leak import leaks
from audit.caution.outcomes import doubtful_outcomes
from audit.caution.score import doubtful_scores
from audit.caution.spelling import spelled_differently
from audit.caution.times import untimely
from audit.caution.treatment import doubtful_treatment
from audit.finding import Caution
from audit.intake import Intake
from audit.schema import Stream


def cautions(
    intake: Intake, stream: Stream, seed: int, looked: pa.Table | None = None
) -> tuple[Caution, ...]:
    """Every caution that this table and stream give, in a fixed order.

    ``looked`` are the admitted leads of which single rows are looked at (`audit.rows.examined`); None: all.
    """
    looked = intake.table if looked is None else looked
    return (
        *leaks(looked, seed),
        *backwards(looked, stream),
        *doubtful_scores(intake, stream),
        *doubtful_outcomes(intake, stream),
        *controls_that_are_proxies(looked, stream, seed),
        *thin_groups(intake.table, stream),
        *spelled_differently(intake.table, stream),
        *fine_features(looked),
        *doubtful_treatment(intake, stream),
        *untimely(intake),
        *unlisted_defaults(intake),
        *duplicate_rows(intake),
        *left_out(intake),
    )


__all__ = ["cautions"]
