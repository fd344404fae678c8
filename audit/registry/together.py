"""Numbers about all groups of an attribute, or of a crossing, together: estimates without a group."""

from __future__ import annotations

from audit.registry.model import Metric

_FOULDS = "Foulds, Islam, Keya and Pan (2020), ICDE 1918-1921; Jeffreys intervals that hold together"
_SPEICHER = "Speicher et al. (2018), KDD 2239-2248"
_STEIGER = "noncentral chi-square interval (Steiger 2004, Psychological Methods 9, 164-182)"
_TWO = "fewer than two groups are known"
_GEYIK = "Geyik, Ambler and Kenthapadi (2019), KDD 2221-2231"

TOGETHER: tuple[Metric, ...] = (
    Metric(
        id="differential_fairness",
        kind="together",
        range="positive",
        chapter="together",
        definition=(
            "epsilon of the decisions: the largest logarithm of a ratio of two groups' rates of being "
            "selected, or of being passed over, half a lead being added on either side of each group "
            "(concentration 1)"
        ),
        sign="never negative: no group is selected, or passed over, more than exp(epsilon) times as often",
        source=_FOULDS,
        aliases=(("aif360", "differential_fairness_bias_amplification (first part)"),),
        empty=_TWO,
        family=None,
    ),
    Metric(
        id="outcome_differential_fairness",
        kind="together",
        range="positive",
        chapter="together",
        definition="the same epsilon of the outcomes: how far conversion itself differs between the groups",
        sign="never negative: no group converts, or fails to, more than exp(epsilon) times as often",
        source=_FOULDS,
        aliases=(("aif360", "smoothed_empirical_differential_fairness"),),
        empty=_TWO,
        family=None,
    ),
    Metric(
        id="bias_amplification",
        kind="together",
        range="line",
        chapter="together",
        definition="differential_fairness minus outcome_differential_fairness",
        sign="positive: the decisions part the groups more than their outcomes do",
        source=_FOULDS,
        aliases=(("aif360", "differential_fairness_bias_amplification"),),
        empty=_TWO,
        family=None,
    ),
    Metric(
        id="between_group_entropy",
        kind="together",
        range="positive",
        chapter="together",
        definition="generalised entropy index (alpha 2) of the groups' mean benefits, weighted by leads",
        sign="never negative: 0 where all groups benefit alike on average",
        source=f"{_SPEICHER}; {_STEIGER}",
        aliases=(("aif360", "between_all_groups_generalized_entropy_index"),),
        empty=_TWO,
        family=None,
    ),
    Metric(
        id="between_group_theil",
        kind="together",
        range="positive",
        chapter="together",
        definition="Theil index (alpha 1) of the groups' mean benefits, weighted by their leads",
        sign="never negative: 0 where all groups benefit alike on average",
        source=f"{_SPEICHER}; {_STEIGER}",
        aliases=(("aif360", "between_all_groups_theil_index"),),
        empty=_TWO,
        family=None,
    ),
    Metric(
        id="between_group_log_deviation",
        kind="together",
        range="positive",
        chapter="together",
        definition="mean log deviation (alpha 0) of the groups' mean benefits, weighted by their leads",
        sign="never negative: 0 where all groups benefit alike on average",
        source=f"{_SPEICHER}; {_STEIGER}",
        aliases=(("aif360", "between_all_groups_generalized_entropy_index(alpha=0)"),),
        empty="of one group every lead was wrongly passed over",
        family=None,
    ),
    Metric(
        id="within_group_entropy",
        kind="together",
        range="positive",
        chapter="together",
        definition="generalised entropy index (alpha 2) of all leads minus the part between the groups",
        sign="never negative: 0 where benefits differ only between groups",
        source=f"{_SPEICHER}; interval by influence functions, on the logarithm",
        aliases=(("literature", "within-group unfairness"),),
        empty=_TWO,
        family=None,
    ),
    Metric(
        id="within_group_theil",
        kind="together",
        range="positive",
        chapter="together",
        definition="Theil index (alpha 1) of all leads minus the part between the groups",
        sign="never negative: 0 where benefits differ only between groups",
        source=f"{_SPEICHER}; interval by influence functions, on the logarithm",
        aliases=(("literature", "within-group unfairness"),),
        empty=_TWO,
        family=None,
    ),
    Metric(
        id="exposure_distance",
        kind="together",
        range="positive",
        chapter="together",
        definition=(
            "part of the exposure in the queue that would have to move to other groups for each to have as "
            "much of it as of the leads (half the sum of distances)"
        ),
        sign="never negative: 0 where every group has its part of the exposure",
        source="total variation distance; sampling moves it no further than all groups' exposures together",
        aliases=(("holisticai", "exposure_l1 (of items)"),),
        empty=_TWO,
        family=None,
    ),
    Metric(
        id="minimum_skew",
        kind="together",
        range="line",
        chapter="together",
        definition="lowest skew of a known group, written with @selected, @tenth or @queue like skew",
        sign="below 0: some group has less of the beginning of the queue than of all leads",
        source=f"{_GEYIK} (minimum skew); intervals of all groups that hold together",
        aliases=(("literature", "MinSkew@k"),),
        empty="of one group no lead is among the first of the queue",
        family=None,
    ),
)
