"""Which watched gaps somebody may see: special categories only with the right to them."""

from __future__ import annotations

from webapp.services import Services
from webapp.special_names import marked


def hidden_names(opened: Services, connection_id: str) -> frozenset[str]:
    """The attributes of a connection that are special categories, now or when they were watched."""
    versions = {one.stream_version for one in opened.watched_gaps.sequences(connection_id)}
    return marked(opened, connection_id, versions)
