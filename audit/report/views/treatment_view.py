"""What the page shows of how people treat leads, and of the loop from score to contact to conversion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audit.disparity import Verdict
from audit.finding.case import is_treatment
from audit.finding.feedback import loop_text
from audit.finding.reading import reading
from audit.finding.treatment import ORDER
from audit.finding.words import percent
from audit.report.model import Report
from audit.report.views.view import VERDICT_WORDS, Cell, Section, cell
from audit.rows.feedback import Channel, Effect, Feedback

TREATED = (
    "contact_rate",
    "contacted_within_1h",
    "contacted_within_24h",
    "hours_to_contact",
    "mean_touches",
    "reassignment_rate",
)
MOST_CHANNELS = 12
_WORST: tuple[Verdict, ...] = ("fail", "insufficient", "pass")


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatedRow:
    """One group: what is done with its leads, and whether the same is done at equal score."""

    name: str
    verdict: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreatedTable:
    """How the groups of one attribute are treated; ``reasons`` say what a dash means."""

    judged_by: str
    labels: tuple[str, ...]
    rows: tuple[TreatedRow, ...]
    reasons: tuple[str, ...]


def treated_tables(report: Report, sections: tuple[Section, ...]) -> Mapping[str, TreatedTable]:
    """A table for each attribute, of the groups that its section shows; none where nothing was measured."""
    found = {one.metric for one in report.estimates if is_treatment(one.metric)}
    return {one.attribute: _table(one, report) for one in sections} if found else {}


def _table(section: Section, report: Report) -> TreatedTable:
    own = {
        (one.group[0], one.metric): one.estimate
        for one in report.estimates
        if one.attribute == (section.attribute,) and one.group
    }
    compared = [one for one in report.disparities if one.attribute == (section.attribute,)]
    metric = next((name for name in ORDER if any(one.metric == name for one in compared)), "")
    metrics = tuple(name for name in TREATED if any(key[1] == name for key in own))
    rows = []
    for row in section.rows:
        verdicts: list[Verdict] = [
            one.verdict for one in compared if one.metric == metric and one.group == (row.name,)
        ]
        cells = tuple(cell(name, own.get((row.name, name))) for name in metrics)
        rows.append(TreatedRow(name=row.name, verdict=_verdict(verdicts, row.is_reference), cells=cells))
    return TreatedTable(
        judged_by=reading(metric).label if metric else "",
        labels=tuple(reading(name).label for name in metrics),
        rows=tuple(rows),
        reasons=tuple(dict.fromkeys(c.reason for row in rows for c in row.cells if c.reason)),
    )


def _verdict(verdicts: list[Verdict], is_reference: bool) -> str:
    if is_reference:
        return "reference"
    return VERDICT_WORDS[min(verdicts, key=_WORST.index)] if verdicts else "not compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRow:
    """Leads of one band of the score."""

    band: str
    n: int
    contact: Cell
    conversion: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """A group's gap in conversion at equal score, and what of it goes through contact."""

    who: str
    contact: Cell
    gap: Cell
    closer: Cell
    through: Cell
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopView:
    """The loop on the page: what was found, the links with their numbers, and the groups."""

    text: str
    n: int
    links: tuple[tuple[str, Cell], ...]
    bands: tuple[BandRow, ...]
    channels: tuple[ChannelRow, ...]
    hidden: int


def loop_view(report: Report) -> LoopView | None:
    """The section about the loop; None where nothing could be said."""
    found = report.feedback
    if found is None:
        return None
    return LoopView(
        text=loop_text(found),
        n=found.n,
        links=_links(found),
        bands=tuple(
            BandRow(
                band=f"{one.low:.4g} to {one.high:.4g}",
                n=one.n,
                contact=cell("contact_rate", one.contact),
                conversion=cell("base_rate", one.conversion),
            )
            for one in found.bands
        ),
        channels=tuple(_channel(one) for one in found.channels[:MOST_CHANNELS]),
        hidden=max(0, len(found.channels) - MOST_CHANNELS),
    )


def _links(found: Feedback) -> tuple[tuple[str, Cell], ...]:
    width = "" if found.bandwidth is None else f", within {found.bandwidth:.3g} points of it"
    return (
        ("Contact rate, from the worst score to the best (straight line)", points(found.trend)),
        (f"Contact rate, step at the threshold{width}", points(found.contact_jump)),
        ("Conversion of contacted leads minus that of others, at equal score", points(found.contact_effect)),
        (f"Conversion rate, step at the threshold{width}", points(found.conversion_jump)),
    )


def _channel(one: Channel) -> ChannelRow:
    return ChannelRow(
        who=f"{one.attribute}: {one.group} against {one.reference}",
        contact=points(one.contact_gap),
        gap=points(one.gap),
        closer=points(one.gap_at_equal_contact),
        through=points(one.through_contact),
        share="no sure gap" if one.share is None else percent(one.share),
    )


def points(one: Effect) -> Cell:
    """A difference of rates in points, with its sign."""
    if one.value is None or one.low is None or one.high is None:
        return Cell(value="\N{EN DASH}", interval="", reason=one.undefined)
    value, low, high = (_signed(part) for part in (one.value, one.low, one.high))
    return Cell(value=f"{value} points", interval=f"{low} to {high}")


def _signed(value: float) -> str:
    text = f"{value * 100:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text.replace("-", "\N{MINUS SIGN}")
