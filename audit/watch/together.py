"""Many watched gaps at once: which are sure although many are looked at."""

from __future__ import annotations

from collections.abc import Sequence


def surely(evidence: Sequence[float], error: float) -> tuple[bool, ...]:
    """Which of many e-values hold together: of those told, ``error`` are false on average at most.

    Whatever the streams have in common, and whenever each is looked at.

    References
    ----------
    R. Wang, A. Ramdas (2022). False discovery rate control with e-values. JRSS B 84:822-852.

    Examples
    --------
    >>> surely([100.0, 30.0, 1.0], 0.05)
    (True, True, False)
    >>> surely([30.0, 1.0, 1.0], 0.05)
    (False, False, False)
    """
    order = sorted(range(len(evidence)), key=lambda place: -evidence[place])
    most = 0
    for rank, place in enumerate(order, start=1):
        if evidence[place] >= len(evidence) / (error * rank):
            most = rank
    told = set(order[:most])
    return tuple(place in told for place in range(len(evidence)))
