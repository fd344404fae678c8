"""What somebody who finds a lead's class learns of it: l-diversity and t-closeness of one column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.policy.alike import classes, levels_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversity:
    """How little the classes of leads that look alike tell about ``column``; a missing value is a value.

    ``distinct`` is l of distinct l-diversity: each class has at least so many different values.
    ``effective`` is l of entropy l-diversity: exp of the smallest entropy of a class. ``closeness`` is t of
    t-closeness: the largest distance (half the sum of absolute differences) between a class's shares and
    those of all leads. Without a lead all are None.

    References
    ----------
    A. Machanavajjhala, D. Kifer, J. Gehrke, M. Venkitasubramaniam (2007). l-diversity: privacy beyond
    k-anonymity. ACM TKDD 1(1):3. N. Li, T. Li, S. Venkatasubramanian (2007). t-closeness: privacy beyond
    k-anonymity and l-diversity. ICDE, 106-115 (with the equal distance).
    """

    column: str
    distinct: int | None
    effective: float | None
    closeness: float | None


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
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cells:
    """Every pair of class and value that occurs: its class, its share in the class, and in all leads."""

    of_class: NDArray[np.int64]
    share: NDArray[np.float64]
    overall: NDArray[np.float64]

    @classmethod
    def of(cls, table: pa.Table, columns: Sequence[str], sensitive: str) -> _Cells:
        group = classes(table, columns)
        codes, values = levels_of(table[sensitive])
        cell, count = np.unique(group * len(values) + codes, return_counts=True)
        of_class, value = np.divmod(cell, len(values))
        sizes = np.bincount(group)
        return cls(
            of_class=of_class,
            share=count / sizes[of_class],
            overall=np.bincount(codes)[value] / table.num_rows,
        )

    def per_class(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of ``weights`` within each class."""
        return np.bincount(self.of_class, weights=weights).astype(np.float64)


def _closeness(cells: _Cells) -> float:
    """A value that a class lacks is as far off as its share in all leads."""
    near = cells.per_class(np.abs(cells.share - cells.overall))
    lacking = 1.0 - cells.per_class(cells.overall)
    return float(np.clip((near + lacking).max() / 2, 0.0, 1.0))
