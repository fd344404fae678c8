"""How much one person answers in a minute, counted over all processes in the database."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.store.seen_requests import forget_old
from webapp.store.tables import SeenRequest

# One person gives and changes so many answers in such a time; more is a program.
MOST, WITHIN = 30, timedelta(minutes=1)


def counted(session: Session, person: str, at: datetime) -> bool:
    """Count an answer of somebody; False, and not counted, where they gave `MOST` within a minute.

    Each person has that many places, each with the moment of the answer that took it last. They stand among
    the requests seen, as hashes, and go with them. Whoever calls keeps two answers of a person apart.
    """
    forget_old(session, at)
    places = [sha256(f"answer/{person}/{number}".encode()).hexdigest() for number in range(MOST)]
    found = session.scalars(select(SeenRequest).where(SeenRequest.digest.in_(places)))
    taken = {row.digest: row for row in found}
    free = next((one for one in places if one not in taken or taken[one].first_at <= at - WITHIN), None)
    if free is None:
        return False
    if free in taken:
        taken[free].first_at = at
    else:
        session.add(SeenRequest(digest=free, first_at=at))
    return True
