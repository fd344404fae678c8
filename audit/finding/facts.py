"""What the sentences are made from: estimates, gaps and proxies, with their look-ups."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from audit.disparity import Disparity
from audit.estimate import Estimate
from audit.finding.reading import in_own_unit, reading
from audit.finding.reading_model import Reading
from audit.metrics import GroupEstimate
from audit.rows.proxy import GapPair, Proxy
from audit.rows.treatment import EqualMedian
from audit.schema import Stream
from audit.subgroups.model import Subgroup

Names = tuple[str, ...]
LARGEST = 99.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The numbers of one audit. ``width`` is that of the score's range, None where unknown."""

    stream: Stream
    estimates: tuple[GroupEstimate, ...]
    disparities: tuple[Disparity, ...]
    proxies: tuple[Proxy, ...] = ()
    gap_pairs: tuple[GapPair, ...] = ()
    width: float | None = None
    subgroups: tuple[Subgroup, ...] = ()
    medians: tuple[EqualMedian, ...] = ()
    by_group: Mapping[tuple[Names, Names, str], Estimate] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        index = {(e.attribute, e.group, e.metric): e.estimate for e in self.estimates}
        object.__setattr__(self, "by_group", index)

    def estimate(self, attribute: Names, group: Names, metric: str) -> Estimate | None:
        """One metric of one group; None where it was not made or is undefined."""
        found = self.by_group.get((attribute, group, metric))
        return found if found is not None and found.value is not None else None

    @property
    def selects(self) -> bool:
        """Whether some leads are selected and some are not; True where the audit has no selection."""
        found = self.estimate((), (), "selection_rate")
        return found is None or found.value not in {0.0, 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A disparity with its direction: who is worse off, and by how many tolerances at least.

    ``size`` is the end of the interval nearest to equality, in tolerances: at least 1 for a gap
    that surely exceeds its tolerance, 0 for one that may be nothing.
    """

    disparity: Disparity
    reading: Reading
    group_is_worse_off: bool
    size: float

    @property
    def worse_off(self) -> Names:
        """The group on the losing side."""
        return self.disparity.group if self.group_is_worse_off else self.disparity.reference

    @property
    def better_off(self) -> Names:
        """The group on the winning side."""
        return self.disparity.reference if self.group_is_worse_off else self.disparity.group


def gap(disparity: Disparity, stream: Stream, width: float | None) -> Gap:
    """Read a disparity that has a value."""
    found = reading(disparity.metric)
    upside_down = found.unit == "score" and not stream.higher_is_better
    lower = (disparity.value or 0.0) < (0.0 if disparity.kind == "difference" else 1.0)
    return Gap(
        disparity=disparity,
        reading=found,
        group_is_worse_off=(lower == (found.worse == "lower")) != upside_down,
        size=min(LARGEST, _near(disparity) / _tolerance(disparity, stream, width)),
    )


def tolerance(one: Gap, stream: Stream, width: float | None) -> float:
    """The tolerance of a gap in its own unit; on the logarithmic scale for a ratio."""
    return _tolerance(one.disparity, stream, width)


def _near(disparity: Disparity) -> float:
    low, high = disparity.low, disparity.high
    if low is None or high is None:
        return 0.0
    if disparity.kind == "ratio":
        low, high = (math.log(end) if end > 0 else -math.inf for end in (low, high))
    return max(low, -high, 0.0)


def _tolerance(disparity: Disparity, stream: Stream, width: float | None) -> float:
    if disparity.kind == "ratio":
        return -math.log(stream.audit.tolerance_ratio)
    return in_own_unit(stream.audit.tolerance_difference, disparity.metric, width)
