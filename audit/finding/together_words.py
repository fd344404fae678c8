"""Numbers about all groups of an attribute together, as a sentence each."""

from __future__ import annotations

import math

from audit.estimate import Estimate
from audit.finding.words import percent

MOST = 100.0
TOLD = (
    "differential_fairness",
    "outcome_differential_fairness",
    "bias_amplification",
    "between_group_entropy",
    "exposure_distance",
    "minimum_skew@selected",
    "minimum_skew@tenth",
    "minimum_skew@queue",
)
"""The numbers that a report tells in words, in this order; the others are in audit.json."""

_FIRST = {
    "selected": "as many first places of the queue as leads are selected",
    "tenth": "the first tenth of the queue",
    "queue": "the part of the queue that the team can work",
}


def told(metric: str, found: Estimate, within: Estimate | None = None) -> str:
    """One number in words, or why it has none; ``within`` is the inequality within the groups."""
    if found.value is None or found.low is None or found.high is None:
        return f"No value: {found.undefined}."
    value, low, high = found.value, found.low, found.high
    name, _, where = metric.partition("@")
    ratio = _ratio(value, low, high)
    if name == "bias_amplification":
        return _amplified(value, low, high)
    if name == "between_group_entropy":
        return _between((value, low, high), within)
    return {
        "differential_fairness": (
            f"Of the two groups furthest apart, one is {ratio} as likely to be selected, "
            "or to be passed over, as the other."
        ),
        "outcome_differential_fairness": (
            f"Outcomes alone: of the two groups furthest apart, one is {ratio} as likely to convert, "
            "or not to, as the other."
        ),
        "exposure_distance": (
            f"{percent(value)} ({percent(low)} to {percent(high)}) of the attention in the work queue would "
            "have to move to other groups for each to have its part."
        ),
        "minimum_skew": f"The group that has least of {_FIRST.get(where, where)} has {ratio} its part.",
    }[name]


def _ratio(value: float, low: float, high: float) -> str:
    """A logarithm of a ratio as "4.4 times (2.1 to 9.0 times)"."""
    return f"{_times(value)} times ({_times(low)} to {_times(high)} times)"


def _times(logarithm: float) -> str:
    ratio = math.exp(min(logarithm, 50.0))
    return f"more than {MOST:.0f}" if ratio > MOST else f"{ratio:.2f}"


def _amplified(value: float, low: float, high: float) -> str:
    if low <= 0 <= high:
        return "Whether decisions part the groups more or less than their outcomes do cannot be told yet."
    way = "more" if value > 0 else "less"
    return (
        f"Decisions part the groups {way} than their outcomes do: the widest ratio of selection is "
        f"{_ratio(value, low, high)} that of conversion."
    )


def _between(found: tuple[float, float, float], within: Estimate | None) -> str:
    if within is None or within.value is None or found[0] + within.value <= 0:
        return (
            "All leads were decided rightly, or all wrongly in one way: there is no inequality of benefits."
        )
    inner = within.value
    value, low, high = (percent(end / (end + inner) if end > 0 else 0.0) for end in found)
    return (
        f"{value} ({low} to {high}) of the inequality of right and wrong decisions lies between the groups, "
        "the rest within them."
    )
