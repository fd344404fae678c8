"""The channels of alerts as their page shows them, and their form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.language import gettext, marked
from webapp.store.alert_channels import ChannelKind, ChannelRow
from webapp.viewmodels.words import SEVERITY_WORDS, moment

KIND_NAMES: Mapping[ChannelKind, str] = {
    "email": marked("Email"),
    "webhook": marked("Webhook (Slack and others)"),
    "salesforce": marked("Task in Salesforce"),
    "hubspot": marked("Task in HubSpot"),
}
PORT, HOURS = "587", "4"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLine:
    """One channel in the list; ``badge`` and ``told`` are what came of the newest try."""

    id: str
    name: str
    kind: str
    to: str
    where: str
    purpose: str
    least: str
    badge: tuple[str, str]
    told: str
    when: str


def channel_line(row: ChannelRow, labels: Mapping[str, str]) -> ChannelLine:
    """What to show of a channel."""
    where = labels.get(row.connection_id or "", "") if row.connection_id else gettext("all connections")
    hours = gettext("what nobody acknowledged for %(hours)s hours", hours=row.hours)
    return ChannelLine(
        id=row.id,
        name=row.name,
        kind=gettext(KIND_NAMES[row.kind]),
        to=_to(row),
        where=where,
        purpose=hours if row.escalation else gettext("everything new"),
        least=gettext(SEVERITY_WORDS[row.least]),
        badge=_badge(row),
        told=row.last_told,
        when=moment(row.last_at) if row.last_at else "",
    )


def _badge(row: ChannelRow) -> tuple[str, str]:
    if not row.on:
        return "not_connected", gettext("Off")
    if row.last_at is None:
        return "waiting", gettext("Not tried yet")
    return ("pass", gettext("Works")) if row.last_fine else ("failed", gettext("Does not work"))


def _to(row: ChannelRow) -> str:
    asked = row.asked
    if row.kind == "email":
        return ", ".join(asked["to"])
    return str(asked.get("host") or asked.get("owner") or "")


def as_form(row: ChannelRow | None, zone: str) -> dict[str, str]:
    """The fields as they stand; of a new one, what is usual."""
    if row is None:
        usual = {"on": "yes", "least": "medium", "purpose": "first", "hours": HOURS, "zone": zone}
        return {**usual, "security": "starttls", "port": PORT, "owner_is": "user"}
    quiet = row.quiet
    told = quiet.start != quiet.end
    return {
        "name": row.name,
        "on": _box(row.on),
        "connection": row.connection_id or "",
        "least": row.least,
        "purpose": "escalation" if row.escalation else "first",
        "hours": str(row.hours) if row.escalation else HOURS,
        "quiet_from": _time(quiet.start) if told else "",
        "quiet_to": _time(quiet.end) if told else "",
        "weekends": _box(quiet.weekends),
        "through": _box(quiet.through),
        "zone": quiet.zone,
        **_asked(row),
    }


def _asked(row: ChannelRow) -> dict[str, str]:
    asked = {name: str(value) for name, value in row.asked.items() if name not in ("to", "private")}
    return {
        **asked,
        "recipients": ", ".join(row.asked.get("to", ())),
        "private": _box(bool(row.asked.get("private"))),
    }


def _box(ticked: bool) -> str:
    return "yes" if ticked else ""


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
