"""The page "Monitoring": its verdict, its filters, the cards of one page, and the record of alarms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from audit.watch import COUNT, WATCHED
from webapp.gap_watch.listing import Listed, Listing, State
from webapp.language import day, decimal, gettext, iso_day, marked, ngettext
from webapp.store.watched_gaps import SequenceRow
from webapp.viewmodels.watched_gap import STATE_WORDS, known, title_of
from webapp.viewmodels.words import gap as signed
from webapp.viewmodels.words import metric_label, named, quoted_here
from webapp.watching_gaps import GapAlarm

PAGE = 12
NAMED = 5
"""Gaps that the headline names."""
KIND_WORDS: Mapping[str, str] = {
    "outside": marked("Surely outside the tolerance"),
    "changed": marked("Has surely changed"),
}
NEEDED: Mapping[str, str] = {
    "selection_rate": marked("the stream names no threshold and no decision"),
    "true_positive_rate": marked("the stream needs a threshold or a decision, and an outcome"),
    "contact_rate": marked("the stream does not name which leads were worked"),
    "base_rate": marked("the stream names no outcome"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for; an empty value leaves nothing out."""

    state: str = ""
    attribute: str = ""
    metric: str = ""
    connection: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The verdict: a badge's kind and words, a sentence, and what stands with all gaps taken together."""

    kind: str
    words: str
    sentence: str
    together: str
    named: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The gaps of one page after the filter, and where it is."""

    gaps: tuple[Listed, ...]
    whole: int
    number: int
    pages: int
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLine:
    """One line of the record."""

    id: str
    said: str
    since: str
    title: str
    kind: str
    gap: str
    audit_id: str
    finding_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedLine:
    """A gap of a sequence that ended."""

    title: str
    ended: str
    told: str


def headline(found: Listing) -> Headline:
    """The verdict in plain words; None of what is looked at is only good news where something is known."""
    outside = _of(found, "outside")
    unknown, gaps = _of(found, "unknown"), len(found.gaps)
    stands = [one for one in found.gaps if one.stands]
    if outside:
        kind, words = "failed", gettext("Unequal")
        sentence = ngettext(
            "%(n)s watched gap is surely outside the tolerance.",
            "%(n)s watched gaps are surely outside the tolerance.",
            len(outside),
        )
    elif len(unknown) < gaps:
        kind, words = "pass", gettext("No gap is surely outside")
        sentence = gettext("No watched gap is surely outside the tolerance.")
    else:
        kind, words = "not_enough_data", gettext("Not known yet")
        sentence = gettext("There is not enough data yet to say anything of a watched gap.")
    return Headline(
        kind=kind,
        words=words,
        sentence=f"{sentence} {_counts(found)}",
        together=_together(stands, found.whole),
        named=tuple(title_of(one) for one in outside[:NAMED]),
    )


def _of(found: Listing, state: State) -> list[Listed]:
    return [one for one in found.gaps if one.state == state]


def _counts(found: Listing) -> str:
    return gettext(
        "Of %(all)s: %(outside)s outside, %(mended)s back within, %(within)s within, "
        "%(unknown)s not known yet.",
        all=decimal(len(found.gaps)),
        **{
            name: decimal(len([one for one in found.gaps if one.state == name]))
            for name in ("outside", "mended", "within", "unknown")
        },
    )


def _together(stands: Sequence[Listed], whole: int) -> str:
    if whole < 2:
        return gettext("An alarm is false for at most 5 % of gaps that are within, however often one looks.")
    return ngettext(
        "Each alarm by itself is false for at most 5 %% of gaps, however often one looks. With all %(whole)s "
        "watched gaps of all connections taken together, %(n)s alarm shown here stands as of the last day.",
        "Each alarm by itself is false for at most 5 %% of gaps, however often one looks. With all %(whole)s "
        "watched gaps of all connections taken together, %(n)s alarms shown here stand as of the last day.",
        len(stands),
        whole=decimal(whole),
    )


def chosen(found: Listing, asked: Asked) -> Chosen:
    """The gaps that the filter lets through, one page of them."""
    gaps = [one for one in found.gaps if _fits(one, asked)]
    pages = max(1, ceil(len(gaps) / PAGE))
    number = min(max(asked.page, 1), pages)
    start = (number - 1) * PAGE
    return Chosen(
        gaps=tuple(gaps[start : start + PAGE]), whole=len(gaps), number=number, pages=pages, first=start + 1
    )


def _fits(one: Listed, asked: Asked) -> bool:
    return (
        asked.state in {"", one.state}
        and asked.attribute in {"", one.sequence.attribute}
        and asked.metric in {"", one.sequence.metric}
        and asked.connection in {"", one.connection.id}
    )


def choices(found: Listing) -> dict[str, dict[str, str]]:
    """What can be chosen in each filter: the value and its words."""
    return {
        "state": {name: gettext(words) for name, (_, words) in STATE_WORDS.items()},
        "attribute": {name: name for name in sorted({one.sequence.attribute for one in found.gaps})},
        "metric": {
            name: metric_label(name)
            for name in WATCHED
            if any(one.sequence.metric == name for one in found.gaps)
        },
    }


def alarm_lines(alarms: Iterable[GapAlarm]) -> list[AlarmLine]:
    """The record, as its table shows it."""
    return [
        AlarmLine(
            id=one.id,
            said=day(one.said_at),
            since=iso_day(one.day),
            title=gettext(
                "%(metric)s: %(attribute)s %(group)s beside %(reference)s",
                metric=metric_label(one.metric),
                attribute=one.attribute,
                group=quoted_here(one.group),
                reference=quoted_here(one.reference),
            ),
            kind=gettext(KIND_WORDS[one.kind]),
            gap="" if one.gap is None else signed(one.gap, share=True),
            audit_id=one.audit_id,
            finding_id=one.finding_id,
        )
        for one in alarms
    ]


def ended_lines(gaps: Iterable[Listed]) -> list[EndedLine]:
    """Gaps of sequences that ended."""
    return [
        EndedLine(
            title=title_of(one),
            ended=day(one.sequence.ended_at) if one.sequence.ended_at else "",
            told=known(one),
        )
        for one in gaps
    ]


def unwatched(sequences: Iterable[SequenceRow]) -> list[str]:
    """The shares that the stream has nothing of, each with why."""
    there = {one.metric for one in sequences if one.ended_at is None}
    if not there - {COUNT}:
        return []
    return [
        gettext("%(metric)s: %(why)s.", metric=metric_label(name), why=gettext(NEEDED[name]))
        for name in WATCHED
        if name not in there
    ]


def late_words(sequences: Iterable[SequenceRow], seen: Callable[[SequenceRow], bool]) -> str:
    """That leads of closed days have changed since, where some have."""
    late = max((one.late for one in sequences if one.ended_at is None and seen(one)), default=0)
    if not late:
        return ""
    return ngettext(
        "%(n)s lead of days that count already was erased, corrected or came later. What was said of these "
        "days stays as it was.",
        "%(n)s leads of days that count already were erased, corrected or came later. What was said of these "
        "days stays as it was.",
        late,
    )


def lacking(*, audited: bool, sequences: Sequence[SequenceRow]) -> str:
    """Why nothing is watched, and what to do; "" is not asked for where something is."""
    if not audited:
        return gettext("Nothing is watched yet. The first pull begins it.")
    if not sequences:
        return gettext(
            "Nothing is watched: the stream names no attribute, or no lead was created on a day before "
            "today. Look at score and groups, and pull again."
        )
    if not {one.metric for one in sequences} - {COUNT}:
        return gettext(
            "Nothing is watched: %(what)s. Add a threshold or an outcome to the stream, and pull again.",
            what=named(gettext(NEEDED[name]) for name in ("selection_rate", "base_rate")),
        )
    return gettext(
        "Not enough data: a gap is watched once two groups of an attribute are large enough on days that are "
        "over. Every pull adds its days."
    )
