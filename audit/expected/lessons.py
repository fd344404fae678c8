"""What can be learned on a day: the leads that had ripened by then, counted by group and kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.arrays import BoolArray, FloatArray, IntArray
from audit.expected.cohorts import month_of
from audit.expected.curve import pooled, rates
from audit.expected.figures import step_auc, true_auc
from audit.expected.leads import Leads
from audit.expected.spread import Spread, spread_of
from audit.expected.steps import STATES, Steps, counted, steps_of

REMEMBERED = 365
"""Days of creation that are learned from: older leads tell of another business."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lessons:
    """Leads with a known outcome by group and kind; ``used`` are the kinds that occur at all.

    ``rates`` is the calibration of each group, ``pooled`` that of all. ``within`` is what the AUC gains from
    the order of the scores inside the steps. ``first`` and ``last`` are days of creation, ``lowest`` and
    ``highest`` codes of the score.
    """

    names: tuple[str, ...]
    steps: Steps
    used: IntArray
    won: FloatArray
    known: FloatArray
    pooled: FloatArray
    rates: FloatArray
    spread: Spread
    within: float
    first: int
    last: int
    lowest: int
    highest: int

    @property
    def step(self) -> IntArray:
        """The step of each kind."""
        return self.used // STATES

    @property
    def state(self) -> IntArray:
        """The decision of each kind."""
        return self.used % STATES

    @property
    def scored(self) -> BoolArray:
        """Kinds of leads with a score."""
        return np.less(self.step, len(self.steps.starts))

    def count(self, leads: Leads, values: FloatArray) -> FloatArray:
        """Leads by group and used kind."""
        index = leads.group * self.steps.size + self.steps.kind(leads.score, leads.state)
        return counted(index, values, (len(self.names), self.steps.size))[:, self.used]


def ripe(leads: Leads, until: int) -> Leads:
    """Leads of known outcome that were created by a day, of the last year before it."""
    recent = (leads.day <= until) & (leads.day > until - REMEMBERED)
    return leads.where(recent & (leads.known > 0))


def lessons_of(leads: Leads, until: int, asked: Leads) -> Lessons | None:
    """What leads created by a day teach about the leads that are asked for.

    None where nothing can be learned: no lead of known outcome, or all of them have the same.
    """
    known = ripe(leads, until)
    if not known.won.sum() or not known.lost.sum():
        return None
    steps = steps_of(known)
    index = steps.kind(known.score, known.state)
    seen = np.concatenate([index, steps.kind(asked.score, asked.state)])
    used = np.unique(seen)
    shape = (len(leads.names), steps.size)
    flat = known.group * steps.size + index
    won, n = (counted(flat, one, shape)[:, used] for one in (known.won, known.known))
    scored = known.score[known.score != known.blank]
    curve = pooled(won.sum(axis=0), n.sum(axis=0))
    found = rates(curve, won, n)
    return Lessons(
        names=leads.names,
        steps=steps,
        used=used,
        won=won,
        known=n,
        pooled=curve,
        rates=found,
        spread=_spread(known, found, np.searchsorted(used, index)),
        within=_within(known, steps, used),
        first=int(known.day.min()),
        last=int(known.day.max()),
        lowest=int(scored.min(initial=leads.blank)),
        highest=int(scored.max(initial=0)),
    )


def _spread(known: Leads, found: FloatArray, kind: IntArray) -> Spread:
    """How far months lie from what the calibration says of them."""
    months, month = np.unique(month_of(known.day), return_inverse=True)
    shape = (len(months), len(known.names))
    p = found[known.group, kind]
    flat = month * shape[1] + known.group
    off = counted(flat, known.won - known.known * p, shape)
    return spread_of(off, counted(flat, known.known * p * (1 - p), shape))


def _within(known: Leads, steps: Steps, used: IntArray) -> float:
    """AUC of the known outcomes, less that with the outcomes spread evenly inside each kind."""
    exact = true_auc(known, known.score != known.blank)
    kind = np.searchsorted(used, steps.kind(known.score, known.state))
    won, lost = (counted(kind, one, (1, len(used))) for one in (known.won, known.lost))
    step = used // STATES
    rough = step_auc(won, lost, np.where(step < len(steps.starts), step, -1))[0]
    return 0.0 if exact is None or np.isnan(rough) else exact - float(rough)
