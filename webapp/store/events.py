"""Lines of the audit trail, as they are written; `webapp.store.trail` reads them."""

from __future__ import annotations

from datetime import datetime

from webapp.store import tables


def noted(at: datetime, who: str, action: str, target: str, detail: str = "") -> tables.Event:
    """A line of the trail, for a transaction that does more than write it."""
    return tables.Event(at=at, who=who, action=action, target=target, detail=detail)
