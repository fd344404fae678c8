"""The dashboard: one tile per connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from audit.finding import SEVERITIES, Severity
from webapp.language import gettext, marked
from webapp.store.evidence import KeptAudit
from webapp.store.rows import ConnectionRow, ConnectionState, Crm
from webapp.viewmodels.account import Account, account
from webapp.viewmodels.words import SEVERITY_WORDS, moment, organisation_label


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A connection's state: the icon's name, the words, and what to do about it ("" for nothing)."""

    kind: str
    words: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityCount:
    """How many findings there are of one severity."""

    severity: Severity
    words: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One connection on the dashboard. ``audited_at`` is None where no audit is stored yet.

    ``sync`` are sentences about what the newest sync read.
    """

    id: str
    label: str
    address: str
    status: Status
    note: str
    audit_id: str | None
    audited_at: str | None
    account: Account | None
    severities: tuple[SeverityCount, ...]
    worst: str | None
    sync: tuple[str, ...] = ()


STATUS: Mapping[ConnectionState, Status] = {
    "connected": Status(kind="done", words=marked("Connected")),
    "pull_incomplete": Status(
        kind="failed",
        words=marked("Last pull did not finish"),
        mend=marked("Half a pull gives no verdict. Press Pull now under Jobs. Figures below are older."),
    ),
    "consent_needed": Status(
        kind="failed",
        words=marked("Needs sign-in"),
        mend=marked("The CRM no longer accepts our access. Open Connections and connect it again."),
    ),
    "missing_permission": Status(
        kind="failed",
        words=marked("Missing permission"),
        mend=marked(
            "The connected user may not do something that Fairlead needs. Give it Fairlead's permission set, "
            "and read access to the fields of the policy. Then run fairlead check."
        ),
    ),
    "wrong_settings": Status(
        kind="failed",
        words=marked("Settings are wrong"),
        mend=marked(
            "The CRM does not take Fairlead's own app as it is. The consent still stands, and nobody has to "
            "sign in. Correct what the sentence names, start Fairlead again, then run fairlead check."
        ),
    ),
    "limit_reached": Status(
        kind="waiting",
        words=marked("Limit reached"),
        mend=marked(
            "The CRM's calls of the day are used up to the share that Fairlead may use. Nothing is lost. "
            "Press Pull now under Jobs tomorrow, or find which other app uses the calls."
        ),
    ),
    "org_gone": Status(
        kind="failed",
        words=marked("Org gone"),
        mend=marked(
            "The CRM says that this organisation is closed, locked or too old. If it is, disconnect it here: "
            "its leads are erased, and the audits stay. If not, ask the CRM's support, then connect again."
        ),
    ),
    "busy": Status(
        kind="waiting",
        words=marked("Busy"),
        mend=marked(
            "The CRM could not answer just now. Nothing is lost. Run the same command again in a while."
        ),
    ),
    "disconnected": Status(
        kind="not_connected",
        words=marked("Disconnected"),
        mend=marked("Nothing is read and nothing is written. Open Connections to connect it again."),
    ),
}
# What is mended elsewhere in one CRM than in the other.
_MENDS: Mapping[tuple[Crm, ConnectionState], str] = {
    ("hubspot", "missing_permission"): marked(
        "The app, or the user who connected it, may not do something that Fairlead needs. Where a scope is "
        "named, add it to the app's file, upload the app, and connect again here. Where a property is named, "
        "let that user see it, or take it out of the policy; then run fairlead check."
    ),
    ("hubspot", "org_gone"): marked(
        "If the portal is closed, disconnect it here: its leads are erased, and the audits stay. If not, ask "
        "HubSpot's support, then connect again."
    ),
}
WAITING = Status(
    kind="waiting",
    words=marked("Connected, nothing read yet"),
    mend=marked(
        "Look at the policy first: it decides what may be read. Then say what is the score and which groups "
        "to compare. After that, Pull now under Jobs reads the leads."
    ),
)
READY = Status(
    kind="waiting",
    words=marked("Connected, nothing read yet"),
    mend=marked("Policy, score and groups are saved. Pull now under Jobs reads the leads and audits them."),
)


def tile(connection: ConnectionRow, audit: KeptAudit | None, *, ready: bool) -> Tile:
    """What the dashboard says of one connection and its newest audit.

    ``ready`` says that both texts, the policy and the stream, are saved.
    """
    return Tile(
        id=connection.id,
        label=organisation_label(connection.crm, connection.organisation),
        address=connection.instance_url.removeprefix("https://").rstrip("/"),
        status=status_of(connection, audited=audit is not None, ready=ready),
        note=connection.note,
        audit_id=audit.id if audit else None,
        audited_at=moment(audit.made_at) if audit else None,
        account=account(audit.pulled) if audit else None,
        severities=severity_counts(audit.severities) if audit else (),
        worst=audit.worst if audit else None,
    )


def status_of(connection: ConnectionRow, *, audited: bool, ready: bool = False) -> Status:
    """The state in words; a fresh connection says what comes next."""
    if connection.state == "connected" and not audited:
        return _spoken(READY if ready else WAITING)
    usual = STATUS[connection.state]
    return _spoken(replace(usual, mend=_MENDS.get((connection.crm, connection.state), usual.mend)))


def _spoken(status: Status) -> Status:
    """A state in the language of the page."""
    return replace(status, words=gettext(status.words), mend=gettext(status.mend))


def severity_counts(counts: Mapping[str, int]) -> tuple[SeverityCount, ...]:
    """The severities that occur, worst first."""
    return tuple(
        SeverityCount(severity=severity, words=gettext(SEVERITY_WORDS[severity]), count=counts[severity])
        for severity in reversed(SEVERITIES)
        if counts.get(severity, 0)
    )
