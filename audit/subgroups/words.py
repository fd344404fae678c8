"""A group and how it is treated, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from audit.finding.words import amount, named, percent, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A metric in a group and among all other leads; ``hits`` of ``n`` where it is a rate."""

    metric: str
    group: float
    rest: float
    hits: int | None
    n: int


def told(attribute: tuple[str, ...], group: tuple[str, ...], one: Counted) -> str:
    """One line for people.

    "Leads with marital 'single', age '<25' and source 'paid search': 4 of 210 are selected (1.9 %),
    of all others 12.0 %."
    """
    return sentence(f"{named(attribute, group)}: {_values(one)}")


def _values(one: Counted) -> str:
    match one.metric:
        case "selection_rate":
            mine = f"{one.hits:,} of {one.n:,} are selected ({percent(one.group)})"
            return f"{mine}, of all others {percent(one.rest)}"
        case "true_positive_rate":
            return (
                f"{one.hits:,} of {one.n:,} that converted are selected ({percent(one.group)}), "
                f"of all others that converted {percent(one.rest)}"
            )
        case "mean_score":
            return f"the mean score of {one.n:,} is {amount(one.group)}, of all others {amount(one.rest)}"
    return (
        f"the score of {one.n:,} promises {_points(one.group)} than what came true, "
        f"that of all others {_points(one.rest)}"
    )


def _points(value: float) -> str:
    return f"{abs(value) * 100:.1f} points {'more' if value >= 0 else 'less'}"
