"""Many levels or numbers as few bins, in which the windows are compared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.cube import Axis
from audit.drift.source import Coded, Source

BINS = 10
"""Bins of numbers: tenths of the reference window."""
MOST_LEVELS = 100
"""Names compared one by one; rarer ones are counted together as others."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Binning:
    """``place`` is the bin of each code; ``names`` are those of the bins, ``pooled`` levels are in others.

    ``missing`` is the bin of leads without a value.
    """

    place: IntArray
    names: tuple[str, ...]
    pooled: int
    missing: int | None

    def of(self, counts: FloatArray) -> FloatArray:
        """Counts by code, in the last axis, as counts by bin."""
        size = len(self.names)
        rows = [np.bincount(self.place, row, size) for row in counts.reshape(-1, counts.shape[-1])]
        return np.asarray(rows, dtype=np.float64).reshape(*counts.shape[:-1], size)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laid:
    """A column with its counts by window and code, and its bins."""

    column: Coded
    windows: FloatArray
    bins: Binning


def laid(column: Coded, source: Source) -> Laid | None:
    """A column counted; None where a window has no lead to compare (of an outcome: none that is known)."""
    windows = source.counted(source.window, 2, column.codes, column.axis.size)
    if column.role == "outcome" and column.missing is not None:
        windows[:, column.missing] = 0
    if not windows.any(axis=1).all():
        return None
    return Laid(column=column, windows=windows, bins=binning(column, windows))


def binning(column: Coded, windows: FloatArray) -> Binning:
    """Tenths of the reference window for numbers; the most frequent names of both windows for names."""
    if column.axis.edges:
        return _tenths(column.axis, windows[0, :-1] if windows[0, :-1].any() else windows[1, :-1])
    return _frequent(column, windows.sum(axis=0))


def _tenths(axis: Axis, reference: FloatArray) -> Binning:
    starts = _starts(reference)
    place = np.searchsorted(starts, np.arange(len(reference)), side="right") - 1
    return Binning(
        place=np.append(place, len(starts)),
        names=(*_ranges(axis, starts), "missing"),
        pooled=0,
        missing=len(starts),
    )


def _starts(reference: FloatArray) -> IntArray:
    """The first code of each tenth; fewer than ten where a single value holds more than that."""
    whole = reference.sum()
    if not whole:
        return np.zeros(1, dtype=np.int64)
    before = np.concatenate([[0.0], np.cumsum(reference)[:-1]]) / whole
    tenth = np.floor(np.round(before * BINS, 9)).astype(np.int64)
    seen = np.flatnonzero(reference)
    # At a value that was seen, so that finer edges give the same bins with the same names.
    found = np.unique(np.searchsorted(tenth[seen], np.arange(BINS), side="left").clip(max=len(seen) - 1))
    return np.append(0, seen[found[1:]])


def _ranges(axis: Axis, starts: IntArray) -> list[str]:
    """Each bin in words; code i lies at the edge i - 1 or above, and below the edge i."""
    edges = axis.edges
    if len(starts) == 1:
        return ["all numbers"]
    cut = [f"{edges[start - 1]:.6g}" for start in starts[1:]]
    middle = [f"{low} to below {high}" for low, high in pairwise(cut)]
    return [f"below {cut[0]}", *middle, f"{cut[-1]} or more"]


def _frequent(column: Coded, leads: FloatArray) -> Binning:
    levels = column.axis.levels
    seen = np.flatnonzero(leads)
    if len(seen) > MOST_LEVELS:
        ranked = seen[np.argsort(-leads[seen], kind="stable")][: MOST_LEVELS - 1]
        kept = np.union1d(ranked, [] if column.missing is None else [column.missing]).astype(np.int64)
    else:
        kept = seen
    pooled = int(np.count_nonzero(leads) - np.count_nonzero(leads[kept]))
    place = np.full(len(levels), len(kept), dtype=np.int64)
    place[kept] = np.arange(len(kept))
    names = (*(levels[code] for code in kept), *(("others",) if pooled or len(kept) < len(levels) else ()))
    absent = column.missing is None or not leads[column.missing]
    missing = None if absent else int(place[column.missing])
    return Binning(place=place, names=names, pooled=pooled, missing=missing)
