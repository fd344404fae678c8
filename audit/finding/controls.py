"""What is left of a gap among leads that are alike in the declared controls, in words."""

from __future__ import annotations

import math

from audit.disparity import Disparity
from audit.finding.facts import Facts, Gap
from audit.finding.words import amount, count, listed, points, quoted

PREFIX = "conditional_"
MOST = 0.5
"""Controls explain nothing where less than this share of the group has a counterpart."""


def explained(failing: tuple[Gap, ...], facts: Facts) -> bool:
    """Whether every one of these failing comparisons passes among leads alike in the controls.

    Each is held against the comparison of its own kind, a ratio against a ratio, and only where half
    of the group's leads or more have a counterpart.
    """
    found = [_within(one.disparity, facts) for one in failing]
    return bool(found) and all(
        one is not None and one.verdict == "pass" and one.n >= MOST * gap.disparity.n
        for one, gap in zip(found, failing, strict=True)
    )


def control_sentence(lead: Gap, facts: Facts) -> str:
    """What the controls do to the gap; empty where the stream has none, or the metric no counterpart."""
    controls = listed(tuple(quoted(name) for name in facts.stream.controls))
    if lead.disparity.metric.startswith(PREFIX) and controls:
        return f"The controls are {controls}."
    found = _within(lead.disparity, facts)
    if found is None:
        return ""
    if found.value is None:
        return f"Among leads alike in {controls}, nothing can be compared: {found.undefined}."
    few = found.n < MOST * lead.disparity.n
    told = f"Among leads alike in {controls}, {_size(lead, found)}{_compared(found) if few else ''}"
    if found.verdict == "pass":
        goes = "; too few to say whether these controls go with it" if few else ": these controls go with it"
        return f"{told}, within the tolerance{goes}."
    if found.verdict == "fail":
        return f"{told}: it {'turns round' if _turned(lead, found) else 'remains'}."
    return f"{told}, which is too uncertain to say whether they go with it."


def _within(one: Disparity, facts: Facts) -> Disparity | None:
    """The comparison of the same metric and kind within the controls; None where there is none."""
    wanted = (one.attribute, one.group, PREFIX + one.metric, one.kind)
    for other in facts.disparities:
        if (other.attribute, other.group, other.metric, other.kind) == wanted:
            return other
    return None


def _compared(found: Disparity) -> str:
    return f" (only {count(found.n)} of the group {'has' if found.n == 1 else 'have'} a counterpart)"


def _turned(lead: Gap, found: Disparity) -> bool:
    """Whether the gap within the controls goes the other way."""
    equal = 1.0 if found.kind == "ratio" else 0.0
    return ((found.value or equal) - equal) * ((lead.disparity.value or equal) - equal) < 0


def _size(lead: Gap, found: Disparity) -> str:
    """The gap within the controls, with its interval, in the direction of the leading gap."""
    low, high = found.low or 0.0, found.high or 0.0
    if found.kind == "ratio":
        return f"the ratio is {found.value or 0.0:.2f} ({low:.2f} to {high:.2f})"
    turn = math.copysign(1.0, lead.disparity.value or 0.0)
    other = _turned(lead, found)
    turn = -turn if other else turn
    low, high = sorted((turn * low, turn * high))
    way = " the other way round" if other else ""
    if lead.reading.unit != "share":
        return f"the gap is {amount(abs(found.value or 0.0))} points{way} ({_plain(low)} to {_plain(high)})"
    ends = f"{low * 100 + 0.0:.1f} to {high * 100 + 0.0:.1f}".replace("-0.0", "0.0")
    return f"the gap is {points(found.value or 0.0)}{way} ({ends})"


def _plain(end: float) -> str:
    return amount(end + 0.0)
