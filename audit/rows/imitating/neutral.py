"""What a score, and a gap, would be if one field stood at its group-neutral value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.intervals import quantile, student
from audit.rows.clusters import FOLDS, variance_of_mean
from audit.rows.imitating.threads import one_thread
from audit.rows.levels import Codes, Reals, attribute_levels
from audit.rows.proxy import GapPair
from audit.rows.separating.discriminant import SHARED
from audit.rows.surrogate import Surrogate

DRAWS = 10
LEAD_DRAWS = 200
MOST_LEADS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralScore:
    """One lead with one field at its group-neutral value, in score points, as the surrogate tells it.

    ``predicted`` is the surrogate's score of the lead as it is, ``neutral`` its mean over values
    of the field drawn from all leads, ``change`` the second minus the first, with an interval over
    the cross-fitted models.
    """

    feature: str
    predicted: float
    neutral: float
    change: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NeutralGap:
    """One gap with one field at its group-neutral value (``neutralised`` in audit.json).

    ``gap`` is group minus reference in predicted score, ``neutral`` the same where the field's
    value is drawn from all leads for everybody, ``change`` the second minus the first, with its
    interval over leads. ``n`` leads were looked at.
    """

    attribute: str
    group: str
    reference: str
    feature: str
    gap: float
    neutral: float
    change: float
    low: float
    high: float
    n: int


def neutral_score(made: Surrogate, row: int, feature: str, seed: int) -> NeutralScore:
    """What the score of the lead in this row of the table would be with the field at its neutral value.

    Raises KeyError where the surrogate knows no such field or did not look at this row.
    """
    place, at = _place(made, feature), made.position(row)
    donors = np.random.default_rng(seed).integers(0, made.rows.size, LEAD_DRAWS)
    with one_thread():
        told = [_told(made, k, np.asarray([at]), (place, donors)) for k in range(FOLDS)]
    as_is, neutral = np.asarray(told)[:, :, 0].T
    change = neutral - as_is
    # The models share most of what they learned from: Nadeau and Bengio's variance, with Student's t.
    error = float(change.std(ddof=1) * np.sqrt(SHARED))
    value = float(change.mean())
    low, high = student(
        np.asarray([value]), np.asarray([error**2]), np.asarray([FOLDS - 1.0]), made.confidence
    )
    return NeutralScore(
        feature=feature,
        predicted=float(as_is.mean()),
        neutral=float(neutral.mean()),
        change=value,
        low=float(low[0]),
        high=float(high[0]),
    )


def neutral_gaps(
    made: Surrogate, table: pa.Table, pair: GapPair, features: Sequence[str], seed: int
) -> tuple[NeutralGap, ...]:
    """How a gap in mean score would change with each of these fields neutral, on up to 500 leads a side.

    Only what the surrogate tells of the gap can change. The models predict leads that they did not
    learn from.
    """
    levels = attribute_levels(table, pair.attribute)
    codes = levels.codes[made.rows]
    sides = [
        np.flatnonzero(codes == levels.names.index(name))[:MOST_LEADS]
        for name in (pair.group, pair.reference)
    ]
    if min(side.size for side in sides) < 2:
        return ()
    random = np.random.default_rng(seed)
    with one_thread():
        return tuple(_neutral_gap(made, pair, name, sides, random) for name in features)


def _neutral_gap(
    made: Surrogate, pair: GapPair, feature: str, sides: list[Codes], random: np.random.Generator
) -> NeutralGap:
    rows, place = np.concatenate(sides), _place(made, feature)
    as_is, neutral = np.empty(rows.size), np.empty(rows.size)
    for k in range(FOLDS):
        here = made.data.fold[rows] == k
        if here.any():
            donors = random.integers(0, made.rows.size, DRAWS)
            as_is[here], neutral[here] = _told(made, k, rows[here], (place, donors))
    split = sides[0].size
    change = neutral - as_is
    account = None if made.data.account is None else made.data.account[rows]
    error = np.sqrt(_variance(change, split, account))
    value, half = _gap(change, split), quantile(made.confidence) * float(error)
    return NeutralGap(
        attribute=pair.attribute,
        group=pair.group,
        reference=pair.reference,
        feature=feature,
        gap=_gap(as_is, split),
        neutral=_gap(neutral, split),
        change=value,
        low=value - half,
        high=value + half,
        n=rows.size,
    )


def _variance(change: Reals, split: int, account: Codes | None) -> float:
    """Variance of the difference of means before and after the split, over leads or accounts."""
    ends = (slice(None, split), slice(split, None))
    each = [variance_of_mean(change[end], None if account is None else account[end]) for end in ends]
    return float(sum(each))


def _gap(values: Reals, split: int) -> float:
    return float(values[:split].mean() - values[split:].mean())


def _told(made: Surrogate, fold: int, rows: Codes, drawn: tuple[int, Codes]) -> tuple[Reals, Reals]:
    """What the model of a fold says of these leads as they are, and on average over the drawn values."""
    place, donors = drawn
    values = made.data.seen(fold, rows)
    many = np.repeat(values, donors.size, axis=0)
    many[:, place] = np.tile(made.data.fields[place].seen(fold, donors), rows.size)
    return made.predict(values, fold), made.predict(many, fold).reshape(rows.size, -1).mean(axis=1)


def _place(made: Surrogate, feature: str) -> int:
    names = [one.name for one in made.data.fields]
    if feature not in names:
        message = f"the surrogate knows no field {feature!r}"
        raise KeyError(message)
    return names.index(feature)
