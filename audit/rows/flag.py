"""Which leads have a score that deserves a second look, in words that say nothing about the person."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from audit.report.model import Report
from audit.rows.flagging.advice import (
    NOTHING_CHECKED,
    NOTHING_NEAR,
    ONE_HINT,
    REASONS,
    TOO_FEW_ALIKE,
    USE_IT,
    Direction,
    Status,
    review_advice,
    review_explained,
)
from audit.rows.flagging.calibrated import Shift
from audit.rows.flagging.moved import moved
from audit.rows.flagging.outlook import Outlook, outlooks
from audit.rows.levels import Codes, Reals, attribute_levels, score_or_decision
from audit.schema import Stream

__all__ = ["LEAST_MARGIN", "REASONS", "Flag", "Status", "flags"]

Mask = npt.NDArray[np.bool_]
LEAST_MARGIN = 0.05
AS_THEY_ARE: Mapping[str, str] = MappingProxyType({})
UNDERRATED, OVERRATED = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """What one lead's panel says. ``key`` is the lead's key, ``reason`` a sentence for a sales rep.

    ``direction`` says which way a score that is for review is likely off, and ``shift`` by how many of
    its points it would have to move, with the interval ``low`` to ``high``; all four are None where
    nothing sure can be said, and always where only a special category is behind it. ``calibrated`` is the
    lead's score moved by ``shift`` (`audit.rows.flagging.moved`). ``fields`` are the
    CRM fields that carry the gap, none for a special category; ``advice`` is what to do, and
    ``explanation`` why the flag says what it says, or why it says nothing.
    """

    key: str
    status: Status
    reason: str
    direction: Direction | None = None
    shift: float | None = None
    low: float | None = None
    high: float | None = None
    calibrated: float | None = None
    fields: tuple[str, ...] = ()
    advice: str = ""
    explanation: str = ""


def flags(
    table: pa.Table, stream: Stream, report: Report, names: Mapping[str, str] = AS_THEY_ARE
) -> tuple[Flag, ...]:
    """One flag per admitted lead, in the order of the table; ``names`` says how the CRM calls a column.

    - "review", one that may be too low: the lead was not selected, belongs to a group that a failing
      decision comparison puts behind without the outcomes explaining it (`audit.rows.flagging.standing`), and
      its score is near enough to the threshold for that gap to have decided: within the group's gap in
      mean score, and at least 5 % of the score's range. Without a score every lead of the group that
      was not selected is near; without a decision the gap in mean score counts, for every lead.
      Likewise where outcomes surely show the group's score to be too low by more than the tolerance
      (`audit.rows.flagging.calibrated`), and the lead is within that shift of the threshold.
    - "review", one that may be too high: outcomes surely show the group's score to be too high by more
      than the tolerance, no decision puts the group behind, and the lead was selected within that
      shift of the threshold.
    - "insufficient_data": none of its groups could be judged.
    - "ok": otherwise.

    For an attribute that is a special category, all leads count as its group that is furthest
    behind, and as judged where any group was, and nothing is said of direction, size and fields: many flags
    side by side then tell nothing about who is in which group, and exchanging the groups of the leads
    changes no flag. For other attributes they can (docs/adr/0003-the-privacy-boundary.md).

    A lead that is not in the table has no flag.
    """
    scene = _scene(table, stream, report)
    views = [_view(_named(one, names), table, scene) for one in outlooks(table, stream, report)]
    columns = (column for view in views for column in (view.judged, view.verdict, view.group))
    cases, place = np.unique(np.stack([*columns], axis=1), axis=0, return_inverse=True)
    judged = any(view.judged.any() for view in views)
    said = [_said(case.reshape(-1, 3), views, stream, judged=judged) for case in cases]
    keys, scores, within = table.column("key").to_pylist(), _scores(table), report.settings.score_range
    return tuple(
        replace(said[i], key=key, calibrated=moved(score, said[i].shift, within))
        for key, score, i in zip(keys, scores, place.ravel().tolist(), strict=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Scene:
    """Per lead: points that it is short of being selected, and that it is over; infinite on the other side.

    ``least`` is the margin within which a score always counts as near, ``tolerance`` the shift that is
    tolerated, both in points.
    """

    short: Reals
    over: Reals
    least: float
    tolerance: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _View:
    """One attribute, per lead: whether its group was judged, what is said, and of which group.

    The group is 0 wherever the words do not depend on it, so always for a special category.
    """

    outlook: Outlook
    names: tuple[str, ...]
    judged: Codes
    verdict: Codes
    group: Codes


def _scene(table: pa.Table, stream: Stream, report: Report) -> _Scene:
    width = _width(table, report)
    short, over = _distances(table, stream)
    return _Scene(
        short=short,
        over=over,
        least=LEAST_MARGIN * width,
        tolerance=report.settings.tolerance_difference * width,
    )


def _named(outlook: Outlook, names: Mapping[str, str]) -> Outlook:
    return replace(outlook, fields=tuple(dict.fromkeys(names.get(one, one) for one in outlook.fields)))


def _view(outlook: Outlook, table: pa.Table, scene: _Scene) -> _View:
    levels = attribute_levels(table, outlook.attribute)
    each = [outlook.of(name) for name in levels.names]
    behind = np.array([one.behind for one in each])[levels.codes]
    low = np.array([_margin(outlook.too_low(name), scene) for name in levels.names])[levels.codes]
    high = np.array([_margin(outlook.too_high(name), scene) for name in levels.names])[levels.codes]
    near = ~np.isnan(behind) & (scene.short <= np.fmax(behind, scene.least))
    verdict = np.where(near | (scene.short <= low), UNDERRATED, np.where(scene.over <= high, OVERRATED, 0))
    told = np.array([name in outlook.shift for name in levels.names], dtype=np.bool_)[levels.codes]
    return _View(
        outlook=outlook,
        names=levels.names,
        judged=np.array([one.judged for one in each], dtype=np.int64)[levels.codes],
        verdict=verdict.astype(np.int64),
        group=np.where(told & (verdict > 0), levels.codes, 0),
    )


def _margin(shift: Shift | None, scene: _Scene) -> float:
    """How near to the cut-off a shift decides; NaN where it is not surely beyond the tolerance."""
    if shift is None or max(shift.low, -shift.high) <= scene.tolerance:
        return math.nan
    return abs(shift.value)


def _said(case: Codes, views: list[_View], stream: Stream, *, judged: bool) -> Flag:
    """The flag of all leads that are alike in every attribute's verdict, without a key."""
    reviewed = [(view, row) for view, row in zip(views, case.tolist(), strict=True) if row[1]]
    if reviewed:
        return _review(reviewed, stream)
    if case[:, 0].any():
        return _plain("ok", NOTHING_NEAR, USE_IT)
    return _plain("insufficient_data", TOO_FEW_ALIKE if judged else NOTHING_CHECKED, ONE_HINT)


