"""Columns as small integer codes, so that everything after is counting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from audit.coding import coded_names
from audit.rows.once import once
from audit.tally.columns import UNKNOWN

Codes = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

BINS = 20
MOST_LEVELS = 2_000
RARE = 10
OFTEN = 20
LARGEST = 1e30  # a number beyond it is as good as this one, and in reach of single precision


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """A column as codes into names; a code of -1 is a row that takes no part. Nobody may change the codes."""

    codes: Codes
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        """Lock the codes: several parts of an audit share them."""
        self.codes.setflags(write=False)

    @property
    def size(self) -> int:
        """Number of levels."""
        return len(self.names)

    def keep(self, wanted: npt.NDArray[np.bool_]) -> Levels:
        """Only the levels marked True; rows of the others get the code -1."""
        renumbered = np.where(wanted, np.cumsum(wanted) - 1, -1)
        codes = np.where(self.codes >= 0, renumbered[self.codes], -1)
        return Levels(codes=codes, names=tuple(np.asarray(self.names, dtype=object)[wanted]))


def groups(table: pa.Table, attribute: str, minimum: int) -> Levels:
    """The known groups of an attribute that have at least ``minimum`` rows."""
    levels = attribute_levels(table, attribute)
    known = np.asarray([name != UNKNOWN for name in levels.names], dtype=bool)
    return levels.keep(known & (_counts(levels) >= minimum))


def attribute_levels(table: pa.Table, attribute: str) -> Levels:
    """Every group of an attribute, "unknown" included."""
    return once(table, ("attribute", attribute), lambda: _dictionary(table.column(f"attribute:{attribute}")))


def feature(table: pa.Table, name: str, least: int = RARE) -> Levels:
    """A feature as levels: numbers in at most 20 quantile bins, rare levels pooled, missing kept.

    Whole numbers that are each seen 20 times on average are levels as they stand: a ZIP or a code
    would lose its meaning in bins.

    Levels with fewer than ``least`` (10) rows, and those after the 2,000 most frequent, become one pooled
    level: a level seen a few times can be learned by heart and says nothing about new leads.
    """
    return once(table, ("feature", name, least), lambda: _pooled(_every_level(table, name), least))


def _every_level(table: pa.Table, name: str) -> Levels:
    column = table.column(f"feature:{name}")
    number = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
    return _bins(_reals(column)) if number else _dictionary(column)


def feature_numbers(table: pa.Table, name: str) -> Reals | None:
    """The values of a feature that is a quantity (NaN: missing); None where its values are names."""
    column = table.column(f"feature:{name}")
    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type)):
        return None
    values = _reals(column)
    present = values[np.isfinite(values)]
    if _are_names(np.unique(present), present.size):
        return None
    clipped = np.clip(np.where(np.isfinite(values), values, np.nan), -LARGEST, LARGEST)
    # In single precision, as the explanations of trees compute.
    return clipped.astype(np.float32).astype(np.float64)


def score_or_decision(table: pa.Table) -> Reals:
    """What the gap is measured on: the score, else the decision as 0 and 1, else the place of its level.

    Options without an order have no place; all are 0 then, and there is no gap.
    """
    if "option" in table.column_names and not {"score", "selected"} & set(table.column_names):
        return _places(table.column("option"))
    return _reals(table.column("score" if "score" in table.column_names else "selected"))


def _places(column: pa.ChunkedArray) -> Reals:
    if not column.type.ordered:
        return np.zeros(len(column))
    return np.concatenate([np.zeros(0), *(chunk.indices.to_numpy() for chunk in column.chunks)])


def _reals(column: pa.ChunkedArray) -> Reals:
    values = column.cast(pa.int8()) if pa.types.is_boolean(column.type) else column
    return np.asarray(values.cast(pa.float64()).to_numpy(), dtype=np.float64)


def _dictionary(column: pa.ChunkedArray) -> Levels:
    names, codes = coded_names(column)
    return Levels(codes=codes, names=names)


def _bins(values: Reals) -> Levels:
    present = np.isfinite(values)
    distinct = np.unique(values[present])
    edges = distinct if _are_names(distinct, int(present.sum())) else _quantiles(values[present])
    codes = np.where(present, np.searchsorted(edges, values, side="right"), edges.size + 1)
    names = tuple(str(code) for code in range(edges.size + 1))
    return Levels(codes=codes.astype(np.int64), names=(*names, UNKNOWN))


def _are_names(distinct: Reals, rows: int) -> bool:
    """Whether each number is a level of its own: few, or whole and often seen (a code such as a ZIP)."""
    whole = bool((distinct == np.round(distinct)).all())
    return distinct.size <= BINS or (whole and rows >= OFTEN * distinct.size)


def _quantiles(values: Reals) -> Reals:
    return np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1], method="lower"))


def _pooled(levels: Levels, least: int) -> Levels:
    counts = _counts(levels)
    common = counts >= least
    common[np.argsort(-counts, kind="stable")[MOST_LEVELS:]] = False
    kept = levels.keep(common)
    codes = np.where(kept.codes < 0, kept.size, kept.codes)
    return Levels(codes=codes, names=(*kept.names, "rare"))


def _counts(levels: Levels) -> Codes:
    return np.bincount(levels.codes[levels.codes >= 0], minlength=levels.size)
