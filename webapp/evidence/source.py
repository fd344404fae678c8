"""What figures are made from: the report of one audit, and the counts that were kept beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from audit.disparity import Disparity
from audit.estimate import Estimate
from audit.finding.reading import is_share
from audit.report.model import Report
from audit.thresholds import ThresholdCounts
from webapp.evidence.sheet import Kind
from webapp.language import marked

Names = tuple[str, ...]
UNKNOWN = "unknown"
NOT_KEPT = marked(
    "This audit was made before its counts were kept. The next audit, after the next pull, has them."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One audit; ``counts`` are None where it was made before they were kept."""

    report: Report
    counts: ThresholdCounts | None
    estimates: Mapping[tuple[Names, str], Mapping[Names, Estimate]] = field(
        init=False, repr=False, compare=False
    )
    compared: Mapping[tuple[Names, str], tuple[Disparity, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        estimates: dict[tuple[Names, str], dict[Names, Estimate]] = {}
        for one in self.report.estimates:
            estimates.setdefault((one.attribute, one.metric), {})[one.group] = one.estimate
        compared: dict[tuple[Names, str], list[Disparity]] = {}
        for gap in self.report.disparities:
            compared.setdefault((gap.attribute, gap.metric), []).append(gap)
        object.__setattr__(self, "estimates", estimates)
        object.__setattr__(self, "compared", {key: tuple(gaps) for key, gaps in compared.items()})

    @property
    def attributes(self) -> tuple[Names, ...]:
        """Every attribute that was audited alone, in the order of the report."""
        return self._of_size(1)

    @property
    def crossings(self) -> tuple[Names, ...]:
        """Every pair of attributes that was audited together."""
        return self._of_size(2)

    def _of_size(self, size: int) -> tuple[Names, ...]:
        return tuple(dict.fromkeys(names for names, _ in self.estimates if len(names) == size))

    def metrics(self, attribute: Names) -> tuple[str, ...]:
        """The metrics that the groups of an attribute have."""
        return tuple(dict.fromkeys(metric for names, metric in self.estimates if names == attribute))

    def reference(self, attribute: Names, metric: str) -> Names | None:
        """The group that others are compared with; None where nothing was compared."""
        gaps = self.compared.get((attribute, metric), ())
        return gaps[0].reference if gaps else None

    def gaps(self, attribute: Names, metric: str, kind: str) -> Mapping[Names, Disparity]:
        """The comparisons of one kind, by group."""
        found = self.compared.get((attribute, metric), ())
        return {gap.group: gap for gap in found if gap.kind == kind}

    def special(self, attribute: Names) -> bool:
        """Whether one of the attributes is a special category (GDPR, Article 9)."""
        return any(name in self.report.settings.special_categories for name in attribute)


def value_kind(metric: str) -> Kind:
    """How a value of a metric is written."""
    return "share" if is_share(metric) else "number"


def gap_kind(metric: str, kind: str = "difference") -> Kind:
    """How a comparison of a metric is written."""
    if kind == "ratio":
        return "times"
    return "points" if is_share(metric) else "gap"


def joined(names: Names) -> str:
    """The parts of a crossing in one text."""
    return ", ".join(names)
