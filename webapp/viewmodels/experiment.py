"""One experiment as its page shows it: the verdict first, then what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from audit.report.mitigation.summary import Summary, summary
from audit.rows.mitigation import Experiment
from audit.rows.mitigation.legal import without_groups
from audit.rows.mitigation.model import Row
from webapp.experiments import ON_THE_SCORE, WITHOUT_CONSTRAINTS, Found
from webapp.language import decimal, gettext, marked
from webapp.viewmodels.remedy_charts import GOODS, Chart, chart
from webapp.viewmodels.remedy_form import AIM_WORDS
from webapp.viewmodels.remedy_lines import (
    AIM_NAMES,
    Cell,
    RemedyLine,
    Shelf,
    gap_cell,
    money,
    remedy_lines,
    share_cell,
    shelves,
)
from webapp.viewmodels.words import VERDICT_WORDS, gap, low_to_high, moment

METRIC_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "selection_rate": marked("Share called"),
        "true_positive_rate": marked("Share called of good leads"),
        "false_positive_rate": marked("Share called of the other leads"),
        "precision": marked("Good outcomes per call"),
    }
)
KINDS: Mapping[str, str] = MappingProxyType(
    {"fail": "failed", "pass": "pass", "insufficient": "insufficient"}
)
Outcome = Literal["recommended", "none", "unjudged", "undefined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The gap of a group and its verdict; the reference group has none."""

    words: str
    kind: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One line of the audit before and after."""

    metric: str
    group: str
    before: Cell
    after: Cell
    gap_before: Judged
    gap_after: Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentPage:
    """Everything on the page. ``told`` is what the laboratory says, in English."""

    id: str
    when: str
    who: str
    told: Summary
    outcome: Outcome
    facts: tuple[tuple[str, str], ...]
    today: tuple[tuple[str, Cell], ...]
    charts: tuple[Chart, ...]
    lines: tuple[RemedyLine, ...]
    shelves: tuple[Shelf, ...]
    compared: tuple[Compared, ...]
    validated: RemedyLine | None
    left_out: int
    legal: bool
    asked_legal: bool
    sampled: str
    gap_name: str
    worth_name: str
    special: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One experiment in the list."""

    id: str
    when: str
    who: str
    about: str
    asked: tuple[str, ...]
    outcome: Outcome
    verdict: str


def experiment_page(found: Found, *, legal: bool) -> ExperimentPage:
    """The page of an experiment; ``legal`` leaves out what needs the group of a new lead."""
    made = found.report.experiment
    every, lines = remedy_lines(made, legal=False), remedy_lines(made, legal=legal)
    seen, hidden = without_groups(made) if legal else made, made.request.legal
    charts = (chart(made, lines, good) for good in GOODS)
    return ExperimentPage(
        id=found.id,
        when=moment(found.made_at),
        who=found.who,
        told=summary(seen),
        outcome=outcome_of(seen),
        facts=tuple(_facts(found)),
        today=tuple(_today(made)),
        charts=tuple(one for one in charts if one is not None),
        lines=lines,
        shelves=shelves(lines),
        compared=tuple(compared_row(row) for row in made.validation),
        validated=next((one for one in every if one.remedy.id == made.validated), None),
        left_out=seen.hidden,
        legal=legal or hidden,
        asked_legal=hidden,
        sampled=_sampled(found),
        gap_name=gettext(AIM_NAMES[made.request.aim]),
        worth_name=worth_name(made),
        special=found.special,
    )


def history_line(found: Found) -> HistoryLine:
    """An experiment in the list."""
    made = found.report.experiment
    return HistoryLine(
        id=found.id,
        when=moment(found.made_at),
        who=found.who,
        about=made.attribute or "",
        asked=tuple(_asked(found)),
        outcome=outcome_of(made),
        verdict=summary(made).verdict,
    )


def _asked(found: Found) -> Iterator[str]:
    """What was asked for, but for what is usual."""
    asked = found.asked
    yield gettext(AIM_WORDS[asked.aim])
    if asked.calls is not None:
        yield gettext("%(n)s calls", n=decimal(asked.calls))
    if asked.calls_per_day is not None:
        yield gettext("%(n)s calls a day", n=decimal(asked.calls_per_day))
    if asked.families == WITHOUT_CONSTRAINTS:
        yield gettext("No training under a constraint")
    if asked.families == ON_THE_SCORE:
        yield gettext("Only what works with the CRM's score")
    if asked.legal:
        yield gettext("Legal mode")


def outcome_of(made: Experiment) -> Outcome:
    """What came of it, in one word."""
    if made.undefined is not None or made.today is None:
        return "undefined"
    if made.unjudged is not None:
        return "unjudged"
    return "recommended" if made.advice is not None and made.advice.remedy else "none"


def worth_name(made: Experiment) -> str:
    """What the value is told by."""
    return gettext("Value per call hour") if made.request.minutes else gettext("Value per call")


def _facts(found: Found) -> Iterator[tuple[str, str]]:
    made, asked = found.report.experiment, found.asked
    if made.group and made.reference:
        yield gettext("Groups"), f"{made.group}, {made.reference}"
    yield gettext("What should be equal"), gettext(AIM_WORDS[made.request.aim])
    yield gettext("Leads"), decimal(made.leads)
    known = gettext(
        "%(known)s; %(unknown)s leads have none, and count as neither good nor bad",
        known=decimal(made.known),
        unknown=decimal(made.unworked),
    )
    yield gettext("Known outcomes"), known
    if made.today is not None:
        yield gettext("Calls"), decimal(made.today.calls)
    if asked.value:
        yield gettext("Value of a good outcome"), asked.value


def _sampled(found: Found) -> str:
    made = found.report.experiment
    if made.leads >= found.held:
        return ""
    return gettext(
        "There are %(held)s leads; %(leads)s of them were drawn by lot, so that this takes minutes and not "
        "hours. The number of calls is scaled with them.",
        held=decimal(found.held),
        leads=decimal(made.leads),
    )


def _today(made: Experiment) -> Iterator[tuple[str, Cell]]:
    """The figures of today's decisions."""
    if made.today is None:
        return
    yield gettext(AIM_NAMES[made.request.aim]), gap_cell(made.today.gap(made.request.aim))
    yield gettext("Widest gap between any two groups"), gap_cell(made.today.widest)
    yield gettext("Right decisions"), share_cell(made.today.accuracy)
    yield gettext("Good outcomes per call"), share_cell(made.today.won)
    worth = made.today.worth
    if worth is not None and worth.value is not None and worth.low is not None and worth.high is not None:
        ends = low_to_high(money(worth.low), money(worth.high))
        yield worth_name(made), Cell(value=money(worth.value), range=ends)


def compared_row(row: Row) -> Compared:
    """A line of the audit before and after, in words."""
    return Compared(
        metric=gettext(METRIC_WORDS.get(row.metric, row.metric)),
        group=row.group,
        before=share_cell(row.before),
        after=share_cell(row.after),
        gap_before=_judged(row.gap_before, row.verdict_before),
        gap_after=_judged(row.gap_after, row.verdict_after),
    )


def _judged(value: float | None, verdict: str | None) -> Judged:
    if value is None or verdict is None:
        return Judged(words=gettext("reference group"))
    return Judged(
        words=gap(value, share=True),
        kind=KINDS[verdict],
        verdict=gettext(VERDICT_WORDS[verdict]),  # type: ignore[index]  # one of the verdicts, as it was written
    )
