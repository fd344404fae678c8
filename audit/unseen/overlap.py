"""Leads whose like nobody worked: at their score nothing can be learned about their outcomes."""

from __future__ import annotations

from collections.abc import Iterator

from audit.finding import Caution, evidence
from audit.finding.words import count, percent, quoted
from audit.unseen.value import Bound

MATERIAL = 0.01


def no_overlap(bounds: tuple[Bound, ...]) -> Iterator[Caution]:
    """Per attribute: unseen outcomes in strata without a seen one (no positivity), from 1 % of the unseen."""
    told = [b for b in bounds if b.method == "missing_at_random" and b.metric == "base_rate"]
    told = [b for b in told if b.cause == "selective_labels" and b.reference is None and b.attribute]
    for attribute in dict.fromkeys(b.attribute for b in told):
        own = [b for b in told if b.attribute == attribute]
        alone, missing = sum(b.unsupported for b in own), sum(b.missing for b in own)
        if alone and alone >= MATERIAL * missing:
            yield _caution(attribute[0], alone, missing)


def _caution(attribute: str, alone: int, missing: int) -> Caution:
    share = alone / missing
    return Caution(
        code="no_overlap",
        text=(
            f"{count(alone)} without a usable outcome ({percent(share)} of them) stand alone by"
            f" {quoted(attribute)}: no lead of the same group, score and decision has one. What they would"
            " have become cannot be learned from others. Have a few of them worked."
        ),
        evidence=evidence(attribute=attribute, leads=alone, missing=missing, share=share),
    )
