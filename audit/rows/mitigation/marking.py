"""Which trials are on a frontier: of the gap against accuracy, outcomes per call, and value per call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from audit.estimate import Estimate
from audit.rows.mitigation.frontier import unbeaten
from audit.rows.mitigation.model import Aim, Reading, Trial

Good = Callable[[Reading], Estimate | None]


def marked(trials: Sequence[Trial], today: Reading, aim: Aim) -> tuple[Trial, ...]:
    """Mark who is on each frontier among these trials; today's decisions are a point of all.

    What a call brings is compared at the same number of calls only: fewer calls reach better leads.
    """
    kept = [one for one in trials if one.remedy.capacity_kept]
    right = _unbeaten(trials, today, aim, lambda one: one.accuracy)
    won = _unbeaten(kept, today, aim, lambda one: one.won)
    worth = _unbeaten(kept, today, aim, lambda one: one.worth)
    return tuple(
        replace(
            one,
            best=one.remedy.id in right,
            best_won=one.remedy.id in won,
            best_worth=one.remedy.id in worth,
        )
        for one in trials
    )


def _unbeaten(trials: Sequence[Trial], today: Reading, aim: Aim, good: Good) -> frozenset[str]:
    """Ids of the trials on the frontier."""
    told = [(one.remedy.id, one.after) for one in trials if one.after is not None]
    points = {
        name: (abs(gap), found.value)
        for name, one in (("", today), *told)
        if (gap := one.gap(aim).value) is not None
        and (found := good(one)) is not None
        and found.value is not None
    }
    marks = unbeaten(list(points.values()))
    return frozenset(name for name, mark in zip(points, marks, strict=True) if mark and name)
