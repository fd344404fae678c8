"""Made-up comparisons, and what the audit concludes from them."""

from __future__ import annotations

from dataclasses import replace

from audit.disparity import Disparity
from audit.estimate import Estimate
from audit.finding.conclude import findings
from audit.finding.facts import Facts
from audit.metrics import GroupEstimate
from audit.schema import Attribute, Stream

REGION = Attribute(name="region", column="region", reference="city")
AGE = Attribute(name="age", column="age", reference="35-50", special_category=True)
STREAM = Stream(name="s", attributes=(REGION, AGE), score="score", outcome="won", threshold=60)


def estimate(group: str, metric: str, value: float, n: int = 4_312, half: float = 0.01):
    made = Estimate(value=value, low=value - half, high=value + half, n=n)
    return GroupEstimate(attribute=("region",), group=(group,), metric=metric, estimate=made)


def disparity(metric="selection_rate", value=-0.183, low=-0.201, high=-0.16, **changes) -> Disparity:
    made = Disparity(
        attribute=("region",),
        group=("small town",),
        reference=("city",),
        metric=metric,
        kind="difference",
        value=value,
        low=low,
        high=high,
        n=4_312,
        p=1e-9,
        p_adjusted=1e-8,
        verdict="fail",
        n_needed=None,
    )
    return replace(made, **changes)


RATES = (estimate("small town", "selection_rate", 0.121), estimate("city", "selection_rate", 0.304))


def converting(town: float, city: float, half: float = 0.005) -> tuple[GroupEstimate, ...]:
    return (
        estimate("small town", "base_rate", town, half=half),
        estimate("city", "base_rate", city, half=half),
    )


def concluded(*disparities: Disparity, estimates=RATES, **more):
    return findings(
        Facts(stream=STREAM, estimates=tuple(estimates), disparities=disparities, width=100.0, **more)
    )
