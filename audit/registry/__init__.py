"""The registry of metrics: what each one is, which way it points, and what others call it.

Positive means that the outcome is yes (the lead converted), selected means that the score reached
the threshold or that the decision was yes.
"""

from __future__ import annotations

from types import MappingProxyType

from audit.registry.across import ACROSS, BACKGROUND, RECALIBRATION
from audit.registry.agreement import AGREEMENT
from audit.registry.conditional import CONDITIONAL
from audit.registry.distance import DISTANCE
from audit.registry.inequality import INEQUALITY
from audit.registry.labels import LABELS
from audit.registry.model import Chapter, Family, Kind, Metric, Range
from audit.registry.options import OPTION
from audit.registry.queue import QUEUE
from audit.registry.rates import COMPOSITION, RATES
from audit.registry.score import CALIBRATION, SCORE
from audit.registry.span import SPAN
from audit.registry.together import TOGETHER
from audit.registry.treatment import TREATMENT

METRICS: MappingProxyType[str, Metric] = MappingProxyType(
    {
        one.id: one
        for one in (
            *COMPOSITION,
            *RATES,
            *SPAN,
            *OPTION,
            *CONDITIONAL,
            *AGREEMENT,
            *INEQUALITY,
            *SCORE,
            *DISTANCE,
            *CALIBRATION,
            *RECALIBRATION,
            *BACKGROUND,
            *ACROSS,
            *QUEUE,
            *TOGETHER,
            *LABELS,
            *TREATMENT,
        )
    }
)
"""Every metric by its id, in the order in which estimates are listed."""


def metric(identifier: str) -> Metric:
    """Look up the metric of an estimate; ``outcome_rate@20-30`` is the metric ``outcome_rate``."""
    return METRICS[identifier.partition("@")[0]]


def option_of(identifier: str) -> str | None:
    """The option that an estimate is about: "Premium" of ``option_rate@Premium``; None for others."""
    name, _, option = identifier.partition("@")
    known = METRICS.get(name)
    return option if known is not None and known.kind == "option" and option else None


__all__ = ["METRICS", "Chapter", "Family", "Kind", "Metric", "Range", "metric", "option_of"]
