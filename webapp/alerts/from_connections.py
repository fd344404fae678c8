"""What is wrong with a connection itself: its decision log, and its CRM's consent."""

from __future__ import annotations

from collections.abc import Mapping

from audit.finding import Severity
from webapp.alerts.change import Change, Said
from webapp.language import marked
from webapp.services import Services
from webapp.store.rows import ConnectionRow, ConnectionState

LOG = marked("The decision log is not as it was written.")
LOG_SURE = marked("Certain: its chain of digests does not fit from the entry on that is named here.")
LOG_TODO = marked(
    "Keep a copy of the data folder, and find out who may write into it. The page Decision log says where "
    "it broke."
)
CERTAIN = marked("Certain: it is what the CRM itself answered.")
TODO = marked("Open the page Connections as an administrator: it says what to mend, and connects again.")
STATES: Mapping[ConnectionState, tuple[Severity, str]] = {
    "consent_needed": (
        "critical",
        marked("The CRM no longer accepts the consent: it was revoked or has ended."),
    ),
    "org_gone": ("critical", marked("The CRM's organisation is not there any more, or is locked.")),
    "missing_permission": ("high", marked("The connected user lacks a permission in the CRM.")),
    "wrong_settings": ("high", marked("The CRM refuses the settings of the app.")),
}


def of_log(opened: Services, connection: ConnectionRow) -> tuple[Change, ...]:
    """The decision log, where its last verification found it broken."""
    fault = opened.decision_logs.get(connection.id).fault
    if not fault:
        return ()
    broken = Change(
        subject="log",
        kind="log",
        severity="critical",
        what=Said(text=LOG),
        sure=Said(text=LOG_SURE),
        todo=Said(text=LOG_TODO),
        page=f"/connections/{connection.id}/log",
        quote=fault,
    )
    return (broken,)


def of_grant(opened: Services, connection: ConnectionRow) -> tuple[Change, ...]:
    """The consent of the CRM, where an admin has to act. ``opened`` is not needed: a row says it."""
    del opened
    found = STATES.get(connection.state)
    if found is None:
        return ()
    severity, words = found
    broken = Change(
        subject="grant",
        kind="grant",
        severity=severity,
        what=Said(text=words),
        sure=Said(text=CERTAIN),
        todo=Said(text=TODO),
        page="/connections",
        edition=connection.state,
        quote=connection.note,
    )
    return (broken,)
