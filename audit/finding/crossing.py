"""When a crossing of attributes says more than its attributes do one by one."""

from __future__ import annotations

import math

from audit.disparity import Disparity


def beyond_its_parts(crossing: Disparity, singles: list[Disparity]) -> bool:
    """Whether a failing crossing is surely larger than its parts add up to, in the same direction.

    The parts are the gaps of the same metric and kind of each attribute alone, group against the
    same reference; differences add, ratios multiply. A part that was not measured counts as none.
    """
    low, high = _scaled(crossing.low, crossing), _scaled(crossing.high, crossing)
    expected = sum(_part(crossing, place, singles) for place in range(len(crossing.attribute)))
    return (low > 0 and low > expected) or (high < 0 and high < expected)


def _part(crossing: Disparity, place: int, singles: list[Disparity]) -> float:
    wanted = (crossing.attribute[place], crossing.group[place], crossing.reference[place])
    for one in singles:
        same = (one.metric, one.kind) == (crossing.metric, crossing.kind)
        if same and (one.attribute[0], one.group[0], one.reference[0]) == wanted:
            return _scaled(one.value, one)
    return 0.0


def _scaled(value: float | None, one: Disparity) -> float:
    if value is None:
        return 0.0
    if one.kind == "difference":
        return value
    return math.log(value) if value > 0 else -math.inf
