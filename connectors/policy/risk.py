"""Re-identification risk of what a policy keeps, measured on the data itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from connectors.policy.model import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """How well leads hide among each other on some columns; missing counts as a value.

    ``smallest`` is k of k-anonymity: the size of the smallest group of leads that look alike (0
    where there is no lead). ``alone`` leads look like no other, ``groups`` is how many there are.

    References
    ----------
    L. Sweeney (2002). k-anonymity: a model for protecting privacy. IJUFKS 10(5):557-570.
    """

    columns: tuple[str, ...]
    leads: int
    groups: int
    smallest: int
    alone: int


def risk(table: pa.Table, columns: Sequence[str]) -> Risk:
    """Count the leads that look alike on ``columns``."""
    if not columns or not table.num_rows:
        whole = table.num_rows
        return Risk(columns=tuple(columns), leads=whole, groups=min(whole, 1), smallest=whole, alone=0)
    sizes = table.group_by(list(columns)).aggregate([([], "count_all")])["count_all"].to_pylist()
    return Risk(
        columns=tuple(columns),
        leads=table.num_rows,
        groups=len(sizes),
        smallest=min(sizes),
        alone=sum(size == 1 for size in sizes),
    )


def readable_columns(policy: Policy) -> tuple[str, ...]:
    """The columns that an outsider could compare with what they know: all but pseudonyms."""
    return tuple(rule.column for rule in policy.rules if rule.operator.name not in {"drop", "key"})
