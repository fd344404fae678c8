"""Jobs that failed for good, and pulls that did not come when they were due."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from audit.finding import Severity
from webapp.alerts.change import Change, Said
from webapp.language import marked
from webapp.services import Services
from webapp.store.rows import ConnectionRow
from webapp.store.work_jobs import JobKind, JobRow
from webapp.work.schedules import USUAL, missed

GRACE = timedelta(hours=6)
"""How late a pull may be: the server was off for a while, or another job took its time."""
LOOKED_AT = 5
GRAVE: Mapping[JobKind, Severity] = {
    "sync": "high",
    "publish": "medium",
    "retention": "high",
    "log": "high",
    "key": "high",
    "outcomes": "medium",
    "alert": "medium",
}
"""The jobs that nobody watches; of others, who asked for them sees the end."""
FAILED: Mapping[JobKind, str] = {
    "sync": marked(
        "The pull and its audit failed and will not be tried again by themselves before the next one."
    ),
    "publish": marked("The flags could not be written back."),
    "retention": marked("Leads that are too old could not be deleted."),
    "log": marked("The decision log could not be verified."),
    "key": marked("The key could not be rotated."),
    "outcomes": marked("The outcomes of the last quarter could not be audited."),
    "alert": marked("Some alerts could not be sent."),
}
CERTAIN = marked("Certain: it is what the job itself said when it ended.")
LATE = marked("No pull has brought leads since it was due.")
LATE_SURE = marked("Certain: it was due %(due)s UTC, and none has ended since %(last)s UTC.")
LATE_TODO = marked("Open the page Jobs: it says whether a worker runs, and what the last pull met.")
JOB_TODO = marked("Open the page Jobs: the last column says what to mend. Then start it again there.")
LATE_NEVER = marked("Certain: it was due %(due)s UTC, and none has ever ended.")


def failed(opened: Services, connection: ConnectionRow) -> tuple[Change, ...]:
    """The kinds of jobs whose newest end was a failure."""
    return tuple(_failures(opened, connection))


def _failures(opened: Services, connection: ConnectionRow) -> Iterator[Change]:
    fault = opened.decision_logs.get(connection.id).fault
    for kind, severity in GRAVE.items():
        last = _last(opened, connection, kind)
        if last is None or last.state != "failed" or (kind == "log" and fault):
            continue
        yield Change(
            subject=f"job/{kind}",
            kind="job",
            severity=severity,
            what=Said(text=FAILED[kind]),
            sure=Said(text=CERTAIN),
            todo=Said(text=JOB_TODO),
            page="/jobs",
            quote=last.told,
        )


def _last(opened: Services, connection: ConnectionRow, kind: JobKind) -> JobRow | None:
    """The newest that ran to an end of its own."""
    ended = opened.work.of(connection.id, kind, LOOKED_AT)
    return next((one for one in ended if one.state in {"done", "failed"}), None)


def late(opened: Services, connection: ConnectionRow) -> tuple[Change, ...]:
    """The scheduled pull, where it was due hours ago and none has ended since."""
    due = _due(opened, connection)
    last = opened.syncs.latest(connection.id)
    newest = _last(opened, connection, "sync")
    if due is None or (newest is not None and newest.state == "failed"):
        return ()
    values = {"due": f"{due:%Y-%m-%d %H:%M}", "last": f"{last.made_at:%Y-%m-%d %H:%M}" if last else ""}
    late = Change(
        subject="late/sync",
        kind="late",
        severity="high",
        what=Said(text=LATE),
        sure=Said(text=LATE_SURE if last else LATE_NEVER, values=values),
        todo=Said(text=LATE_TODO),
        page="/jobs",
    )
    return (late,)


def _due(opened: Services, connection: ConnectionRow) -> datetime | None:
    """When the pull was due that has not come; None where none is late."""
    row = opened.schedules.of(connection.id).get("sync")
    rhythm = row.rhythm if row is not None else USUAL["sync"]
    repository, now = opened.repository, opened.clock()
    ready = repository.policy(connection.id) is not None and repository.stream(connection.id) is not None
    if not rhythm.on or not ready or connection.state == "disconnected":
        return None
    last = opened.syncs.latest(connection.id)
    since = last.made_at if last is not None else connection.connected_at
    return missed(rhythm, since, now - GRACE)
