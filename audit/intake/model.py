"""The admitted table and the account of every row."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Rows turned away for one reason.

    ``code`` is stable (``score_not_a_number``), ``text`` a sentence with the mend, ``rows`` the
    0-based positions of the first few in the table that was read.
    """

    code: str
    text: str
    count: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """The admitted table and the account of every row: ``rows = kept + rejected + excluded``.

    ``table`` has canonical columns: ``key`` (string), ``score`` (float64, absent when the stream
    has none), ``selected`` (bool, absent when the stream has neither threshold nor a yes-or-no
    decision nor favourable options), ``outcome`` (bool, null = not yet known; absent when the stream
    has none), ``worked`` (bool, null = unknown; only if the stream names it), ``created`` (date32;
    only if the stream names it), ``account`` (string, null = none; only if the stream names it),
    ``option`` (dictionary of strings, levels in their order; only for a
    decision of several options), ``attribute:<name>`` and ``control:<name>`` (dictionary of strings,
    missing is the level "unknown") and ``feature:<name>`` (float64 or dictionary).

    ``score_range`` is the scale that out-of-range scores were told by, None where every one was let in.
    ``immature`` counts the outcomes withheld because their lead is younger than the stream's
    ``maturity_days``. ``notes`` are sentences about what was read differently from how it was
    written (values outside the bands, columns left out of the features).
    """

    table: pa.Table
    rows: int
    rejected: tuple[Refusal, ...]
    excluded: tuple[Refusal, ...]
    score_range: tuple[float, float] | None
    immature: int = 0
    notes: tuple[str, ...] = ()

    @property
    def kept(self) -> int:
        """Rows that the audit uses."""
        return int(self.table.num_rows)
