"""All tables that a stream asks for, out of one cube."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from audit.clustering.effect import DesignEffects
from audit.cube import Cube
from audit.regulation.four_fifths import four_fifths
from audit.regulation.ll144 import impact_table
from audit.regulation.model import Regulation
from audit.regulation.rates import rates
from audit.schema import Stream


def regulate(cube: Cube, table: pa.Table, stream: Stream, effects: DesignEffects | None = None) -> Regulation:
    """The tables named by ``regulation`` under ``[audit]``; none where the stream names none.

    Local Law 144 tables are made of every attribute and, where the stream crosses attributes, of every
    pair; the four-fifths rule of every attribute alone. Both need a decision or a score. With design
    ``effects`` intervals and significance allow for leads that come in accounts.
    """
    wanted = stream.audit.regulation
    if not wanted:
        return Regulation()
    found = tuple(rates(cube, stream, effects))
    alone = [one for one in found if len(one.attributes) == 1 and one.metric == "selection_rate"]
    confidence = stream.audit.confidence
    return Regulation(
        period=_period(table),
        clustered=any(bool((one.times > 1).any()) for one in found),
        ll144=tuple(impact_table(one, confidence) for one in found) if "ll144" in wanted else (),
        four_fifths=tuple(four_fifths(one, confidence) for one in alone) if "four_fifths" in wanted else (),
    )


def _period(table: pa.Table) -> tuple[str, str] | None:
    """First and last creation day."""
    if "created" not in table.column_names or not table.num_rows:
        return None
    ends = pc.min_max(table["created"]).as_py()
    first, last = ends["min"], ends["max"]
    return None if first is None or last is None else (first.isoformat(), last.isoformat())
