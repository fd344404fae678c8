"""A threshold for each group: the most accurate ones whose gap stays within a bound, found exactly.

Within a group the leads are sorted by score; calling the first k of them is right so often. For every pair of
shares that lie within the bound the best k of each group is known from running maxima, so that the best pair
is found without a search that could miss it. Needs the group of every new lead.

References
----------
M. Hardt, E. Price, N. Srebro (2016). Equality of opportunity in supervised learning. NeurIPS 29. E. Delaney
et al. (2024). OxonFair, NeurIPS 37, has the same aim by a grid over thresholds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray
from audit.rows.clusters import FOLDS
from audit.rows.levels import Codes, Reals
from audit.rows.mitigation.attempt import Attempt, Made, NotHere
from audit.rows.mitigation.bench import Bench
from audit.rows.mitigation.model import AIMS, Aim, Remedy
from audit.rows.mitigation.wording import SCORE_LABELS
from audit.tally.columns import UNKNOWN

STEPS = 1_000
"""Shares are told apart by a thousandth."""
NOBODY = "the most accurate thresholds call nobody, because at every score more leads are lost than won"
SOURCE = "Hardt, Price and Srebro (2016), NeurIPS 29"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ladder:
    """One group: cut-offs from the highest down, the constrained share at each, and how often it is right."""

    cut: Reals
    share: Reals
    right: Reals


def attempts(leads: Bench, score: Reals) -> tuple[Attempt, ...]:
    """Thresholds for each group, equal in the shares called, or in those of good leads."""
    return tuple(_attempt(leads, score, aim) for aim in AIMS[:2])


def _attempt(leads: Bench, score: Reals, aim: Aim) -> Attempt:
    words = {
        "demographic_parity": "the shares called",
        "equal_opportunity": "the shares called of good leads",
    }[aim]
    remedy = Remedy(
        id=f"group-thresholds:{aim}",
        family="scores",
        title=f"A threshold for each group, so that {words} are alike",
        what="The most accurate thresholds whose gap stays within the tolerance. Leads with one score are"
        " treated by their group; in many countries and uses that is not allowed. The number of calls"
        " is not fixed.",
        needs="scores",
        labels=SCORE_LABELS,
        source=SOURCE,
        attribute_at_decision=True,
        capacity_kept=False,
    )

    def run() -> Made:
        decided = _decided(leads, score, aim)
        if not decided.any():
            raise NotHere(NOBODY)
        return Made(decided=decided)

    return Attempt(remedy=remedy, run=run)


def _decided(leads: Bench, score: Reals, aim: Aim) -> Reals:
    decided, usable = np.zeros(leads.size), leads.known & np.isfinite(score)
    unknown = leads.levels.names.index(UNKNOWN) if UNKNOWN in leads.levels.names else -1
    for k in range(FOLDS):
        learned = usable & (leads.fold != k)
        here = leads.fold == k
        bound = leads.stream.audit.tolerance_difference
        told = learned & (leads.levels.codes != unknown)
        cuts = thresholds((score[told], leads.won[told], leads.levels.codes[told]), bound, aim)
        # A lead of unknown group is held to what is right most often for all.
        overall = thresholds(
            (score[learned], leads.won[learned], np.zeros(learned.sum(), dtype=np.int64)), 1.0
        )
        cut = np.full(leads.levels.size, overall[0])
        for code, one in cuts.items():
            cut[code] = one
        decided[here] = score[here] >= cut[leads.levels.codes[here]]
    return decided


def thresholds(
    leads: tuple[Reals, BoolArray, Codes], bound: float, aim: Aim = "demographic_parity"
) -> Mapping[int, float]:
    """The most accurate threshold of each group within the bound.

    ``leads`` are their scores, outcomes and groups.

    Raises NotHere where the aim needs good leads of a group that has none.
    """
    score, won, group = leads
    ladders = {
        code: _ladder(score[group == code], won[group == code], aim) for code in np.unique(group).tolist()
    }
    found = list(ladders.values())
    width = min(round(bound * STEPS), STEPS)
    best = [_best_in_windows(one, width) for one in found]
    start = int(np.argmax(np.sum([right for right, _ in best], axis=0)))
    return {
        code: float(one.cut[place[start]])
        for (code, one), (_, place) in zip(ladders.items(), best, strict=True)
    }


def _ladder(score: Reals, won: BoolArray, aim: Aim) -> _Ladder:
    """Every cut-off between different scores, from "nobody" down to "everybody"."""
    order = np.argsort(-score, kind="stable")
    hits = np.concatenate([[0], np.cumsum(won[order])])
    misses = np.concatenate([[0], np.cumsum(~won[order])])
    ends = np.concatenate([[0], np.flatnonzero(np.diff(score[order])) + 1, [score.size]])
    if aim == "equal_opportunity" and not hits[-1]:
        msg = "a group has no lead with a good outcome, so its share called of good leads is unknown"
        raise NotHere(msg)
    whole = hits[-1] if aim == "equal_opportunity" else score.size
    share = (hits if aim == "equal_opportunity" else hits + misses)[ends] / whole
    sorted_score = np.concatenate([score[order], [-np.inf]])
    # Half way to the next score: a new lead's score need not be among those that were seen.
    above = np.concatenate([[np.inf], sorted_score[:-1]])[ends]
    below = np.concatenate([sorted_score])[ends]
    cut = np.where(
        np.isfinite(above + below), (above + below) / 2, np.where(np.isfinite(above), -np.inf, np.inf)
    )
    return _Ladder(cut=cut, share=share, right=(hits - misses)[ends].astype(np.float64))


def _best_in_windows(one: _Ladder, width: int) -> tuple[Reals, Codes]:
    """For every window of shares [start, start + width] the best count right, and at which cut-off.

    -inf where the group has no cut-off in the window; there is always one window for all groups, as
    every group can call nobody.
    """
    step = np.minimum((one.share * STEPS + 0.5).astype(np.int64), STEPS)
    at = np.full(STEPS + 1, -np.inf)
    np.maximum.at(at, step, one.right)
    place = np.zeros(STEPS + 1, dtype=np.int64)
    order = np.argsort(one.right, kind="stable")
    place[step[order]] = order
    padded = np.concatenate([at, np.full(width, -np.inf)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, width + 1)
    best = np.argmax(windows, axis=1)
    starts = np.arange(STEPS + 1)
    return windows[starts, best], place[np.minimum(starts + best, STEPS)]
