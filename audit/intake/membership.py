"""Probabilities of belonging to a group: read, checked, and made to sum to 1."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from audit.intake.column import read_numbers
from audit.schema import Membership, Stream

SLACK = 0.02
"""How far from 1 the probabilities of a lead may sum: tables are rounded."""

Columns = dict[str, pa.Array]


def read_memberships(
    table: pa.Table, stream: Stream, tokens: pa.Array
) -> tuple[Columns, list[tuple[str, NDArray[np.int64]]]]:
    """``membership:<attribute>:<group>`` columns, null where not known, and the unusable rows of each."""
    columns: Columns = {}
    unusable: list[tuple[str, NDArray[np.int64]]] = []
    for membership in stream.memberships:
        values, odd = _probabilities(table, membership, tokens)
        none = np.isnan(values).any(axis=1)
        for place, (group, _) in enumerate(membership.probabilities):
            columns[f"membership:{membership.name}:{group}"] = pa.array(values[:, place], mask=none)
        unusable.append((membership.name, odd))
    return columns, unusable


def _probabilities(
    table: pa.Table, membership: Membership, tokens: pa.Array
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """One row per lead that sums to 1, or NaN; and those that were written but cannot be probabilities."""
    read = [read_numbers(table, column, tokens) for _, column in membership.probabilities]
    values = np.stack([numbers for numbers, _ in read], axis=1)
    missing = np.stack([absent for _, absent in read], axis=1).any(axis=1)
    with np.errstate(invalid="ignore"):
        total = values.sum(axis=1)
        good = ((values >= 0) & (values <= 1)).all(axis=1) & (np.abs(total - 1) <= SLACK)
        shares = np.where(good[:, None], values / total[:, None], np.nan)
    return shares, np.flatnonzero(~good & ~missing)
