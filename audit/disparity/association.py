"""Whether the options given depend on an attribute at all: one test and one size for all of its groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import FloatArray
from audit.cube import Cube
from audit.grouping import grouping
from audit.inference import holm
from audit.metrics.options import option_counts, option_names
from audit.rows.separating.separation import independence
from audit.schema import Stream
from audit.tally.columns import ATTRIBUTE, OPTION

FEWEST_EXPECTED = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """Decisions of several options against one attribute, over its known groups.

    ``cramers_v`` is 0 where the options do not depend on the group and 1 where the group decides
    them; it is corrected for its bias [1]_ and its interval inverts the noncentral chi-square
    distribution [2]_. ``p`` is exact in its first two moments [3]_, which holds where cells are
    rare (``sparse``: a cell expects fewer than 5), and ``p_adjusted`` is Holm's over the
    attributes. All are None, with the reason in ``undefined``, where there is nothing to compare.

    References
    ----------
    .. [1] W. Bergsma (2013). Journal of the Korean Statistical Society 42:323.
    .. [2] M. Smithson (2003). Confidence Intervals, chapter 4. Sage.
    .. [3] R. Dawson (1954). Biometrika 41:280.
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


def associations(cube: Cube, stream: Stream) -> tuple[Association, ...]:
    """One for each attribute; none where the decision is yes or no."""
    if OPTION not in cube.names:
        return ()
    names = [name.removeprefix(ATTRIBUTE) for name in cube.names if name.startswith(ATTRIBUTE)]
    tables = [_table(cube, name, stream) for name in names]
    p = np.array([independence(table) for table in tables])
    usable = np.array([min(table.shape) > 1 and table.sum() >= 4 for table in tables], dtype=np.bool_)
    corrected = np.full(len(p), np.nan)
    corrected[usable] = holm(p[usable])
    options = option_names(grouping(cube, ()), stream)
    return tuple(
        _association(name, table, (one, adjusted), options, stream)
        for name, table, one, adjusted in zip(names, tables, p.tolist(), corrected.tolist(), strict=True)
    )


def _table(cube: Cube, attribute: str, stream: Stream) -> FloatArray:
    """Leads by known group and option, without empty rows and columns."""
    part = grouping(cube, (attribute,))
    counts = option_counts(part, option_names(part, stream))[part.known].astype(np.float64)
    return counts[:, counts.sum(axis=0) > 0]


def _association(
    attribute: str, table: FloatArray, tested: tuple[float, float], options: tuple[str, ...], stream: Stream
) -> Association:
    p, p_adjusted = tested
    compared = not np.isnan(p_adjusted)
    value, low, high = _cramers_v(table, stream.audit.confidence) if compared else (None, None, None)
    n = float(table.sum())
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / max(n, 1.0)
    return Association(
        attribute=attribute,
        kind=stream.decision_kind,
        options=options,
        groups=len(table),
        n=int(n),
        cramers_v=value,
        low=low,
        high=high,
        p=p if compared else None,
        p_adjusted=p_adjusted if compared else None,
        sparse=bool(expected.min(initial=np.inf) < FEWEST_EXPECTED),
        undefined=None if compared else "fewer than two known groups, or fewer than two options, occur",
    )


def _cramers_v(table: FloatArray, confidence: float) -> tuple[float, float, float]:
    """Bias-corrected Cramer's V with its interval."""
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
