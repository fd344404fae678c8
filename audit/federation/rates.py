"""One rate of many groups over all organisations, as far as hiding, noise and chance leave it known.

What is hidden lies between two counts for certain, so an interval is the union of the intervals of all
counts between (Horowitz, J. L. and Manski, C. F. 2000, JASA 95, 77-84: worst-case bounds). Both ends of
Wilson's interval rise with the hits and fall with the misses, so the union ends at two corners. Where there
is noise, two fifths of the error probability go to it, by its exact distribution, and the rest to chance: the
union of the intervals of Clopper and Pearson, as in `audit.release.figures`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray
from audit.federation.added import Noises, Side, Sum
from audit.federation.reach import reach
from audit.intervals import Interval, wilson

_FOR_NOISE = 0.4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Box:
    """Least and most hits and misses of each group."""

    hit_low: FloatArray
    hit_high: FloatArray
    miss_low: FloatArray
    miss_high: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rates:
    """Hits and misses of one metric, an entry per group; ``k`` is the least count that is shown."""

    sides: tuple[Side, ...]
    k: int

    @property
    def hidden(self) -> BoolArray:
        """Groups of which a count is hidden."""
        return _flags(one.hits.hidden or one.misses.hidden for one in self.sides)

    @property
    def noisy(self) -> BoolArray:
        """Groups of which a count holds noise."""
        return _flags(bool(one.hits.noise or one.misses.noise) for one in self.sides)

    @property
    def exact(self) -> BoolArray:
        """Groups whose counts are known."""
        return np.asarray(~self.hidden & ~self.noisy, dtype=np.bool_)

    def n(self, *, most: bool) -> FloatArray:
        """Leads behind each rate, at the least or at the most; noise counts as it stands."""
        return np.array(
            [_size(one.hits, most=most) + _size(one.misses, most=most) for one in self.sides],
            dtype=np.float64,
        )

    def box(self, alpha: float) -> Box:
        """Between what the true counts lie; the noise passes it with a probability of ``alpha`` at most."""
        hits = np.array([_ends(one.hits, alpha / 2) for one in self.sides], dtype=np.float64).reshape(-1, 2)
        misses = np.array([_ends(one.misses, alpha / 2) for one in self.sides], dtype=np.float64)
        misses = misses.reshape(-1, 2)
        return Box(hit_low=hits[:, 0], hit_high=hits[:, 1], miss_low=misses[:, 0], miss_high=misses[:, 1])

    def interval(self, alpha: float) -> Interval:
        """The confidence interval of each rate at the error probability ``alpha``; 0 to 1 without leads."""
        from scipy.special import betaincinv  # noqa: PLC0415 - keeps scipy out of the start of the web process

        plain = _wilson(self.box(1.0), 1 - alpha)
        if not self.noisy.any():
            return plain
        box, part = self.box(alpha * _FOR_NOISE), alpha * (1 - _FOR_NOISE) / 2
        low = betaincinv(np.maximum(box.hit_low, 1), box.miss_high + 1, part)
        high = betaincinv(box.hit_high + 1, np.maximum(box.miss_low, 1), 1 - part)
        low, high = np.where(box.hit_low == 0, 0.0, low), np.where(box.miss_low == 0, 1.0, high)
        return np.where(self.noisy, low, plain[0]), np.where(self.noisy, high, plain[1])

    def known(self, interval: Interval) -> Interval:
        """Between what the rate of the counted leads lies; noise counts as it stands, inside the interval."""
        hits, misses = (_parts(self.sides, name) for name in ("hits", "misses"))
        least, most = _share(hits[0], misses[1], 0.0), _share(hits[1], misses[0], 1.0)
        within = self.noisy
        return (
            np.where(within, np.clip(least, *interval), least),
            np.where(within, np.clip(most, *interval), most),
        )


def taken(rates: Rates, place: int) -> Rates:
    """The rate of one group alone, for the others to be compared with: its arrays spread over theirs."""
    return Rates(sides=(rates.sides[place],), k=rates.k)


def _wilson(box: Box, confidence: float) -> Interval:
    low, _ = wilson(box.hit_low, box.hit_low + box.miss_high, confidence)
    _, high = wilson(box.hit_high, box.hit_high + box.miss_low, confidence)
    return np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), 1.0, high)


def _share(hits: FloatArray, misses: FloatArray, empty: float) -> FloatArray:
    n = hits + misses
    return np.where(n > 0, hits / np.where(n > 0, n, 1), empty)


def _parts(sides: tuple[Side, ...], name: str) -> tuple[FloatArray, FloatArray]:
    sums: list[Sum] = [getattr(one, name) for one in sides]
    low = np.array([one.low + one.noisy for one in sums], dtype=np.float64)
    return low, np.array([one.high + one.noisy for one in sums], dtype=np.float64)


def _size(one: Sum, *, most: bool) -> int:
    return (one.high if most else one.low) + one.noisy


def _ends(one: Sum, alpha: float) -> tuple[int, int]:
    noise: Noises = one.noise
    most = reach(noise, alpha) if noise else 0
    return one.low + max(one.noisy - most, 0), one.high + max(one.noisy + most, 0)


def _flags(values: Iterable[bool]) -> BoolArray:
    return np.fromiter(values, dtype=np.bool_)
