"""How far months differ beyond chance, when the score is the same: what a month to come may differ by too.

References
----------
R. DerSimonian, N. Laird (1986), Controlled Clinical Trials 7:177-188 (moment estimate of a spread).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray

FEWEST_MONTHS = 3
_LEAST = 1.0
_SURE = 0.01
_MOST = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is known of one spread: Cochran's ``q``, its degrees of ``freedom``, and the weight of a month.

    Where months differ by chance alone, q is about as large as its degrees of freedom.
    """

    q: float
    freedom: int
    weight: float

    def draws(self, draws: int, random: np.random.Generator) -> FloatArray:
        """Moves on the logit scale: of a spread as it may be, since few months tell little of it."""
        if self.freedom < 1 or self.weight <= 0:
            return np.zeros(draws)
        chance = random.chisquare(self.freedom, draws)
        size = np.sqrt(np.maximum(0.0, self.q / chance - 1) / self.weight)
        return np.asarray(np.minimum(size, _MOST) * random.standard_normal(draws), dtype=np.float64)


_UNKNOWN = Part(q=0.0, freedom=0, weight=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far months lie from the calibration: ``common`` to all groups, and each group's ``own`` beside it.

    ``months`` are those it was learned from; with fewer than `FEWEST_MONTHS` nothing is known. ``p`` is the
    probability of months that differ so much by chance.
    """

    common: Part
    own: Part
    months: int
    p: float

    @property
    def moved(self) -> bool:
        """Whether months surely differ."""
        return self.p < _SURE


def spread_of(off: FloatArray, weight: FloatArray) -> Spread:
    """Spread from conversions beyond the expected (``off``) and their variance, by month and group."""
    from scipy.special import chdtrc  # noqa: PLC0415 - keeps scipy out of the start of the web process

    enough = weight.sum(axis=1) >= _LEAST
    months = int(enough.sum())
    if months < FEWEST_MONTHS:
        return Spread(common=_UNKNOWN, own=_UNKNOWN, months=months, p=1.0)
    off, weight = off[enough], weight[enough]
    size = weight.sum(axis=1)
    moved = off.sum(axis=1) / size
    q = float((size * moved**2).sum())
    common = Part(q=q, freedom=months - 1, weight=_typical(size, months - 1))
    own = _own(off, weight, moved)
    return Spread(common=common, own=own, months=months, p=float(chdtrc(months - 1, q)))


def _own(off: FloatArray, weight: FloatArray, moved: FloatArray) -> Part:
    """How far groups lie from what all groups do in the same month."""
    seen = weight >= _LEAST
    freedom = int(seen.sum()) - len(off) - int(seen.any(axis=0).sum()) + 1
    if freedom < 1:
        return _UNKNOWN
    beside = off[seen] / weight[seen] - np.broadcast_to(moved[:, None], weight.shape)[seen]
    q = float((weight[seen] * beside**2).sum())
    return Part(q=q, freedom=freedom, weight=_typical(weight[seen], freedom))


def _typical(weight: FloatArray, freedom: int) -> float:
    """DerSimonian and Laird's weight: by so much q grows with the square of the spread, per degree."""
    return float(weight.sum() - (weight**2).sum() / weight.sum()) / freedom
