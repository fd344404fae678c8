"""Leads of many days for the tests of watched gaps, and pulls of them without a CRM."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pyarrow as pa

from audit.intake import admit
from audit.schema import parse_stream
from webapp.gap_watch.days import Held
from webapp.gap_watch.rules import Texts
from webapp.gap_watch.update import MOST_DAYS, bring_up_to_date
from webapp.store.rows import AuditRow, Pulled

FIRST = date(2026, 1, 1)
STREAM = """
[stream]
name = "lead-score"
key = "key"
score = "score"
threshold = 50
outcome = "won"
created = "day"
maturity_days = 20
features = []
[[stream.attribute]]
name = "region"
reference = "urban"
[[stream.attribute]]
name = "faith"
reference = "one"
special_category = true
"""
POLICY = """
[policy]
name = "leads"
crm = "salesforce"
object = "Lead"
created = "CreatedDate"
[[rule]]
field = "Score__c"
operator = "keep"
column = "score"
[[rule]]
field = "Region__c"
operator = "keep"
column = "region"
"""


def leads(days=80, per_day=24, gap=0.3, seed=1):
    """So many leads a day; from the middle on, rural ones are selected less often. Faith changes nothing."""
    random = np.random.default_rng(seed)
    n = days * per_day
    day = np.repeat(np.arange(days), per_day)
    rural = random.random(n) < 0.5
    selected = random.random(n) < 0.6 - gap * (rural & (day >= days // 2))
    return pa.table(
        {
            "key": [f"{at:06d}" for at in range(n)],
            "day": [FIRST + timedelta(days=int(at)) for at in day],
            "region": np.where(rural, "rural", "urban"),
            "faith": np.where(random.random(n) < 0.5, "one", "two"),
            "score": np.where(selected, 70, 30),
            "won": (random.random(n) < 0.4).astype(int),
        }
    )


def until(table, day):
    """The leads that were created up to the day before the ``day``-th, as a pull of that day finds them."""
    last = FIRST + timedelta(days=day)
    return table.filter(pa.compute.less(table["day"], pa.scalar(last)))


def pull(opened, row, table, day, *, stream=STREAM, policy=POLICY, most=MOST_DAYS, version=1):
    """What a pull on the ``day``-th day does for the watched gaps."""
    parsed = parse_stream(stream, "The stream")
    now = datetime.combine(FIRST + timedelta(days=day), time(6), UTC)
    audit = AuditRow(
        id=f"audit{day}", connection_id=row.id, made_at=now, report="", digest="", policy_version=1,
        stream_version=version, severities={}, worst=None,
        pulled=Pulled(read=0, kept=0, rejected={}, excluded={}, unmapped={}),
    )  # fmt: skip
    held = Held(
        table=admit(table, parsed).table, texts=Texts(stream=parsed, policy=policy), audit=audit, now=now
    )
    bring_up_to_date(opened, row, held, most)
