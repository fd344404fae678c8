"""ROC curves of groups as lines between their corners, and the area between two of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray
from audit.metrics.level_table import LevelTable

GRID: FloatArray = (np.arange(64) + 0.5) / 64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """A ROC curve: corners with one place each, where it comes from the left and goes on to the right.

    ``place`` are the false positive rates that occur, ascending from 0 to 1; ``start`` and ``end`` the
    lowest and the highest true positive rate at each. Ties of score make it slanted. ``heights`` are
    the true positive rates on `GRID`.
    """

    place: FloatArray
    start: FloatArray
    end: FloatArray
    heights: FloatArray
    positives: float
    negatives: float


def curves(table: LevelTable) -> tuple[Curve, ...]:
    """The ROC curve of every group; a diagonal where a group lacks one of the outcomes."""
    return tuple(
        _curve(positives, negatives)
        for positives, negatives in zip(table.positives, table.negatives, strict=True)
    )


def _curve(positives: FloatArray, negatives: FloatArray) -> Curve:
    sizes = float(positives.sum()), float(negatives.sum())
    corner = (positives > 0) | (negatives > 0) if min(sizes) else np.zeros(len(positives), dtype=np.bool_)
    best_first = (side[corner][::-1] for side in (positives, negatives))
    y, x = (
        np.concatenate([[0.0], np.cumsum(side) / size if size else side, [1.0]])
        for side, size in zip(best_first, sizes, strict=True)
    )
    place, first = np.unique(x, return_index=True)
    last = np.append(first[1:], len(x)) - 1
    start, end = y[first], y[last]
    made = Curve(place=place, start=start, end=end, heights=GRID, positives=sizes[0], negatives=sizes[1])
    heights = _along(made, GRID, GRID)
    return Curve(place=place, start=start, end=end, heights=heights, positives=sizes[0], negatives=sizes[1])


def _along(curve: Curve, left: FloatArray, at: FloatArray) -> FloatArray:
    """Heights at some places, each on the piece of the curve that begins at or before ``left``."""
    piece = np.clip(np.searchsorted(curve.place, left, side="right") - 1, 0, len(curve.place) - 2)
    width = curve.place[piece + 1] - curve.place[piece]
    part = (at - curve.place[piece]) / width
    return np.asarray(curve.end[piece] + part * (curve.start[piece + 1] - curve.end[piece]))


def area_between(one: Curve, other: Curve) -> float:
    """Area between two curves, exact also where they cross."""
    places = np.union1d(one.place, other.place)
    left, right = places[:-1], places[1:]
    before = _along(one, left, left) - _along(other, left, left)
    after = _along(one, left, right) - _along(other, left, right)
    crossing = before * after < 0
    size = np.abs(before) + np.abs(after)
    apart = np.where(crossing, (before**2 + after**2) / np.where(size > 0, size, 1.0), size)
    return float((apart * (right - left)).sum() / 2)