def _plain(status: Status, explanation: str, advice: str) -> Flag:
    return Flag(key="", status=status, reason=REASONS[status], explanation=explanation, advice=advice)


def _review(reviewed: list[tuple[_View, list[int]]], stream: Stream) -> Flag:
    fields = tuple(dict.fromkeys(name for view, _ in reviewed for name in view.outlook.fields))
    shift = _agreed([one for view, row in reviewed if (one := _shift(view, row)) is not None])
    better = None if shift is None else shift.value > 0
    flag = Flag(
        key="",
        status="review",
        reason=REASONS["review"],
        fields=fields,
        advice=review_advice(better, fields),
        explanation=review_explained(better),
    )
    if shift is None:
        return flag
    # Points of the score as it stands: where lower is better, a score that is too good a number is too low.
    up = 1 if stream.higher_is_better else -1
    low, high = sorted((shift.low * up, shift.high * up))
    direction: Direction = "may be too low" if shift.value * up > 0 else "may be too high"
    return replace(flag, direction=direction, shift=shift.value * up, low=low, high=high)


def _shift(view: _View, row: list[int]) -> Shift | None:
    name = view.names[row[2]]
    return view.outlook.too_low(name) if row[1] == UNDERRATED else view.outlook.too_high(name)


def _agreed(found: list[Shift]) -> Shift | None:
    """The largest shift, unless the shifts point in different directions."""
    if len({one.value > 0 for one in found}) != 1:
        return None
    return max(found, key=lambda one: (abs(one.value), one.low))


def _distances(table: pa.Table, stream: Stream) -> tuple[Reals, Reals]:
    """Points that a lead is short of being selected, and over it; infinite on the other side.

    0 on both sides where nobody is known to be selected, infinite on both for a lead whose decision is not
    known.
    """
    if "selected" not in table.column_names:
        return np.zeros(table.num_rows), np.zeros(table.num_rows)
    column = table.column("selected")
    selected = np.asarray(column.fill_null(False).to_numpy(), dtype=np.bool_)
    left_out = ~np.asarray(column.fill_null(True).to_numpy(), dtype=np.bool_)
    if "score" not in table.column_names:
        return np.where(left_out, 0.0, np.inf), np.where(selected, 0.0, np.inf)
    score = score_or_decision(table) * (1 if stream.higher_is_better else -1)
    decided = selected | left_out
    over = score - _cutoff(score[decided], selected[decided], stream)
    return (
        np.where(left_out, np.maximum(-over, 0.0), np.inf),
        np.where(selected, np.maximum(over, 0.0), np.inf),
    )


def _cutoff(score: Reals, selected: Mask, stream: Stream) -> float:
    """The threshold, or the score above which there are as many leads as were selected."""
    if stream.threshold is not None and stream.decision is None:
        return stream.threshold * (1 if stream.higher_is_better else -1)
    known = score[np.isfinite(score)]
    return float(np.quantile(known, 1 - selected.mean())) if known.size else np.inf


def _scores(table: pa.Table) -> list[float]:
    """The leads' own scores; NaN for each where the stream has only a decision."""
    if "score" not in table.column_names:
        return [math.nan] * table.num_rows
    found: list[float] = score_or_decision(table).tolist()
    return found


def _width(table: pa.Table, report: Report) -> float:
    if report.settings.score_range is not None:
        low, high = report.settings.score_range
        return high - low
    score = score_or_decision(table) if {"score", "selected"} & set(table.column_names) else np.zeros(1)
    known = score[np.isfinite(score)]
    return float(np.ptp(known)) if known.size else 0.0
