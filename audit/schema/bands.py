"""Names of the bands that cut a number into groups."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def band_labels(edges: Sequence[float]) -> tuple[str, ...]:
    """The name of every band, lowest first; ``edges`` increase, and each opens a band.

    Whole, non-negative edges give ``<25``, ``25-34``, ``65+``; others ``0.5 to <1``.

    Examples
    --------
    >>> band_labels([25, 35])
    ('<25', '25-34', '35+')
    """
    whole = all(edge >= 0 and float(edge).is_integer() for edge in edges)
    between = [
        _whole_band(low, high) if whole else f"{_number(low)} to <{_number(high)}"
        for low, high in pairwise(edges)
    ]
    return (f"<{_number(edges[0])}", *between, f"{_number(edges[-1])}+")


def _whole_band(low: float, high: float) -> str:
    return _number(low) if high - low == 1 else f"{_number(low)}-{_number(high - 1)}"


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
