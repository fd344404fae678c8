"""What drives a gap in mean score, by two ways: fields made neutral, and Shapley values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray
from audit.estimate import Estimate
from audit.rows.explaining.agreement import agreement
from audit.rows.explaining.bundles import Bundle, named
from audit.rows.explaining.groups import Grouped
from audit.rows.explaining.means import difference
from audit.rows.explaining.model import GapPart, GapStory
from audit.rows.explaining.shapley import shapley
from audit.rows.explaining.subject import Subject
from audit.rows.levels import Codes, Reals
from audit.rows.proxy import GapPair

NEUTRAL_LEADS, SHAPLEY_LEADS = 500, 200
"""Leads of each side that are looked at; Shapley values of a lead take a thousand predictions and more."""
DRAWS = 10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sides:
    """Leads of both groups, and which of them are in the first."""

    at: Codes
    group: BoolArray
    account: Codes | None


def gap_story(
    subject: Subject,
    bundles: Sequence[Bundle],
    grouped: Sequence[Grouped],
    pair: GapPair,
    ask: tuple[int, str | None],
) -> GapStory | None:
    """One gap that surely exists; None where one of the groups has fewer than two leads that are looked at.

    ``ask`` is the seed, and why there are no Shapley values, None where there are.
    """
    sides = _sides(subject, grouped, pair, NEUTRAL_LEADS)
    if sides is None:
        return None
    seed, no_shapley = ask
    confidence, random = subject.made.confidence, np.random.default_rng(seed)
    neutral = [_neutral(subject, sides, bundle, random) for bundle in bundles]
    other = _shapley(subject, bundles, _sides(subject, grouped, pair, SHAPLEY_LEADS), ask)
    parts = [
        GapPart(fields=named(subject, bundle), neutral=one, shapley=two)
        for bundle, one, two in zip(bundles, neutral, other, strict=True)
    ]
    values = [np.asarray([one.value or 0.0 for one in each]) for each in (neutral, other)]
    return GapStory(
        attribute=pair.attribute,
        group=pair.group,
        reference=pair.reference,
        gap=pair.value,
        predicted=difference(subject.predicted[sides.at], sides.group, sides.account, confidence),
        parts=tuple(sorted(parts, key=lambda one: (-abs(one.neutral.value or 0.0), one.fields))),
        agreement=None
        if no_shapley
        else agreement(
            ("permutation", values[0]), ("shapley", values[1]), [named(subject, one) for one in bundles]
        ),
    )


def _sides(subject: Subject, grouped: Sequence[Grouped], pair: GapPair, most: int) -> _Sides | None:
    here = {one.group: one.here for one in grouped if one.attribute == pair.attribute}
    if not {pair.group, pair.reference} <= set(here):
        return None
    first, second = (np.flatnonzero(here[name])[:most] for name in (pair.group, pair.reference))
    if min(first.size, second.size) < 2:
        return None
    at = np.concatenate([first, second])
    account = None if subject.account is None else subject.account[at]
    return _Sides(at=at, group=np.arange(at.size) < first.size, account=account)


def _neutral(subject: Subject, sides: _Sides, bundle: Bundle, random: np.random.Generator) -> Estimate:
    """How much less the gap is with the values of ten leads drawn from all, the same for everybody."""
    donors = random.integers(0, subject.size, DRAWS)
    drawn = np.tile(donors, sides.at.size)
    told = subject.ask(np.repeat(sides.at, DRAWS), dict.fromkeys(bundle, drawn))
    adds = subject.predicted[sides.at] - told.reshape(sides.at.size, DRAWS).mean(axis=1)
    return difference(adds, sides.group, sides.account, subject.made.confidence)


def _shapley(
    subject: Subject, bundles: Sequence[Bundle], sides: _Sides | None, ask: tuple[int, str | None]
) -> list[Estimate]:
    seed, no_shapley = ask
    if no_shapley is not None or sides is None:
        return [Estimate.missing(no_shapley or "too few leads") for _ in bundles]
    values, _ = shapley(subject, sides.at, seed)
    return [
        difference(summed(values, bundle), sides.group, sides.account, subject.made.confidence)
        for bundle in bundles
    ]


def summed(values: Reals, bundle: Bundle) -> Reals:
    """What the fields of a bundle add together to each lead."""
    return np.asarray(values[:, list(bundle)].sum(axis=1), dtype=np.float64)
