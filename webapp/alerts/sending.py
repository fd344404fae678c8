"""The job that sends what is due: at least once, and with a mark by which twice is known as once.

::

    waiting -> sending   noted before anything leaves
    sending -> sent      noted when the channel took it
            -> sending   the channel was busy, or the worker was killed in between: tried again, with
                         the same mark; a task in a CRM is looked for first
            -> waiting   quiet hours began meanwhile: until they are over
            -> failed    refused, or busy too often: the channel says why
            -> dropped   all of it was waived meanwhile

No mail server and no webhook promises to take a message with the same mark once only. A CRM holds the task,
so there none is made twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from audit.schema import BadInput
from connectors.errors import Busy, ConnectorError
from webapp.alerts import by_crm, by_email, by_webhook
from webapp.alerts.message import Message, compose, test_message
from webapp.alerts.quiet import when
from webapp.language import marked
from webapp.pulling import Progress
from webapp.services import Services
from webapp.special_names import marked as special_names
from webapp.store.alert_channels import ChannelRow
from webapp.store.alert_messages import MessageRow
from webapp.store.alert_rows import AlertRow
from webapp.store.repository import short_id
from webapp.store.rows import ConnectionRow
from webapp.viewmodels.words import organisation_label
from webapp.work.pausing import pause

GREETED = "The mail server answers."
STEP = marked("Sending alerts")
MOST_TRIES = 8
INDEXED = timedelta(minutes=2)
"""How long a CRM's search may take to know a task that was made."""
UNTRIED, NOTHING = "This channel was switched off or removed.", "Nothing was left to say."


@dataclass(slots=True, kw_only=True)
class _Ends:
    """How the messages of one job ended."""

    sent: int = 0
    failed: int = 0
    first: str = ""
    busy: Busy | None = None


def do(opened: Services, connection: ConnectionRow, progress: Progress) -> str:
    """Send what is due at a connection; a sentence.

    Raises
    ------
    Busy
        A channel could not take a message now; it is tried again.
    BadInput
        A channel refused one.
    """
    ready, ends = opened.alerting.messages.ready(connection.id), _Ends()
    opened.alerting.messages.forget_old()
    for place, message in enumerate(ready):
        progress(STEP, place, len(ready))
        _one(opened, connection, message, ends)
    if ends.busy is not None:
        raise ends.busy
    if ends.failed:
        counted = "One message" if ends.failed == 1 else f"{ends.failed} messages"
        msg = f"{counted} could not be sent: {ends.first}"
        raise BadInput(msg)
    return f"Messages sent: {ends.sent}."


def test(opened: Services, channel: ChannelRow) -> tuple[bool, str]:
    """Send a test at once; whether it was taken, and a sentence, which the channel keeps."""
    message = test_message(short_id(), opened.settings.public_url)
    connection = opened.repository.connection(channel.connection_id) if channel.connection_id else None
    try:
        done = _sent(opened, connection, channel, (message, None))
        told, fine = (_sentence(done.busy), False) if done.busy else (done.told, True)
    except (ConnectorError, BadInput) as problem:
        told, fine = _sentence(problem), False
    opened.alerting.channels.tried(channel.id, told, fine=fine)
    return fine, told


def probe(opened: Services, channel: ChannelRow) -> str:
    """See that a channel could be sent to, and send nothing; what was seen, in a sentence.

    Raises
    ------
    Refused, Busy, BadInput
        It could not.
    """
    secret, asked = opened.alerting.channels.secret(channel.id), channel.asked
    if channel.kind == "email":
        by_email.greet(_mailbox(asked, secret))
        return "The mail server answers, and accepts the sign-in." if asked["user"] else GREETED
    if channel.kind == "webhook":
        by_webhook.resolve(by_webhook.Hook(url=secret, private=bool(asked.get("private"))))
        return "The webhook's name is known. Whether it takes a message, only a test tells."
    by_crm.look(opened, opened.repository.connection(channel.connection_id or ""), asked)
    return "Tasks can be made."


def _mailbox(asked: Mapping[str, Any], secret: str) -> by_email.Mailbox:
    return by_email.Mailbox(**{**asked, "to": tuple(asked["to"])}, password=secret)


def _one(opened: Services, connection: ConnectionRow, row: MessageRow, ends: _Ends) -> None:
    store, channel = opened.alerting.messages, opened.alerting.channels.one(row.channel_id)
    if channel is None or not channel.on:
        store.end(row.id, "dropped", UNTRIED)
        return
    alerts = _still_to_tell(opened, row)
    if not alerts:
        store.end(row.id, "dropped", NOTHING)
        return
    if (moment := _quiet_until(channel, alerts, opened.clock())) is not None:
        store.put_off(row.id, moment)
        return
    message = _composed(opened, connection, row, alerts)
    try:
        _wait_for_the_index(opened, channel, row)
        store.begin(row.id)
        done = _sent(opened, connection, channel, (message, row))
    except Busy as problem:
        _later(opened, row, problem, ends)
    except (ConnectorError, BadInput) as problem:
        _failed(opened, row, _sentence(problem), ends)
    else:
        _taken(opened, (row, channel, alerts), done, ends)


