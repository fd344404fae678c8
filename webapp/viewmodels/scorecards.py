"""Scorecards as their page shows them: a table per quarter, and in words what is not known yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from audit.watch.quarters import Quarter, Range, Scored, Standard
from webapp.gap_watch.outcome_audits import OutcomeAudit
from webapp.gap_watch.scorecards import METRICS, Card
from webapp.language import decimal, gettext, iso_day, marked
from webapp.store.benchmarks import BenchmarkRow
from webapp.viewmodels.watched_gap import points
from webapp.viewmodels.words import VERDICT_WORDS, amount, between, metric_label
from webapp.viewmodels.words import gap as signed

KIND_OF = {"pass": "pass", "fail": "failed", "insufficient": "not_enough_data"}
LEAST_WORDS = {
    "pass": marked("Reached"),
    "fail": marked("Missed"),
    "insufficient": marked("Not enough data"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A share with its range, or a gap with its; badges are kind and words, none where nothing is asked."""

    share: str
    range: str
    n: str
    gap: str = ""
    gap_range: str = ""
    badges: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One group: its leads, and a cell for each metric of the card; None where it has no lead that counts."""

    group: str
    leads: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTable:
    """One quarter. ``state`` is a badge; ``waiting`` says what is not known yet and when it will be."""

    name: str
    state: tuple[str, str]
    facts: tuple[str, ...]
    waiting: str
    heads: tuple[str, ...]
    asked: tuple[str, ...]
    lines: tuple[Line, ...]
    happened: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLine:
    """One outcome audit: whose leads, when it was told, what failed; ``withheld`` counts attributes."""

    cohort: str
    leads: str
    told_on: str
    failed: str
    state: tuple[str, str]
    withheld: int


MONTHS: Mapping[int, str] = {
    1: marked("Leads created in January to March %(year)s"),
    2: marked("Leads created in April to June %(year)s"),
    3: marked("Leads created in July to September %(year)s"),
    4: marked("Leads created in October to December %(year)s"),
}


def quarter_name(quarter: Quarter) -> str:
    """A quarter in words."""
    return gettext("Quarter %(number)s of %(year)s", number=quarter.number, year=quarter.year)


def told_lines(told: Sequence[OutcomeAudit]) -> list[ToldLine]:
    """The outcome audits in the list."""
    return [told_line(one) for one in told]


def told_line(told: OutcomeAudit) -> ToldLine:
    """One outcome audit in words."""
    failed, whole = len(told.failed), len(told.benchmarks)
    return ToldLine(
        cohort=told.cohort,
        leads=gettext(MONTHS[told.quarter.number], year=str(told.quarter.year)),
        told_on=iso_day(told.told_at.date()),
        failed=gettext("%(n)s of %(whole)s benchmarks failed", n=decimal(failed), whole=decimal(whole)),
        state=_told_state(told),
        withheld=told.withheld,
    )


def _told_state(told: OutcomeAudit) -> tuple[str, str]:
    if told.failed:
        return "failed", gettext("Outside the benchmark")
    if any(one.verdict == "insufficient" for one in told.benchmarks) or not told.benchmarks:
        return "not_enough_data", gettext("Not enough data")
    return "pass", gettext("Within the benchmark")


def card_table(card: Card) -> CardTable:
    """One quarter as a table."""
    shown = [name for name in METRICS if name in card.metrics]
    cells = {name: {one.group: one for one in card.metrics[name]} for name in shown}
    return CardTable(
        name=quarter_name(card.quarter),
        state=_state(card),
        facts=tuple(_facts(card)),
        waiting=_waiting(card),
        heads=tuple(metric_label(name) for name in shown),
        asked=tuple(_asked(card.standards[name]) for name in shown),
        lines=tuple(
            Line(
                group=group,
                leads=decimal(leads),
                cells=tuple(_cell(cells[name].get(group), card.standards[name]) for name in shown),
            )
            for group, leads in sorted(card.leads.items(), key=lambda pair: (-pair[1], pair[0]))
        ),
        happened=tuple((iso_day(one.day), one.words) for one in card.happened),
    )


def _state(card: Card) -> tuple[str, str]:
    """The worst verdict of a quarter that is known; a quarter that is not says so first."""
    if card.ripe is not None and card.known_on is not None:
        return "waiting", gettext("Not known yet")
    verdicts = {
        verdict
        for one in (each for part in card.metrics.values() for each in part)
        for verdict in (one.by_gap, one.by_least)
        if verdict is not None
    }
    if "fail" in verdicts:
        return "failed", gettext("Outside the benchmark")
    if not verdicts or "insufficient" in verdicts:
        return "not_enough_data", gettext("Not enough data")
    return "pass", gettext("Within the benchmark")


def _facts(card: Card) -> Iterator[str]:
    yield gettext("%(leads)s leads", leads=decimal(sum(card.leads.values())))
    if card.ripe is not None:
        yield gettext("%(share)s old enough for their outcome", share=amount(card.ripe, share=True))
    if card.versions:
        versions = ", ".join(decimal(one) for one in card.versions)
        yield gettext("counted by stream version %(versions)s", versions=versions)


def _waiting(card: Card) -> str:
    if card.ripe is None:
        return gettext("The stream names no outcome, so only what happens to leads can be told.")
    if card.known_on is None:
        return ""
    return gettext(
        "Outcomes of this quarter are known from about %(day)s on; until then nothing is said of them.",
        day=iso_day(card.known_on),
    )


def _asked(standard: Standard) -> str:
    """What a metric is held against."""
    parts = []
    if standard.gap is not None:
        parts.append(gettext("gap at most %(points)s", points=points(standard.gap)))
    if standard.least is not None:
        parts.append(gettext("at least %(share)s", share=amount(standard.least, share=True)))
    return ", ".join(parts) or gettext("no benchmark")


def _cell(one: Scored | None, standard: Standard) -> Cell | None:
    if one is None or one.share.value is None:
        return None
    badges = []
    if one.by_gap is not None:
        badges.append((KIND_OF[one.by_gap], gettext(VERDICT_WORDS[one.by_gap])))
    if one.by_least is not None and standard.least is not None:
        badges.append((KIND_OF[one.by_least], gettext(LEAST_WORDS[one.by_least])))
    return Cell(
        share=amount(one.share.value, share=True),
        range=between(one.share.low, one.share.high, share=True),
        n=decimal(one.n),
        gap=_gap(one.gap),
        gap_range=_gap_range(one.gap),
        badges=tuple(badges),
    )


def _gap(gap: Range | None) -> str:
    return "" if gap is None or gap.value is None else signed(gap.value, share=True)


def _gap_range(gap: Range | None) -> str:
    if gap is None or gap.low is None or gap.high is None:
        return ""
    low, high = (signed(end, share=True) for end in (gap.low, gap.high))
    return gettext("%(low)s to %(high)s", low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkLine:
    """One benchmark in the list, with the names that its button sends."""

    words: str
    who: str
    when: str
    attribute: str
    metric: str
    kind: str


def benchmark_lines(rows: Sequence[BenchmarkRow]) -> list[BenchmarkLine]:
    """The benchmarks that were set."""
    words: Mapping[str, str] = {
        "gap": marked("%(attribute)s, %(metric)s: gap at most %(value)s"),
        "least": marked("%(attribute)s, %(metric)s: every group at least %(value)s"),
    }
    return [
        BenchmarkLine(
            words=gettext(
                words[one.kind],
                attribute=one.attribute,
                metric=metric_label(one.metric),
                value=points(one.value) if one.kind == "gap" else amount(one.value, share=True),
            ),
            who=one.who,
            when=iso_day(one.at.date()),
            attribute=one.attribute,
            metric=one.metric,
            kind=one.kind,
        )
        for one in rows
    ]
