"""Numbers of groups that are only known as probabilities, and their gaps to the reference group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.clustering.accounts import Accounts
from audit.membership.numbers import Column, Share, between, share_of
from audit.schema import Membership, Stream
from audit.tally.columns import OUTCOME, SCORE, SELECTED, WORKED

PREFIX = "membership:"
MEAN = "mean_score"


@dataclass(frozen=True, slots=True, kw_only=True)
class MembershipEstimate:
    """A metric of a group whose members are only probably known, or its gap to the reference group.

    ``value`` weighs each lead by its probability of belonging; ``low`` and ``high`` are its interval.
    It is right if, among leads of the same probability, being selected (scored, converted) has
    nothing to do with belonging; otherwise it is off by the covariance of the two, divided by the
    group's share. ``lower`` and ``upper`` bound the number without that assumption, ``bound_low`` and
    ``bound_high`` are their interval. Where the stream names accounts, these and not leads are what is
    independent. ``leads`` is the expected number of
    leads of the group, ``n`` the leads looked at. No verdict is ever made of it.
    """

    attribute: str
    group: str
    reference: str | None
    metric: str
    value: float | None
    low: float | None
    high: float | None
    lower: float | None
    upper: float | None
    bound_low: float | None
    bound_high: float | None
    n: int
    leads: float
    undefined: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Averaged:
    """What is averaged: the value of each lead, and who takes part (1 or 0)."""

    metric: str
    values: FloatArray
    used: FloatArray


def membership_estimates(
    table: pa.Table, stream: Stream, accounts: Accounts | None = None
) -> tuple[MembershipEstimate, ...]:
    """Every metric of every estimated group, then its gaps; empty where the stream has no probabilities."""
    return tuple(
        one
        for membership in stream.memberships
        for averaged in _averaged(table)
        for one in _of_metric((probabilities(table, membership), accounts), membership, stream, averaged)
    )


def probabilities(table: pa.Table, membership: Membership) -> FloatArray:
    """Probability of each group (columns) of each lead (rows); NaN where it is not known."""
    columns = [table.column(f"{PREFIX}{membership.name}:{group}") for group, _ in membership.probabilities]
    return np.stack([np.asarray(one.to_numpy(), dtype=np.float64) for one in columns], axis=1)


def _averaged(table: pa.Table) -> Iterator[_Averaged]:
    names, everyone = table.column_names, np.ones(table.num_rows)
    selected = _truth(table, SELECTED) if SELECTED in names else None
    if selected is not None:
        yield _Averaged(metric="selection_rate", values=selected, used=everyone)
    if SCORE in names:
        score = np.asarray(table.column(SCORE).to_numpy(), dtype=np.float64)
        yield _Averaged(metric=MEAN, values=score, used=np.isfinite(score).astype(np.float64))
    if OUTCOME in names:
        won = _truth(table, OUTCOME)
        known = np.asarray(pc.is_valid(table.column(OUTCOME)).to_numpy(), dtype=np.float64)
        known = known * _truth(table, WORKED) if WORKED in names else known
        yield _Averaged(metric="base_rate", values=won, used=known)
        if selected is not None:
            yield _Averaged(metric="true_positive_rate", values=selected, used=known * won)
            yield _Averaged(metric="false_positive_rate", values=selected, used=known * (1 - won))


def _truth(table: pa.Table, name: str) -> FloatArray:
    return np.asarray(table.column(name).fill_null(fill_value=False).to_numpy(), dtype=np.float64)


def _of_metric(
    members: tuple[FloatArray, Accounts | None], membership: Membership, stream: Stream, of: _Averaged
) -> Iterator[MembershipEstimate]:
    weight, accounts = members
    chosen = (of.used > 0) & ~np.isnan(weight).any(axis=1)
    weight, confidence = weight[chosen], stream.audit.confidence
    column = Column(values=of.values[chosen], is_share=of.metric != MEAN, account=_codes(accounts, chosen))
    groups = [
        share_of(name, column, weight[:, i], stream.audit.minimum_group)
        for i, (name, _) in enumerate(membership.probabilities)
    ]
    reference = _reference(membership, groups)
    pairs = [(one, None) for one in groups] + [(one, reference) for one in groups if one is not reference]
    for one, other in pairs:
        numbers = between(one, other, confidence)
        yield MembershipEstimate(
            attribute=membership.name,
            group=one.name,
            reference=None if other is None else other.name,
            metric=of.metric,
            value=numbers.value,
            low=numbers.low,
            high=numbers.high,
            lower=numbers.lower,
            upper=numbers.upper,
            bound_low=numbers.bound_low,
            bound_high=numbers.bound_high,
            n=len(column.values),
            leads=one.leads,
            undefined=numbers.undefined,
        )


def _codes(accounts: Accounts | None, chosen: BoolArray) -> IntArray | None:
    """The accounts of the leads that take part, as codes without a hole."""
    if accounts is None:
        return None
    return np.unique(accounts.code[chosen], return_inverse=True)[1].astype(np.int64)


def _reference(membership: Membership, groups: list[Share]) -> Share:
    named = [one for one in groups if one.name == membership.reference]
    return named[0] if named else max(groups, key=lambda one: one.leads)
