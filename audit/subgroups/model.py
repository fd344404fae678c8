"""What the search says, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FoundBy = Literal["crossing", "search"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subgroup:
    """One group of leads, described by two conditions or more, that stands out (``subgroups`` in audit.json).

    ``attribute`` names the columns of the conditions (attributes, controls and features) and ``group``
    their levels. ``value`` is the gap, group minus all others for what the search found; ``n`` are the
    leads behind it. ``found_by`` is "crossing" for a comparison of crossed attributes with their
    reference, which has none of the fields below it, and "search" for the search of `audit.subgroups`:
    its numbers come from leads that the search had not seen, so that having been picked makes none of
    them larger. ``group_value`` and ``reference_value`` are the metric in the group and among all other
    leads, ``hits`` the leads counted by a rate, ``surely`` by how much at least the group is behind
    whatever could explain it (all others, each of its parents, what each condition makes out
    elsewhere), and ``text`` says it in one sentence.
    """

    attribute: tuple[str, ...]
    group: tuple[str, ...]
    metric: str
    value: float
    low: float
    high: float
    p_adjusted: float
    n: int
    found_by: FoundBy = "crossing"
    group_value: float | None = None
    reference_value: float | None = None
    hits: int | None = None
    surely: float | None = None
    text: str | None = None

    @property
    def conditions(self) -> frozenset[tuple[str, str]]:
        """What a lead must fulfil, in no order."""
        return frozenset(zip(self.attribute, self.group, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How the worst-treated were looked for (``search`` in audit.json).

    ``groups`` counts the groups looked at, over all metrics; ``looked_on`` and ``confirmed_on`` the
    leads on which they were looked at and on which the ``tested`` most striking ones were put to the
    test. ``left_out`` names the fields that took no part.
    """

    depth: int
    fields: tuple[str, ...]
    left_out: tuple[str, ...]
    groups: int
    looked_on: int
    confirmed_on: int
    tested: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The search and what it found, worst first."""

    search: Search | None
    subgroups: tuple[Subgroup, ...]
