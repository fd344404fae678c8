"""The rows of a file as one org."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa

from audit.schema import Stream
from connectors.policy.day import day_of
from connectors.policy.model import Rule
from connectors.sandbox.fields import OrgContents
from connectors.sandbox.file_columns import file_columns
from connectors.sandbox.filling import Crm, Leads, put_together
from connectors.sandbox.story_people import people
from connectors.sandbox.texts import column_texts
from connectors.sandbox.yes_no import yes_no

DAYS = 365


def file_contents(crm: Crm, table: pa.Table, stream: Stream, seed: int) -> OrgContents:
    """The rows of ``table`` in one CRM, with the policy and stream that fit it.

    Names, mail addresses and phone numbers are made up. The outcome becomes the lead's status;
    the creation day is that of the file, or spread over the last twelve months where it has none.
    """
    made = file_columns(crm, table, stream)
    outcome = _truth(table, stream.outcome, stream)
    closed = [value is not None for value in outcome]
    worked = closed if stream.worked is None else _truth(table, stream.worked, stream)
    created = _created(table, stream)
    leads = Leads(
        people=people(table.num_rows, np.random.default_rng(seed)),
        created=created,
        outcome=outcome,
        worked=worked,
        last_activity=_touched(created, worked),
        opted_out=[False] * table.num_rows,
    )
    field, operator = crm.outcome
    rules = [Rule(field=field, operator=operator, column=stream.outcome)] if stream.outcome else []
    return put_together(crm, leads, made.columns, rules, made.stream)


def _truth(table: pa.Table, name: str | None, stream: Stream) -> list[bool | None]:
    if name is None:
        return [None] * table.num_rows
    return yes_no(column_texts(table, name), name, stream.missing)


def _created(table: pa.Table, stream: Stream) -> list[date]:
    spread = _last_year(table.num_rows)
    if stream.created is None:
        return spread
    texts = column_texts(table, stream.created)
    return [day_of((text or "")[:10]) or other for text, other in zip(texts, spread, strict=True)]


def _last_year(rows: int) -> list[date]:
    today = datetime.now(UTC).date()
    return [today - timedelta(days=DAYS - place * DAYS // max(rows, 1)) for place in range(rows)]


def _touched(created: Sequence[date], worked: Sequence[bool | None]) -> list[date | None]:
    """A day in the first week for every lead that was worked."""
    return [
        day + timedelta(days=1 + place % 7) if is_worked else None
        for place, (day, is_worked) in enumerate(zip(created, worked, strict=True))
    ]
