"""One watched gap as a card: what is known, since when, what to do, and its band over the days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from audit.watch import Look
from webapp.charts import Drawing
from webapp.charts.band import Band, Day, Mark, band
from webapp.gap_watch.events import Happened
from webapp.gap_watch.listing import Listed, State, begun_on
from webapp.gap_watch.rules import WORDS
from webapp.language import day, decimal, gettext, iso_day, marked, ngettext
from webapp.viewmodels.words import (
    MINUS,
    VERDICT_WORDS,
    low_to_high,
    metric_label,
    named,
    organisation_label,
    quoted_here,
)
from webapp.viewmodels.words import gap as signed

LAST_DAYS = 7
LONG = 730
"""Days beyond which nobody should wait for a verdict."""
SILENT = timedelta(days=30)
"""From then on it is told that no day had leads of both sides."""
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
STATE_WORDS: Mapping[State, tuple[str, str]] = MappingProxyType(
    {
        "outside": ("failed", marked("Surely outside the tolerance")),
        "mended": ("info", marked("Was outside, now within the tolerance")),
        "within": ("pass", marked("Within the tolerance")),
        "unknown": ("not_enough_data", marked("Not known yet")),
    }
)
"""A badge's kind and its words."""
DOING: Mapping[State, str] = MappingProxyType(
    {
        "outside": marked("Open the newest audit, try remedies, and note below what you change."),
        "mended": marked("Keep what you changed; the gap is watched further."),
        "within": marked("Nothing to do; it is watched further."),
    }
)
"""What to do where nothing more is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayLine:
    """One day in the table behind the chart."""

    day: str
    leads: str
    gap: str
    band: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GapCard:
    """A watched gap. ``what`` says what is known, ``doing`` what to do; ``marks`` explain signs in the chart.

    ``finding`` are the ids of the newest audit and of its finding of this gap, empty where there is none.
    """

    id: str
    title: str
    connection: str
    badge: tuple[str, str]
    what: tuple[str, ...]
    doing: str
    special: bool
    drawing: Drawing | None
    marks: tuple[str, ...]
    lines: tuple[DayLine, ...]
    finding: tuple[str, ...]
    connection_id: str
    attribute: str


def title_of(one: Listed) -> str:
    """What is watched, as a heading."""
    return gettext(
        "%(metric)s: %(attribute)s %(group)s beside %(reference)s",
        metric=metric_label(one.sequence.metric),
        attribute=one.sequence.attribute,
        group=quoted_here(one.gap.name),
        reference=quoted_here(one.sequence.reference),
    )


def gap_card(
    one: Listed, looks: tuple[Look, ...], events: Sequence[Happened], finding: tuple[str, ...]
) -> GapCard:
    """The card; ``looks`` are all days of the gap, none where they cannot be read any more."""
    title = title_of(one)
    during = [event for event in events if looks and looks[0].day <= event.day <= looks[-1].day]
    marks = list(_marks(one, during))
    kind, words = STATE_WORDS[one.state]
    return GapCard(
        id=one.gap.id,
        title=title,
        connection=organisation_label(one.connection.crm, one.connection.organisation),
        badge=(kind, gettext(words)),
        what=tuple(_what(one)),
        doing=_doing(one, linked=bool(finding)),
        special=one.special,
        drawing=_drawing(one, looks, [mark for mark, _ in marks], title) if looks else None,
        marks=tuple(told for _, told in marks),
        lines=tuple(_lines(looks)),
        finding=finding,
        connection_id=one.connection.id,
        attribute=one.sequence.attribute,
    )


def _what(one: Listed) -> Iterator[str]:
    told = one.gap.told
    yield known(one)
    if _silent(one):
        yield gettext(
            "Since %(day)s no day has had leads of both groups, so nothing new is known. What is said here "
            "is of the days up to then.",
            day=iso_day(date.fromisoformat(told["both"])),
        )
    if told["gap"] is not None:
        yield gettext(
            "The gap is %(gap)s; it lies between %(low)s and %(high)s.",
            gap=signed(told["gap"], share=True),
            low=whole(told["low"]),
            high=whole(told["high"]),
        )
    if told["changed"]:
        days = named(iso_day(date.fromisoformat(text)) for text in told["changed"])
        yield gettext("It has surely changed by %(days)s; a new band began the day after.", days=days)
    if one.state in {"outside", "mended"}:
        yield _standing(one)
    yield _counted(one)


def known(one: Listed) -> str:
    """The state in a sentence, with since when or how long still."""
    told, state = one.gap.told, one.state
    if state in {"outside", "mended"}:
        since = iso_day(date.fromisoformat(told["alarm"]))
        said = day(datetime.fromisoformat(told["said_at"]))
        first = gettext(
            "Surely outside the tolerance of %(tolerance)s: known since the leads of %(since)s, "
            "said on %(said)s.",
            tolerance=points(told["tolerance"]),
            since=since,
            said=said,
        )
        now = gettext("Now it is within the tolerance.")
        return first if state == "outside" else f"{first} {now}"
    if state == "within":
        return gettext("Within the tolerance of %(tolerance)s.", tolerance=points(told["tolerance"]))
    if told["more_days"] is None:
        return gettext("Not known yet whether it is within the tolerance: not enough data.")
    if told["more_days"] > LONG:
        return gettext(
            "Not known yet whether it is within the tolerance: with as few leads as now it takes more than "
            "two years."
        )
    return ngettext(
        "Not known yet whether it is within the tolerance: about %(n)s more day if nothing changes.",
        "Not known yet whether it is within the tolerance: about %(n)s more days if nothing changes.",
        told["more_days"],
    )


def _standing(one: Listed) -> str:
    if one.stands:
        return gettext("The alarm stands with all watched gaps of all connections taken together.")
    return gettext(
        "By itself it is sure; with all watched gaps of all connections taken together the evidence does not "
        "stand as of the last day."
    )


def _counted(one: Listed) -> str:
    told = one.gap.told
    counted = gettext(
        "%(leads)s leads, created from %(first)s to %(last)s.",
        leads=decimal(told["leads"]),
        first=iso_day(begun_on(one)),
        last=iso_day(date.fromisoformat(told["day"])),
    )
    if told["waiting"]:
        counted += " " + ngettext(
            "%(n)s further day follows with the next pulls.",
            "%(n)s further days follow with the next pulls.",
            told["waiting"],
        )
    why = [gettext(WORDS[name]) for name in one.sequence.why]
    if why:
        counted += " " + gettext("A new sequence, since this changed: %(what)s.", what=named(why))
    return counted


def _silent(one: Listed) -> bool:
    """Whether the two groups have not met for long; what an older release kept does not tell."""
    told = one.gap.told
    if not told.get("both"):
        return False
    return date.fromisoformat(told["day"]) - date.fromisoformat(told["both"]) > SILENT


def _doing(one: Listed, *, linked: bool) -> str:
    if _silent(one):
        return gettext(
            "See whether one of the two groups has another name in the CRM now, and map it in the policy."
        )
    if one.state == "unknown":
        return _waiting(one.gap.told["more_days"] or 0)
    if one.state == "outside" and linked:
        return gettext("Read the finding, try remedies, and note below what you change.")
    return gettext(DOING[one.state])


def _waiting(days: int) -> str:
    if days > LONG:
        return gettext("Do not wait for it alone: put small groups together in the policy.")
    return gettext("Wait: every pull adds its days.")


def points(value: float) -> str:
    """A tolerance in points, without a sign."""
    shown = round(value * 100, 1)
    return gettext("%(n)s points", n=decimal(shown, 0 if shown == round(shown) else 1))


def whole(value: float) -> str:
    """An end of the band, which lies on whole points."""
    return decimal(round(value * 100), 0, signed=round(value * 100) != 0).replace("-", MINUS)


def _marks(one: Listed, events: Sequence[Happened]) -> Iterator[tuple[Mark, str]]:
    told = one.gap.told
    found = [(event.day, event.words, "frame") for event in events]
    found += [(date.fromisoformat(text), gettext("the gap has changed"), "info") for text in told["changed"]]
    if told["alarm"]:
        found.append((date.fromisoformat(told["alarm"]), gettext("alarm"), "high"))
    for place, (at, words, kind) in enumerate(
        sorted(found, key=lambda each: (each[0], each[1]))[-len(SIGNS) :]
    ):
        yield Mark(day=at, sign=SIGNS[place], kind=kind), f"{SIGNS[place]}: {iso_day(at)}, {words}"


def _drawing(one: Listed, looks: tuple[Look, ...], marks: list[Mark], title: str) -> Drawing:
    said = gettext(
        "A band over the days from %(first)s to %(last)s, at the end from %(low)s to %(high)s points.",
        first=iso_day(looks[0].day),
        last=iso_day(looks[-1].day),
        low=whole(looks[-1].low),
        high=whole(looks[-1].high),
    )
    shown = Band(
        parts=_parts(looks, one.gap.told["changed"]), tolerance=one.gap.told["tolerance"], marks=marks
    )
    return band(shown, whole, iso_day, (title, said))


def _parts(looks: tuple[Look, ...], changed: Sequence[str]) -> list[list[Day]]:
    """The days of each band; a day that shows a change belongs to none."""
    ends = {date.fromisoformat(text) for text in changed}
    parts: list[list[Day]] = [[]]
    for look in looks:
        if look.day in ends:
            parts.append([])
        else:
            parts[-1].append(Day(day=look.day, low=look.low, high=look.high, gap=look.gap))
    return [part for part in parts if part]


def _lines(looks: tuple[Look, ...]) -> Iterator[DayLine]:
    """The last days, and before them about one in each twelfth of the time; the newest first."""
    step = max(1, len(looks) // 12)
    early = looks[: max(0, len(looks) - LAST_DAYS)]
    for look in reversed((*early[::step], *looks[len(early) :])):
        yield DayLine(
            day=iso_day(look.day),
            leads=decimal(look.leads),
            gap="" if look.gap is None else signed(look.gap, share=True),
            band=low_to_high(whole(look.low), whole(look.high)),
            verdict=gettext(VERDICT_WORDS[look.verdict]),
        )
