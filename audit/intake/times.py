"""Outcomes that cannot be used because of when things happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from audit.intake.instants import earlier, read_instants
from audit.intake.ledger import Ledger
from audit.intake.model import Refusal, Unmapped, unmapped
from audit.schema import Stream

_RARER = 0.5
_TIME_TRAVEL = "The outcome is dated before the lead was created; correct created or outcome_at in the CRM."
_CONTAMINATED = "The score was made after the outcome was known; keep the score from before it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Untimely:
    """Rows whose outcome counts as not known, by reason; and what could not be told.

    ``undated`` counts leads with a positive outcome of which it cannot be told whether the score came
    first (None where the stream does not name ``scored_at`` and ``outcome_at``).
    """

    rows: NDArray[np.bool_]
    withheld: tuple[Refusal, ...]
    undated: int | None
    odd: tuple[Unmapped, ...]
    understated: tuple[float, float] | None


def untimely(table: pa.Table, stream: Stream, tokens: pa.Array, outcome: NDArray[np.int64]) -> Untimely:
    """Among rows with a known outcome: outcomes before creation, and scores made after the outcome.

    A lead without a date of its outcome (most often one that did not convert) cannot be judged and
    keeps its outcome. ``outcome`` is 1, 0, or -1 where it is not known.
    """
    known = outcome >= 0
    roles = (
        ("outcome_at", "scored_at") if stream.outcome_at is None else ("created", "outcome_at", "scored_at")
    )
    named = {role: getattr(stream, role) for role in roles}
    read = {role: read_instants(table, name, tokens) for role, name in named.items() if name is not None}
    ledger = Ledger(table.num_rows)
    ends = read.get("outcome_at")
    if ends is not None and "created" in read:
        ledger.reject("time_travel", _TIME_TRAVEL, known & earlier(ends, read["created"]))
    scored = read.get("scored_at")
    if ends is not None and scored is not None:
        ledger.reject("contaminated_score", _CONTAMINATED, known & earlier(ends, scored))
    dated = None if ends is None or scored is None else ~np.isnan(ends.days) & ~np.isnan(scored.days)
    understated = None if dated is None else _understated(outcome, dated, ledger.standing)
    return Untimely(
        rows=~ledger.standing,
        withheld=ledger.refusals,
        undated=None if dated is None else int(np.count_nonzero((outcome == 1) & ~dated)),
        odd=tuple(
            said
            for role, one in read.items()
            if role != "created"
            for said in unmapped(role, "dates", np.flatnonzero(one.odd))
        ),
        understated=understated,
    )


def _understated(
    outcome: NDArray[np.int64], dated: NDArray[np.bool_], kept: NDArray[np.bool_]
) -> tuple[float, float] | None:
    """Share of positive outcomes with and without the withheld ones, if few others could be withheld.

    That is so where dates are at most half as frequent among negative outcomes: a score that was made too
    late is then found out for leads that converted, and passes for those that did not.
    """
    won, lost = outcome == 1, outcome == 0
    if not won.any() or not lost.any() or dated[lost].mean() > _RARER * dated[won].mean():
        return None
    before, after = won.sum() / (won | lost).sum(), (won & kept).sum() / max(((won | lost) & kept).sum(), 1)
    return (float(before), float(after)) if after < before else None
