"""What is left of a gap among leads that are alike in the declared controls, in words."""

from __future__ import annotations

from audit.disparity import Disparity
from audit.finding.facts import Facts, Gap, gap
from audit.finding.words import amount, listed, points, quoted

PREFIX = "conditional_"


def within_controls(lead: Gap, facts: Facts) -> Disparity | None:
    """The difference of the same metric within the controls; None where it has no value."""
    one = lead.disparity
    wanted = (one.attribute, one.group, PREFIX + one.metric.removeprefix(PREFIX), "difference")
    for other in facts.disparities:
        if (other.attribute, other.group, other.metric, other.kind) == wanted and other.value is not None:
            return other
    return None


def control_sentence(lead: Gap, facts: Facts) -> str:
    """Whether the controls go with the gap; empty without controls, and for a gap within them."""
    found = within_controls(lead, facts)
    if found is None or found.metric == lead.disparity.metric:
        return ""
    alike = f"Among leads alike in {listed(tuple(quoted(name) for name in facts.stream.controls))}"
    size = f"the gap is {_size(lead, found)} ({_ends(lead, found)})"
    if found.verdict == "pass":
        return f"{alike}, {size}, within the tolerance: these controls go with the gap."
    if found.verdict == "fail":
        same = gap(found, facts.stream, facts.width).worse_off == lead.worse_off
        return f"{alike}, {size}: {'it remains' if same else 'it turns round'}."
    return f"{alike}, {size}, which is too uncertain to say whether they go with the gap."


def _size(lead: Gap, found: Disparity) -> str:
    value = found.value or 0.0
    if lead.reading.unit != "share":
        return f"{amount(abs(value))} points"
    return points(value)


def _ends(lead: Gap, found: Disparity) -> str:
    """The interval, in the direction of the leading gap."""
    turn = -1 if (lead.disparity.value or 0.0) < (lead.disparity.kind == "ratio") else 1
    low, high = sorted((turn * (found.low or 0.0), turn * (found.high or 0.0)))
    if lead.reading.unit != "share":
        return f"{amount(low)} to {amount(high)}"
    return f"{low * 100:.1f} to {high * 100:.1f}"
