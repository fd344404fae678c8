"""What reps answered, counted where the answers are: none of them is loaded, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, String, Subquery, case, func, literal, select, type_coerce

from webapp.store.database import Database
from webapp.store.feedback_tables import LeadAnswer

By = Literal["all", "month", "reason", "seen", "audit"]
VERDICTS = ("agree", "disagree", "review")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The answers that have ``key`` in common, a month as "2026-11"; "" where the CRM does not tell.

    ``people`` is how many gave them. ``some`` are pseudonyms of two of these, and so all where they are two.
    """

    key: str
    agree: int
    disagree: int
    review: int
    people: int
    some: frozenset[str]
    first: datetime
    last: datetime

    @property
    def whole(self) -> int:
        """All of them."""
        return self.agree + self.disagree + self.review


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSaid:
    """Of the leads about which somebody gave the newest answer, how many there are and how many disagree."""

    part: str
    leads: int
    disagree: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AllCounted:
    """All answers of a connection, about so many leads, in parts; what was answered last first in each."""

    all: Part
    leads: int
    months: Sequence[Part]
    reasons: Sequence[Part]
    seen: Sequence[Part]
    audits: Sequence[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCounts:
    """Counts of the answers of all connections."""

    database: Database

    def all(self, connection_id: str) -> AllCounted | None:
        """The answers of a connection, counted in every way; None where there are none."""
        whole = self.by(connection_id, "all")
        if not whole:
            return None
        return AllCounted(
            all=whole[0],
            leads=self._leads(connection_id),
            months=self.by(connection_id, "month"),
            reasons=self.by(connection_id, "reason"),
            seen=self.by(connection_id, "seen"),
            audits=self.by(connection_id, "audit"),
        )

    def by(self, connection_id: str, by: By) -> Sequence[Part]:
        """The answers in parts, what was answered last first; "reason" counts those that disagree."""
        key = self._key(by).label("part")
        said = (func.sum(case((LeadAnswer.verdict == one, 1), else_=0)).label(one) for one in VERDICTS)
        who, at = LeadAnswer.who, LeadAnswer.given_at
        query = select(
            key,
            *said,
            func.count(who.distinct()).label("people"),
            func.min(who).label("least"),
            func.max(who).label("most"),
            func.min(at).label("first"),
            func.max(at).label("last"),
        ).where(*_of(connection_id, by))
        with self.database.reading() as session:
            found = session.execute(query.group_by(key).order_by(func.max(at).desc(), key))
            return tuple(_part(row) for row in found)

    def newest(self, connection_id: str, by: Literal["all", "month"]) -> Sequence[PersonSaid]:
        """What each person said last of leads, where nobody answered later in that part.

        A line for each person in each part, in no order.
        """
        return self._newest(_newest(self._key(by), LeadAnswer.connection_id == connection_id))

    def since(self, connection_id: str, moment: datetime) -> tuple[Sequence[PersonSaid], int]:
        """The same of the answers that were given at a moment or later, and how many these are."""
        later = (LeadAnswer.connection_id == connection_id, LeadAnswer.given_at >= moment)
        with self.database.reading() as session:
            whole = session.scalar(select(func.count()).select_from(LeadAnswer).where(*later)) or 0
        return self._newest(_newest(self._key("all"), *later)), whole

    def _newest(self, inner: Subquery) -> Sequence[PersonSaid]:
        disagrees = func.sum(case((inner.c.verdict == "disagree", 1), else_=0))
        query = select(inner.c.part, func.count(), disagrees).where(inner.c.place == 1)
        with self.database.reading() as session:
            found = session.execute(query.group_by(inner.c.part, inner.c.who))
            return tuple(PersonSaid(part=part, leads=leads, disagree=no) for part, leads, no in found)

    def _leads(self, connection_id: str) -> int:
        query = select(func.count(LeadAnswer.lead_key.distinct())).filter_by(connection_id=connection_id)
        with self.database.reading() as session:
            return session.scalar(query) or 0

    def _key(self, by: By) -> ColumnElement[str]:
        if by == "month":
            return _month(self.database.engine.dialect.name)
        columns = {"reason": LeadAnswer.reason, "seen": LeadAnswer.seen, "audit": LeadAnswer.audit_id}
        return type_coerce(columns[by], String) if by in columns else literal("", String)


def _of(connection_id: str, by: By) -> tuple[ColumnElement[bool], ...]:
    here = LeadAnswer.connection_id == connection_id
    return (here, LeadAnswer.verdict == "disagree") if by == "reason" else (here,)


def _month(dialect: str) -> ColumnElement[str]:
    """The month in UTC, in each database's own way."""
    at = LeadAnswer.given_at
    if dialect == "sqlite":
        return func.strftime("%Y-%m", at, type_=String)
    return func.to_char(func.timezone("UTC", at), "YYYY-MM", type_=String)


def _newest(key: ColumnElement[str], *which: ColumnElement[bool]) -> Subquery:
    """Answers with their place among those about the same lead in the same part, the newest first.

    Of those of one moment the same one comes first as in `audit.rows.answers`.
    """
    order = (LeadAnswer.given_at, LeadAnswer.who, LeadAnswer.verdict, LeadAnswer.reason)
    place = func.row_number().over(
        partition_by=(key, LeadAnswer.lead_key), order_by=[one.desc() for one in order]
    )
    query = select(key.label("part"), LeadAnswer.who, LeadAnswer.verdict, place.label("place"))
    return query.where(*which).subquery()


def _part(row: Row[*tuple[Any, ...]]) -> Part:
    told = row._asdict()
    return Part(key=told.pop("part"), some=frozenset((told.pop("least"), told.pop("most"))), **told)
