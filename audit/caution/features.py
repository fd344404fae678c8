"""Features whose values are too fine to tell what they stand in for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from audit.finding import Caution, evidence
from audit.finding.words import percent, quoted
from audit.rows.levels import RARE, feature

MOSTLY = 0.5
ENOUGH = 10 * RARE
"""Leads below which every field is fine, and says nothing for that."""
PREFIX = "feature:"


def fine_features(table: pa.Table) -> Iterator[Caution]:
    """Features of which most leads have a value that hardly any other lead has.

    Such values are pooled before proxies are searched for, so "tells nothing" would be no answer.
    """
    if table.num_rows < ENOUGH:
        return
    for name in (column.removeprefix(PREFIX) for column in table.column_names if column.startswith(PREFIX)):
        levels = feature(table, name)
        rare = float(np.mean(levels.codes == levels.size - 1)) if levels.size and table.num_rows else 0.0
        if rare > MOSTLY:
            yield _fine(name, rare)


def _fine(name: str, rare: float) -> Caution:
    return Caution(
        code="fine_feature",
        text=(
            f"For {percent(rare)} of leads, the value of the field {quoted(name)} is seen fewer than {RARE}"
            " times, so the audit cannot tell what it gives away. Coarsen it (of a ZIP the first three"
            " digits), or leave it out of the features."
        ),
        evidence=evidence(feature=name, rare=rare),
    )
