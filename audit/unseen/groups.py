"""Bounds on the numbers of known groups where the group of some leads is not known.

In the worst case each lead of unknown group belongs to whichever group moves the number furthest: to
one group those that lower it, to the other those that raise it. All ends are sharp, those of a gap too:
no lead is given to both sides. Missing at random, such a lead belongs to a group as often as known leads
do that have the same decision, outcome and band of the score.

References
----------
C. Manski (1989). Journal of Human Resources 24:343. J. Horowitz, C. Manski (2000). JASA 95:77 (missing
covariates). N. Kallus, X. Mao, A. Zhou (2022). Management Science 68:1959 (fairness with unknown groups).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.grouping import Grouping
from audit.metrics.confusion import FACTS_OF, usable
from audit.registry import METRICS
from audit.tally.columns import NO, SCORE, SELECTED, UNKNOWN, YES
from audit.unseen.dividing import least_gap
from audit.unseen.joining import Cells, Extreme, extreme
from audit.unseen.listing import Listed, Regions
from audit.unseen.region import End, Region, mean_end, share_end
from audit.unseen.strata import bands, decisions, strata
from audit.unseen.value import Method

SHARES = ("selection_rate", "base_rate", "true_positive_rate", "false_positive_rate", "precision")
MEAN = "mean_score"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Values:
    """What is averaged: per cell its leads that count, and the sums of their values."""

    metric: str
    cells: Cells
    is_share: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Room:
    """What every metric of one grouping shares."""

    part: Grouping
    stratum: IntArray
    count: int
    unknown: int
    width: float
    confidence: float


def group_regions(part: Grouping, scale: tuple[float, float] | None, shown: Listed) -> Iterator[Regions]:
    """Regions of rates and mean scores of the known groups of one attribute; none where all are known."""
    if len(part.attributes) != 1 or (UNKNOWN,) not in part.groups or not part.known.any():
        return
    room = _room(part, scale, shown.confidence)
    methods: tuple[Method, ...] = ("worst_case", "missing_at_random")
    for values in _averaged(part):
        for method in methods:
            yield _regions(room, values, method, shown)


def _room(part: Grouping, scale: tuple[float, float] | None, confidence: float) -> _Room:
    outcome = np.where(usable(part, YES), 2, np.where(usable(part, NO), 1, 0)).astype(np.int64)
    by = strata(bands(part, scale), decisions(part), outcome)
    return _Room(
        part=part,
        stratum=by.of_cell,
        count=len(by.first),
        unknown=part.groups.index((UNKNOWN,)),
        width=scale[1] - scale[0] if scale else 1.0,
        confidence=confidence,
    )


def _averaged(part: Grouping) -> Iterator[Values]:
    leads = part.cube.n.astype(np.float64)
    masks = _masks(part)
    for name in SHARES:
        metric = METRICS[name]
        counts = (*metric.numerator, *metric.denominator)
        if all(part.has(fact) for count in counts for fact in FACTS_OF[count]):
            above, below = (_any(masks, parts) for parts in (metric.numerator, metric.denominator))
            hits = np.where(above, leads, 0.0)
            counted = Cells(n=np.where(below, leads, 0.0), total=hits, squares=hits)
            yield Values(metric=name, cells=counted, is_share=True)
    if part.has(SCORE):
        scored = part.cube.column(SCORE) <= len(part.cube.axis(SCORE).edges)
        parts = (leads, part.cube.score_sum, part.cube.score_squares)
        n, total, squares = (np.where(scored, one, 0.0) for one in parts)
        yield Values(metric=MEAN, cells=Cells(n=n, total=total, squares=squares), is_share=False)


def _masks(part: Grouping) -> dict[str, BoolArray]:
    chosen, left = part.at(SELECTED, YES), part.at(SELECTED, NO)
    won, lost = usable(part, YES), usable(part, NO)
    return {
        "selected": chosen,
        "decided": chosen | left,
        "converted": won,
        "known": won | lost,
        "tp": chosen & won,
        "fp": chosen & lost,
        "fn": left & won,
        "tn": left & lost,
    }


def _any(masks: dict[str, BoolArray], parts: tuple[str, ...]) -> BoolArray:
    return np.asarray(np.logical_or.reduce([masks[name] for name in parts]), dtype=np.bool_)


def _regions(room: _Room, values: Values, method: Method, shown: Listed) -> Regions:
    table = _table(room, values.cells)
    own = table.n.sum(axis=1)
    unknown = float(own[room.unknown])
    free = _unsupported(room, table)
    lower, upper = (_end(room, values, table, (method, highest), shown.groups) for highest in (False, True))
    return Regions(
        cause="unknown_group",
        method=method,
        metric=values.metric,
        region=Region(lower=lower, upper=upper, is_share=values.is_share),
        apart=_apart(room, values, table, method, shown),
        n=own,
        missing=np.full(len(own), unknown),
        unworked=None,
        unsupported=np.full(
            len(own), float(table.n[room.unknown][free].sum()) if method != "worst_case" else 0.0
        ),
        empty=METRICS[values.metric].empty or "no lead of this group has a score",
    )


def _table(room: _Room, cells: Cells) -> Cells:
    """The same sums by group and stratum."""
    size = len(room.part.groups) * room.count
    place = room.part.index * room.count + room.stratum
    n, total, squares = (
        np.bincount(place, part, minlength=size).astype(np.float64).reshape(-1, room.count)
        for part in (cells.n, cells.total, cells.squares)
    )
    return Cells(n=n, total=total, squares=squares)


def _unsupported(room: _Room, table: Cells) -> BoolArray:
    """Strata in which no lead of a known group is."""
    known = table.n.sum(axis=0) - table.n[room.unknown]
    return np.asarray((known <= 0) & (table.n[room.unknown] > 0), dtype=np.bool_)


def _end(room: _Room, values: Values, table: Cells, side: tuple[Method, bool], listed: IntArray) -> End:
    method, highest = side
    fixed, open_cells = _sides(room, values, table, method)
    joining = open_cells.descending() if highest else open_cells.ascending()
    found = [Extreme(value=float("nan"), n=0.0, total=0.0, squares=0.0)] * len(room.part.groups)
    for group in listed.tolist():
        start = (float(fixed.n[group]), float(fixed.total[group]), float(fixed.squares[group]))
        found[group] = extreme(start, joining, highest=highest)
    value, n = (np.array([getattr(one, name) for one in found]) for name in ("value", "n"))
    variance = _plain_variance(found)
    if method != "worst_case":
        variance = np.fmax(_spread(room, table, value, n), variance)
    if values.is_share:
        return share_end(value, n, variance)
    return mean_end(value, variance, n, (room.width, room.confidence))


def _sides(room: _Room, values: Values, table: Cells, method: Method) -> tuple[Cells, Cells]:
    """What every group surely has, and the leads that may belong to any."""
    loose = room.part.index == room.unknown
    if method == "worst_case":
        fixed = Cells(n=table.n.sum(axis=1), total=table.total.sum(axis=1), squares=table.squares.sum(axis=1))
    else:
        fixed = _shared_out(room, table)
        loose &= _unsupported(room, table)[room.stratum]
    return fixed, values.cells.where(loose)


def _apart(
    room: _Room, values: Values, table: Cells, method: Method, shown: Listed
) -> tuple[FloatArray, FloatArray] | None:
    """Lowest and highest gap of every listed group to the reference: no lead belongs to both."""
    if shown.reference is None:
        return None
    fixed, joining = _sides(room, values, table, method)
    own, up = np.stack([fixed.n, fixed.total], axis=1), joining.ascending()
    down = up.negative()
    low, high = (np.full(len(own), np.nan) for _ in range(2))
    for group in shown.groups.tolist():
        if group != shown.reference:
            pair = own[[group, shown.reference]]
            low[group] = least_gap(pair, up)
            high[group] = -least_gap(pair * np.array([1.0, -1.0]), down)
    return low, high


def _plain_variance(found: list[Extreme]) -> FloatArray:
    """Squared standard error of each mean, as if its leads had been drawn together."""
    n, total, squares = (
        np.array([getattr(one, name) for one in found]) for name in ("n", "total", "squares")
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.maximum(squares - total**2 / n, 0) / np.maximum(n - 1, 1) / n
    return np.asarray(spread, dtype=np.float64)


def _shared_out(room: _Room, table: Cells) -> Cells:
    """Leads of unknown group shared out to the known ones, in proportion to these, stratum by stratum."""
    share = _share(room, table)
    n, total, squares = (
        (part + share * part[room.unknown]).sum(axis=1) for part in (table.n, table.total, table.squares)
    )
    return Cells(n=n, total=total, squares=squares)


def _share(room: _Room, table: Cells) -> FloatArray:
    known = table.n.sum(axis=0) - table.n[room.unknown]
    share = table.n / np.maximum(known, 1)
    share[room.unknown] = 0.0
    return np.where(known > 0, share, 0.0)


def _spread(room: _Room, table: Cells, value: FloatArray, n: FloatArray) -> FloatArray:
    """Squared standard error of a mean over leads shared out: sum of the squared influences of all leads.

    A known lead stands for itself and for the unknown ones of its stratum, whose membership it tells.
    """
    mean = value[:, None]
    share, unknown = _share(room, table), room.unknown
    known = np.maximum(table.n.sum(axis=0) - table.n[unknown], 1)
    loose, total, squares = table.n[unknown], table.total[unknown], table.squares[unknown]
    off = (total - mean * loose) / known
    own = off * (1 - share)
    inside = (
        table.squares
        - 2 * mean * table.total
        + mean**2 * table.n
        + 2 * own * (table.total - mean * table.n)
        + own**2 * table.n
    )
    outside = (known - table.n) * (off * share) ** 2
    guessed = share**2 * (squares - 2 * mean * total + mean**2 * loose)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.maximum((inside + outside + guessed).sum(axis=1), 0) / n**2
    return np.asarray(spread, dtype=np.float64)
