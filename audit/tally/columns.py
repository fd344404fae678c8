"""The columns of an admitted table that the cube counts, and how a missing value is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from audit.schema import Stream

UNKNOWN = "unknown"
NOT_YET_KNOWN = "not yet known"
YES, NO = "yes", "no"
SCORE, SELECTED, OUTCOME, WORKED = "score", "selected", "outcome", "worked"
OPTION = "option"
ATTRIBUTE, CONTROL = "attribute:", "control:"

Kind = Literal["category", "score", "truth"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One counted column: its axis name, what it holds, and the level of a missing value."""

    name: str
    kind: Kind
    missing: str = UNKNOWN


def counted_columns(table: pa.Table) -> tuple[Column, ...]:
    """The axes that this table gives, in cube order: attributes, controls, score, the truths, the option."""
    prefixed = [
        Column(name=name, kind="category")
        for prefix in (ATTRIBUTE, CONTROL)
        for name in table.column_names
        if name.startswith(prefix)
    ]
    fixed = (
        Column(name=SCORE, kind="score"),
        Column(name=SELECTED, kind="truth"),
        Column(name=OUTCOME, kind="truth", missing=NOT_YET_KNOWN),
        Column(name=WORKED, kind="truth"),
        Column(name=OPTION, kind="category"),
    )
    return (*prefixed, *(column for column in fixed if column.name in table.column_names))


def with_decision(table: pa.Table, stream: Stream) -> pa.Table:
    """Add ``selected`` from score and threshold where the table has none.

    A lead is selected when its score is at or above the threshold, or at or below it where lower
    is better; without a score nobody knows.
    """
    if SELECTED in table.column_names or SCORE not in table.column_names or stream.threshold is None:
        return table
    compare = pc.greater_equal if stream.higher_is_better else pc.less_equal
    score = pc.if_else(pc.is_finite(table[SCORE]), table[SCORE], None)
    return table.append_column(SELECTED, compare(score, stream.threshold))
