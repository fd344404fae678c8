"""Whether the options given depend on an attribute at all: one test and one size for all of its groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray
from audit.clustering.effect import DesignEffects
from audit.cube import Cube
from audit.grouping import Grouping, grouping
from audit.inference import holm
from audit.metrics.options import option_counts, option_names
from audit.rows.separating.separation import independence
from audit.schema import LEVELS, Stream
from audit.tally.columns import ATTRIBUTE, OPTION

FEWEST_EXPECTED = 5.0
FEWEST_LEADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """Decisions of several options against one attribute, over its known groups.

    ``cramers_v`` is 0 where the options do not depend on the group and 1 where the group decides
    them; it is corrected for its bias [1]_ and its interval inverts the noncentral chi-square
    distribution [2]_. ``p`` is exact in its first two moments [3]_, which holds where cells are
    rare (``sparse``: a cell expects fewer than 5), and ``p_adjusted`` is Holm's over the
    attributes. Where leads are clustered by account, interval and test take the table for one of as
    many leads as it is worth [4]_, and groups of too few accounts are left out. All are None, with
    the reason in ``undefined``, where there is nothing to compare.

    References
    ----------
    .. [1] W. Bergsma (2013). Journal of the Korean Statistical Society 42:323.
    .. [2] M. Smithson (2003). Confidence Intervals, chapter 4. Sage.
    .. [3] R. Dawson (1954). Biometrika 41:280.
    .. [4] J. Rao, A. Scott (1981). Journal of the American Statistical Association 76:221.
    """

    attribute: str
    kind: str
    options: tuple[str, ...]
    groups: int
    n: int
    cramers_v: float | None
    low: float | None
    high: float | None
    p: float | None
    p_adjusted: float | None
    sparse: bool
    undefined: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Table:
    """Leads by known group and option, without empty rows and columns, and how many one of them is worth."""

    attribute: str
    counts: FloatArray
    worth: float

    @property
    def comparable(self) -> bool:
        enough = float(self.counts.sum()) * self.worth >= FEWEST_LEADS
        return min(self.counts.shape) > 1 and enough

    @property
    def effective(self) -> FloatArray:
        return self.counts * self.worth


def associations(cube: Cube, stream: Stream, effects: DesignEffects | None = None) -> tuple[Association, ...]:
    """One for each attribute; none where the decision is yes or no."""
    if OPTION not in cube.names:
        return ()
    names = [name.removeprefix(ATTRIBUTE) for name in cube.names if name.startswith(ATTRIBUTE)]
    tables = [_table(cube, name, stream, effects) for name in names]
    p = np.array([independence(one.effective) for one in tables])
    usable = np.array([one.comparable for one in tables], dtype=np.bool_)
    corrected = np.full(len(p), np.nan)
    corrected[usable] = holm(p[usable])
    options = option_names(grouping(cube, ()), stream)
    return tuple(
        _association(table, (one, adjusted), options, stream)
        for table, one, adjusted in zip(tables, p.tolist(), corrected.tolist(), strict=True)
    )


def _table(cube: Cube, attribute: str, stream: Stream, effects: DesignEffects | None) -> _Table:
    part = grouping(cube, (attribute,))
    counts = option_counts(part, option_names(part, stream)).astype(np.float64)
    used = part.known & (counts.sum(axis=1) > 0)
    if effects is not None:
        used &= effects.accounts[part.attributes] >= effects.fewest
    worth = 1 / _design_effect(part, counts, used, (effects, stream)) if effects and used.any() else 1.0
    found = counts[used]
    return _Table(attribute=attribute, counts=found[:, found.sum(axis=0) > 0], worth=worth)


def _design_effect(
    part: Grouping, counts: FloatArray, used: BoolArray, rule: tuple[DesignEffects, Stream]
) -> float:
    """Rao and Scott's mean design effect of the test of equal shares, with Student's allowance; 1 or more."""
    effects, stream = rule
    names = option_names(part, stream)
    prefix = "level_at_least" if stream.decision_kind == LEVELS else "option_rate"
    found = [effects.of(part.attributes, f"{prefix}@{name}") for name in names]
    each = np.stack(
        [one.stretch(stream.audit.confidence) ** 2 if one else np.zeros(len(used)) for one in found], axis=1
    )
    n = counts.sum(axis=1, keepdims=True)[used]
    share, pooled = counts[used] / n, counts[used].sum(axis=0) / n.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = (1 - n / n.sum()) * np.where(pooled > 0, share * (1 - share) / pooled, 0.0)
    weight = np.where(each[used] > 0, weight, 0.0)
    return max(1.0, float((weight * each[used]).sum() / weight.sum())) if weight.sum() > 0 else 1.0


def _association(
    one: _Table, tested: tuple[float, float], options: tuple[str, ...], stream: Stream
) -> Association:
    p, p_adjusted = tested
    compared = not np.isnan(p_adjusted)
    value, low, high = _cramers_v(one, stream.audit.confidence) if compared else (None, None, None)
    n = float(one.counts.sum())
    expected = np.outer(one.counts.sum(axis=1), one.counts.sum(axis=0)) / max(n, 1.0)
    return Association(
        attribute=one.attribute,
        kind=stream.decision_kind,
        options=options,
        groups=len(one.counts),
        n=int(n),
        cramers_v=value,
        low=low,
        high=high,
        p=p if compared else None,
        p_adjusted=p_adjusted if compared else None,
        sparse=bool(expected.min(initial=np.inf) < FEWEST_EXPECTED),
        undefined=None if compared else "fewer than two known groups, or fewer than two options, occur",
    )


def _cramers_v(one: _Table, confidence: float) -> tuple[float, float, float]:
    """Bias-corrected Cramer's V with its interval."""
    table = one.effective
    n, (rows, columns) = float(table.sum()), table.shape
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    statistic = float(((table - expected) ** 2 / expected).sum())
    df = (rows - 1) * (columns - 1)
    room = min(_shrunk(rows, n), _shrunk(columns, n)) - 1
    if room <= 0:  # as many groups or options as leads
        return 0.0, 0.0, 1.0
    squared = max(0.0, statistic / n - df / (n - 1))
    ends = (_noncentrality(statistic, df, side) / n for side in (0.5 + confidence / 2, 0.5 - confidence / 2))
    value, low, high = (min(1.0, float(np.sqrt(part / room))) for part in (squared, *ends))
    return value, min(low, value), max(high, value)


def _shrunk(size: int, n: float) -> float:
    return size - (size - 1) ** 2 / (n - 1)


def _noncentrality(statistic: float, df: int, cumulative: float) -> float:
    """Noncentrality at which the statistic has this cumulative probability, 0 where none is that high."""
    from scipy.special import chndtr, chndtrinc  # noqa: PLC0415 - slow to import

    if chndtr(statistic, df, 0.0) <= cumulative:
        return 0.0
    found = float(chndtrinc(statistic, df, cumulative))
    return found if np.isfinite(found) else statistic
