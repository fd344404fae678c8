"""A channel as an administrator types it: checked field by field, each with the sentence that mends it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from audit.finding import SEVERITIES, Severity
from audit.schema import BadInput
from webapp.alerts.by_webhook import checked
from webapp.alerts.quiet import Quiet
from webapp.language import gettext, marked
from webapp.store.alert_channels import ChannelKind, ChannelRow, NewChannel
from webapp.store.rows import ConnectionRow

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+", re.ASCII)
HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}", re.ASCII)
TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
MOST_ADDRESSES, LONGEST_NAME, LONGEST_OWNER, LONGEST_SECRET = 20, 80, 200, 2000
MOST_HOURS = 24 * 14
SECURITY = ("starttls", "tls", "none")
NO_NAME = marked("Name: write how the channel is called, in 1 to 80 characters.")
NO_HOST = marked("Mail server: write its name, such as smtp.example.com.")
NO_PORT = marked("Port: write a number from 1 to 65535; 587 and 465 are usual.")
NO_SENDER = marked("From: write one mail address.")
NO_TO = marked("To: write 1 to 20 mail addresses, separated by commas.")
NO_CIPHER = marked(
    "Encryption: choose one with TLS where a user name is given; a password is not sent in the clear."
)
NO_HOURS = marked("Hours: write a whole number from 1 to 336.")
NO_TIME = marked("Quiet hours: write both times as hours and minutes, such as 22:00 and 07:00, or none.")
NO_ZONE = marked("Time zone: choose one of the list.")
NO_CONNECTION = marked("For: choose a connection; a task is made in the CRM of one.")
NO_OWNER = marked("Owner: write the user name or the name of the queue as Salesforce shows it, or nothing.")
NO_NUMBER = marked("Owner: write the number of the owner as HubSpot shows it, or nothing.")
NO_SEVERITY = marked("From which severity on: choose one of the list.")
NO_URL = marked("Webhook: type its address.")
TOO_LONG = marked("Password or address: at most 2000 characters.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the form, and the channel that is changed, None for a new one."""

    form: Mapping[str, str]
    kind: ChannelKind
    before: ChannelRow | None
    connections: Collection[ConnectionRow]

    def text(self, name: str) -> str:
        """A field without what is around it."""
        return self.form.get(name, "").strip()

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self.form.get(name) == "yes"


def typed(one: Typed) -> NewChannel:
    """The channel that was typed. Raises BadInput, which names the field and the mend."""
    asked, secret = _BY_KIND[one.kind](one)
    name = " ".join(one.text("name").split())
    _need(0 < len(name) <= LONGEST_NAME, NO_NAME)
    _need(secret is None or len(secret) <= LONGEST_SECRET, TOO_LONG)
    escalation = one.text("purpose") == "escalation"
    return NewChannel(
        connection_id=_connection(one),
        kind=one.kind,
        name=name,
        on=one.ticked("on"),
        escalation=escalation,
        hours=_number(one.text("hours"), (1, MOST_HOURS), NO_HOURS) if escalation else 0,
        least=_severity(one),
        asked=asked,
        quiet=_quiet(one),
        secret=secret,
    )


def _email(one: Typed) -> tuple[dict[str, Any], str | None]:
    host, sender, user = one.text("host"), one.text("sender"), one.text("user")
    to = [part for part in re.split(r"[,;\s]+", one.text("recipients")) if part]
    _need(HOST.fullmatch(host) is not None, NO_HOST)
    _need(ADDRESS.fullmatch(sender) is not None, NO_SENDER)
    _need(0 < len(to) <= MOST_ADDRESSES and all(ADDRESS.fullmatch(part) for part in to), NO_TO)
    security = one.text("security")
    _need(security in SECURITY and not (security == "none" and user), NO_CIPHER)
    asked = {
        "host": host,
        "port": _number(one.text("port"), (1, 65535), NO_PORT),
        "security": security,
        "user": user[:LONGEST_OWNER],
        "sender": sender,
        "to": to,
    }
    return asked, _secret(one, "password", moved=_moved(one, asked)) if user else ""


def _webhook(one: Typed) -> tuple[dict[str, Any], str | None]:
    private, url = one.ticked("private"), one.text("url")
    _need(bool(url) or (one.before is not None and one.before.has_secret), NO_URL)
    before = one.before.asked if one.before else {}
    _need(bool(url) or bool(before.get("private")) == private, NO_URL)
    host = urlsplit(checked(url, private=private).geturl()).hostname if url else before.get("host", "")
    return {"private": private, "host": host}, url or None


def _salesforce(one: Typed) -> tuple[dict[str, Any], str | None]:
    owner = one.text("owner")
    _need(len(owner) <= LONGEST_OWNER and owner.isprintable(), NO_OWNER)
    return {"owner": owner, "owner_is": "queue" if one.text("owner_is") == "queue" else "user"}, None


def _hubspot(one: Typed) -> tuple[dict[str, Any], str | None]:
    owner = one.text("owner")
    _need(not owner or (owner.isascii() and owner.isdecimal() and len(owner) <= 20), NO_NUMBER)
    return {"owner": owner}, None


_BY_KIND = {"email": _email, "webhook": _webhook, "salesforce": _salesforce, "hubspot": _hubspot}


def _moved(one: Typed, asked: Mapping[str, Any]) -> bool:
    """Whether a stored password would go to another server, or to the same one less well guarded."""
    before = one.before.asked if one.before else asked
    return any(before.get(name) != asked[name] for name in ("host", "port", "security", "user"))


def _secret(one: Typed, name: str, *, moved: bool) -> str | None:
    """The password; None keeps the stored one, which no other server than its own may get."""
    secret = one.form.get(name, "")
    if secret:
        return secret
    return "" if moved else None


def _connection(one: Typed) -> str | None:
    chosen = next((row for row in one.connections if row.id == one.text("connection")), None)
    if one.kind in ("salesforce", "hubspot"):
        _need(chosen is not None and chosen.crm == one.kind, NO_CONNECTION)
    return chosen.id if chosen else None


def _severity(one: Typed) -> Severity:
    least = one.text("least")
    _need(least in SEVERITIES, NO_SEVERITY)
    return cast("Severity", least)


def _quiet(one: Typed) -> Quiet:
    ends = [one.text(name) for name in ("quiet_from", "quiet_to")]
    times = [TIME.fullmatch(end) for end in ends]
    _need(not any(ends) or all(times), NO_TIME)
    _need(one.text("zone") in available_timezones(), NO_ZONE)
    start, end = (60 * int(found[1]) + int(found[2]) if found else 0 for found in times)
    return Quiet(
        start=start,
        end=end,
        weekends=one.ticked("weekends"),
        zone=one.text("zone"),
        through=one.ticked("through"),
    )


def _number(text: str, span: tuple[int, int], words: str) -> int:
    _need(text.isascii() and text.isdecimal() and len(text) < 7 and span[0] <= int(text) <= span[1], words)
    return int(text)


def _need(fine: bool, words: str) -> None:
    if not fine:
        raise BadInput(gettext(words))