def _taken(
    opened: Services,
    sent: tuple[MessageRow, ChannelRow, list[AlertRow]],
    done: by_email.Delivery,
    ends: _Ends,
) -> None:
    """Note that it was taken, by all or by some who are not to get it again."""
    (row, channel, alerts), store = sent, opened.alerting.messages
    if done.busy is not None:
        store.reached(row.id, done.taken, channel.name, alerts)
        _later(opened, replace(row, reached=done.taken), done.busy, ends)
        return
    store.sent(row.id, done.told, channel.name, alerts)
    opened.alerting.channels.tried(channel.id, done.told, fine=True)
    ends.sent += 1


def _quiet_until(channel: ChannelRow, alerts: list[AlertRow], now: datetime) -> datetime | None:
    """Until when it is quiet, also for what was planned before; None where it may be sent now."""
    critical = all(one.severity == "critical" for one in alerts)
    later = when(channel.quiet, now)
    return None if later <= now or (channel.quiet.through and critical) else later


def _still_to_tell(opened: Services, row: MessageRow) -> list[AlertRow]:
    """The alerts of a message that there is still something to say of."""
    held = {one.id: one for one in opened.alerting.alerts.of(row.connection_id)}
    found = (held[alert_id] for alert_id in row.items if alert_id in held)
    return [one for one in found if _still_told(one, row)]


def _composed(
    opened: Services, connection: ConnectionRow, row: MessageRow, alerts: Sequence[AlertRow]
) -> Message:
    """The message as things stand now."""
    place = (row.id, organisation_label(connection.crm, connection.organisation), opened.settings.public_url)
    return compose(place, alerts, special_names(opened, connection.id, ()), escalation=row.escalation)


def _still_told(alert: AlertRow, row: MessageRow) -> bool:
    if row.escalation:
        return alert.state == "open"
    return alert.state != "waived" and not (alert.state == "closed" and alert.closed_by)


def _wait_for_the_index(opened: Services, channel: ChannelRow, row: MessageRow) -> None:
    """HubSpot's search knows a task some time after it was made: before that, it cannot be looked for."""
    if channel.kind != "hubspot" or row.begun_at is None:
        return
    left = row.begun_at + INDEXED - opened.clock()
    if left > INDEXED:
        # Its clock was ahead: from now on it is counted anew.
        opened.alerting.messages.put_off(row.id, opened.clock())
    if left > timedelta():
        msg = "HubSpot is asked a little later whether the task was made"
        raise Busy(msg, retry_after=min(left, INDEXED).total_seconds())


def _later(opened: Services, row: MessageRow, problem: Busy, ends: _Ends) -> None:
    told = _sentence(problem)
    if row.tries + 1 >= MOST_TRIES:
        _failed(opened, row, told, ends)
        return
    opened.alerting.messages.later(row.id, pause(row.tries, problem.retry_after), told)
    opened.alerting.channels.tried(row.channel_id, told, fine=False)
    if ends.busy is None or ends.busy.retry_after < problem.retry_after:
        ends.busy = problem


def _failed(opened: Services, row: MessageRow, told: str, ends: _Ends) -> None:
    """No way is left; whom it reached has it all the same, and must not get it again."""
    channel = opened.alerting.channels.one(row.channel_id)
    if row.reached and channel is not None:
        told = by_email.told_of(len(row.reached), len(channel.asked["to"]))
        ends.sent += 1
    else:
        ends.failed, ends.first = ends.failed + 1, ends.first or told
    opened.alerting.messages.end(row.id, "sent" if row.reached else "failed", told)
    opened.alerting.channels.tried(row.channel_id, told, fine=bool(row.reached))


def _sent(
    opened: Services,
    connection: ConnectionRow | None,
    channel: ChannelRow,
    told: tuple[Message, MessageRow | None],
) -> by_email.Delivery:
    """Send by the way of a channel what stands in a row, or a test (None). May raise as `do`, and Refused."""
    (message, row), asked = told, channel.asked
    secret = opened.alerting.channels.secret(channel.id)
    if channel.kind == "email":
        return by_email.send(_mailbox(asked, secret), message, row.reached if row else ())
    if channel.kind == "webhook":
        hook = by_webhook.Hook(url=secret, private=bool(asked.get("private")))
        return by_email.Delivery(told=by_webhook.send(hook, message))
    again = row is not None and row.begun_at is not None
    return by_email.Delivery(told=by_crm.send(opened, connection, asked, (message, again)))


def _sentence(problem: Exception) -> str:
    text = " ".join(str(problem).split()).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
