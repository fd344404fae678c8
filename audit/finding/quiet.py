"""The shape of a finding for information: about an attribute as a whole."""

from __future__ import annotations

from audit.disparity import Verdict
from audit.finding.case import is_special
from audit.finding.facts import Facts, Names
from audit.finding.value import Evidence, Finding, identity


def quiet(attribute: Names, verdict: Verdict, text: str, shown: Evidence, facts: Facts) -> Finding:
    """A finding of severity "info" for all groups of an attribute that share a verdict."""
    return Finding(
        id=identity(attribute, (), verdict),
        severity="info",
        verdict=verdict,
        attribute=attribute,
        group=(),
        metric="all",
        text=text,
        special_category=is_special(attribute, facts),
        evidence=shown,
    )
