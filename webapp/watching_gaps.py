"""Gaps watched from pull to pull: brought up to date after each audit, and what was surely found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast

import pyarrow as pa

from audit.finding.reading import reading
from audit.finding.words import points, quoted
from webapp.auditing import Rules
from webapp.gap_watch.days import Held
from webapp.gap_watch.rules import Texts
from webapp.gap_watch.seen import hidden_names
from webapp.gap_watch.update import bring_up_to_date
from webapp.held_leads import admitted
from webapp.keeping_up import kept_up
from webapp.services import Services
from webapp.store.rows import AuditRow, ConnectionRow
from webapp.store.watched_gaps import AlarmRow

AlarmKind = Literal["outside", "changed"]
ADVICE: dict[AlarmKind, str] = {
    "outside": (
        "Open the finding or the newest audit, try remedies for this attribute, and note on the Monitoring"
        " page what you change."
    ),
    "changed": (
        "Find out what was changed in the CRM or the team around that day, and note it on the Monitoring"
        " page."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GapAlarm:
    """What was surely found of a watched gap, once; it stays in the record.

    ``day`` is the day of creation by which it was sure, ``said_at`` the moment of the pull that said so.
    ``gap`` is group minus reference (0.1 is 10 points) between ``low`` and ``high``, as known then. The
    texts are English; ``finding_id`` is "" where the audit of that pull has no finding of this gap.
    """

    id: str
    connection_id: str
    audit_id: str
    kind: AlarmKind
    metric: str
    attribute: str
    group: str
    reference: str
    special: bool
    day: date
    said_at: datetime
    gap: float | None
    low: float
    high: float
    tolerance: float
    confidence: float
    finding_id: str
    title: str
    sentence: str
    advice: str


def after_audit(
    opened: Services, connection: ConnectionRow, held: tuple[pa.Table, Rules], of: AuditRow
) -> None:
    """Bring the watched gaps of a connection up to date; a trouble of its own goes no further.

    ``held`` are the leads that the audit was of, and what is in force.
    """
    table, rules = held
    texts = Texts(stream=rules.stream, policy=rules.policy_version.text)
    with kept_up(opened, connection, "gaps"):
        leads = admitted(table, rules.stream)
        bring_up_to_date(opened, connection, Held(table=leads, texts=texts, audit=of, now=opened.clock()))


def alarms_of(opened: Services, connection: ConnectionRow, *, special: bool) -> tuple[GapAlarm, ...]:
    """Every alarm of a connection, the newest first; without ``special`` those of no special category."""
    hidden = frozenset[str]() if special else hidden_names(opened, connection.id)
    rows = opened.watched_gaps.alarms(connection.id)
    return tuple(_alarm(row) for row in rows if special or not (row.special or row.attribute in hidden))


def _alarm(row: AlarmRow) -> GapAlarm:
    kind, told = cast("AlarmKind", row.kind), row.told
    same = (
        "id",
        "connection_id",
        "audit_id",
        "metric",
        "attribute",
        "reference",
        "special",
        "day",
        "said_at",
    )
    kept = ("gap", "low", "high", "tolerance", "confidence", "finding_id")
    return GapAlarm(
        **{name: getattr(row, name) for name in same},
        **{name: told[name] for name in kept},
        kind=kind,
        group=row.name,
        title=_title(row),
        sentence=_sentence(row, kind),
        advice=ADVICE[kind],
    )


def _title(row: AlarmRow) -> str:
    label = reading(row.metric).label
    return f"{label}: {row.attribute} {quoted(row.name)} beside {quoted(row.reference)}"


def _sentence(row: AlarmRow, kind: AlarmKind) -> str:
    if kind == "changed":
        return f"The gap has surely changed by {row.day}; a new band began the day after."
    return (
        f"The gap is surely outside the tolerance of {points(row.told['tolerance'])}, known since the leads"
        f" of {row.day}; it was first said on {row.said_at.date()}."
    )
