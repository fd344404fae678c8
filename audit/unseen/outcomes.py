"""Bounds on outcome metrics where outcomes are not seen: leads that nobody worked, or that are too young."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from audit.grouping import Grouping
from audit.metrics.confusion import usable
from audit.registry import METRICS
from audit.tally.columns import NO, OUTCOME, SELECTED, WORKED, YES
from audit.unseen.completion import METRIC_IDS, Completed, Seen, completed
from audit.unseen.listing import Regions
from audit.unseen.strata import bands, controls, decisions, strata

_RANDOM = {"missing_at_random": True, "worst_case": False}


def outcome_regions(part: Grouping, scale: tuple[float, float] | None) -> Iterator[Regions]:
    """Regions of the outcome metrics of every group; none where every outcome is seen, or none is."""
    if not part.has(OUTCOME) or not len(part.cube.n):
        return
    seen = observed(part, scale)
    if not seen.unseen.any() or not seen.known.any():
        return
    for name in METRIC_IDS if part.has(SELECTED) else METRIC_IDS[:1]:
        for method, at_random in _RANDOM.items():
            made = completed(name, seen, at_random=at_random)
            yield _regions(part, name, method, made)


def observed(part: Grouping, scale: tuple[float, float] | None) -> Seen:
    """Counts by stratum: group, score band, decision and controls."""
    state, leads = decisions(part), part.cube.n.astype(np.float64)
    by = strata(part.index, bands(part, scale), state, *controls(part))
    won, lost = usable(part, YES), usable(part, NO)
    unseen = ~(won | lost)
    idle = unseen & ~part.at(WORKED, YES) if part.has(WORKED) else np.zeros_like(unseen)
    return Seen(
        group=part.index[by.first],
        groups=len(part.groups),
        state=state[by.first],
        won=by.sum(leads, won),
        lost=by.sum(leads, lost),
        unseen=by.sum(leads, unseen),
        unworked=by.sum(leads, idle),
    )


def _regions(part: Grouping, name: str, method: str, made: Completed) -> Regions:
    return Regions(
        cause="selective_labels",
        method="missing_at_random" if method == "missing_at_random" else "worst_case",
        metric=name,
        region=made.region,
        n=made.n,
        missing=made.missing,
        unworked=made.unworked if part.has(WORKED) else None,
        unsupported=made.unsupported,
        empty=METRICS[name].empty,
    )
