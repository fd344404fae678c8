"""Notes of people who do not work on the leads themselves: what they saw, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

from sqlalchemy import Select, and_, func, or_, select

from audit.schema import BadInput
from webapp.language import gettext, marked
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.remark_tables import Remark
from webapp.store.repository import Clock, short_id, utc_now
from webapp.store.triage import REASONS, STATES, State

PAGE = 25
LONGEST, FEWEST_WORDS = 600, 3
Team = Literal["marketing", "support", "sales", "other"]
TEAMS: tuple[Team, ...] = get_args(Team)
Topic = Literal["score_wrong", "unequal", "form", "campaign", "complaint", "other"]
TOPICS: tuple[Topic, ...] = get_args(Topic)
PERSONAL: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        marked("an e-mail address"): re.compile(r"\S@\S+\.\S"),
        marked("a web address"): re.compile(r"https?://|www\.\w", re.IGNORECASE),
        marked("the id of a record"): re.compile(
            r"\b(?=\w*\d)(?=\w*[A-Za-z])[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?\b"
        ),
        marked("a phone number or another long number"): re.compile(r"\d(?:[ ()./+-]{0,2}\d){6,}"),
    }
)
"""What a note may not hold: it would name a person, or lead to one."""
DAY = re.compile(r"(?<![\d.])\d{1,2}\.\d{1,2}\.\d{4}(?![.\d])|(?<![\d-])\d{4}-\d{2}-\d{2}(?![-\d])")
"""A date has as many digits as a phone number."""
ACTIONS: Mapping[State, str] = MappingProxyType(
    {
        "open": "note opened again",
        "looked": "note looked at",
        "acted": "note acted on",
        "declined": "note declined",
    }
)
CHANGED = marked("What became of that note changed since the page was opened. Look at it and choose again.")
GONE = marked("That note is not here any more. Open the page again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRemark:
    """A note that somebody writes.

    Raises
    ------
    BadInput
        Team or topic is none of the list, or the text is too short, too long, or holds what names a person.
    """

    team: Team
    topic: Topic
    text: str
    finding_id: str = ""
    special: bool = False

    def __post_init__(self) -> None:
        if self.team not in TEAMS or self.topic not in TOPICS:
            raise BadInput(gettext("Choose your team, and what the note is about."))
        problem = wrong_with(self.text)
        if problem:
            raise BadInput(problem)


def wrong_with(text: str) -> str:
    """What is wrong with the text of a note, in a sentence; "" where nothing is."""
    if sum(any(letter.isalpha() for letter in word) for word in text.split()) < FEWEST_WORDS:
        return gettext("Say in a sentence what you saw.")
    if len(text) > LONGEST:
        return gettext("The note is too long; shorten it to %(longest)s characters at most.", longest=LONGEST)
    for kind, pattern in PERSONAL.items():
        if pattern.search(DAY.sub("", text)):
            return gettext(
                "The note holds %(kind)s. Take it out: a note is about kinds of leads, never about a person.",
                kind=gettext(kind),
            )
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkRow:
    """One note, as `webapp.store.remark_tables.Remark` says of each field."""

    id: str
    connection_id: str
    made_at: datetime
    who: str
    team: Team
    topic: Topic
    finding_id: str
    special: bool
    text: str
    state: State
    reason: str
    by: str
    at: datetime | None

    @property
    def shown(self) -> str:
        """What a page shows of it, for `Became.shown`."""
        return f"{self.state}/{self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which notes are looked for; an empty value leaves nothing out.

    ``special`` lets those through that are about a special category; without it, only those of ``reader``.
    """

    special: bool
    reader: str
    state: str = ""
    team: str = ""
    topic: str = ""
    finding_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """What somebody says of a note. Raises BadInput where it is declined without a reason, or not so.

    ``shown`` is `RemarkRow.shown` as the page had it; None where nothing was shown.
    """

    state: State
    why: str = ""
    shown: str | None = None

    def __post_init__(self) -> None:
        known: tuple[str, ...] = REASONS if self.state == "declined" else ("",)
        if self.state not in STATES or self.why not in known:
            raise BadInput(gettext("Choose what became of the note from the list."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """How many notes of one topic a month has; the month as "2026-11"."""

    month: str
    topic: Topic
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """The notes of all connections. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def add(self, connection_id: str, new: NewRemark, who: str) -> str:
        """Keep a note, and say in the trail that there is one; its id."""
        now, names = self.clock(), NewRemark.__slots__
        row = Remark(
            **{name: getattr(new, name) for name in names},
            id=short_id(),
            connection_id=connection_id,
            made_at=now,
            who=who,
            state="open",
            reason="",
            by="",
            at=None,
        )
        with self.database.writing() as session:
            session.add(row)
            detail = f"note {row.id}, {new.team}: {new.topic.replace('_', ' ')}"
            session.add(noted(now, who, "note written", connection_id, detail))
            return row.id

    def page(self, connection_id: str, wanted: Wanted, number: int) -> tuple[tuple[RemarkRow, ...], int]:
        """One page of notes (from 1), newest first, and how many there are on all pages."""
        query = _matching(select(Remark), connection_id, wanted)
        rows = query.order_by(Remark.made_at.desc(), Remark.id).offset((number - 1) * PAGE).limit(PAGE)
        with self.database.reading() as session:
            whole = session.scalar(select(func.count()).select_from(query.subquery()))
            return tuple(_row(row) for row in session.scalars(rows)), whole or 0

    def behind(
        self, connection_id: str, wanted: Wanted, place: tuple[datetime, str] | None, most: int
    ) -> Sequence[RemarkRow]:
        """Notes behind a place (moment and id of the last one seen), newest first."""
        query = _matching(select(Remark), connection_id, wanted)
        if place is not None:
            later = and_(Remark.made_at == place[0], Remark.id > place[1])
            query = query.where(or_(Remark.made_at < place[0], later))
        rows = query.order_by(Remark.made_at.desc(), Remark.id).limit(most)
        with self.database.reading() as session:
            return [_row(row) for row in session.scalars(rows)]

    def count(self, connection_id: str, wanted: Wanted) -> int:
        """How many there are."""
        query = _matching(select(func.count()).select_from(Remark), connection_id, wanted)
        with self.database.reading() as session:
            return session.scalar(query) or 0

    def months(self, connection_id: str, wanted: Wanted) -> Sequence[Month]:
        """How many each month has of each topic, the newest month first."""
        query = _matching(select(Remark.made_at, Remark.topic), connection_id, wanted)
        found: dict[tuple[str, Topic], int] = {}
        with self.database.reading() as session:
            for made_at, topic in session.execute(query):
                key = (f"{made_at:%Y-%m}", cast("Topic", topic))
                found[key] = found.get(key, 0) + 1
        ordered = sorted(found.items(), key=lambda one: TOPICS.index(one[0][1]))
        ordered.sort(key=lambda one: one[0][0], reverse=True)
        return [Month(month=month, topic=topic, count=count) for (month, topic), count in ordered]

    def mark(self, connection_id: str, remark_id: str, became: Became, who: str) -> None:
        """Say what became of a note, and say so in the trail.

        Raises
        ------
        BadInput
            It is not here (any more), or not as it was shown.
        """
        now = self.clock()
        with self.database.writing() as session:
            row = session.get(Remark, remark_id, with_for_update=True)
            if row is None or row.connection_id != connection_id:
                raise BadInput(gettext(GONE))
            if became.shown not in (None, _row(row).shown):
                raise BadInput(gettext(CHANGED))
            row.state, row.reason = became.state, became.why
            row.by, row.at = ("", None) if became.state == "open" else (who, now)
            because = f": {became.why.replace('_', ' ')}" if became.why else ""
            session.add(noted(now, who, ACTIONS[became.state], connection_id, f"note {row.id}{because}"))

    def take_out(self, connection_id: str, remark_id: str, who: str, *, any_text: bool) -> bool:
        """Delete the text of a note and keep that there was one; without ``any_text`` only one's own.

        False where it is not here, has no text any more, or is somebody else's.
        """
        now = self.clock()
        with self.database.writing() as session:
            row = session.get(Remark, remark_id, with_for_update=True)
            if row is None or row.connection_id != connection_id or not row.text:
                return False
            if not any_text and row.who != who:
                return False
            row.text = ""
            session.add(noted(now, who, "note's text deleted", connection_id, f"note {row.id}"))
            return True


def _matching(
    query: Select[*tuple[Any, ...]], connection_id: str, wanted: Wanted
) -> Select[*tuple[Any, ...]]:
    asked = {name: getattr(wanted, name) for name in ("state", "team", "topic", "finding_id")}
    found = [getattr(Remark, name) == value for name, value in asked.items() if value]
    if not wanted.special:
        found.append(Remark.special.is_(False) | (Remark.who == wanted.reader))
    return query.where(Remark.connection_id == connection_id, *found)


def _row(row: Remark) -> RemarkRow:
    return RemarkRow(**{name: getattr(row, name) for name in RemarkRow.__slots__})
