"""Which leads are examined one by one, where there are more than it takes to be sure."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from audit.finding import Caution, evidence
from audit.finding.words import count
from audit.intake.partly import MOST_EXAMINED, drawn


def examined(table: pa.Table, seed: int) -> pa.Table:
    """The leads of which single rows are looked at: all, or a million drawn at random with ``seed``.

    Everything that is counted (cube, rates, gaps, verdicts) is of all leads, whatever is drawn here.
    """
    if table.num_rows <= MOST_EXAMINED:
        return table
    return table.take(pa.array(drawn(table.num_rows, seed, MOST_EXAMINED)))


def only_some(kept: int, looked: int) -> Iterator[Caution]:
    """That not every lead was examined, where that is so."""
    if looked == kept:
        return
    yield Caution(
        code="examined_sample",
        text=(
            "What fields give away, how they share out a gap, who is treated like whom and which small groups"
            f" are worst off was looked at on {count(looked)} of {count(kept)}, drawn at random. Every"
            " rate, gap and verdict is of all leads."
        ),
        evidence=evidence(examined=looked, kept=kept),
    )
