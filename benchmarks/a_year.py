"""A year of one connection, for the benchmark of the pages: rules, fields, audits with evidence, syncs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import numpy as np
import pyarrow as pa
from sqlalchemy import insert

from audit.schema import parse_stream
from connectors.account import Pulled
from connectors.policy.parse import parse_policy
from connectors.source import FieldInfo
from connectors.synced import Synced
from webapp.auditing import Pull, Rules, verdict_on
from webapp.services import Services
from webapp.store import tables
from webapp.store.rows import ConnectionRow, NewAudit, PolicyVersion, StreamVersion

AUDITS, SYNCS, AUDITED, FIELDS = 52, 365 * 24, 20_000, 300
START = date(2026, 1, 1)
POLICY = """[policy]
name = "leads"
crm = "{crm}"
object = "{record}"
created = "{created}"

[[rule]]
field = "ai_score"
operator = "keep"
column = "score"
"""
STREAM = """[stream]
name = "lead-score"
key = "lead_key"
score = "score"
threshold = 60
outcome = "won"

[[stream.attribute]]
name = "region"
column = "region"

[[stream.attribute]]
name = "channel"
column = "channel"
"""


def live_a_year(opened: Services, row: ConnectionRow, leads: int) -> None:
    """52 audits, each with its report and evidence, and a sync for every hour; 300 fields in the CRM."""
    record, created = ("Lead", "CreatedDate") if row.crm == "salesforce" else ("contacts", "createdate")
    policy = opened.repository.save_policy(
        row.id, POLICY.format(crm=row.crm, record=record, created=created), "Ada"
    )
    stream = opened.repository.save_stream(row.id, STREAM, "Ada")
    opened.crm_fields.remember(
        row.id,
        [FieldInfo(name=f"field_{place}", label=f"Field {place}", type="string") for place in range(FIELDS)],
    )
    made = _audit(policy, stream)
    for number in range(AUDITS):
        opened.repository.add_audit(row.id, replace(made, id=f"{row.crm}{number}"))
    _syncs(opened, row, leads)


@cache
def _audit(policy: PolicyVersion, stream: StreamVersion) -> NewAudit:
    rules = Rules(
        policy=parse_policy(policy.text, "The policy"),
        stream=parse_stream(stream.text, "The stream"),
        policy_version=policy,
        stream_version=stream,
    )
    table = _leads()
    account = Pulled(read=table.num_rows, kept=table.num_rows, rejected={}, excluded={}, unmapped={})
    return verdict_on(Pull(table=table, account=account), rules, datetime.now(UTC)).audit


def _leads() -> pa.Table:
    rng = np.random.default_rng(0)
    region = rng.integers(0, 5, AUDITED)
    score = np.clip(rng.normal(55 + 4 * (region == 0), 20, AUDITED).round(), 0, 100)
    return pa.table(
        {
            "lead_key": [f"{place:032x}" for place in range(AUDITED)],
            "cohort_day": [START + timedelta(days=place % 365) for place in range(AUDITED)],
            "score": [str(int(one)) for one in score],
            "won": [str(bool(one)).lower() for one in rng.random(AUDITED) < score / 250],
            "region": [f"region {one}" for one in region],
            "channel": [f"channel {one}" for one in rng.integers(0, 4, AUDITED)],
        }
    )


def _syncs(opened: Services, row: ConnectionRow, leads: int) -> None:
    counts = Pulled(read=leads, kept=leads, rejected={}, excluded={}, unmapped={})
    done = Synced(kind="incremental", why="An hour has passed.", run=counts, whole=counts)
    opened.syncs.add(row.id, done)
    with opened.database.writing() as session:
        first = session.query(tables.SyncRun).filter_by(connection_id=row.id).one()
        same = {
            name: getattr(first, name)
            for name in ("connection_id", "made_at", "kind", "why", "run", "whole", "counts")
        }
        session.execute(insert(tables.SyncRun), [same] * SYNCS)
