"""What would leave an organisation, as somebody last looked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from webapp.store.database import Database
from webapp.store.release_tables import ReleaseLook
from webapp.store.releases import Owner
from webapp.store.repository import Clock, utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRow:
    """A look; ``over`` names what it was worked out from, ``content`` is sealed."""

    made_at: datetime
    over: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLooks:
    """One look for each organisation, the newest. Every method is one transaction."""

    database: Database
    clock: Clock = utc_now

    def put(self, owner: Owner, over: str, content: bytes) -> None:
        """Keep a look in the place of the one before."""
        key = (owner.crm, owner.organisation)
        lock = f"release-look/{owner.crm}/{owner.organisation}"
        with self.database.exclusive(lock), self.database.writing() as session:
            row = session.get(ReleaseLook, key)
            if row is None:
                row = ReleaseLook(crm=owner.crm, organisation=owner.organisation)
                session.add(row)
            row.made_at, row.over, row.content = self.clock(), over, content

    def newest(self, owner: Owner) -> LookRow | None:
        """The look that is kept."""
        with self.database.reading() as session:
            row = session.get(ReleaseLook, (owner.crm, owner.organisation))
            if row is None:
                return None
            return LookRow(made_at=row.made_at, over=row.over, content=row.content)
