"""The tokens of the JSON API: made, looked up by a keyed hash, revoked. The token itself is never stored."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
import zlib
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select, update

from connectors.pseudonym import derive
from webapp.store import tables
from webapp.store.api_tables import ApiToken
from webapp.store.database import Database
from webapp.store.events import noted
from webapp.store.repository import Clock, short_id, utc_now

PREFIX = "fairlead_api_"
LETTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM, CHECK = 43, 6
SHAPE = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{RANDOM + CHECK}}}", re.ASCII)
LONGEST_DAYS = 730
LOCKED = "locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """What is asked for. ``user_id`` is whom it acts for, None where it is made on the server.

    ``connection_id`` limits it to one connection.
    """

    name: str
    role: str
    scopes: tuple[str, ...]
    days: int
    made_by: str
    user_id: str | None = None
    connection_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """One token as it may be shown; ``holder_role`` is the role today of whom it acts for."""

    id: str
    name: str
    hint: str
    role: str
    scopes: tuple[str, ...]
    connection_id: str | None
    made_by: str
    made_at: datetime
    expires_at: datetime
    used_on: date | None
    revoked_at: datetime | None
    revoked_by: str | None
    holder_role: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiTokens:
    """All tokens. Every method is one transaction.

    ``secret`` keys the hashes: who copies the table cannot try tokens against it.
    """

    database: Database
    secret: bytes = field(repr=False)
    clock: Clock = utc_now

    def add(self, new: NewToken) -> tuple[str, TokenRow]:
        """A new token, which is told once, here, and its row."""
        token, now = _made(), self.clock()
        row = ApiToken(
            id=short_id(),
            name=new.name,
            digest=self._digest(token),
            hint=token[: len(PREFIX) + 3],
            role=new.role,
            scopes=sorted(new.scopes),
            connection_id=new.connection_id,
            user_id=new.user_id,
            made_by=new.made_by,
            made_at=now,
            expires_at=now + timedelta(days=new.days),
        )
        detail = f"{new.name}: {new.role}, {' '.join(row.scopes)}, until {row.expires_at:%Y-%m-%d}"
        with self.database.writing() as session:
            session.add_all([row, noted(now, new.made_by, "API token made", row.id, detail)])
            session.flush()
            holder = session.get(tables.User, new.user_id) if new.user_id else None
            return token, _row(row, holder)

    def find(self, token: str) -> TokenRow | None:
        """The row of a token that is not revoked, also where it has expired; None for any other text."""
        if not is_whole(token):
            return None
        digest = self._digest(token)
        with self.database.reading() as session:
            found = session.execute(_with_holders().where(ApiToken.digest == digest)).first()
        # How long the index takes says nothing: nobody else can make a hash that is near one of ours.
        return None if found is None else _row(*found)

    def all(self) -> tuple[TokenRow, ...]:
        """Every token that was ever made, newest first."""
        newest = _with_holders().order_by(ApiToken.made_at.desc(), ApiToken.id)
        with self.database.reading() as session:
            return tuple(_row(*found) for found in session.execute(newest))

    def revoke(self, token_id: str, who: str) -> bool:
        """End a token at once; False where there is none such, or it has ended so before."""
        now = self.clock()
        living = update(ApiToken).filter_by(id=token_id).where(ApiToken.revoked_at.is_(None))
        with self.database.writing() as session:
            name = session.scalar(select(ApiToken.name).filter_by(id=token_id))
            done = session.execute(living.values(revoked_at=now, revoked_by=who, digest=None))
            if done.rowcount != 1:  # type: ignore[attr-defined]
                return False
            session.add(noted(now, who, "API token revoked", token_id, f"{name}"))
            return True

    def _digest(self, token: str) -> str:
        return hmac.digest(derive(self.secret, "api-token"), token.encode(), hashlib.sha256).hex()


def is_whole(token: str) -> bool:
    """Whether a text has the form of a token and its own check sum: a typing error asks no database."""
    return SHAPE.fullmatch(token) is not None and token.endswith(_check(token[:-CHECK]))


def _made() -> str:
    """256 random bits in letters and digits, behind what a scanner for leaked secrets looks for."""
    body = PREFIX + "".join(secrets.choice(LETTERS) for _ in range(RANDOM))
    return body + _check(body)


def _check(body: str) -> str:
    """CRC-32 of the rest in six letters: a scanner knows a token without asking us."""
    number, found = zlib.crc32(body.encode()), ""
    for _ in range(CHECK):
        number, place = divmod(number, len(LETTERS))
        found = LETTERS[place] + found
    return found


def _with_holders() -> Select[ApiToken, tables.User]:
    return select(ApiToken, tables.User).outerjoin(tables.User, tables.User.id == ApiToken.user_id)


def _row(row: ApiToken, holder: tables.User | None) -> TokenRow:
    shown = [name for name in TokenRow.__slots__ if name not in {"scopes", "holder_role"}]
    values = {name: getattr(row, name) for name in shown}
    return TokenRow(**values, scopes=tuple(row.scopes), holder_role=_role(holder))


def _role(holder: tables.User | None) -> str | None:
    """The role of today; of who is locked, one that may do nothing."""
    if holder is None:
        return None
    return LOCKED if holder.locked_at is not None else holder.role
