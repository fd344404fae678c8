"""What the two alarms of Einstein Discovery would say of the same leads: lines beside our own verdicts.

Einstein knows no interval, no minimum size and no correction: it alarms where the figure itself is beyond
the line. So its alarms are shown for comparison, and decide nothing here.

References
----------
Salesforce Help, "Disparate impact" (bi_edd_data_alert_disparate_impact): a group of a sensitive variable
whose selection rate is below 80 % of the highest group's. "Proxy variables"
(bi_edd_data_alert_proxy_variables): an explanatory variable that is more than 50 % correlated with a
sensitive one. What correlation is meant is not documented; here it is that of a field and a group of half of
the leads, both groups normal with one spread, of which our measure (AUC) is a function.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from audit.estimate import Estimate
from audit.finding import Finding
from audit.finding.words import quoted
from audit.report.model import Report

IMPACT, CORRELATION = 0.8, 0.5
METRIC = "selection_rate"
IMPACT_LABEL = "Einstein's alert: below 80 %"
PROXY_LABEL = "Einstein's alert: correlation above 50 %"
Names = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What Einstein would have said of one finding; ``alarms`` is None where it has no alarm for such."""

    alarms: bool | None
    sentence: str


def strength_of(correlation: float) -> float:
    """The AUC of a field whose correlation with a group of half of the leads is this (0 to below 1).

    With two normal groups of one spread the means are d = 2r / sqrt(1 - r^2) spreads apart, and the AUC is
    Phi(d / sqrt 2).
    """
    apart = 2 * correlation / math.sqrt(1 - correlation**2)
    return 0.5 * (1 + math.erf(apart / 2))


def highest(report: Report, attribute: Names) -> tuple[Names, float] | None:
    """The group of one attribute that is selected most often, and how often; None for crossings."""
    rates = _rates(report, attribute)
    known = [(group, one.value) for group, one in rates.items() if one.value is not None]
    if len(attribute) != 1 or len(known) < 2:
        return None
    return max(known, key=lambda pair: pair[1])


def rate_line(report: Report, attribute: Names) -> float | None:
    """Below which share selected Einstein alarms; None where it cannot be told."""
    most = highest(report, attribute)
    return IMPACT * most[1] if most and most[1] > 0 else None


def ratio_line(report: Report, attribute: Names, reference: Names) -> float | None:
    """The same as a ratio to our reference group, which need not be the highest one."""
    line, rate = rate_line(report, attribute), _rates(report, attribute).get(reference)
    return None if line is None or rate is None or not rate.value else line / rate.value


def opinion(report: Report, finding: Finding) -> Opinion:
    """Whether Einstein would have alarmed at what a finding is about."""
    impact, proxy = _impact(report, finding), _proxy(finding)
    told = [one for one in (impact, proxy) if one is not None]
    if not told:
        return Opinion(
            alarms=None,
            sentence="Einstein has no alert for what this finding is about.",
        )
    return Opinion(alarms=any(one.alarms for one in told), sentence=" ".join(one.sentence for one in told))


def _impact(report: Report, finding: Finding) -> Opinion | None:
    most = highest(report, finding.attribute)
    own = _rates(report, finding.attribute).get(finding.group)
    if finding.metric != METRIC or most is None or own is None or own.value is None or not most[1]:
        return None
    ratio = own.value / most[1]
    alarms = ratio < IMPACT
    said = f"at {ratio * 100:.0f} % of the rate of {quoted(', '.join(most[0]))}, the highest"
    if alarms:
        return Opinion(alarms=True, sentence=f"{IMPACT_LABEL} would have been raised: this group is {said}.")
    return Opinion(alarms=False, sentence=f"{IMPACT_LABEL} would have stayed silent: this group is {said}.")


def _proxy(finding: Finding) -> Opinion | None:
    facts = dict(finding.evidence)
    name, strength = facts.get("proxy"), facts.get("proxy_auc")
    if not isinstance(name, str) or not isinstance(strength, float):
        return None
    line = strength_of(CORRELATION)
    alarms = strength > line
    how = "would have been raised" if alarms else "would have stayed silent"
    said = f"the field {quoted(name)} has the strength {strength:.2f}, where {line:.2f} is the line"
    return Opinion(alarms=alarms, sentence=f"{PROXY_LABEL} {how}: {said}.")


def _rates(report: Report, attribute: Names) -> dict[Names, Estimate]:
    return {
        one.group: one.estimate
        for one in report.estimates
        if one.attribute == attribute and one.metric == METRIC and one.group
    }
