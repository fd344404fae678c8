"""How the tokens of the API stand, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from webapp.api.scopes import BY_ROLE, SCOPES, WORDS, allowed
from webapp.language import gettext, iso_day, marked
from webapp.store.api_tokens import TokenRow
from webapp.store.rows import Role

ROLE_WORDS: Mapping[str, str] = {
    "viewer": marked("viewer"),
    "auditor": marked("auditor"),
    "admin": marked("admin"),
}
LOWEST: tuple[Role, ...] = ("viewer", "auditor", "admin")
State = Literal["alive", "expired", "revoked", "powerless"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a token opens anything, and a sentence with the days."""

    state: State
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenLine:
    """One token on the page."""

    id: str
    name: str
    hint: str
    role: str
    scopes: tuple[str, ...]
    where: str
    made: str
    state: State
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeChoice:
    """One scope on the form, and the lowest role whose token may have it."""

    scope: str
    words: str
    lowest: str


def standing(row: TokenRow, now: datetime) -> Standing:
    """How one token stands."""
    used = gettext("last used on %(day)s", day=iso_day(row.used_on)) if row.used_on else gettext("never used")
    state, words = _state(row, now)
    return Standing(state=state, words=f"{words}; {used}")


def _state(row: TokenRow, now: datetime) -> tuple[State, str]:
    ends = iso_day(row.expires_at)
    if row.revoked_at:
        at = iso_day(row.revoked_at)
        return "revoked", gettext("revoked on %(day)s by %(who)s", day=at, who=row.revoked_by)
    if row.expires_at <= now:
        return "expired", gettext("expired on %(day)s", day=ends)
    if not allowed(row.scopes, row.role, row.holder_role or row.role):
        return "powerless", gettext(
            "it may do nothing, since %(who)s is locked or has another role", who=row.made_by
        )
    return "alive", gettext("ends on %(day)s", day=ends)


def token_lines(rows: Iterable[TokenRow], labels: Mapping[str, str], now: datetime) -> tuple[TokenLine, ...]:
    """The tokens, newest first; ``labels`` names the connections by their ids."""
    return tuple(_line(row, labels, standing(row, now)) for row in rows)


def scope_choices() -> tuple[ScopeChoice, ...]:
    """Every scope there is."""
    return tuple(
        ScopeChoice(scope=one, words=gettext(WORDS[one]), lowest=next(r for r in LOWEST if one in BY_ROLE[r]))
        for one in SCOPES
    )


def _line(row: TokenRow, labels: Mapping[str, str], state: Standing) -> TokenLine:
    return TokenLine(
        id=row.id,
        name=row.name,
        hint=row.hint,
        role=gettext(ROLE_WORDS.get(row.role, row.role)),
        scopes=row.scopes,
        where=labels.get(row.connection_id, "") if row.connection_id else "",
        made=gettext("%(at)s by %(who)s", at=iso_day(row.made_at), who=row.made_by),
        state=state.state,
        words=state.words,
    )
