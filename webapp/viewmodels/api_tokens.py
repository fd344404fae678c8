"""How the tokens of the API stand, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from webapp.api.scopes import BY_ROLE, SCOPES, WORDS, allowed
from webapp.store.api_tokens import TokenRow
from webapp.store.rows import Role

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
    used = f"last used on {row.used_on:%Y-%m-%d}" if row.used_on else "never used"
    if row.revoked_at:
        return Standing(
            state="revoked", words=f"revoked on {row.revoked_at:%Y-%m-%d} by {row.revoked_by}; {used}"
        )
    if row.expires_at <= now:
        return Standing(state="expired", words=f"expired on {row.expires_at:%Y-%m-%d}; {used}")
    if not allowed(row.scopes, row.role, row.holder_role or row.role):
        return Standing(
            state="powerless",
            words=f"it may do nothing, since {row.made_by} is locked or has another role; {used}",
        )
    return Standing(state="alive", words=f"ends on {row.expires_at:%Y-%m-%d}; {used}")


def token_lines(rows: Iterable[TokenRow], labels: Mapping[str, str], now: datetime) -> tuple[TokenLine, ...]:
    """The tokens, newest first; ``labels`` names the connections by their ids."""
    return tuple(_line(row, labels, standing(row, now)) for row in rows)


def scope_choices() -> tuple[ScopeChoice, ...]:
    """Every scope there is."""
    return tuple(
        ScopeChoice(scope=one, words=WORDS[one], lowest=next(r for r in LOWEST if one in BY_ROLE[r]))
        for one in SCOPES
    )


def _line(row: TokenRow, labels: Mapping[str, str], state: Standing) -> TokenLine:
    return TokenLine(
        id=row.id,
        name=row.name,
        hint=row.hint,
        role=row.role,
        scopes=row.scopes,
        where=labels.get(row.connection_id, "") if row.connection_id else "",
        made=f"{row.made_at:%Y-%m-%d} by {row.made_by}",
        state=state.state,
        words=state.words,
    )
