"""All tests of a report as one family, and the verdict of each: sure and large, surely small, or not known.

What moved is an alarm where its p-value, corrected by Holm for everything that is tested, is below the error
*and* what moved is large (`audit.drift.limits`). A fifth of the error is kept for the scan for days of
change, and the corrected p-values are larger by that. So in at most 5 % of streams without drift there is any
alarm, and with a million leads a difference that does not matter raises none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from audit.disparity import Verdict
from audit.drift.limits import AUC, MISSING, PSI, SCAN, UNSEEN
from audit.drift.model import ColumnDrift, DriftReport, GapDrift, Multivariate, Share, Span, Unseen
from audit.inference import holm
from audit.intervals import quantile, wilson_at

FEWEST_LEADS = 30
"""Leads of a window below which there is no verdict."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """``adjusted`` has the corrected p-values in the order of `_chances`; ``enough`` allows verdicts."""

    adjusted: Iterator[float]
    error: float
    tolerance: float
    enough: bool
    periods: tuple[Span, ...]

    def next_of(self, p_value: float | None) -> float | None:
        return None if p_value is None else next(self.adjusted)

    def verdict(self, p_adjusted: float | None, *, large: bool, small: bool) -> Verdict:
        if not self.enough:
            return "insufficient"
        if large and p_adjusted is not None and p_adjusted < self.error:
            return "fail"
        return "pass" if small else "insufficient"


def judged(report: DriftReport, *, enough: bool) -> DriftReport:
    """The report with corrected p-values and verdicts; ``tested`` counts the family.

    Without ``enough`` (too few accounts) there is no verdict at all.
    """
    p_values = list(_chances(report))
    judge = _Judge(
        adjusted=iter(np.minimum(holm(np.asarray(p_values)) / (1 - SCAN), 1.0).tolist()),
        error=1 - report.confidence,
        tolerance=report.tolerance,
        enough=enough,
        periods=report.periods,
    )
    return replace(
        report,
        columns=tuple(_column(one, judge) for one in report.columns),
        gaps=tuple(_gap(one, judge) for one in report.gaps),
        multivariate=None if report.multivariate is None else _several(report.multivariate, judge),
        changes=tuple(
            replace(one, verdict=one.verdict if enough else "insufficient") for one in report.changes
        ),
        tested=len(p_values),
    )


def _chances(report: DriftReport) -> Iterator[float]:
    """All p-values, each column's own before those of its missing and its new values."""
    for column in report.columns:
        for part in (column, column.missing, column.unseen):
            if part is not None and part.p_value is not None:
                yield part.p_value
    yield from (one.p_value for one in report.gaps if one.p_value is not None)
    if report.multivariate is not None:
        yield report.multivariate.p_value


def _column(one: ColumnDrift, judge: _Judge) -> ColumnDrift:
    adjusted = judge.next_of(one.p_value)
    leads = min(one.reference, one.newest) >= FEWEST_LEADS
    large = leads and one.psi - one.psi_by_chance >= PSI
    verdict = judge.verdict(adjusted, large=large, small=leads and one.psi_high < PSI)
    return replace(
        one,
        p_adjusted=adjusted,
        verdict=verdict,
        missing=None if one.missing is None else _missing(one.missing, judge, enough=leads),
        unseen=None if one.unseen is None else _unseen(one.unseen, judge, one.newest),
        since=_since(one.series, judge.periods) if verdict == "fail" else None,
    )


def _since(series: tuple[float | None, ...], periods: tuple[Span, ...]) -> date | None:
    """The first day of the last periods that are all above the limit (those without enough leads aside)."""
    found = None
    for moved, period in zip(reversed(series), reversed(periods), strict=True):
        if moved is not None and moved < PSI:
            break
        found = period.first if moved is not None else found
    return found


def _missing(one: Share, judge: _Judge, *, enough: bool) -> Share:
    adjusted = judge.next_of(one.p_value)
    large, small = abs(one.change) >= MISSING, one.low > -MISSING and one.high < MISSING
    verdict = judge.verdict(adjusted, large=enough and large, small=enough and small)
    return replace(one, p_adjusted=adjusted, verdict=verdict)


def _unseen(one: Unseen, judge: _Judge, leads: int) -> Unseen:
    adjusted = judge.next_of(one.p_value)
    large = leads >= FEWEST_LEADS and one.share - one.expected >= UNSEEN
    z = np.float64(quantile(1 - judge.error))
    _, most = wilson_at(np.array([float(one.leads)]), np.array([float(leads)]), z)
    small = leads >= FEWEST_LEADS and float(most[0]) - one.expected < UNSEEN
    return replace(one, p_adjusted=adjusted, verdict=judge.verdict(adjusted, large=large, small=small))


def _gap(one: GapDrift, judge: _Judge) -> GapDrift:
    adjusted = judge.next_of(one.p_value)
    if one.low is None or one.high is None:
        return replace(one, p_adjusted=adjusted)
    large = one.low > judge.tolerance or one.high < -judge.tolerance
    small = -judge.tolerance <= one.low and one.high <= judge.tolerance
    return replace(one, p_adjusted=adjusted, verdict=judge.verdict(adjusted, large=large, small=small))


def _several(one: Multivariate, judge: _Judge) -> Multivariate:
    adjusted = judge.next_of(one.p_value)
    verdict = judge.verdict(adjusted, large=one.auc >= AUC, small=one.high < AUC)
    return replace(one, p_adjusted=adjusted, verdict=verdict)
