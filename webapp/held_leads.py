"""The leads that the lake holds, as a stream takes them."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from audit.intake import admit
from audit.rows.once import once
from audit.schema import Stream
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
