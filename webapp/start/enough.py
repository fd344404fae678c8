"""When a first audit has too little data: what is missing, and about when it will be there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from audit.disparity import Disparity
from audit.history import Overview
from audit.report.model import Report
from connectors.errors import Busy
from connectors.some_leads import some_leads
from webapp.language import decimal, gettext, ngettext
from webapp.measuring import MEASURED, held_leads
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.glance import glance
from webapp.viewmodels.words import counted

WEEKS, DAYS = 13, 7
LONGEST_WEEKS = 520
"""Ten years: what takes longer is not told as a number."""
MOST = 5
_OWN = frozenset({"selection_rate", "true_positive_rate", "mean_score"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TooLittle:
    """``findings`` say what could not be judged; ``missing`` what each group lacks; ``when`` one sentence."""

    verdict: str
    findings: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    when: str


def too_little(overview: Overview | None) -> bool:
    """Whether an audit came to no verdict at all."""
    return overview is None or glance(overview).kind == "insufficient"


def what_is_missing(report: Report, overview: Overview, weekly: float | None) -> TooLittle:
    """What an audit without a verdict lacks; ``weekly`` are the leads of a week, None if unknown."""
    needs = _needs(report)
    return TooLittle(
        verdict=glance(overview).sentence,
        findings=tuple((one.headline, one.rest) for one in report.findings if one.verdict == "insufficient"),
        missing=tuple(map(_lacks, needs)),
        when=_when(report, needs, weekly),
    )


def leads_a_week(opened: Services, connection: ConnectionRow) -> float | None:
    """How many held leads came in a week of late; None where nothing tells."""
    held = held_leads(opened, connection)
    share = min(1.0, MEASURED / max(held, 1))
    try:
        table = some_leads(opened.lake, (connection.crm, connection.organisation), share)
    except Busy:
        return None
    return None if table is None else weekly_of(table["cohort_day"], opened.clock().date()) / share


def weekly_of(days: pa.ChunkedArray, today: date) -> float:
    """Leads in a week, over the last quarter."""
    since = pa.scalar(today - timedelta(days=WEEKS * DAYS), pa.date32())
    recent = pc.sum(pc.greater_equal(days, since)).as_py() or 0
    return float(recent) / WEEKS


@dataclass(frozen=True, slots=True, kw_only=True)
class _Need:
    """A group with ``n`` leads, which needs so many ``more``."""

    attribute: str
    group: str
    n: int
    more: int


def _needs(report: Report) -> list[_Need]:
    """The groups that stand alone and what each lacks, the nearest first; else those that are too small."""
    best: dict[tuple[str, str], _Need] = {}
    for one in _lacking(report.disparities):
        known = best.setdefault((one.attribute, one.group), one)
        if one.more < known.more:
            best[one.attribute, one.group] = one
    return sorted(best.values() or _small(report), key=lambda need: need.more)[:MOST]


def _lacking(disparities: Iterable[Disparity]) -> Iterator[_Need]:
    for one in disparities:
        alone = len(one.attribute) == 1 and one.metric in _OWN
        if alone and one.n_needed is not None and one.n_needed > one.n:
            yield _Need(attribute=one.attribute[0], group=one.group[0], n=one.n, more=one.n_needed - one.n)


def _small(report: Report) -> Iterator[_Need]:
    """Where two groups of an attribute are too small to be compared: the second largest."""
    sizes: dict[str, list[tuple[int, str]]] = {}
    for one in report.estimates:
        if one.metric == "count" and len(one.attribute) == 1 and one.group[0] != "unknown":
            sizes.setdefault(one.attribute[0], []).append((one.estimate.n, one.group[0]))
    for attribute, groups in sizes.items():
        n, group = max(sorted(groups)[:-1], default=(report.settings.minimum_group, ""))
        if n < report.settings.minimum_group:
            yield _Need(attribute=attribute, group=group, n=n, more=report.settings.minimum_group - n)


def _lacks(one: _Need) -> str:
    return gettext(
        "%(attribute)s '%(group)s': at least %(more)s than the %(there)s there are.",
        attribute=one.attribute,
        group=one.group,
        more=counted(one.more, "more lead", "more leads"),
        there=decimal(one.n),
    )


def _when(report: Report, needs: list[_Need], weekly: float | None) -> str:
    if not needs:
        return gettext(
            "No number of leads can be named yet: a second group, or leads whose outcome is known, must come "
            "first. Every pull audits anew."
        )
    if not weekly or report.kept <= 0:
        return gettext(
            "No lead came in the last three months, so nobody can say when. Every pull audits anew."
        )
    # A group gets its share of what comes.
    weeks = math.ceil(needs[0].more / (weekly * max(needs[0].n, 1) / report.kept))
    return _paced(round(weekly), weeks)


def _paced(leads: int, weeks: int) -> str:
    if weeks > LONGEST_WEEKS:
        return ngettext(
            "About %(n)s\N{NO-BREAK SPACE}lead comes in a week: at that pace it would take years. "
            "Compare fewer, larger groups.",
            "About %(n)s\N{NO-BREAK SPACE}leads come in a week: at that pace it would take years. "
            "Compare fewer, larger groups.",
            leads,
        )
    return ngettext(
        "About %(n)s\N{NO-BREAK SPACE}lead comes in a week. If that stays, the first comparison can have "
        "enough in about %(time)s.",
        "About %(n)s\N{NO-BREAK SPACE}leads come in a week. If that stays, the first comparison can have "
        "enough in about %(time)s.",
        leads,
        time=counted(weeks, "week", "weeks"),
    )
