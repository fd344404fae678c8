"""What a reader must know of groups that are only estimated."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from audit.finding import Caution, evidence
from audit.finding.words import count, percent, quoted
from audit.membership.estimates import MembershipEstimate, probabilities
from audit.schema import Stream


def estimated_groups(
    table: pa.Table, stream: Stream, estimates: tuple[MembershipEstimate, ...]
) -> Iterator[Caution]:
    """One for each attribute that is given as probabilities."""
    for membership in stream.memberships:
        weight = probabilities(table, membership)
        known = np.asarray(~np.isnan(weight).any(axis=1))
        sure = float(weight[known].max(axis=1).mean()) if known.any() else None
        small = {one.group for one in estimates if one.attribute == membership.name and one.undefined}
        yield Caution(
            code="estimated_groups",
            text=(
                f"Membership in the groups of {quoted(membership.name)} is estimated, not known"
                f"{_how_sure(sure)}. Its numbers weigh every lead by its probabilities. They are right only"
                " if, among leads with the same probabilities, score and outcome do not differ by group. No"
                " verdict is made of them, and rules such as New York City's Local Law 144 do not accept"
                f" estimated groups.{_unknown(int((~known).sum()))}"
            ),
            evidence=evidence(
                attribute=membership.name,
                leads=int(known.sum()),
                unknown=int((~known).sum()),
                mean_highest_probability=sure,
                groups=len(membership.probabilities),
                groups_too_small=len(small),
            ),
        )


def _how_sure(sure: float | None) -> str:
    return (
        ""
        if sure is None
        else f" (on average the likeliest group of a lead has a probability of {percent(sure)})"
    )


def _unknown(missing: int) -> str:
    have = "has" if missing == 1 else "have"
    return f" {count(missing)} {have} no usable probabilities." if missing else ""
