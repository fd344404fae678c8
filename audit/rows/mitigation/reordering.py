"""The work queue in a new order: within each group as before, and among groups in due proportion.

A group that is due a share p of the calls has its r-th best lead at place (r - 1/2) / p; sorted by these
places, the first K leads hold every group's share of K, rounded as Webster's (Sainte-Lague) apportionment
does, for every K at once. No chance is in it, and every capacity is met exactly.

References
----------
M. Balinski, H. Young (1982). Fair Representation. S. Geyik, S. Ambler, K. Kenthapadi (2019). KDD 25:2221
(re-ranking by representation).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from audit.rows.levels import Codes, Reals
from audit.rows.mitigation.attempt import Attempt, Made
from audit.rows.mitigation.bench import Bench
from audit.rows.mitigation.model import Remedy
from audit.rows.mitigation.queue import Queue
from audit.rows.mitigation.wording import NO_LABELS

STRENGTHS = (0.25, 0.5, 0.75, 1.0)
SOURCE = "Webster's apportionment (Balinski and Young 1982); cf. Geyik et al. (2019), KDD 25:2221"


def attempts(leads: Bench, score: Reals) -> tuple[Attempt, ...]:
    """A quarter, half, three quarters and all of the way to equal shares."""
    return tuple(_attempt(leads, score, strength) for strength in STRENGTHS)


def _attempt(leads: Bench, score: Reals, strength: float) -> Attempt:
    way = "all of the way" if strength == 1 else f"{strength * 100:.0f} % of the way"
    remedy = Remedy(
        id=f"reorder:{strength:g}",
        family="scores",
        title=f"Reorder the queue, {way} to equal shares",
        what="Sort the queue anew, so that each group has its share of the calls. Within a group the order"
        " of the scores stays, the number of calls is met exactly, and chance has no say. Leads are"
        " placed by their group, which in many countries and uses is not allowed.",
        needs="scores",
        labels=NO_LABELS,
        source=SOURCE,
        attribute_at_decision=True,
    )

    def run() -> Made:
        return Made(decided=leads.queue.top(-due(leads.queue, score, leads.levels.codes, strength)))

    return Attempt(remedy=remedy, run=run)


def due(queue: Queue, score: Reals, group: Codes, strength: float) -> Reals:
    """The place that each lead is due in its queue, smaller is earlier.

    ``strength`` 0 gives each group the calls that it has by score, 1 its share of the leads.
    """
    size = int(group.max(initial=0)) + 1
    cell = queue.of * size + group
    whole = queue.places.size * size
    of_leads = np.bincount(cell, minlength=whole).reshape(-1, size)
    of_calls = np.bincount(cell, queue.top(score), minlength=whole).reshape(-1, size)
    share = (1 - strength) * _shares(of_calls) + strength * _shares(of_leads)
    within = Queue(of=cell, places=np.ones(whole, dtype=np.int64), lot=queue.lot).rank(score)
    # A group that is due nothing comes last, in its own order.
    return np.asarray((within + 0.5) / np.maximum(share.ravel()[cell], 1e-9), dtype=np.float64)


def _shares(counts: npt.NDArray[Any]) -> Reals:
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0), dtype=np.float64)
