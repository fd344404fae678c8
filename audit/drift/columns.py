"""One column in both windows and over the periods: what moved, what is new, and what that is worth."""

from __future__ import annotations

import numpy as np

from audit.arrays import FloatArray
from audit.clustering.accounts import FEWEST
from audit.drift import distances
from audit.drift.arriving import arrived
from audit.drift.binning import Binning, Laid
from audit.drift.model import ColumnDrift, LevelShare
from audit.drift.shares import LEAST_NAMED, gone_names, missing_share, unseen_share
from audit.drift.size import psi_less_chance, size_of
from audit.drift.source import Coded, Source
from audit.rows.clusters import Clusters
from audit.rows.levels import Levels
from audit.rows.separating.account_cells import cells
from audit.rows.separating.separation import independence

FEWEST_LEADS = 30
"""Leads of a period below which its PSI is not told."""
TOLD = 5
"""Levels told, those that moved most."""


def column_drift(laid: Laid, source: Source, confidence: float, *, special: bool) -> ColumnDrift:
    """A column of a source in both windows.

    The verdict and the corrected p-values come later, when all columns are known.
    """
    column, windows, bins = laid.column, laid.windows, laid.bins
    both = bins.of(windows)
    effect = design_effect(column, source, bins)
    size = size_of(both[0], both[1], effect, confidence)
    statistic, freedom = distances.chi_squared(both[0], both[1])
    ordered = _ordered(column, windows) if column.axis.edges else (None, None)
    there = arrived(column, source)
    outcome, many = column.role == "outcome", column.role in {"feature", "control", "group", "score"}
    return ColumnDrift(
        name=column.name,
        role=column.role,
        special=special,
        ordered=bool(column.axis.edges),
        reference=round(windows[0].sum()),
        newest=round(windows[1].sum()),
        psi=size.psi,
        psi_by_chance=size.by_chance,
        psi_low=size.low,
        psi_high=size.high,
        jensen_shannon=distances.jensen_shannon(both[0], both[1]),
        hellinger=distances.hellinger(both[0], both[1]),
        kolmogorov_smirnov=ordered[0],
        wasserstein=ordered[1],
        chi_squared=statistic,
        freedom=freedom,
        p_value=independence(both, effect),
        p_adjusted=None,
        verdict="insufficient",
        pooled=bins.pooled,
        levels=_levels(bins, both),
        gone=gone_names(column, windows),
        missing=None if outcome else missing_share(column, windows, effect, confidence),
        unseen=unseen_share(column, windows, effect) if many else None,
        series=_series(column, source, bins, both[0]),
        since=None,
        begun=there.begun,
        ended=there.ended,
        design_effect=effect,
    )


def design_effect(column: Coded, source: Source, bins: Binning) -> float:
    """How much more Pearson's statistic varies than for independent leads (Rao, Scott)."""
    if source.account is None:
        return 1.0
    level = Levels(codes=bins.place[column.codes], names=bins.names)
    window = Levels(codes=source.window, names=("reference", "newest"))
    alike = Clusters(code=source.account, fold=np.zeros_like(source.account))
    return cells(level, window, alike).design_effect()


def few_accounts(source: Source) -> bool:
    """Whether a window has leads of too few accounts for any verdict."""
    if source.account is None:
        return False
    return any(np.unique(source.account[source.window == place]).size < FEWEST for place in (0, 1))


def _ordered(column: Coded, windows: FloatArray) -> tuple[float | None, float | None]:
    """Both distances of ordered values; a bin lies at its lower edge, the lowest one at the first edge."""
    p, q = windows[0, :-1], windows[1, :-1]
    if not p.any() or not q.any():
        return None, None
    edges = column.axis.edges
    places = np.asarray([edges[0], *edges])
    return distances.kolmogorov_smirnov(p, q), distances.wasserstein(p, q, places)


def _levels(bins: Binning, both: FloatArray) -> tuple[LevelShare, ...]:
    shares = both / both.sum(axis=1, keepdims=True)
    order = np.argsort(-np.abs(shares[1] - shares[0]), kind="stable")[:TOLD]
    return tuple(
        LevelShare(name=bins.names[place], reference=float(shares[0, place]), newest=float(shares[1, place]))
        for place in order.tolist()
        if both[:, place].sum() >= LEAST_NAMED
    )


def _series(column: Coded, source: Source, bins: Binning, reference: FloatArray) -> tuple[float | None, ...]:
    if source.calendar is None:
        return ()
    periods = len(source.calendar.periods)
    if column.role == "outcome" and column.missing is not None:
        counts = source.counted(source.period, periods, column.codes, column.axis.size)
        counts[:, column.missing] = 0
        return tuple(_moved(reference, period) for period in bins.of(counts))
    counts = source.counted(source.period, periods, bins.place[column.codes], len(bins.names))
    return tuple(_moved(reference, period) for period in counts)


def _moved(reference: FloatArray, period: FloatArray) -> float | None:
    if period.sum() < FEWEST_LEADS or reference.sum() < FEWEST_LEADS:
        return None
    return psi_less_chance(reference, period)
