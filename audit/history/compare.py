"""What surely changed between two audits, finding by finding.

Two audits of one connection share most of their leads, and what they share does not differ by chance. Taken
as independent, as here, a change is claimed too seldom and never too often: the variance of a difference
of two positively correlated numbers is below the sum of their variances.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from audit.finding import Finding
from audit.history.model import Change, ChangeKind, Point
from audit.history.points import find, noted, told_point
from audit.inference import holm
from audit.intervals import quantile
from audit.report.model import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """A finding of either audit, whether each audit tells it, and its gap in both."""

    finding: Finding
    told_before: bool
    told_after: bool
    before: Point | None
    after: Point | None


def changes(before: Report, after: Report) -> tuple[Change, ...]:
    """The findings that came, went, grew or shrank; those that stayed as they were are left out.

    A change is sure where the difference of the two gaps is significant at the later audit's confidence,
    corrected over all findings that could be compared (Holm). The order is that of the findings.
    """
    pairs = list(_pairs(before, after))
    level = 1 - after.settings.confidence
    p = np.array([_p(one, before, after) for one in pairs], dtype=np.float64)
    tested = np.isfinite(p)
    p[tested] = holm(p[tested]) if tested.any() else p[tested]
    return tuple(_told(pairs, p.tolist(), level))


def _told(pairs: list[_Pair], corrected: list[float], level: float) -> Iterator[Change]:
    for pair, p in zip(pairs, corrected, strict=True):
        kind = _kind(pair, sure=p < level)
        if kind is not None:
            yield Change(
                kind=kind,
                finding=noted(pair.finding),
                before=pair.before,
                after=pair.after,
                p=p if math.isfinite(p) else None,
            )


def _pairs(before: Report, after: Report) -> Iterator[_Pair]:
    earlier, later = _failing(before), _failing(after)
    for who, finding in later.items():
        yield _Pair(
            finding=finding,
            told_before=who in earlier,
            told_after=True,
            before=_same_gap(finding, after, before, earlier.get(who)),
            after=told_point(after, finding),
        )
    for who, finding in earlier.items():
        if who not in later:
            yield _Pair(
                finding=finding,
                told_before=True,
                told_after=False,
                before=told_point(before, finding),
                after=_same_gap(finding, before, after, None),
            )


def _failing(report: Report) -> dict[frozenset[tuple[str, str]], Finding]:
    """The failing findings, by what they are about: one of a group, whichever metric leads it."""
    found: dict[frozenset[tuple[str, str]], Finding] = {}
    for one in report.findings:
        if one.verdict == "fail" and one.group:
            found.setdefault(frozenset(zip(one.attribute, one.group, strict=False)), one)
    return found


def _same_gap(finding: Finding, own: Report, other: Report, twin: Finding | None) -> Point | None:
    """The gap of a finding of ``own`` in the other report, against the same reference."""
    mine = told_point(own, finding)
    if mine is None:
        return None
    found = find(other, finding, mine.kind)
    if found is None and twin is not None and twin.metric == finding.metric:
        found = told_point(other, twin)
    same = found is not None and (found.reference, found.kind) == (mine.reference, mine.kind)
    return found if same else None


def _p(pair: _Pair, before: Report, after: Report) -> float:
    """That the gap did not change; NaN where it cannot be compared."""
    if pair.before is None or pair.after is None:
        return math.nan
    ends = [
        (*_scaled(point), quantile(report.settings.confidence))
        for point, report in ((pair.before, before), (pair.after, after))
    ]
    if not all(math.isfinite(number) for numbers in ends for number in numbers):
        return math.nan
    spread = sum(((high - low) / (2 * z)) ** 2 for _, low, high, z in ends)
    moved = abs(ends[1][0] - ends[0][0])
    if spread == 0:
        return math.nan if moved else 1.0
    return 2 * NormalDist().cdf(-moved / math.sqrt(spread))


def _scaled(point: Point) -> tuple[float, float, float]:
    """Value and ends on the scale on which they spread evenly."""
    if point.kind == "difference":
        return point.value, point.low, point.high
    value, low, high = (
        math.log(end) if end > 0 else -math.inf for end in (point.value, point.low, point.high)
    )
    return value, low, high


def _kind(pair: _Pair, *, sure: bool) -> ChangeKind | None:
    grown = _size(pair.after) > _size(pair.before)
    if pair.told_before and pair.told_after:
        return ("worse" if grown else "better") if sure else None
    if pair.told_after:
        return "new" if sure and grown else "newly told"
    return "gone" if sure and not grown else "no longer told"


def _size(point: Point | None) -> float:
    if point is None:
        return 0.0
    value = _scaled(point)[0]
    return abs(value)
