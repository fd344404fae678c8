"""The findings of a connection's newest audit, by name: what a note can be about."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.open_audits import open_audit
from webapp.services import Services
from webapp.store.rows import ConnectionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingName:
    """A finding: its id, which stays from audit to audit, its headline in English, and where it is."""

    id: str
    audit_id: str
    headline: str
    special: bool


def findings_of(opened: Services, connection: ConnectionRow, *, special: bool) -> tuple[FindingName, ...]:
    """All of them, the gravest first; without ``special`` no word about special categories."""
    newest = next(iter(opened.evidence.behind(connection.id, None, 1)), None)
    if newest is None:
        return ()
    page = open_audit(opened, newest, special=special).page
    return tuple(
        FindingName(id=one.id, audit_id=newest.id, headline=one.headline, special=one.special_category)
        for one in (*page.findings, *page.notes)
    )
