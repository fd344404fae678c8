"""A score that points the wrong way."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np
import pyarrow as pa

from audit.caution.leak import score_auc, usable_outcome
from audit.finding import Caution, evidence
from audit.rows.levels import score_or_decision
from audit.schema import Stream

STANDARD_ERRORS = 3.0


def backwards(table: pa.Table, stream: Stream) -> Iterator[Caution]:
    """Leads with better scores convert less often, by more than chance: most likely a wrong setting.

    The AUC must lie three standard errors below one half (Hanley and McNeil 1982, Radiology
    143:29, under the hypothesis of no separation).
    """
    if "score" not in table.column_names:
        return
    outcome = usable_outcome(table)
    no, yes = (int(count) for count in np.bincount(outcome[outcome >= 0], minlength=2))
    if not no or not yes:
        return
    ranked = score_auc(score_or_decision(table), outcome)
    auc = ranked if stream.higher_is_better else 1 - ranked
    if auc + STANDARD_ERRORS * sqrt((no + yes + 1) / (12 * no * yes)) >= 0.5:
        return
    better = "higher" if stream.higher_is_better else "lower"
    yield Caution(
        code="wrong_direction",
        text=(
            f"Leads with {better} scores convert less often (AUC {auc:.3f}). Either the score does not do its"
            " work, or higher_is_better in [stream] is the wrong way round."
        ),
        evidence=evidence(auc=auc, higher_is_better=str(stream.higher_is_better).lower()),
    )
