"""Where leads lie among their features, so that near ones are alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.rows.levels import Levels, Reals, feature

PREFIX = "feature:"
MOST_NUMBERS = 40
MOST_LEVELS = 12
REFUSED = "Clarify's flip test refuses features that are not numbers, and there is no other"
MISSING = "Clarify's flip test stops at a missing value"
PARTIAL = "Clarify's number is on the numeric features alone, because it refuses others"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Space:
    """One row per lead. ``mixed`` holds all features on one scale, ``numbers`` the numeric ones as they are.

    ``numbers`` is None where smclarify would stop, and ``refused`` says why; ``partial`` says so where it
    saw a part of the features only.
    """

    mixed: Reals
    numbers: Reals | None
    refused: str
    partial: str | None


def space(table: pa.Table) -> Space:
    """The space of the features (controls among them) of an admitted table.

    In ``mixed`` a number is its rank over the standard deviation of the ranks, so that one huge value does
    not make all others alike; a missing one lies in the middle and on an axis of its own. A category has an
    axis for each of its twelve most frequent levels, so long that two different levels lie one standard
    deviation apart.
    """
    names = [name[len(PREFIX) :] for name in table.column_names if name.startswith(PREFIX)]
    numeric = [name for name in names if _is_number(table.column(PREFIX + name))]
    values = [_numbers(table.column(PREFIX + name)) for name in numeric[:MOST_NUMBERS]]
    axes = [axis for one in values for axis in _scaled(one)]
    for name in names:
        if name not in numeric:
            axes += _marked(feature(table, name))
    plain = np.column_stack(values) if values else None
    whole = plain is not None and bool(np.isfinite(plain).all())
    return Space(
        mixed=np.column_stack(axes) if axes else np.zeros((table.num_rows, 1)),
        numbers=plain if whole else None,
        refused=MISSING if values else REFUSED,
        partial=PARTIAL if len(numeric) < len(names) else None,
    )


def _is_number(column: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_floating(column.type) or pa.types.is_integer(column.type))


def _numbers(column: pa.ChunkedArray) -> Reals:
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def _scaled(values: Reals) -> list[Reals]:
    """The rank, in standard deviations from the middle, and whether the number is missing, where any is."""
    present = np.isfinite(values)
    if not present.any():
        return []
    away = np.zeros(len(values))
    _, place, size = np.unique(values[present], return_inverse=True, return_counts=True)
    middle = np.cumsum(size) - (size - 1) / 2
    away[present] = middle[place.reshape(-1)] - (present.sum() + 1) / 2
    away /= float(away[present].std()) or 1.0
    return [away] if present.all() else [away, np.where(present, 0.0, 1.0)]


def _marked(levels: Levels) -> list[Reals]:
    frequent = np.argsort(-np.bincount(levels.codes, minlength=levels.size), kind="stable")[:MOST_LEVELS]
    return [np.where(levels.codes == level, np.sqrt(0.5), 0.0) for level in np.sort(frequent).tolist()]
