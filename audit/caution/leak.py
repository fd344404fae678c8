"""A score or a feature that knows the outcome already."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from audit.finding import Caution, evidence
from audit.rows.clusters import FOLDS, clusters
from audit.rows.levels import Codes, Levels, Reals, feature, score_or_decision
from audit.rows.separating.separation import separation

ALMOST_PERFECT = 0.98
FEWEST = 10


def leaks(table: pa.Table, seed: int) -> Iterator[Caution]:
    """Leaked labels: what separates outcomes almost perfectly was most likely made from them.

    The score is judged by its AUC, either way round; a feature by its held-out AUC. Needs 10 leads
    of each outcome.
    """
    outcome = usable_outcome(table)
    if np.bincount(outcome[outcome >= 0], minlength=2).min() < FEWEST:
        return
    yield from _leaking_score(table, outcome)
    fold = np.random.default_rng(seed).permutation(table.num_rows) % FOLDS
    accounts = clusters(table, seed)
    won = Levels(codes=outcome, names=("no", "yes"))
    for name in (n.removeprefix("feature:") for n in table.column_names if n.startswith("feature:")):
        told = separation(feature(table, name), won, fold, 0.95, accounts)
        if told is not None and told.auc >= ALMOST_PERFECT:
            yield _leak(f"The field '{name}'", told.auc, feature=name)


def _leaking_score(table: pa.Table, outcome: Codes) -> Iterator[Caution]:
    score = "score" in table.column_names
    if score or "selected" in table.column_names:
        auc = score_auc(score_or_decision(table), outcome)
        if max(auc, 1 - auc) >= ALMOST_PERFECT:
            yield _leak("The score" if score else "The decision", max(auc, 1 - auc), feature=None)


def _leak(what: str, auc: float, feature: str | None) -> Caution:
    return Caution(
        code="leaked_label",
        text=(
            f"{what} separates outcomes almost perfectly (AUC {auc:.3f}). It was most likely made after the"
            " outcome was known, so numbers that compare it with the outcome say nothing about new leads."
        ),
        evidence=evidence(auc=auc, feature=feature),
    )


def usable_outcome(table: pa.Table) -> Codes:
    """1, 0, or -1 where the outcome is not known, or nobody is known to have worked the lead.

    The same leads as `audit.metrics.confusion.usable`.
    """
    if "outcome" not in table.column_names:
        return np.full(table.num_rows, -1, dtype=np.int64)
    known = table.column("outcome").cast(pa.int64()).fill_null(-1).to_numpy()
    if "worked" not in table.column_names:
        return np.asarray(known, dtype=np.int64)
    worked = table.column("worked").fill_null(fill_value=False).to_numpy()
    return np.where(worked, known, -1).astype(np.int64)


def score_auc(score: Reals, outcome: Codes) -> float:
    """AUC of the raw score over leads with a known outcome; 0.5 where one outcome is missing."""
    used = (outcome >= 0) & np.isfinite(score)
    rank = np.unique(score[used], return_inverse=True)[1]
    down, up = (
        np.bincount(rank[outcome[used] == side], minlength=rank.max(initial=0) + 1) for side in (0, 1)
    )
    if not up.sum() or not down.sum():
        return 0.5
    return float((up * (np.cumsum(down) - down / 2)).sum() / up.sum() / down.sum())
