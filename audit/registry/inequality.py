"""Metrics of how unequally the benefits of the decisions are spread within a group."""

from __future__ import annotations

from audit.registry.model import Metric
from audit.registry.sources import DELTA

INEQUALITY: tuple[Metric, ...] = (
    Metric(
        id="generalized_entropy",
        kind="cells",
        range="positive",
        chapter="inequality",
        definition=(
            "generalised entropy index (alpha 2) of the benefits: 0 for a lead wrongly passed over, 1 for a "
            "right decision, 2 for one wrongly selected"
        ),
        sign="positive: the benefits of the decision are spread more unequally within the group",
        source=f"Speicher et al. (2018), KDD 2239-2248; {DELTA}",
        aliases=(
            ("aif360", "generalized_entropy_index"),
            ("clarify", "GE"),
        ),
        needs=(),
        family=None,
        crossed=False,
        empty="every lead of this group with a known outcome was wrongly passed over",
    ),
    Metric(
        id="theil",
        kind="cells",
        range="positive",
        chapter="inequality",
        definition="Theil index (generalised entropy, alpha 1) of the benefits of generalized_entropy",
        sign="positive: the benefits of the decision are spread more unequally within the group",
        source=f"Speicher et al. (2018), KDD 2239-2248; {DELTA}",
        aliases=(("aif360", "theil_index"),),
        needs=(),
        family=None,
        crossed=False,
        empty="every lead of this group with a known outcome was wrongly passed over",
    ),
    Metric(
        id="mean_log_deviation",
        kind="composite",
        range="positive",
        chapter="inequality",
        definition="mean log deviation (generalised entropy, alpha 0) of the benefits of generalized_entropy",
        sign="positive: the benefits of the decision are spread more unequally within the group",
        source="Speicher et al. (2018), KDD 2239-2248; Wilson interval of the share of benefits of 2, mapped",
        aliases=(("aif360", "generalized_entropy_index(alpha=0)"),),
        family=None,
        crossed=False,
        empty="a lead of this group was wrongly passed over, and its benefit of 0 has no logarithm",
    ),
    Metric(
        id="coefficient_of_variation",
        kind="cells",
        range="positive",
        chapter="inequality",
        definition="square root of twice the generalised entropy index (alpha 2)",
        sign="positive: the benefits of the decision are spread more unequally within the group",
        source=f"Speicher et al. (2018), KDD 2239-2248; {DELTA}",
        aliases=(("aif360", "coefficient_of_variation"),),
        needs=(),
        family=None,
        crossed=False,
        empty="every lead of this group with a known outcome was wrongly passed over",
    ),
)
