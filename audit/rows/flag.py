"""Which leads have a score that deserves a second look, in words that say nothing about the person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from audit.report.model import Report
from audit.rows.levels import Reals, attribute_levels, score_or_decision
from audit.rows.standing import Standing, alike, standings
from audit.schema import Stream

Status = Literal["ok", "review", "insufficient_data"]
Mask = npt.NDArray[np.bool_]

# One sentence per status, the same for every lead: a reason must not tell one group from another.
REASONS: dict[Status, str] = {
    "ok": "The last audit found nothing that would change the decision on this lead.",
    "review": "This score is less reliable than others: look at the lead itself before you drop it.",
    "insufficient_data": "There was too little data to check whether this score is reliable.",
}
LEAST_MARGIN = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """What one lead's panel says. ``key`` is the lead's key, ``reason`` a sentence for a sales rep."""

    key: str
    status: Status
    reason: str


def flags(table: pa.Table, stream: Stream, report: Report) -> tuple[Flag, ...]:
    """One flag per admitted lead, in the order of the table.

    - "review": the lead was not selected, belongs to a group that a failing decision comparison
      puts behind without the outcomes explaining it (`audit.rows.standing`), and its score is near
      enough to the threshold for that gap to have decided: within the group's gap in mean score,
      and at least 5 % of the score's range. Without a score every lead of the group that was not
      selected is near; without a decision the gap in mean score counts, for every lead.
    - "insufficient_data": none of its groups could be judged.
    - "ok": otherwise.

    For an attribute that is a special category, all leads count as its group that is furthest
    behind, and as judged where any group was: many flags side by side then tell nothing about who
    is in which group. For other attributes they can (docs/adr/0003-the-privacy-boundary.md).

    A lead that is not in the table has no flag.
    """
    margin, judged = _margins(table, stream, report)
    least = LEAST_MARGIN * _width(table, report)
    review = ~np.isnan(margin) & (_distance(table, stream) <= np.fmax(margin, least))
    status = np.where(review, "review", np.where(judged, "ok", "insufficient_data")).tolist()
    keys = table.column("key").to_pylist()
    return tuple(
        Flag(key=key, status=one, reason=REASONS[one]) for key, one in zip(keys, status, strict=True)
    )


def _margins(table: pa.Table, stream: Stream, report: Report) -> tuple[Reals, Mask]:
    """Per lead: points that its worst group is behind (NaN: none is), and whether any was judged."""
    margin = np.full(table.num_rows, np.nan)
    judged = np.zeros(table.num_rows, dtype=np.bool_)
    for attribute in stream.attributes:
        levels = attribute_levels(table, attribute.name)
        found = standings(attribute.name, stream, report)
        each = [found.get(name, Standing()) for name in levels.names]
        each = alike(each) if attribute.special_category else each
        margin = np.fmax(margin, np.asarray([one.behind for one in each])[levels.codes])
        judged |= np.asarray([one.judged for one in each], dtype=np.bool_)[levels.codes]
    return margin, judged


def _distance(table: pa.Table, stream: Stream) -> Reals:
    """How far a lead that was not selected is from being so, in points; infinite for one that was."""
    if "selected" not in table.column_names:
        return np.zeros(table.num_rows)
    selected = np.asarray(table.column("selected").fill_null(True).to_numpy(), dtype=np.bool_)
    if "score" not in table.column_names:
        return np.where(selected, np.inf, 0.0)
    score = score_or_decision(table) * (1 if stream.higher_is_better else -1)
    return np.where(selected, np.inf, np.maximum(_cutoff(score, selected, stream) - score, 0.0))


def _cutoff(score: Reals, selected: Mask, stream: Stream) -> float:
    """The threshold, or the score above which there are as many leads as were selected."""
    if stream.threshold is not None and stream.decision is None:
        return stream.threshold * (1 if stream.higher_is_better else -1)
    known = score[np.isfinite(score)]
    return float(np.quantile(known, 1 - selected.mean())) if known.size else np.inf


def _width(table: pa.Table, report: Report) -> float:
    if report.settings.score_range is not None:
        low, high = report.settings.score_range
        return high - low
    score = score_or_decision(table) if {"score", "selected"} & set(table.column_names) else np.zeros(1)
    known = score[np.isfinite(score)]
    return float(np.ptp(known)) if known.size else 0.0
