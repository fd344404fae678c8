"""One answer for each lead of a table: the newest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.arrays import BoolArray, IntArray
from audit.rows.answers.model import Answer

REASONS = ("score_too_low", "score_too_high", "score_right")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Newest:
    """What was said last of each row: ``person`` is a code of who said it, -1 where nobody did.

    ``reason`` is a place in `REASONS`, -1 for none of them. ``leads`` are the keys that were found.
    """

    person: IntArray
    disagreed: BoolArray
    reviewed: BoolArray
    reason: IntArray
    leads: frozenset[str]

    @property
    def answered(self) -> BoolArray:
        """The rows that were answered about."""
        return np.asarray(self.person >= 0, dtype=np.bool_)


def newest_of(answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """The newest answer about each lead; of those of one moment the same one, in whatever order they come."""
    last: dict[str, Answer] = {}
    for one in sorted(answers, key=lambda each: (each.at, each.who, each.verdict, each.reason)):
        last[one.lead] = one
    return tuple(last[lead] for lead in sorted(last))


def lined_up(table: pa.Table, last: Sequence[Answer]) -> Newest:
    """The newest answers beside the rows of an admitted table; every key stands in one row."""
    place = _places(table, [one.lead for one in last])
    found = [(row, one) for row, one in zip(place.tolist(), last, strict=True) if row >= 0]
    people = {who: code for code, who in enumerate(sorted({one.who for _, one in found}))}
    rows = np.array([row for row, _ in found], dtype=np.int64)
    verdicts = np.array([one.verdict for _, one in found], dtype=np.str_)
    return Newest(
        person=_spread(rows, [people[one.who] for _, one in found], table.num_rows),
        disagreed=_marked(rows[verdicts == "disagree"], table.num_rows),
        reviewed=_marked(rows[verdicts == "review"], table.num_rows),
        reason=_spread(rows, [_reason(one) for _, one in found], table.num_rows),
        leads=frozenset(one.lead for _, one in found),
    )


def _places(table: pa.Table, keys: Sequence[str]) -> IntArray:
    """The row of each key, -1 where there is none."""
    held = table.column("key").cast(pa.string()).combine_chunks()
    found = pc.index_in(pa.array(keys, pa.string()), value_set=held)
    return np.asarray(found.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)


def _reason(one: Answer) -> int:
    return REASONS.index(one.reason) if one.verdict == "disagree" and one.reason in REASONS else -1


def _spread(rows: IntArray, values: Sequence[int], size: int) -> IntArray:
    spread = np.full(size, -1, dtype=np.int64)
    spread[rows] = values
    return spread


def _marked(rows: IntArray, size: int) -> BoolArray:
    marked = np.zeros(size, dtype=np.bool_)
    marked[rows] = True
    return marked
