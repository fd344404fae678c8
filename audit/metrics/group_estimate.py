"""One metric of one group, as reports list it."""

from __future__ import annotations

from dataclasses import dataclass

from audit.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEstimate:
    """One metric of one group; ``attribute`` and ``group`` have one entry per crossed attribute."""

    attribute: tuple[str, ...]
    group: tuple[str, ...]
    metric: str
    estimate: Estimate
