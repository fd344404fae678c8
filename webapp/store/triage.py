"""The answers that want somebody's eye, what was done about each, and what they told beside an audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, cast, get_args

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from audit.rows.answers import Answered, read_answered
from audit.schema import BadInput
from connectors.feedback import Feedback, Verdict
from webapp.language import gettext, marked
from webapp.store.answers import feedback_of
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.feedback_tables import LeadAnswer
from webapp.store.repository import Clock, utc_now
from webapp.store.triage_tables import AnswerEvidence, AnswerTriage

PAGE = 50
State = Literal["open", "looked", "acted", "declined"]
STATES: tuple[State, ...] = get_args(State)
WANTING: tuple[Verdict, ...] = ("review", "disagree")
"""The answers that want somebody's eye."""
Why = Literal["score_holds", "not_the_score", "said_before", "cannot_tell"]
REASONS: tuple[Why, ...] = get_args(Why)
ACTIONS: Mapping[State, str] = {
    "open": "answer opened again",
    "looked": "answer looked at",
    "acted": "answer acted on",
    "declined": "answer declined",
}
CHANGED = marked(
    "That answer, or what became of it, changed since the page was opened. Look at it and choose again."
)
GONE = marked("That answer is not held any more, or does not wait for anybody. Open the page again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Which answers are looked for; an empty value leaves nothing out.

    ``lead`` is `LeadKey.hex`. ``standing`` leaves those out that the same person overtook with a later
    answer about the lead.
    """

    verdicts: tuple[str, ...] = WANTING
    state: str = ""
    reason: str = ""
    seen: str = ""
    audit_id: str = ""
    lead: str = ""
    standing: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An answer and what became of it: ``who`` said so and ``at`` when, "" and None where it is open still.

    ``why`` is one of `REASONS` where it was declined. ``overtaken`` says that the same person answered about
    the same lead later.
    """

    answer: Feedback
    state: State
    why: str
    who: str
    at: datetime | None
    overtaken: bool

    @property
    def shown(self) -> str:
        """What a page shows of it, for `Mark.shown`."""
        return _shown(self.answer, self.state, self.why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What somebody says of an answer. Raises BadInput where it is declined without a reason, or not so.

    ``why`` is "" unless ``state`` is "declined". ``shown`` is `Entry.shown` as the page had it; None where
    nothing was shown.
    """

    key: str
    state: State
    why: str = ""
    shown: str | None = None

    def __post_init__(self) -> None:
        known = REASONS if self.state == "declined" else ("",)
        if self.state not in STATES or self.why not in known:
            msg = gettext("Choose what became of the answer from the list.")
            raise BadInput(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What became of the answers of all connections. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def page(self, connection_id: str, wanted: Looking, number: int) -> tuple[tuple[Entry, ...], int]:
        """One page of answers (from 1), newest first, and how many there are on all pages."""
        query = _matching(_entries(), connection_id, wanted)
        whole = select(func.count()).select_from(query.order_by(None).subquery())
        with self.database.reading() as session:
            rows = session.execute(_newest_first(query).offset((number - 1) * PAGE).limit(PAGE))
            return tuple(_entry(row) for row in rows), session.scalar(whole) or 0

    def behind(
        self, connection_id: str, wanted: Looking, place: tuple[datetime, str] | None, most: int
    ) -> Sequence[Entry]:
        """Answers behind a place (moment and key of the last one seen), newest first."""
        query = _matching(_entries(), connection_id, wanted)
        if place is not None:
            at, key = LeadAnswer.given_at, LeadAnswer.key
            query = query.where(or_(at < place[0], and_(at == place[0], key < place[1])))
        with self.database.reading() as session:
            return [_entry(row) for row in session.execute(_newest_first(query).limit(most))]

    def waiting(self, connection_id: str) -> int:
        """How many answers want somebody's eye, and nobody has said anything of them."""
        with self.database.glancing() as link:
            return link.scalar(_waiting(), {"connection_id": connection_id}) or 0

    def mark(self, connection_id: str, mark: Mark, who: str) -> None:
        """Say what became of an answer, and say so in the trail.

        Raises
        ------
        BadInput
            It is not held (any more), wants nobody's eye, or is not as it was shown.
        """
        with self.database.writing() as session:
            # The row is held, so that it does not go meanwhile.
            answer = session.get(LeadAnswer, (connection_id, mark.key), with_for_update=True)
            if answer is None or answer.verdict not in WANTING:
                raise BadInput(gettext(GONE))
            now, row = self.clock(), session.get(AnswerTriage, (connection_id, mark.key))
            if mark.shown not in (None, _shown(feedback_of(answer), *_became(row))):
                raise BadInput(gettext(CHANGED))
            _say(session, answer, mark, (now, who))
            because = f": {mark.why.replace('_', ' ')}" if mark.why else ""
            # The trail outlives the lead: nothing in it may tell which answer it was.
            detail = f"{answer.verdict}{because}"
            session.add(noted(now, who, ACTIONS[mark.state], connection_id, detail))

    def told(self, audit_id: str) -> Answered | None:
        """What the answers told when an audit was made; None where there was none."""
        with self.database.reading() as session:
            row = session.get(AnswerEvidence, audit_id)
            return read_answered(row.told) if row else None


def _became(row: AnswerTriage | None) -> tuple[State, str]:
    return (cast("State", row.state), row.reason) if row else ("open", "")


def _shown(answer: Feedback, state: State, why: str) -> str:
    return "/".join((answer.verdict, answer.reason or "", answer.given_at.isoformat(), state, why))


def _say(session: Session, answer: LeadAnswer, mark: Mark, by: tuple[datetime, str]) -> None:
    row = session.get(AnswerTriage, (answer.connection_id, answer.key))
    if mark.state == "open":
        if row is not None:
            session.delete(row)
        return
    if row is None:
        row = AnswerTriage(connection_id=answer.connection_id, key=answer.key)
        session.add(row)
    row.state, row.reason, (row.at, row.who) = mark.state, mark.why, by


@cache
def _waiting() -> Select[*tuple[Any, ...]]:
    """Built once: the dashboard asks it of each connection."""
    every = select(func.count()).select_from(LeadAnswer).outerjoin(AnswerTriage, _joined())
    return _matching(every, bindparam("connection_id"), Looking(state="open"))


def _entries() -> Select[*tuple[Any, ...]]:
    return select(LeadAnswer, AnswerTriage, _overtaken().label("overtaken")).outerjoin(
        AnswerTriage, _joined()
    )


def _joined() -> ColumnElement[bool]:
    return and_(AnswerTriage.connection_id == LeadAnswer.connection_id, AnswerTriage.key == LeadAnswer.key)


def _overtaken() -> ColumnElement[bool]:
    """Whether the same person answered about the same lead later: a new answer takes the place of the old."""
    later, here = aliased(LeadAnswer), LeadAnswer
    after = or_(later.given_at > here.given_at, and_(later.given_at == here.given_at, later.key > here.key))
    same = (later.connection_id == here.connection_id, later.lead_key == here.lead_key, later.who == here.who)
    return exists().where(*same, after).correlate(LeadAnswer)


def _matching(
    query: Select[*tuple[Any, ...]], connection_id: str | BindParameter[str], wanted: Looking
) -> Select[*tuple[Any, ...]]:
    asked = {
        "reason": wanted.reason,
        "seen": wanted.seen,
        "audit_id": wanted.audit_id,
        "lead_key": wanted.lead,
    }
    found = [getattr(LeadAnswer, name) == value for name, value in asked.items() if value]
    if wanted.verdicts:
        found.append(LeadAnswer.verdict.in_(wanted.verdicts))
    if wanted.standing:
        found.append(not_(_overtaken()))
    if wanted.state:
        found.append(func.coalesce(AnswerTriage.state, "open") == wanted.state)
    return query.where(LeadAnswer.connection_id == connection_id, *found)


def _newest_first(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return query.order_by(LeadAnswer.given_at.desc(), LeadAnswer.key.desc())


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    answer, triage = row[0], row[1]
    state, why = _became(triage)
    return Entry(
        answer=feedback_of(answer),
        state=state,
        why=why,
        who=triage.who if triage else "",
        at=triage.at if triage else None,
        overtaken=row.overtaken,
    )
