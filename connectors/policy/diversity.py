"""What somebody who finds a lead's class learns of it: l-diversity and t-closeness of one column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.policy.alike import classes, levels_of

_TWO = 2
# Shares that are held at a time.
_ROOM = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversity:
    """How little the classes of leads that look alike tell about ``column``; a missing value is a value.

    ``distinct`` is l of distinct l-diversity: each class has at least so many different values.
    ``effective`` is l of entropy l-diversity: exp of the smallest entropy of a class. ``closeness`` is t of
    t-closeness: the largest distance (half the sum of absolute differences) between a class's shares and
    those of all leads. ``ordered`` is the same by the ordered distance (how far along the values shares
    would have to be moved, as a share of the whole way), where all values are numbers: it is None where
    they are not, or are fewer than two. Without a lead all are None.

    References
    ----------
    A. Machanavajjhala, D. Kifer, J. Gehrke, M. Venkitasubramaniam (2007). l-diversity: privacy beyond
    k-anonymity. ACM TKDD 1(1):3. N. Li, T. Li, S. Venkatasubramanian (2007). t-closeness: privacy beyond
    k-anonymity and l-diversity. ICDE, 106-115 (the equal distance, and the ordered one of section 4.1).
    """

    column: str
    distinct: int | None
    effective: float | None
    closeness: float | None
    ordered: float | None = None


def diversity(table: pa.Table, columns: Sequence[str], sensitive: str) -> Diversity:
    """The diversity of ``sensitive`` within the leads that look alike on ``columns``."""
    if not table.num_rows:
        return Diversity(column=sensitive, distinct=None, effective=None, closeness=None)
    cells = _Cells.of(table, columns, sensitive)
    return Diversity(
        column=sensitive,
        distinct=int(cells.per_class(np.ones_like(cells.share)).min()),
        effective=float(np.exp(cells.per_class(-cells.share * np.log(cells.share)).min())),
        closeness=_closeness(cells),
        ordered=_ordered(cells),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    """Every pair of class and value that occurs: its class, its share in the class, and in all leads."""

    of_class: NDArray[np.int64]
    value: NDArray[np.int64]
    numbers: NDArray[np.float64] | None
    share: NDArray[np.float64]
    overall: NDArray[np.float64]
    per_lead: NDArray[np.float64]

    @classmethod
    def of(cls, table: pa.Table, columns: Sequence[str], sensitive: str) -> _Cells:
        group = classes(table, columns)
        codes, values = levels_of(table[sensitive])
        cell, count = np.unique(group * len(values) + codes, return_counts=True)
        of_class, value = np.divmod(cell, len(values))
        sizes = np.bincount(group)
        return cls(
            of_class=of_class,
            value=value,
            numbers=_numbers(values),
            share=count / sizes[of_class],
            overall=np.bincount(codes)[value] / table.num_rows,
            per_lead=count / table.num_rows,
        )

    def per_class(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of ``weights`` within each class."""
        return np.bincount(self.of_class, weights=weights).astype(np.float64)


def _closeness(cells: _Cells) -> float:
    """A value that a class lacks is as far off as its share in all leads."""
    near = cells.per_class(np.abs(cells.share - cells.overall))
    lacking = 1.0 - cells.per_class(cells.overall)
    return float(np.clip((near + lacking).max() / 2, 0.0, 1.0))


def _numbers(values: Sequence[str | None]) -> NDArray[np.float64] | None:
    """The values as numbers; None where one is missing or none."""
    try:
        numbers = np.array([float(value) for value in values if value is not None])
    except ValueError:
        return None
    return numbers if len(numbers) == len(values) and np.isfinite(numbers).all() else None


def _ordered(cells: _Cells) -> float | None:
    """The distance along the values, a share of all classes at a time so that memory stays small."""
    if cells.numbers is None or len(cells.numbers) < _TWO:
        return None
    places = np.unique(cells.numbers, return_inverse=True)[1]
    several = int(places.max()) + 1
    if several < _TWO:
        return None
    of_all = np.bincount(places[cells.value], weights=cells.per_lead, minlength=several)
    worst, step = 0.0, max(1, _ROOM // several)
    for start in range(0, int(cells.of_class.max()) + 1, step):
        here = (cells.of_class >= start) & (cells.of_class < start + step)
        shares = np.zeros((step, several))
        np.add.at(shares, (cells.of_class[here] - start, places[cells.value[here]]), cells.share[here])
        known = shares.sum(axis=1) > 0
        moved = np.abs(np.cumsum(shares[known] - of_all, axis=1)).sum(axis=1) / (several - 1)
        worst = max(worst, float(moved.max(initial=0.0)))
    return float(np.clip(worst, 0.0, 1.0))
