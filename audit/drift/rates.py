"""What happened to the leads of each group in each window and period: counts, as five metrics need them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from audit.arrays import FloatArray, IntArray
from audit.drift.source import Source

Told = tuple[FloatArray, FloatArray, FloatArray]
"""Sums of a row's values, of their squares, and how many leads of it count."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """Sums, sums of squares and leads, each of shape ``(places, groups)``."""

    total: FloatArray
    squares: FloatArray
    n: FloatArray

    @property
    def mean(self) -> FloatArray:
        """NaN where no lead counts."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.total / self.n)

    @property
    def variance(self) -> FloatArray:
        """Variance of a single lead's value; NaN below two of them."""
        with np.errstate(invalid="ignore", divide="ignore"):
            spread = np.maximum(self.squares - self.total * self.mean, 0.0)
            return np.asarray(np.where(self.n > 1, spread / (self.n - 1), np.nan))


def moments(told: Told, source: Source, place: IntArray, shape: tuple[int, int], group: IntArray) -> Moments:
    """Add up by place (-1: nowhere) and group; an account counts once in each, with its mean."""
    key = (place + 1) * shape[1] + group
    size = (shape[0] + 1) * shape[1]
    total, squares, n = told
    if source.account is not None:
        key, (total, squares, n) = _once(key, told, source.account)
    sums = (
        np.bincount(key, part, size).reshape(shape[0] + 1, shape[1])[1:].astype(np.float64)
        for part in (total, squares, n)
    )
    whole, squared, leads = sums
    return Moments(total=whole, squares=squared, n=leads)


def _once(key: IntArray, told: Told, account: IntArray) -> tuple[IntArray, Told]:
    counts = told[2] > 0
    whole = int(account.max(initial=0)) + 1
    found, place = np.unique(key[counts] * whole + account[counts], return_inverse=True)
    mean = np.bincount(place, told[0][counts]) / np.bincount(place, told[2][counts])
    return found // whole, (mean, mean**2, np.ones(len(found)))


def _weight(source: Source, known: FloatArray) -> FloatArray:
    return known if source.weight is None else known * source.weight


def _rate(value: FloatArray, known: FloatArray, source: Source) -> Told:
    n = _weight(source, known)
    return value * n, value * n, n


def _selected(source: Source) -> Told | None:
    told = source.truths.get("selected")
    return None if told is None else _rate(*told, source)


def _contacted(source: Source) -> Told | None:
    told = source.truths.get("worked")
    return None if told is None else _rate(*told, source)


def _converted(source: Source) -> Told | None:
    """Known outcomes of worked leads, as all metrics of outcomes take them."""
    told, worked = source.truths.get("outcome"), source.truths.get("worked")
    if told is None:
        return None
    known = told[1] if worked is None else told[1] * worked[0] * worked[1]
    return _rate(told[0], known, source)


def _selected_of_good(source: Source) -> Told | None:
    selected, converted = source.truths.get("selected"), _converted(source)
    if selected is None or converted is None:
        return None
    n = converted[0] * selected[1]
    return selected[0] * n, selected[0] * n, n


def _score(source: Source) -> Told | None:
    return source.score


METRICS: Mapping[str, Callable[[Source], Told | None]] = MappingProxyType(
    {
        "selection_rate": _selected,
        "true_positive_rate": _selected_of_good,
        "contact_rate": _contacted,
        "base_rate": _converted,
        "mean_score": _score,
    }
)
"""The gaps whose drift is told, by the name of their metric."""
