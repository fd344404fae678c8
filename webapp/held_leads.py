"""The leads that the lake holds, as a stream takes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.intake import admit
from audit.intake.dates import unripe
from audit.rows.once import once
from audit.schema import Stream
from audit.tally.columns import OUTCOME
from connectors.snapshots import SCORED_AT, as_scored
from webapp.services import Services
from webapp.store.rows import ConnectionRow


def leads_of(opened: Services, connection: ConnectionRow, stream: Stream) -> pa.Table:
    """The leads that the lake holds, with the score that the stream is about."""
    snapshots = stream.scored_at == SCORED_AT and stream.score is not None
    table = opened.lake.read(connection.crm, connection.organisation, hidden=snapshots)
    return as_scored(table, str(stream.score), stream.outcome_at) if snapshots else table


def keyed(stream: Stream) -> Stream:
    """The stream over the lake's own columns: a lead is known by its pseudonym, dated by its cohort."""
    return replace(stream, key="lead_key", created=stream.created or "cohort_day")


def admitted(table: pa.Table, stream: Stream) -> pa.Table:
    """The leads of a pull as everything that is watched looks at them; admitted once for all of it.

    Raises BadInput as `audit.intake.admit`.
    """
    return once(table, ("admitted", stream), lambda: admit(table, stream).table)


def up_to(table: pa.Table, stream: Stream, today: date) -> pa.Table:
    """Admitted leads created by a day, their outcomes as ripe as they are on it.

    A lead of a day that is yet to come is an error of whoever typed it. It ages no other lead, and no month
    is over for it.
    """
    if "created" not in table.column_names:
        return table
    kept = table.filter(pc.less_equal(table["created"], pa.scalar(today, pa.date32())))
    known = kept.num_rows and OUTCOME in kept.column_names and stream.maturity_days is not None
    return _ripe(kept, stream.maturity_days or 0) if known and kept.num_rows < table.num_rows else kept


def _ripe(table: pa.Table, maturity_days: int) -> pa.Table:
    """Without the outcomes of leads that are too young for one."""
    days = pc.cast(table["created"], pa.int32()).to_numpy().astype(np.float64)
    young = pa.array(unripe(days, maturity_days))
    place = table.column_names.index(OUTCOME)
    known = pc.if_else(young, pa.scalar(None, table[OUTCOME].type), table[OUTCOME])
    return table.set_column(place, OUTCOME, known)
