"""Which generation of a key is in force, held for the length of a transaction."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.store.organisation_key_tables import OrganisationKey


def generation_held(session: Session, connection_id: str, *, shared: bool) -> int | None:
    """The generation in force; no rotation and no end of the key comes in before the transaction ends.

    None where the connection has no key in force. With ``shared``, others may hold it as well.

    Every generation is held, not only the one in force: PostgreSQL passes over a row that another
    transaction put out of force while this one waited for it, and does not look for the one that came after.
    """
    query = select(OrganisationKey.generation, OrganisationKey.state).filter_by(connection_id=connection_id)
    held = query.order_by(OrganisationKey.generation).with_for_update(read=shared)
    # A generation that was made in the moment of the first look is seen by the second.
    for _ in range(2):
        for generation, state in session.execute(held):
            if state == "active":
                return generation
    return None
