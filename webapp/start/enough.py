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
from webapp.measuring import MEASURED, held_leads
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.glance import glance
from webapp.viewmodels.words import counted

WEEKS, DAYS = 13, 7
LONGEST_WEEKS = 520
"""Ten years: what takes longer is not told as a number."""
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
    needs = _needs(report.disparities)
    return TooLittle(
        verdict=glance(overview).sentence,
        findings=tuple((one.headline, one.rest) for one in report.findings if one.verdict == "insufficient"),
        missing=tuple(_lacks(one, need) for one, need in needs),
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


def _needs(disparities: Iterable[Disparity]) -> list[tuple[Disparity, int]]:
    """For each group that stands alone, the comparison that needs fewest further leads, the nearest first."""
    best: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[Disparity, int]] = {}
    for one, lacking in _lacking(disparities):
        key = (one.attribute, one.group)
        if key not in best or lacking < best[key][1]:
            best[key] = (one, lacking)
    return sorted(best.values(), key=lambda pair: pair[1])[:5]


def _lacking(disparities: Iterable[Disparity]) -> Iterator[tuple[Disparity, int]]:
    for one in disparities:
        if (
            len(one.attribute) == 1
            and one.metric in _OWN
            and one.n_needed is not None
            and one.n_needed > one.n
        ):
            yield one, one.n_needed - one.n


def _lacks(one: Disparity, need: int) -> str:
    more = counted(need, "more lead", "more leads")
    return f"{one.attribute[0]} '{one.group[0]}': {more} than the {one.n:,} there are."


def _when(report: Report, needs: list[tuple[Disparity, int]], weekly: float | None) -> str:
    if not needs:
        return (
            "No number of leads can be named yet: a second group, or leads whose outcome is known, must come "
            "first. Every pull audits anew."
        )
    if not weekly or report.kept <= 0:
        return "No lead came in the last three months, so nobody can say when. Every pull audits anew."
    one, need = needs[0]
    # A group gets its share of what comes.
    weeks = math.ceil(need / (weekly * max(one.n, 1) / report.kept))
    pace = f"About {counted(round(weekly), 'lead comes', 'leads come')} in a week"
    if weeks > LONGEST_WEEKS:
        return f"{pace}: at that pace it would take years. Compare fewer, larger groups."
    return (
        f"{pace}. If that stays, the first comparison has enough in about {counted(weeks, 'week', 'weeks')}."
    )
