"""The gap in mean score shared out over all features at once: shares that add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from audit.intervals import quantile
from audit.rows.clusters import clusters
from audit.rows.gap_shares.additive import Parts, parts
from audit.rows.levels import Levels, Reals, attribute_levels, feature, score_or_decision
from audit.rows.proxy import PREFIX, GapPair
from audit.schema import Stream

MOST_LEADS = 50_000
"""Of each of the two groups; beyond that the intervals are narrow enough."""
METHOD = "gelbach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Share of a gap that flows through one feature, the others held, with its interval."""

    feature: str
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposition:
    """One gap in mean score, shared out (``decompositions`` in audit.json).

    ``gap`` is group minus reference in score points, on the ``n`` leads that were looked at, with
    its interval. ``explained`` is the sum of the shares in ``parts``, ``unexplained`` what is left
    of 1: a gap between leads that are alike in every feature. A share may leave 0 to 1 where
    features work against each other. ``parts`` is in descending order of size. ``fidelity`` is the adjusted
    R-squared of the model behind it (``method``).
    """

    attribute: str
    group: str
    reference: str
    gap: float
    low: float
    high: float
    explained: float
    explained_low: float
    explained_high: float
    unexplained: float
    unexplained_low: float
    unexplained_high: float
    parts: tuple[Part, ...]
    n: int
    method: str
    fidelity: float


def decompositions(
    table: pa.Table, stream: Stream, pairs: Sequence[GapPair], seed: int
) -> tuple[Decomposition, ...]:
    """The surest gap in mean score of every attribute, shared out over all features at once.

    ``pairs`` are the sure gaps (`audit.rows.proxy.gap_pairs`): of a gap that may
    be nothing, a share says nothing. Above 50,000 leads of a group a random 50,000 are looked at.
    Without a score the gap is that of the decisions. See `audit.rows.gap_shares.additive` for the method.
    """
    names = [column[len(PREFIX) :] for column in table.column_names if column.startswith(PREFIX)]
    if not pairs or not names:
        return ()
    # A rare level is learned beside the group, not predicted: it needs no ten leads of its own.
    features = [feature(table, name, least=1) for name in names]
    score, accounts = score_or_decision(table), clusters(table, seed)
    order = np.random.default_rng(seed).permutation(table.num_rows)
    made = []
    for pair in pairs:
        rows, side = _sides(attribute_levels(table, pair.attribute), pair, order[np.isfinite(score[order])])
        if not float(score[rows].std()) > 0:  # the squares of so small scores are 0
            continue
        chosen = [Levels(codes=one.codes[rows], names=one.names) for one in features]
        told = parts(chosen, side, score[rows], accounts.code[rows] if accounts else None)
        made.append(_shared(pair, names, told, (rows.size, stream.audit.confidence)))
    return tuple(made)


def _sides(levels: Levels, pair: GapPair, order: np.ndarray) -> tuple[np.ndarray, Reals]:
    """Rows of the group and of the reference, and which is which (1: group)."""
    codes = levels.codes[order]
    both = [order[codes == levels.names.index(name)][:MOST_LEADS] for name in (pair.group, pair.reference)]
    return np.concatenate(both), np.repeat([1.0, 0.0], [one.size for one in both])


def _shared(pair: GapPair, names: Sequence[str], told: Parts, of: tuple[int, float]) -> Decomposition:
    n, confidence = of
    count = len(names)
    sums = np.vstack([np.eye(count, count + 1), np.r_[np.ones(count), 0.0], np.r_[-np.ones(count), 1.0]])
    values = sums @ np.r_[told.values, told.gap]
    shares = _ratios(values, sums, told, confidence)
    explained, unexplained = shares[-2:]
    half = quantile(confidence) * float(np.sqrt(told.covariance[-1, -1]))
    found = [
        Part(feature=name, share=share, low=low, high=high)
        for name, (share, low, high) in zip(names, shares, strict=False)
    ]
    return Decomposition(
        attribute=pair.attribute,
        group=pair.group,
        reference=pair.reference,
        gap=told.gap,
        low=told.gap - half,
        high=told.gap + half,
        explained=explained[0],
        explained_low=explained[1],
        explained_high=explained[2],
        unexplained=unexplained[0],
        unexplained_low=unexplained[1],
        unexplained_high=unexplained[2],
        parts=tuple(sorted(found, key=lambda one: (-abs(one.share), one.feature))),
        n=n,
        method=METHOD,
        fidelity=max(0.0, told.fidelity),
    )


def _ratios(values: Reals, sums: Reals, told: Parts, confidence: float) -> list[tuple[float, float, float]]:
    """Each value over the gap, with Fieller's interval: the ratios that the data do not reject.

    It is finite because the gap is surely not 0.

    References
    ----------
    E. Fieller (1954). JRSS B 16:175.
    """
    covariance, z2, gap = told.covariance, quantile(confidence) ** 2, told.gap
    own = np.einsum("ij,jk,ik->i", sums, covariance, sums)
    with_gap = sums @ covariance[:, -1]
    a = gap**2 - z2 * covariance[-1, -1]
    b = values * gap - z2 * with_gap
    root = np.sqrt(np.maximum(b**2 - a * (values**2 - z2 * own), 0.0))
    return list(
        zip((values / gap).tolist(), ((b - root) / a).tolist(), ((b + root) / a).tolist(), strict=True)
    )
