"""How many leads of a connection the newest audit says what of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import func, select

from connectors.source import FlagStatus
from webapp.store.database import Database
from webapp.store.tables import LeadFlag


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagCounts:
    """Counted where the flags are, so that none of them is loaded."""

    database: Database

    def of(self, connection_id: str) -> Mapping[FlagStatus, int]:
        """The number of leads by status; a status that no lead has is left out."""
        query = select(LeadFlag.status, func.count()).filter_by(connection_id=connection_id)
        with self.database.glancing() as link:
            found = link.execute(query.group_by(LeadFlag.status)).all()
        return {cast("FlagStatus", status): number for status, number in found}
