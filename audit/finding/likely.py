"""Groups whose gap is significant and, as measured, beyond the tolerance, but not surely so.

The verdict *fail* asks that the whole interval lies beyond the tolerance. A regulator asks less: that the
difference is significant and that its size matters (29 CFR 1607.4(D): statistically and practically
significant). Between the two lies the finding made here. It has severity "low" and no verdict.
"""

from __future__ import annotations

import math

from audit.finding.case import Case, is_special
from audit.finding.facts import Facts, Gap, tolerance
from audit.finding.failing import failed_evidence
from audit.finding.sentences import certainty_sentence, headline
from audit.finding.value import Finding, identity, lines
from audit.finding.words import more_leads

_SMALLEST_P = 0.001


def likely(case: Case, facts: Facts) -> Finding | None:
    """The finding of a group without a failing comparison; None where no gap is both."""
    both = [gap for gap in case.leading if _significant(gap, facts) and _beyond(gap, facts)]
    if case.failing or not both:
        return None
    lead = both[0]
    one = lead.disparity
    return Finding(
        id=identity(one.attribute, one.group, one.metric),
        severity="low",
        verdict="insufficient",
        attribute=one.attribute,
        group=one.group,
        metric=one.metric,
        text=lines(headline(lead, None, facts), _so_far(lead), certainty_sentence(lead, facts), _open(lead)),
        special_category=is_special(one.attribute, facts),
        evidence=failed_evidence(lead, tuple(both[1:]), None),
    )


def _significant(gap: Gap, facts: Facts) -> bool:
    """Whether the groups surely differ, though not surely by more than the tolerance."""
    one = gap.disparity
    level = 1 - facts.stream.audit.confidence
    significant = one.p_adjusted is not None and one.p_adjusted < level
    return one.verdict == "insufficient" and significant and gap.size < 1


def _beyond(gap: Gap, facts: Facts) -> bool:
    value = gap.disparity.value
    if value is None:
        return False
    if gap.disparity.kind == "ratio":
        value = math.log(value) if value > 0 else -math.inf
    return abs(value) > tolerance(gap, facts.stream, facts.width)


def _so_far(gap: Gap) -> str:
    one = gap.disparity
    p = one.p_adjusted or 0.0
    shown = f"= {p:.3f}" if p >= _SMALLEST_P else f"< {_SMALLEST_P}"
    rule = one.metric == "selection_rate" and one.kind == "ratio"
    regulated = ": statistically and practically significant (29 CFR 1607.4(D))" if rule else ""
    return (
        f"The gap is statistically significant (p {shown} after correction for all comparisons) and, as"
        f" measured, larger than tolerated{regulated}."
    )


def _open(gap: Gap) -> str:
    """What keeps it from being a fail, and what would settle it."""
    one = gap.disparity
    needed = one.n_needed
    settle = f" The group needs {more_leads(needed - one.n)} to settle that." if needed is not None else ""
    return f"Whether the true gap is larger than tolerated is not certain.{settle}"
