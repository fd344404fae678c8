"""The shadow score beside the CRM's, on the same leads: whose decision differs, and what each group gets.

References
----------
.. [1] D. Bonett, T. Wright (2000). Sample size requirements for estimating Pearson, Kendall and Spearman
   correlations. Psychometrika 65:23.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from audit.estimate import Estimate
from audit.intervals import quantile
from audit.rows.levels import Reals, attribute_levels
from audit.rows.mitigation.bench import Bench, bench
from audit.rows.mitigation.measuring import estimate, share
from audit.rows.mitigation.model import Request, Row
from audit.rows.mitigation.validating import validation
from audit.schema import Stream

FEWEST = 10
"""Leads below which no correlation is told."""
NO_LEADS = "no lead is in this group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """One group, or all leads (an empty name): the shares called by each score, and where they differ."""

    group: str
    leads: int
    before: Estimate
    after: Estimate
    differ: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Both scores on the same leads. ``rows`` are the rates of the groups with their verdicts.

    ``correlation`` is Spearman's; its interval takes a lead (with accounts: an account) as one observation.
    """

    attribute: str
    everybody: Differing
    groups: tuple[Differing, ...]
    correlation: Estimate
    rows: tuple[Row, ...]


def compared(
    table: pa.Table, stream: Stream, told: tuple[Reals, float], watched: tuple[str, str]
) -> Compared:
    """Compare on an admitted table whose ``selected`` is what the CRM's score decides.

    Parameters
    ----------
    table
        Leads that the shadow score did not learn from.
    stream
        Its roles.
    told
        The shadow score of each lead, and where it calls.
    watched
        The attribute, and the group whose gap is watched.

    Raises
    ------
    BadInput
        The CRM's score calls none of these leads, or all.
    """
    scores, cut = told
    attribute, group = watched
    # Beside the leads, because they are laid out in another order.
    table = table.append_column("shadow", pa.array(scores))
    leads = bench(table, stream, Request(attribute=attribute))
    shadow = np.asarray(leads.table.column("shadow").to_numpy(), dtype=np.float64)
    leads = _watching(leads, attribute, group)
    decided = (shadow >= cut).astype(np.float64)
    return Compared(
        attribute=attribute,
        everybody=_differing(leads, decided, None),
        groups=tuple(_differing(leads, decided, code) for code in leads.groups),
        correlation=_correlation(leads, shadow),
        rows=validation(leads, decided) if len(leads.groups) > 1 else (),
    )


def _watching(leads: Bench, attribute: str, group: str) -> Bench:
    """The group of the gap against the stream's reference, else against the largest other one."""
    leads = replace(leads, levels=attribute_levels(leads.table, attribute), attribute=attribute)
    names, counts = leads.levels.names, np.bincount(leads.levels.codes, minlength=leads.levels.size)
    wanted = {one.reference for one in leads.stream.attributes if one.name == attribute}
    largest = sorted(leads.groups, key=lambda code: (names[code] not in wanted, -counts[code], code))
    if not largest:
        return leads
    first = next((code for code in largest[1:] if names[code] == group), largest[-1])
    return replace(leads, group=first, reference=largest[0])


def _differing(leads: Bench, decided: Reals, code: int | None) -> Differing:
    here = np.ones(leads.size, np.bool_) if code is None else leads.levels.codes == code

    def told(values: Reals) -> Estimate:
        found = estimate(share(values, here, leads.account), leads.account, confidence, NO_LEADS)
        # Without this a share near 0 or 1 would have an end beyond it.
        low, high = (None if end is None else min(max(end, 0.0), 1.0) for end in (found.low, found.high))
        return replace(found, low=low, high=high)

    confidence = leads.stream.audit.confidence
    return Differing(
        group="" if code is None else leads.levels.names[code],
        leads=int(here.sum()),
        before=told(leads.today),
        after=told(decided),
        differ=told(np.abs(decided - leads.today)),
    )


def _correlation(leads: Bench, shadow: Reals) -> Estimate:
    if leads.score is None:
        return Estimate.missing("the CRM gives no score, only a decision")
    both = np.isfinite(leads.score) & np.isfinite(shadow)
    units = int(both.sum()) if leads.account is None else int(np.unique(leads.account[both]).size)
    if units < FEWEST:
        return Estimate.missing(f"fewer than {FEWEST} leads have both scores")
    one, other = _places(leads.score[both]), _places(shadow[both])
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return Estimate.missing("all leads have the same score")
    value = float(np.clip(np.corrcoef(one, other)[0, 1], -1, 1))
    middle = math.atanh(min(max(value, -1 + 1e-12), 1 - 1e-12))
    half = quantile(leads.stream.audit.confidence) * math.sqrt((1 + value**2 / 2) / (units - 3))
    low, high = math.tanh(middle - half), math.tanh(middle + half)
    return Estimate(value=value, low=min(low, value), high=max(high, value), n=int(both.sum()))


def _places(values: Reals) -> Reals:
    """The rank of each value, equal ones at their mean place."""
    found, code, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[code] if found.size else values, dtype=np.float64)
