"""Re-identification risk of what a policy keeps, measured on the data itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from connectors.policy.crowd import Crowd, crowd
from connectors.policy.model import Policy

K = 5
"""The size that a group of leads that look alike should have (see `connectors.policy.level`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """How well leads hide among each other on some columns; missing counts as a value.

    ``smallest`` is k of k-anonymity: the size of the smallest group of leads that look alike (0
    where there is no lead). ``alone`` leads look like no other, ``few`` are in groups of less than `K`, and
    ``groups`` is how many there are.

    References
    ----------
    L. Sweeney (2002). k-anonymity: a model for protecting privacy. IJUFKS 10(5):557-570.
    """

    columns: tuple[str, ...]
    leads: int
    groups: int
    smallest: int
    alone: int
    few: int = 0


def risk(table: pa.Table, columns: Sequence[str]) -> Risk:
    """Count the leads that look alike on ``columns``."""
    return risk_of(crowd(table, columns))


def risk_of(found: Crowd) -> Risk:
    """The same of leads that are counted already."""
    sizes = found.count
    return Risk(
        columns=found.columns,
        leads=found.leads,
        groups=len(sizes),
        smallest=int(sizes.min()) if len(sizes) else 0,
        # One lead that is the only one there is hides in no crowd either, unless nothing is known of it.
        alone=int((sizes == 1).sum()) if found.columns else 0,
        few=int(sizes[sizes < K].sum()) if found.columns else 0,
    )


def readable_columns(policy: Policy) -> tuple[str, ...]:
    """The columns that an outsider could compare with what they know: all but pseudonyms."""
    return tuple(rule.column for rule in policy.rules if rule.operator.name not in {"drop", "key"})
