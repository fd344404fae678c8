"""A finding in words that anybody in the CRM may read.

Its own sentences name an attribute, a group and their numbers: they are for auditors. A record in the CRM
is read by everybody who sees the score, so that here a finding is one of three fixed sentences, which
depend on nothing but what the metric is about and whether the audit is sure. What a special category is
behind is always told as the first, which is also that of every finding about the score itself: nobody can
read from a record whether a special category is behind it (docs/adr/0007-what-a-record-in-the-crm-
says.md).
"""

from __future__ import annotations

from audit.finding.treatment_reading import TREATMENT
from audit.finding.value import Finding

SCORE = "The score is unreliable for some leads."
SELECTION = "Some leads are selected less readily than others."
WORK = "Some leads are worked less, or later, than others."
SURE = "The audit is sure of it."
LIKELY = "The audit holds it likely; more leads would tell."
WHERE = "Auditors can read in Fairlead what is behind it."
_WORKING = frozenset({*TREATMENT, "contact_rate"})
_SELECTING = frozenset(
    {
        *("selection_rate", "true_positive_rate", "false_negative_rate"),
        *("false_positive_rate", "true_negative_rate", "selected_share"),
        *("conditional_selection_rate", "conditional_selection_odds", "conditional_true_positive_rate"),
        *("selection_rate_span", "true_positive_rate_span", "equalized_odds_span"),
    }
)


def outward(finding: Finding) -> str:
    """The finding for everybody: three sentences without an attribute, a group or a number."""
    sure = SURE if finding.verdict == "fail" else LIKELY
    return f"{_about(finding)} {sure} {WHERE}"


def _about(finding: Finding) -> str:
    if finding.special_category:
        return SCORE
    if finding.metric in _WORKING:
        return WORK
    return SELECTION if finding.metric in _SELECTING else SCORE
