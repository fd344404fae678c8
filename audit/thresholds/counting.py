"""Counting leads between thresholds: one more tally of the table, on edges of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.arrays import BoolArray, IntArray, sum_by
from audit.clustering.accounts import FEWEST, Accounts, accounts_by_group, accounts_of
from audit.clustering.effect import FEWEST_EFFECTIVE
from audit.clustering.leave_out import buckets_of
from audit.cube import Cube
from audit.disparity.reference_group import reference_of, references
from audit.grouping import Grouping, grouping
from audit.metrics.confusion import usable
from audit.schema import Stream
from audit.tally import count
from audit.tally.columns import ATTRIBUTE, NO, OUTCOME, SCORE, WORKED, YES
from audit.thresholds.model import FUNNEL, GroupCounts, ThresholdCounts
from audit.thresholds.stretching import Piece, effective_buckets, stretches

STEPS = 101


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Leads:
    """What all attributes share: the table with its accounts, its cube, and the cube of each bucket."""

    table: pa.Table
    stream: Stream
    thresholds: tuple[float, ...]
    cube: Cube
    accounts: Accounts | None
    pieces: list[Cube]


def threshold_counts(
    table: pa.Table, stream: Stream, score_range: tuple[float, float] | None, seed: int
) -> ThresholdCounts:
    """Count an admitted table between the thresholds of its score.

    ``score_range`` is the range that the audit reports (``settings.score_range``), ``seed`` that of the
    audit: both as it had them, so that what follows is what the audit would say at another threshold.
    """
    thresholds = _thresholds(stream, score_range if SCORE in table.column_names else None)
    edges = _edges(thresholds, higher_is_better=stream.higher_is_better)
    accounts = accounts_of(table, seed) if thresholds else None
    leads = _Leads(
        table=table,
        stream=stream,
        thresholds=thresholds,
        cube=count(table, stream, "arrow", edges=edges),
        accounts=accounts,
        pieces=[] if accounts is None else buckets_of(table, stream, accounts, edges),
    )
    return ThresholdCounts(
        thresholds=thresholds,
        own=stream.threshold if thresholds else None,
        higher_is_better=stream.higher_is_better,
        confidence=stream.audit.confidence,
        outcomes=OUTCOME in leads.cube.names,
        groups=_groups(leads),
    )


def _thresholds(stream: Stream, score_range: tuple[float, float] | None) -> tuple[float, ...]:
    if score_range is None:
        return ()
    # As a person writes them: 0.07, not 0.07000000000000001.
    steps = {float(f"{step:.12g}") + 0.0 for step in np.linspace(*score_range, STEPS).tolist()}
    own = set() if stream.threshold is None else {stream.threshold}
    return tuple(sorted(steps | own))


def _edges(thresholds: tuple[float, ...], *, higher_is_better: bool) -> tuple[float, ...] | None:
    """Edges at which a threshold begins to select, or, where lower is better, just stops to."""
    if not thresholds:
        return None
    if higher_is_better:
        return thresholds
    return tuple(np.nextafter(np.array(thresholds), np.inf).tolist())


def _groups(leads: _Leads) -> tuple[GroupCounts, ...]:
    names = [name for name in leads.cube.names if name.startswith(ATTRIBUTE)]
    parts = [grouping(leads.cube, (name.removeprefix(ATTRIBUTE),)) for name in names]
    chosen = references(tuple(parts), leads.stream)
    minimum = leads.stream.audit.minimum_group
    return tuple(_counted(leads, part, reference_of(part, chosen, minimum)) for part in parts)


def _counted(leads: _Leads, part: Grouping, reference: int | None) -> GroupCounts:
    name, size = part.attributes[0], len(leads.thresholds)
    whole = _piece(part, part.groups, size)
    left = [_piece(grouping(one, (name,)), part.groups, size) for one in leads.pieces]
    return GroupCounts(
        attribute=name,
        groups=tuple(group[0] for group in part.groups),
        reference=reference,
        special_category=any(a.special_category for a in leads.stream.attributes if a.name == name),
        leads=whole.leads,
        positives=whole.positives,
        negatives=whole.negatives,
        funnel=_funnel(part),
        stretched=stretches(whole, left, part, reference, leads.stream) if left else (),
        steady=_steady(leads, part, left),
    )


def _steady(leads: _Leads, part: Grouping, left: list[Piece]) -> tuple[bool, ...] | None:
    """Whether each group has the accounts for a verdict, and no account that outweighs the others."""
    if leads.accounts is None:
        return None
    many = accounts_by_group(leads.table, leads.accounts, part) >= FEWEST
    return tuple((many & (effective_buckets(left) >= FEWEST_EFFECTIVE)).tolist())


def _piece(part: Grouping, groups: tuple[tuple[str, ...], ...], thresholds: int) -> Piece:
    """The counts of these groups by their place; a group that is not there has none."""
    order = {group: place for place, group in enumerate(groups)}
    row = np.array([order[group] for group in part.groups], dtype=np.int64)[part.index]
    scored = _scored(part) if thresholds else np.zeros(len(part.index), dtype=np.bool_)
    place = part.cube.column(SCORE) if part.has(SCORE) else np.zeros_like(row)

    def by_place(cells: BoolArray) -> IntArray:
        at, size = row[cells] * (thresholds + 1) + place[cells], len(groups) * (thresholds + 1)
        return sum_by(at, part.cube.n[cells], size).reshape(len(groups), -1).astype(np.int64)

    return Piece(
        everybody=sum_by(row, part.cube.n, len(groups)).astype(np.int64),
        leads=by_place(scored),
        positives=by_place(scored & usable(part, YES)),
        negatives=by_place(scored & usable(part, NO)),
    )


def _scored(part: Grouping) -> BoolArray:
    return np.asarray(part.cube.column(SCORE) <= len(part.cube.axis(SCORE).edges), dtype=np.bool_)


def _funnel(part: Grouping) -> IntArray:
    """Leads of each group that come so far; -1 where the data does not tell."""
    passed = np.ones(len(part.cube.n), dtype=np.bool_)
    steps = [part.count(passed)]
    known = {
        SCORE: _scored(part) if part.has(SCORE) else passed,
        WORKED: part.at(WORKED, YES),
        OUTCOME: part.at(OUTCOME, YES) | part.at(OUTCOME, NO),
    }
    for fact, cells in known.items():
        if part.has(fact):
            passed = passed & cells
        steps.append(part.count(passed) if part.has(fact) else np.full(len(part.groups), -1))
    return np.stack(steps, axis=1).astype(np.int64).reshape(len(part.groups), len(FUNNEL))
