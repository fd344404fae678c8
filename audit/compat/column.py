"""One metric for many groups: value, interval, n and reasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """One entry per group; NaN exactly where ``undefined`` has a reason."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    n: IntArray
    undefined: tuple[str | None, ...]


def column(
    ends: tuple[FloatArray, FloatArray, FloatArray], n: IntArray, undefined: tuple[str | None, ...]
) -> Column:
    """From value, low and high; what is undefined becomes NaN in all three."""
    known: BoolArray = np.array([reason is None for reason in undefined], dtype=np.bool_)
    value, low, high = (np.where(known, part, np.nan) for part in ends)
    return Column(value=value, low=np.fmin(low, value), high=np.fmax(high, value), n=n, undefined=undefined)


def either(own: tuple[str | None, ...], other: tuple[str | None, ...], words: str) -> tuple[str | None, ...]:
    """The reason of the group, else that of the other side, named as it is."""
    return tuple(
        a or (b and b.replace("this group", words).replace("the group", words))
        for a, b in zip(own, other, strict=True)
    )
