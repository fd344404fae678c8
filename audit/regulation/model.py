"""The regulatory tables as values (``regulation`` in audit.json)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Conclusion = Literal[
    "both", "practically significant", "statistically significant", "neither", "highest rate", "not compared"
]
Test = Literal["z", "fisher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One category of a Local Law 144 table.

    ``share`` is its part of the leads in a known category. ``excluded`` marks one below 2 % of
    them, which the rule lets an auditor leave out of the impact ratios (its n and rate stay).
    ``impact_ratio`` is its rate over that of the most favoured category that is not excluded, with
    Koopman's interval; None where the category is excluded or the highest rate is 0.
    """

    group: tuple[str, ...]
    n: int
    hits: int
    share: float
    rate: float
    low: float
    high: float
    impact_ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    excluded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactTable:
    """Local Law 144: rates and impact ratios of the categories of one attribute or of two crossed.

    ``metric`` is ``selection_rate``, ``scoring_rate``, or the rate of one option of a decision with
    several. ``most_favoured`` is the category with ratio 1, None where nobody is. ``unknown`` counts
    leads that are in no category because an attribute is missing.
    """

    attribute: tuple[str, ...]
    metric: str
    most_favoured: tuple[str, ...] | None
    unknown: int
    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FourFifthsRow:
    """One group against the group with the highest selection rate.

    ``required`` is False for a group below 2 % of the leads in a known group. ``sd`` is the
    difference in standard deviations (pooled; below 0: the group is selected less often); ``test``
    names what ``p`` comes from: Fisher's exact test where a cell expects fewer than 5.
    ``shortfall`` is how many more of its leads would have to be selected for the highest rate, and
    ``shortfall_four_fifths`` for four fifths of it. ``one_person`` tells that moving one selection from the
    highest group to this one would give this group the higher rate.
    """

    group: tuple[str, ...]
    n: int
    selected: int
    share: float
    rate: float
    required: bool
    impact_ratio: float | None
    low: float | None
    high: float | None
    sd: float | None
    p: float | None
    test: Test | None
    practical: bool
    statistical: bool
    conclusion: Conclusion
    shortfall: int
    shortfall_four_fifths: int
    one_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FourFifths:
    """The four-fifths rule on one attribute; ``highest`` is the group with the highest rate."""

    attribute: tuple[str, ...]
    metric: str
    highest: tuple[str, ...] | None
    unknown: int
    rows: tuple[FourFifthsRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulation:
    """The tables of one audit.

    ``period`` is the first and last creation day, where the stream has one. ``clustered`` tells that
    intervals and significance allow for leads that come in accounts.
    """

    period: tuple[str, str] | None = None
    clustered: bool = False
    ll144: tuple[ImpactTable, ...] = ()
    four_fifths: tuple[FourFifths, ...] = ()
