"""Everything that is measured of what a policy keeps, before it is saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from connectors.policy.coarser import Step, steps
from connectors.policy.diversity import Diversity, diversity
from connectors.policy.linkage import Inference, Linkage, inference, linkage
from connectors.policy.model import Policy
from connectors.policy.path import Path, path_to_green
from connectors.policy.risk import Risk, risk

# The list that an outsider is given: everybody in a small file, enough for a stable share in a large one.
LISTED = 10_000
SEED = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How the leads hide on the columns that an outsider could know, and what finding them would tell.

    ``next_step`` is the step that hides the most, None where no lead stands alone or no single step helps.
    ``learned`` has an entry per sensitive column, which counts as not known. ``path`` are the steps to
    groups of `connectors.policy.risk.K`; None where all are as large already.
    """

    risk: Risk
    attack: Linkage
    next_step: Step | None
    learned: tuple[tuple[Diversity, Inference], ...] = ()
    path: Path | None = None


def exposure(
    table: pa.Table, policy: Policy, known: Sequence[str], sensitive: Sequence[str] = ()
) -> Exposure:
    """Measure the leads that a policy keeps; ``known`` are the columns that an outsider could know."""
    known = [name for name in known if name not in sensitive]
    measured = risk(table, known)
    return Exposure(
        risk=measured,
        attack=linkage(table, known, listed=min(LISTED, table.num_rows), seed=SEED),
        next_step=_best(steps(table, policy, known), measured),
        learned=tuple((diversity(table, known, name), inference(table, known, name)) for name in sensitive),
        path=path_to_green(table, policy, known) if measured.few else None,
    )


def _best(found: Sequence[Step], now: Risk) -> Step | None:
    helpful = (step for step in found if step.risk.alone < now.alone)
    return next(helpful, None)
