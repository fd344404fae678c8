"""When a crossing of attributes says more than its attributes do one by one."""

from __future__ import annotations

import math

from audit.disparity import Disparity


def beyond_its_parts(crossing: Disparity, singles: list[Disparity], tolerance: float) -> bool:
    """Whether a failing crossing is surely, and by more than the tolerance, larger than its parts.

    The parts are the gaps of the same metric and kind of each attribute alone, group against the
    same reference; differences add, ratios multiply. "Surely" is by the interval of the excess, from
    those of the crossing and its parts. A part that was not measured counts as none.

    References
    ----------
    G. Zou, A. Donner (2008). Statistics in Medicine 27:1693 (MOVER).
    """
    value, low, high = _ends(crossing)
    parts = [_part(crossing, place, singles) for place in range(len(crossing.attribute))]
    expected, least, most = (sum(part[end] for part in parts) for end in range(3))
    excess = value - expected
    if abs(excess) <= tolerance:
        return False
    if value > 0:
        return excess > math.hypot(value - low, most - expected)
    return -excess > math.hypot(high - value, expected - least)


def _part(crossing: Disparity, place: int, singles: list[Disparity]) -> tuple[float, float, float]:
    wanted = (crossing.attribute[place], crossing.group[place], crossing.reference[place])
    for one in singles:
        same = (one.metric, one.kind) == (crossing.metric, crossing.kind)
        if same and (one.attribute[0], one.group[0], one.reference[0]) == wanted:
            return _ends(one)
    return 0.0, 0.0, 0.0


def _ends(one: Disparity) -> tuple[float, float, float]:
    return _scaled(one.value, one), _scaled(one.low, one), _scaled(one.high, one)


def _scaled(value: float | None, one: Disparity) -> float:
    if value is None:
        return 0.0
    if one.kind == "difference":
        return value
    return math.log(value) if value > 0 else -math.inf
