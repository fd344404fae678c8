"""Drift looked at after each audit, and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pyarrow as pa

from audit.drift import Asked, DriftReport, LeftOut, drift_of_table
from audit.schema import BadInput, Stream
from webapp.auditing import Rules
from webapp.drift_watch.sealed import looks_at, sealed_of
from webapp.drift_watch.short import lacking, short_of
from webapp.held_leads import admitted, up_to
from webapp.keeping_up import kept_up
from webapp.services import Services
from webapp.special_names import marked
from webapp.store.drift_looks import LookRow
from webapp.store.repository import short_id
from webapp.store.rows import AuditRow, ConnectionRow

DRAWN = 3_000
"""Leads of each window that the classifier sees: drift costs less than the audit that it comes after."""


def after_audit(
    opened: Services, connection: ConnectionRow, held: tuple[pa.Table, Rules], of: AuditRow
) -> None:
    """Look at drift of the leads that an audit was of; a trouble of its own goes no further."""
    table, rules = held
    with kept_up(opened, connection, "drift"):
        look(opened, connection, (admitted(table, rules.stream), rules.stream), of)


def look(opened: Services, connection: ConnectionRow, held: tuple[pa.Table, Stream], of: AuditRow) -> bool:
    """Compare admitted leads, and keep what that tells; False where the connection has ended.

    Raises
    ------
    Unreadable
        What was kept before cannot be read.
    """
    store, sealed, now = looks_at(opened), sealed_of(opened, connection), opened.clock()
    if sealed is None:
        return False
    last = store.newest(connection.id)
    before = None if last is None else sealed.short(last)
    report, why = _compared(*held, now.date())
    names = marked(opened, connection.id, {of.stream_version})
    short = lacking(why, before) if report is None else short_of(report, before, (of.id, now), names)
    name = short_id()
    kept, whole = sealed.seal(name, short, report)
    return store.keep(
        LookRow(
            id=name,
            connection_id=connection.id,
            audit_id=of.id,
            made_at=now,
            stream_version=of.stream_version,
            short=kept,
            whole=whole,
        )
    )


def _compared(table: pa.Table, stream: Stream, today: date) -> tuple[DriftReport | None, str]:
    """The report, or in English why these leads cannot be compared."""
    leads = up_to(table, stream, today)
    try:
        report = drift_of_table(leads, stream, Asked(drawn=DRAWN))
    except BadInput as problem:
        return None, str(problem)
    return replace(report, left_out=(*report.left_out, *_to_come(table.num_rows - leads.num_rows))), ""


def _to_come(leads: int) -> tuple[LeftOut, ...]:
    why = "their day of creation is yet to come"
    return (LeftOut(what=f"{leads:,} leads", why=why),) if leads else ()
