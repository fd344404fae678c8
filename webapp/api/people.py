"""Who did what, who may sign in, and what the token that asks may do."""

from __future__ import annotations

from dataclasses import asdict

from pydantic import Field

from webapp.api import cursors
from webapp.api.operation import Ask, Nothing, Operation
from webapp.api.problem import Problem, Why
from webapp.api.scopes import Scope
from webapp.api.shape import Answer, Id, Moment, Page, Paged, Text
from webapp.store.rows import Role
from webapp.store.trail import Filter, Line

ONE_CONNECTION = Why(
    status=403,
    name="one-connection",
    detail="This token is for one connection, and people are of the whole installation: make one for all.",
)


class TrailQuery(Paged):
    """Which lines of the trail."""

    who: Text | None = Field(default=None, description="Of this person, command or token.")
    action: Text | None = Field(default=None, description="With these words for what was done.")
    target: Text | None = Field(default=None, description="About this thing, such as a connection's id.")


class TrailLine(Answer):
    """Who did what to which thing, and when."""

    number: int = Field(ge=1, description="Lines are only ever added, each with a larger number.")
    at: Moment
    who: str
    action: str
    target: str
    detail: str


class Person(Answer):
    """A person who may sign in."""

    name: str
    role: Role


class Own(Answer):
    """The token that asks."""

    id: Id
    name: str
    role: Role
    scopes: tuple[Scope, ...] = Field(description="What it may do now.")
    connection: Id | None = Field(description="The one connection it is for; null for all.")
    made_by: str
    made_at: Moment
    expires_at: Moment


def _trail(ask: Ask[TrailQuery]) -> Page[TrailLine]:
    asked, own = ask.asked, ask.grant.token.connection_id
    if own and asked.target not in {None, own}:
        return Page[TrailLine](items=(), next=None)
    wanted = Filter(who=asked.who or "", action=asked.action or "", target=own or asked.target or "")
    place = cursors.read(ask)
    rows = ask.opened.trail.under(wanted, int(place[0]) if place else None, asked.limit + 1)
    part, after = cursors.page(ask, rows, lambda line: [line.number])
    return Page[TrailLine](items=tuple(_line(one) for one in part), next=after)


def _line(one: Line) -> TrailLine:
    return TrailLine(number=one.number, **asdict(one.event))


def _people(ask: Ask[Paged]) -> Page[Person]:
    if ask.grant.token.connection_id:
        raise Problem(ONE_CONNECTION)
    place = cursors.read(ask)
    people = [one for one in ask.opened.accounts.people() if place is None or one.name > str(place[0])]
    part, after = cursors.page(ask, people[: ask.asked.limit + 1], lambda one: [one.name])
    items = tuple(Person(name=one.name, role=one.role) for one in part)
    return Page[Person](items=items, next=after)


def _own(ask: Ask[Nothing]) -> Own:
    row = ask.grant.token
    return Own(
        id=row.id,
        name=row.name,
        role=row.role,  # type: ignore[arg-type]  # one of the words, as it was stored
        scopes=tuple(sorted(ask.grant.scopes)),
        connection=row.connection_id,
        made_by=row.made_by,
        made_at=row.made_at,
        expires_at=row.expires_at,
    )


OPERATIONS = (
    Operation(
        name="get_token",
        path="/token",
        tag="Token",
        summary="What this token may do",
        does=_own,
        answers=Own,
        scope=None,
        kept=False,
    ),
    Operation(
        name="list_trail",
        path="/trail",
        tag="People",
        summary="Who did what, newest first",
        does=_trail,
        asks=TrailQuery,
        answers=Page[TrailLine],
        scope="read:trail",
        kept=False,
    ),
    Operation(
        name="list_people",
        path="/people",
        tag="People",
        summary="Who may sign in, by name",
        does=_people,
        asks=Paged,
        answers=Page[Person],
        scope="read:people",
        kept=False,
    ),
)
