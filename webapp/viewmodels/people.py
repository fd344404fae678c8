"""The list of people in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from webapp.language import gettext, marked
from webapp.sign_in.ways import WayIn
from webapp.store.people import PersonRow
from webapp.store.rows import Role
from webapp.viewmodels.words import counted, moment

State = Literal["open", "locked", "invited", "shut"]
WORDS: Mapping[State, str] = MappingProxyType(
    {
        "open": marked("Can sign in"),
        "locked": marked("Locked"),
        "invited": marked("Has a code"),
        "shut": marked("The code has ended"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """One person: ``ways`` are how they sign in, ``state`` whether they can, which ``words`` say."""

    id: str
    name: str
    role: Role
    ways: str
    last: str
    state: State
    words: str
    since: str
    sessions: str
    own: bool


def person_lines(people: Iterable[PersonRow], ways: Iterable[WayIn], own: str) -> tuple[PersonLine, ...]:
    """Everybody by name; ``own`` is the id of who looks."""
    names = {way.issuer: gettext(way.name) for way in ways}
    return tuple(_line(row, names, own) for row in people)


def _line(row: PersonRow, names: dict[str, str], own: str) -> PersonLine:
    ways = [gettext("Password")] if row.has_password else []
    gone = gettext("A provider that is not set up any more")
    ways += [names.get(issuer, gone) for issuer in row.issuers]
    state = _state(row, able=row.has_password or any(issuer in names for issuer in row.issuers))
    return PersonLine(
        id=row.user.id,
        name=row.user.name,
        role=row.user.role,
        ways=", ".join(dict.fromkeys(ways)) or gettext("No way yet"),
        last=moment(row.signed_in_at) if row.signed_in_at else gettext("Never"),
        state=state,
        words=gettext(WORDS[state]),
        since=_since(row, state),
        sessions=counted(row.sessions, "open session", "open sessions") if row.sessions else "",
        own=row.user.id == own,
    )


def _state(row: PersonRow, *, able: bool) -> State:
    if row.locked_at:
        return "locked"
    if row.invited_until:
        return "invited"
    return "open" if able else "shut"


def _since(row: PersonRow, state: State) -> str:
    """Since when, or until when, it stands so; "" where that is of no use."""
    if state == "locked" and row.locked_at:
        return gettext("Since %(at)s", at=moment(row.locked_at))
    if state == "invited" and row.invited_until:
        return gettext("Until %(at)s", at=moment(row.invited_until))
    return gettext("Make a new one") if state == "shut" else ""
