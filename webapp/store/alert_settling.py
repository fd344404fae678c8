"""What a look does to the alerts of a connection: opens, updates and closes them.

::

    it holds, and no alert knows it      -> opened
    it holds, and it had ended by itself -> opened again
    it holds, and is news                -> told again; what was acknowledged or closed is open again
    it holds, graver than when waived    -> opened again
    it holds, and its waiver is over     -> opened again
    it holds no longer                   -> closed
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.finding import SEVERITIES
from webapp.alerts.change import Change, Kind
from webapp.store.alert_rows import LIVE, told_record
from webapp.store.alert_tables import Alert, AlertStep
from webapp.store.events import noted
from webapp.store.repository import short_id

NOBODY = "alerts"
"""Who did it in the trail, where nobody did."""


def settle(
    session: Session, connection_id: str, held: tuple[Sequence[Change], Collection[Kind]], now: datetime
) -> None:
    """Bring the alerts of a connection to what holds now; ``held`` is that, and of which kinds it is all."""
    changes, kinds = held
    query = select(Alert).filter_by(connection_id=connection_id).with_for_update()
    known = {row.subject: row for row in session.scalars(query)}
    seen = {one.subject for one in changes}
    for one in changes:
        row = known.get(one.subject)
        if row is None:
            _open_new(session, connection_id, one, now)
        else:
            _update(session, row, one, now)
    for subject, row in known.items():
        if subject not in seen and row.kind in kinds and row.state != "closed":
            _end(session, row, now)


def step(session: Session, row: Alert, action: str, by: tuple[datetime, str], detail: str = "") -> None:
    """Write down what became of an alert, in its history and in the trail."""
    now, who = by
    session.add(AlertStep(alert_id=row.id, at=now, who=who, action=action, detail=detail))
    said = f"{row.kind}, {row.id}" + (f": {detail}" if detail else "")
    session.add(noted(now, who or NOBODY, f"alert {action}", row.connection_id, said))


def reopened(row: Alert, now: datetime) -> None:
    """Make an alert open once more, as new."""
    row.state, row.opening, row.revision = "open", row.opening + 1, row.revision + 1
    row.opened_at, row.changed_at, row.closed_at, row.closed_by = now, now, None, ""
    row.holder_id, row.holder = "", ""
    end_waiver(row)


def end_waiver(row: Alert) -> None:
    """Forget what was said of a waiver."""
    row.waiver, row.waived_until, row.waived_reason, row.waived_severity = "", None, "", ""
    row.asked_by_id, row.asked_by, row.asked_at, row.agreed_by = "", "", None, ""


def _open_new(session: Session, connection_id: str, one: Change, now: datetime) -> None:
    row = Alert(
        id=short_id(),
        connection_id=connection_id,
        subject=one.subject,
        edition=one.edition,
        state="open",
        opening=1,
        revision=1,
        opened_at=now,
        changed_at=now,
        closed_by="",
        holder_id="",
        holder="",
    )
    end_waiver(row)
    _describe(row, one)
    session.add(row)
    session.flush()
    step(session, row, "opened", (now, ""))


def _describe(row: Alert, one: Change) -> None:
    row.kind, row.severity, row.page = one.kind, one.severity, one.page
    row.special_category, row.about, row.told = one.special_category, list(one.about), told_record(one)


def _update(session: Session, row: Alert, one: Change, now: datetime) -> None:
    because = next(_reasons(row, one, now), None)
    if because is not None:
        reopened(row, now)
        step(session, row, because, (now, ""))
    elif _is_news(row, one) and row.state in LIVE:
        _tell_again(session, row, now)
    _describe(row, one)
    row.edition = one.edition or row.edition


def _reasons(row: Alert, one: Change, now: datetime) -> Iterator[str]:
    """Why an alert that is not open is opened again."""
    if row.state == "closed" and (not row.closed_by or _is_news(row, one)):
        yield "opened again"
    if row.state == "waived":
        if row.waived_until is not None and row.waived_until <= now:
            yield "waiver over"
        if _rank(one.severity) > _rank(row.waived_severity):
            yield "graver than waived"


def _is_news(row: Alert, one: Change) -> bool:
    return one.edition not in ("", row.edition) or _rank(one.severity) > _rank(row.severity)


def _tell_again(session: Session, row: Alert, now: datetime) -> None:
    """News of one that somebody may have acknowledged: that was of what it said before."""
    row.revision, row.changed_at = row.revision + 1, now
    if row.state == "acknowledged":
        row.state, row.opening, row.opened_at = "open", row.opening + 1, now
    step(session, row, "changed", (now, ""))


def _end(session: Session, row: Alert, now: datetime) -> None:
    told = row.state != "waived"
    row.state, row.closed_at, row.closed_by, row.changed_at = "closed", now, "", now
    row.revision += told
    end_waiver(row)
    step(session, row, "ended", (now, ""))


def _rank(severity: str) -> int:
    places: Mapping[str, int] = {name: place for place, name in enumerate(SEVERITIES)}
    return places.get(severity, -1)
