"""The audit trail as it is read: filtered, page by page, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from webapp.store import tables
from webapp.store.convert import event_row
from webapp.store.database import Database
from webapp.store.rows import EventRow

PAGE = 50
PORTION = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is looked for; an empty value leaves nothing out. ``target`` is a connection's id."""

    who: str = ""
    action: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Who and what is in the trail at all."""

    people: tuple[str, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the trail with its number."""

    number: int
    event: EventRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """Reads the audit trail."""

    database: Database

    def page(self, wanted: Filter, number: int) -> tuple[tuple[EventRow, ...], int]:
        """The lines of one page (from 1), and how many lines there are on all pages."""
        query = _matching(select(tables.Event), wanted)
        whole = _matching(select(func.count()).select_from(tables.Event), wanted)
        newest = query.order_by(tables.Event.id.desc()).offset((number - 1) * PAGE).limit(PAGE)
        with self.database.reading() as session:
            rows = tuple(event_row(row) for row in session.scalars(newest))
            return rows, session.scalar(whole) or 0

    def under(self, wanted: Filter, before: int | None, limit: int) -> Sequence[Line]:
        """Lines under a number; what is added meanwhile shifts nothing."""
        query = _matching(select(tables.Event), wanted).order_by(tables.Event.id.desc()).limit(limit)
        query = query if before is None else query.where(tables.Event.id < before)
        with self.database.reading() as session:
            return [Line(number=row.id, event=event_row(row)) for row in session.scalars(query)]

    def every(self, wanted: Filter) -> Iterator[EventRow]:
        """All lines, newest first, in little memory."""
        query = _matching(select(tables.Event), wanted).order_by(tables.Event.id.desc())
        with self.database.reading() as session:
            for row in session.scalars(query.execution_options(yield_per=PORTION)):
                yield event_row(row)

    def choices(self) -> Choices:
        """What can be filtered by."""
        with self.database.reading() as session:
            people = session.scalars(select(tables.Event.who).distinct().order_by(tables.Event.who))
            actions = session.scalars(select(tables.Event.action).distinct().order_by(tables.Event.action))
            return Choices(people=tuple(people), actions=tuple(actions))


def _matching(query: Select[Any], wanted: Filter) -> Select[Any]:
    asked = {"who": wanted.who, "action": wanted.action, "target": wanted.target}
    return query.filter_by(**{name: value for name, value in asked.items() if value})
