"""Which alerts a channel is to be told of now, and from when on: grouped, once for each news.

All that is new at one look goes into one message of a channel, so that a pull makes one message and not
twenty. What is critical goes apart where quiet hours let it through.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from audit.finding import SEVERITIES
from webapp.alerts.quiet import when
from webapp.services import Services
from webapp.store.alert_channels import ChannelRow
from webapp.store.alert_messages import Heard, Planned
from webapp.store.alert_rows import LIVE, AlertRow
from webapp.store.rows import ConnectionRow

TELLS_ENDS = frozenset({"email", "webhook"})
"""A task that says that there is nothing to do would be one more thing to do."""


def plan(opened: Services, connection: ConnectionRow) -> None:
    """Plan the messages of a connection's alerts."""
    with opened.database.exclusive(f"alert-plan/{connection.id}"):
        alerts, heard = (
            opened.alerting.alerts.of(connection.id),
            opened.alerting.messages.heard(connection.id),
        )
        for channel in opened.alerting.channels.of(connection.id):
            for planned in messages(channel, alerts, heard, opened.clock()):
                opened.alerting.messages.put(planned)


def messages(
    channel: ChannelRow, alerts: Sequence[AlertRow], heard: Heard, now: datetime
) -> Iterator[Planned]:
    """The messages that a channel is due."""
    chosen = escalated if channel.escalation else news
    found = [one for one in alerts if chosen(channel, one, heard.get((channel.id, one.id)), now)]
    later = when(channel.quiet, now)
    through = [one for one in found if later > now and channel.quiet.through and one.severity == "critical"]
    rest = [one for one in found if one not in through]
    for group, moment in ((through, now), (rest, later)):
        if group:
            yield Planned(
                channel_id=channel.id,
                connection_id=group[0].connection_id,
                escalation=channel.escalation,
                alerts=group,
                not_before=moment,
            )


def news(channel: ChannelRow, alert: AlertRow, heard: tuple[int, int] | None, now: datetime) -> bool:
    """Whether a channel has not heard the newest of an alert; ``heard`` is its revision and opening."""
    del now
    is_news = heard is None or heard[0] < alert.revision
    if alert.state == "closed":
        ended = not alert.closed_by and channel.kind in TELLS_ENDS
        return ended and heard is not None and is_news
    return alert.state in LIVE and is_news and _grave_enough(channel, alert)


def escalated(channel: ChannelRow, alert: AlertRow, heard: tuple[int, int] | None, now: datetime) -> bool:
    """Whether nobody has acknowledged an alert for so many hours, once for each time that it was opened."""
    waited = alert.opened_at + timedelta(hours=channel.hours) <= now
    again = heard is None or heard[1] < alert.opening
    return alert.state == "open" and waited and again and _grave_enough(channel, alert)


def _grave_enough(channel: ChannelRow, alert: AlertRow) -> bool:
    return SEVERITIES.index(alert.severity) >= SEVERITIES.index(channel.least)
