"""Groups of several conditions that an audit lists: what the search found, and crossings that stand out."""

from __future__ import annotations

from audit.disparity import Disparity
from audit.finding.conclude import standing_out
from audit.finding.facts import Facts
from audit.subgroups import Subgroup, Verified


def worst_off(verified: Verified, facts: Facts) -> tuple[Subgroup, ...]:
    """What the search found, then the compared crossings that stand out and are not among it."""
    known = {one.conditions for one in verified.subgroups}
    crossings = (_subgroup(one) for one in standing_out(facts))
    return (*verified.subgroups, *(one for one in crossings if one.conditions not in known))


def _subgroup(one: Disparity) -> Subgroup:
    match one:
        case Disparity(value=float(value), low=float(low), high=float(high), p_adjusted=float(p_adjusted)):
            return Subgroup(
                attribute=one.attribute,
                group=one.group,
                metric=one.metric,
                value=value,
                low=low,
                high=high,
                p_adjusted=p_adjusted,
                n=one.n,
            )
    message = f"a comparison that fails has all its numbers, but {one.metric} of {one.group} has not"
    raise ValueError(message)
