"""What a release counts of each group: decisions, results, score bands, and their crossings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from audit.arrays import BoolArray, IntArray
from audit.release.basis import NO_CODE, OPEN_CODE, YES_CODE
from audit.release.shape import Shape
from audit.tally.columns import OUTCOME, SELECTED

_DECISIONS = {"yes": YES_CODE, "no": NO_CODE, "none": OPEN_CODE}
_RESULTS = {"yes": YES_CODE, "no": NO_CODE, "open": OPEN_CODE}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fact:
    """Leads with this decision, this result and this score band; None means any.

    ``selected`` is "yes", "no" or "none" (nobody knows). ``result`` is "yes", "no" or "open" (not yet
    known, or not worked). ``band`` counts from 0; the number of bands means: no score.
    """

    selected: str | None = None
    result: str | None = None
    band: int | None = None

    def holds(self, codes: IntArray) -> BoolArray:
        """Which rows (band, decision, result) have this fact."""
        found = np.ones(len(codes), dtype=np.bool_)
        if self.band is not None:
            found &= codes[:, 0] == self.band
        if self.selected is not None:
            found &= codes[:, 1] == _DECISIONS[self.selected]
        if self.result is not None:
            found &= codes[:, 2] == _RESULTS[self.result]
        return found


def decision_facts(shape: Shape) -> tuple[Fact, ...]:
    """The leads of a group by decision and result; every group has these."""
    selected = (None, *_DECISIONS) if SELECTED in shape.facts else (None,)
    result = (None, *_RESULTS) if OUTCOME in shape.facts else (None,)
    return tuple(Fact(selected=one, result=other) for one, other in product(selected, result))


def band_facts(shape: Shape) -> tuple[Fact, ...]:
    """The leads of a group by score band and result; all leads and the groups of one attribute have these."""
    if not shape.bands:
        return ()
    result = (None, *_RESULTS) if OUTCOME in shape.facts else (None,)
    return tuple(Fact(result=other, band=band) for band in range(shape.bands + 1) for other in result)


def facts_of(shape: Shape, crossed: int) -> tuple[Fact, ...]:
    """Everything that is counted of a group of so many attributes."""
    return decision_facts(shape) + (band_facts(shape) if crossed < 2 else ())


def divisions(facts: tuple[Fact, ...]) -> tuple[tuple[int, ...], ...]:
    """Facts, by position, that divide some leads among them: what must not all fall into one part.

    Every result divides in two ways, because outsiders may know whose outcome is known: by yes, no and open,
    and by yes and no alone.
    """
    place = {fact: i for i, fact in enumerate(facts)}
    ways = [way for fact in facts for way in _ways(fact, facts)]
    found = (tuple(place[part] for part in way if part in place) for way in ways)
    return tuple(parts for parts in found if len(parts) > 1)


def _ways(fact: Fact, facts: tuple[Fact, ...]) -> list[tuple[Fact, ...]]:
    ways = []
    if fact.result is None:
        parts = tuple(replace(fact, result=result) for result in _RESULTS)
        ways += [parts, parts[:2]]
    if fact.selected is None and fact.band is None:
        ways.append(tuple(replace(fact, selected=one) for one in _DECISIONS))
        bands = sorted({one.band for one in facts if one.band is not None})
        ways.append(tuple(replace(fact, band=band) for band in bands))
    return ways
