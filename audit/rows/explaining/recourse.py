"""Recourse by group: how many of those whom the model leaves out have one field's way in, and how long.

Two groups may be selected alike, and yet those left out of one have a longer way than those of the other
(A. Ustun, A. Spangher, Y. Liu, 2019, FAT* 2019, 10).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from audit.arrays import BoolArray
from audit.estimate import Estimate
from audit.rows.explaining.agreeing import within
from audit.rows.explaining.counterfactual import Reaches, nearest_single
from audit.rows.explaining.groups import Grouped
from audit.rows.explaining.model import GroupRecourse
from audit.rows.explaining.space import Choice
from audit.rows.explaining.subject import Subject
from audit.rows.levels import Codes, Reals
from audit.rows.mitigation.measuring import Figure, difference, estimate, share

MOST_LEADS = 500
NOBODY = "the model leaves nobody of this group under the threshold"
NO_WAY = "nobody of this group has a way over by one field"
REFERENCE = "this is the reference"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ways:
    """The leads that were looked at, who of them has a way, and how long it is (0 without one)."""

    at: Codes
    has: BoolArray
    size: Reals
    account: Codes | None
    confidence: float

    def told(self, figure: Figure | None, missing: str) -> Estimate:
        return estimate(figure, self.account, self.confidence, missing)


def recourse(
    subject: Subject, choices: Sequence[Choice], grouped: Sequence[Grouped], reaches: Reaches
) -> tuple[GroupRecourse, ...]:
    """Every group of every attribute; up to 500 leads of each are looked at, the same for all figures.

    The intervals of the gaps hold for all of them together (Bonferroni), those of the groups' own figures
    alone.
    """
    under = ~reaches(subject.predicted)
    looked = [np.flatnonzero(under & one.here)[:MOST_LEADS] for one in grouped]
    at = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *looked]))
    found = nearest_single(subject, choices, at, reaches)
    has = np.isfinite(found.distance)
    ways = _Ways(
        at=at,
        has=has,
        size=np.where(has, found.distance, 0.0),
        account=None if subject.account is None else subject.account[at],
        confidence=subject.made.confidence,
    )
    compared = 2 * sum(not one.reference for one in grouped)
    together = replace(ways, confidence=1 - (1 - ways.confidence) / max(compared, 1))
    figures = [_figures(ways, rows) for rows in looked]
    return tuple(
        _told((ways, together), one, (figures[place], figures[_reference(grouped, one)]), looked[place].size)
        for place, one in enumerate(grouped)
    )


def _figures(ways: _Ways, rows: Codes) -> tuple[Figure | None, Figure | None]:
    here = np.isin(ways.at, rows)
    return (
        share(ways.has.astype(np.float64), here, ways.account),
        share(ways.size, here & ways.has, ways.account),
    )


def _reference(grouped: Sequence[Grouped], one: Grouped) -> int:
    return next(
        place for place, each in enumerate(grouped) if each.attribute == one.attribute and each.reference
    )


def _told(
    alone_and_together: tuple[_Ways, _Ways],
    one: Grouped,
    figures: tuple[tuple[Figure | None, Figure | None], tuple[Figure | None, Figure | None]],
    under: int,
) -> GroupRecourse:
    (ways, together), ((way, size), (other_way, other_size)) = alone_and_together, figures
    return GroupRecourse(
        attribute=one.attribute,
        group=one.group,
        reference=one.reference,
        under=under,
        way=within(ways.told(way, NOBODY)),
        size=within(ways.told(size, NO_WAY if under else NOBODY)),
        way_gap=_gap(together, one, way, other_way, NOBODY),
        size_gap=_gap(together, one, size, other_size, NO_WAY),
    )


def _gap(ways: _Ways, one: Grouped, own: Figure | None, other: Figure | None, missing: str) -> Estimate:
    if one.reference:
        return Estimate.missing(REFERENCE)
    return ways.told(difference(own, other), missing)
