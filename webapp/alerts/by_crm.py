"""A message as a task in the CRM of a connection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from audit.finding import SEVERITIES, Severity
from audit.schema import BadInput
from connectors.crm_task import CrmTask
from webapp.alerts.message import Message
from webapp.crms import syncing_source
from webapp.language import gettext, marked
from webapp.services import Services
from webapp.store.rows import ConnectionRow

DUE: Mapping[Severity, int] = {"critical": 1, "high": 2, "medium": 5, "low": 10, "info": 10}
"""After how many days a task is due."""
URGENT = SEVERITIES.index("high")
GONE = marked("A task is made in the CRM of a connection: choose one that is connected.")


def send(
    opened: Services, connection: ConnectionRow | None, asked: Mapping[str, Any], told: tuple[Message, bool]
) -> str:
    """Make the task; a sentence of what came of it. ``told`` is the message, and whether it was tried before.

    Raises
    ------
    Refused, Busy
        What the CRM says.
    BadInput
        There is no such connection any more, or its app is not set up.
    """
    if connection is None or connection.state == "disconnected":
        raise BadInput(gettext(GONE))
    message, again = told
    return syncing_source(opened, connection).make_task(_task(message, asked, opened.clock()), again=again)


def look(opened: Services, connection: ConnectionRow | None, asked: Mapping[str, Any]) -> None:
    """See that the connected user may make the task, and that its owner is there; none is made.

    Raises
    ------
    Refused, Busy, BadInput
        As `send`.
    """
    if connection is None or connection.state == "disconnected":
        raise BadInput(gettext(GONE))
    owner = str(asked.get("owner", ""))
    source = syncing_source(opened, connection)
    source.may_make_tasks(owner, queue=asked.get("owner_is") == "queue")


def _task(message: Message, asked: Mapping[str, Any], now: datetime) -> CrmTask:
    return CrmTask(
        mark=message.mark,
        subject=message.subject,
        text=message.text,
        html=message.html.partition("<body>")[2].partition("</body>")[0],
        urgent=SEVERITIES.index(message.worst) >= URGENT,
        due=now + timedelta(days=DUE[message.worst]),
        owner=str(asked.get("owner", "")),
        owner_is_queue=asked.get("owner_is") == "queue",
    )
