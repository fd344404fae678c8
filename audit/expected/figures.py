"""Metrics of leads that are counted, or expected, to convert."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray, sum_by
from audit.expected.leads import REJECTED_STATE, SELECTED_STATE, Leads


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Confusion:
    """Leads by decision and outcome, one entry per draw; ``won`` and ``lost`` count those undecided too."""

    tp: FloatArray
    fp: FloatArray
    fn: FloatArray
    tn: FloatArray
    won: FloatArray
    lost: FloatArray

    def with_unworked(self, selected: FloatArray, rejected: FloatArray, ends: tuple[str, str]) -> Confusion:
        """The same with leads nobody worked, selected and rejected ones counted as these ends say."""
        counts = {name: getattr(self, name) for name in ("tp", "fp", "fn", "tn", "won", "lost")}
        for end, n in zip(ends, (selected, rejected), strict=True):
            counts[end] = counts[end] + n
            sum_ = "won" if end in {"tp", "fn"} else "lost"
            counts[sum_] = counts[sum_] + n
        return Confusion(**counts)


def confusion(won: FloatArray, lost: FloatArray, state: IntArray) -> Confusion:
    """Add up kinds (last axis) by their decision."""
    selected, rejected = state == SELECTED_STATE, state == REJECTED_STATE
    return Confusion(
        tp=won[..., selected].sum(-1),
        fp=lost[..., selected].sum(-1),
        fn=won[..., rejected].sum(-1),
        tn=lost[..., rejected].sum(-1),
        won=won.sum(-1),
        lost=lost.sum(-1),
    )


def _share(above: FloatArray, below: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(below > 0, above / below, np.nan)


RATES: MappingProxyType[str, Callable[[Confusion], FloatArray]] = MappingProxyType(
    {
        "base_rate": lambda c: _share(c.won, c.won + c.lost),
        "true_positive_rate": lambda c: _share(c.tp, c.tp + c.fn),
        "false_positive_rate": lambda c: _share(c.fp, c.fp + c.tn),
        "precision": lambda c: _share(c.tp, c.tp + c.fp),
        "accuracy": lambda c: _share(c.tp + c.tn, c.tp + c.fp + c.fn + c.tn),
    }
)
"""Metrics of a confusion, NaN where there is no lead to take them of."""
WORST: MappingProxyType[str, tuple[tuple[str, str], tuple[str, str]]] = MappingProxyType(
    {
        "base_rate": (("fp", "tn"), ("tp", "fn")),
        "true_positive_rate": (("fp", "fn"), ("tp", "tn")),
        "false_positive_rate": (("tp", "tn"), ("fp", "fn")),
        "precision": (("fp", "tn"), ("tp", "tn")),
        "accuracy": (("fp", "fn"), ("tp", "tn")),
    }
)
"""As what selected and rejected leads of unseen outcome count where the metric is lowest, and highest."""


def step_auc(won: FloatArray, lost: FloatArray, step: IntArray) -> FloatArray:
    """AUC of kinds in ascending order of their step, those of one step alike; step -1 is left out."""
    scored = step >= 0
    first = np.flatnonzero(np.diff(step[scored], prepend=-1))
    if not len(first):
        return np.full(len(won), np.nan)
    a, b = (np.add.reduceat(one[:, scored], first, axis=1) for one in (won, lost))
    beaten = np.cumsum(b, axis=1) - b / 2
    return _share((a * beaten).sum(axis=1), a.sum(axis=1) * b.sum(axis=1))


def true_auc(leads: Leads, rows: BoolArray) -> float | None:
    """AUC of known outcomes over every score; None without leads of either outcome."""
    _, place = np.unique(leads.score[rows], return_inverse=True)
    size = int(place.max(initial=-1)) + 1
    a, b = (sum_by(place.astype(np.int64), one[rows], size) for one in (leads.won, leads.lost))
    if not a.sum() or not b.sum():
        return None
    return float((a * (np.cumsum(b) - b / 2)).sum() / (a.sum() * b.sum()))
