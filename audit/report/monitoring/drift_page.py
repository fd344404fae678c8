"""The part of ``monitor.html`` about drift: sentences, drawings and tables, each cell as it is printed."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from audit.drift import ColumnDrift, DriftReport, Driver, GapDrift
from audit.finding.words import amount, percent
from audit.report.monitoring.drift_chart import bars, moved_lines, pairs, ranked, ranked_gaps
from audit.report.monitoring.drift_words import Told, column_title, gap_title, headline, signed, told, windows

LISTED = 200
"""Rows of a table; all are in the JSON."""
DASH = "\N{EM DASH}"
VERDICTS = {"fail": "moved", "pass": "within the limit", "insufficient": "not enough data"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRow:
    """A column in the table."""

    name: str
    verdict: str
    special: bool
    psi: str
    since: str
    p_adjusted: str
    distances: tuple[str, ...]
    missing: str
    new: str
    pooled: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """A gap in the table."""

    name: str
    verdict: str
    special: bool
    before: str
    after: str
    change: str
    p_adjusted: str
    leads: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftPage:
    """What the template prints."""

    headline: str
    windows: str
    told: tuple[Told, ...]
    bars: Markup
    lines: tuple[tuple[str, Markup], ...]
    pairs: Markup | None
    columns: tuple[ColumnRow, ...]
    gaps: tuple[GapRow, ...]
    drivers: tuple[tuple[str, str], ...]
    more_columns: int
    more_gaps: int


def drift_page(report: DriftReport) -> DriftPage:
    """The section of a report."""
    several = report.multivariate
    return DriftPage(
        headline=headline(report),
        windows=windows(report),
        told=told(report),
        bars=bars(report),
        lines=tuple((column_title(one), svg) for one, svg in moved_lines(report)),
        pairs=pairs(report),
        columns=tuple(_column(one) for one in ranked(report)[:LISTED]),
        gaps=tuple(_gap(one) for one in ranked_gaps(report)[:LISTED]),
        drivers=() if several is None or several.verdict == "pass" else tuple(map(_driver, several.drivers)),
        more_columns=max(len(report.columns) - LISTED, 0),
        more_gaps=max(len(report.gaps) - LISTED, 0),
    )


def _column(one: ColumnDrift) -> ColumnRow:
    distances = (one.jensen_shannon, one.hellinger, one.kolmogorov_smirnov)
    wasserstein = DASH if one.wasserstein is None else amount(one.wasserstein)
    missing, new = one.missing, one.unseen
    return ColumnRow(
        name=column_title(one),
        verdict=VERDICTS[one.verdict],
        special=one.special,
        psi=f"{max(one.psi - one.psi_by_chance, 0):.3f} ({one.psi_low:.3f} to {one.psi_high:.3f})",
        since=str(one.since) if one.since else DASH,
        p_adjusted=_chance(one.p_adjusted),
        distances=(*(DASH if value is None else f"{value:.3f}" for value in distances), wasserstein),
        missing=DASH
        if missing is None
        else f"{percent(missing.reference)} \N{RIGHTWARDS ARROW} {percent(missing.newest)}",
        new=DASH if new is None else percent(new.share),
        pooled=f"{one.pooled:,}" if one.pooled else DASH,
    )


def _gap(one: GapDrift) -> GapRow:
    before, after = one.before, one.after
    known = before is not None and after is not None and one.change is not None
    return GapRow(
        name=gap_title(one),
        verdict=f"{VERDICTS['insufficient']}: {one.undefined}" if one.undefined else VERDICTS[one.verdict],
        special=one.special,
        before=DASH
        if before is None
        else f"{signed(before.value)} ({signed(before.low)} to {signed(before.high)})",
        after=DASH
        if after is None
        else f"{signed(after.value)} ({signed(after.low)} to {signed(after.high)})",
        change=f"{signed(one.change or 0)} ({signed(one.low or 0)} to {signed(one.high or 0)})"
        if known
        else DASH,
        p_adjusted=_chance(one.p_adjusted),
        leads=DASH if before is None or after is None else f"{before.n:,} and {after.n:,}",
    )


def _driver(one: Driver) -> tuple[str, str]:
    return one.name, f"{one.loss:.3f}"


def _chance(p_adjusted: float | None) -> str:
    if p_adjusted is None:
        return DASH
    return "below 0.001" if p_adjusted < 0.001 else f"{p_adjusted:.3f}"
