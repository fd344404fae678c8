"""Admitted leads with three stories for the tests of the page, and a pull of them without a CRM."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pyarrow as pa
import pyarrow.compute as pc

from audit.schema import parse_stream
from tests.audit.drift.stories import FIRST, year
from webapp.drift_watch.update import look
from webapp.store.rows import AuditRow, Pulled

STREAM = """
[stream]
name = "lead-score"
key = "key"
score = "score"
threshold = 50
outcome = "won"
worked = "worked"
created = "day"
features = ["source", "turnover"]
[[stream.attribute]]
name = "region"
reference = "urban"
[[stream.attribute]]
name = "faith"
special_category = true
"""
NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
AFTERWARDS = datetime(2027, 1, 2, 6, tzinfo=UTC)
PULLS = count()
"""Each pull is a minute after the one before; all are after the leads."""


def with_faith(table):
    """Every other lead is of the one faith; from September on those of the other have the lower scores."""
    late = pc.greater_equal(table["created"], pa.scalar(FIRST + timedelta(days=250)))
    high = pc.greater_equal(table["score"], 55)
    both = enumerate(zip(late.to_pylist(), high.to_pylist(), strict=True))
    names = ["one" if (up and at % 8 if now else at % 2) else "two" for at, (now, up) in both]
    return table.append_column("attribute:faith", pa.array(names))


LEADS = with_faith(year(12_000))


def until(day):
    """Leads created before the ``day``-th day."""
    return LEADS.filter(pc.less(LEADS["created"], pa.scalar(FIRST + timedelta(days=day))))


def pull(opened, row, table, audit="audit1", now=None):
    """What a pull does for drift; whether it was kept."""
    of = AuditRow(
        id=audit, connection_id=row.id, made_at=NOW, report="", digest="", policy_version=1,
        stream_version=1, severities={}, worst=None,
        pulled=Pulled(read=0, kept=0, rejected={}, excluded={}, unmapped={}),
    )  # fmt: skip
    at = now or AFTERWARDS + timedelta(minutes=next(PULLS))
    opened = replace(opened, clock=lambda: at)
    return look(opened, row, (table, parse_stream(STREAM, "The stream")), of)
