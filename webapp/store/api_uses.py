"""How much each token of the API has asked in this minute, counted over all processes in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update

from webapp.store.api_tables import ApiToken, ApiUse
from webapp.store.database import Database

# A job that writes may keep the database of SQLite for a while; a program that asks us can wait by itself.
WAIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiUses:
    """Hands out requests in portions, so that few requests write."""

    database: Database

    def take(self, token_id: str, now: datetime, portion: int, limit: int) -> int:
        """How many more requests of this minute a process may answer: at most ``portion``, 0 at the limit.

        What was handed out and is not used before the minute ends is lost, so the limit is never passed.
        The day of use is noted with it.
        """
        minute = minute_of(now)
        with self.database.exclusive(f"api-use/{token_id}"), self.database.writing(WAIT_SECONDS) as session:
            row = session.get(ApiUse, token_id)
            if row is None:
                row = ApiUse(token_id=token_id, minute=minute, taken=0)
                session.add(row)
            if row.minute != minute:
                row.minute, row.taken = minute, 0
            granted = max(0, min(portion, limit - row.taken))
            row.taken += granted
            session.execute(update(ApiToken).filter_by(id=token_id).values(used_on=now.date()))
        return granted


def minute_of(now: datetime) -> int:
    """The number of a minute."""
    return int(now.timestamp() // 60)
