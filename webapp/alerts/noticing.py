"""Looks at what holds now, brings the alerts up to date, and asks for messages to be sent.

It looks when a job has ended, and else once a minute: what ends by time, such as a waiver, is then seen
too. It reads the product's own database alone, so that a look costs milliseconds and calls nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from webapp.alerts import from_connections, from_drift, from_findings, from_gaps, from_jobs, from_outcomes
from webapp.alerts.change import KINDS, Change, Kind, Source, Unknown
from webapp.alerts.planning import plan
from webapp.defects import frames
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import Wanted

LOG = logging.getLogger(__name__)
EVERY = timedelta(seconds=60)
WHO = "alerts"
SOURCES: Mapping[Kind, Source] = MappingProxyType(
    {
        "finding": from_findings.of_findings,
        "gap": from_gaps.of_gaps,
        "drift": from_drift.of_drift,
        "outcome": from_outcomes.of_outcomes,
        "job": from_jobs.failed,
        "late": from_jobs.late,
        "log": from_connections.of_log,
        "grant": from_connections.of_grant,
    }
)


def notice_all(opened: Services, sources: Mapping[Kind, Source] = SOURCES) -> None:
    """Look at every connection where it is time; trouble at one is no reason to leave the others."""
    for connection in opened.repository.connections():
        try:
            if not opened.alerting.alerts.due(connection.id, EVERY):
                continue
            if connection.state == "disconnected":
                # What was wrong there is over, and nobody is to be told.
                opened.alerting.alerts.settle(connection.id, (), KINDS)
            else:
                notice(opened, connection, sources)
        except Exception as error:  # noqa: BLE001 - the next look may do better
            LOG.warning("The alerts of a connection could not be looked at:\n%s", frames(error))


def notice(opened: Services, connection: ConnectionRow, sources: Mapping[Kind, Source] = SOURCES) -> None:
    """Look at one connection now."""
    changes, kinds = list[Change](), list[Kind]()
    for kind, source in sources.items():
        try:
            found = source(opened, connection)
        except Unknown:
            continue
        except Exception as error:  # noqa: BLE001 - one source is no reason to keep silent of the others
            LOG.warning("A source of alerts (%s) broke:\n%s", kind, frames(error))
            continue
        changes += found
        kinds.append(kind)
    opened.alerting.alerts.settle(connection.id, changes, kinds)
    plan(opened, connection)
    if opened.alerting.messages.ready(connection.id):
        # A job that waits because one channel was busy holds back no message that may go now.
        opened.work.hasten(opened.work.ask(Wanted(connection_id=connection.id, kind="alert", who=WHO)))
