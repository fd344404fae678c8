"""Features that give an attribute away only when they are taken together."""

from __future__ import annotations

from collections.abc import Iterator

from audit.finding import Caution, evidence
from audit.finding.facts import Facts
from audit.finding.words import listed, quoted
from audit.rows.examine import Examination
from audit.rows.separating.joint import JointProxy, jointly_informative

MATERIAL = 0.6
"""Held-out AUC from which features tell an attribute apart well enough to matter."""
NAMED = 5


def given_away_together(examined: Examination, facts: Facts) -> Iterator[Caution]:
    """Every attribute that the features together give away surely better than the best one alone."""
    for one in examined.joint_proxies:
        alone = [proxy for proxy in facts.proxies if proxy.attribute == one.attribute]
        best = max(alone, key=lambda proxy: proxy.auc, default=None)
        sure = jointly_informative(one, facts.stream.audit.confidence) and one.auc >= MATERIAL
        if best is not None and sure and one.low > best.auc:
            yield _together(one, best.feature, best.auc)


def _together(one: JointProxy, best: str, alone: float) -> Caution:
    named = tuple(quoted(name) for name in one.carried_by[:NAMED])
    more = len(one.carried_by) - len(named)
    fields = listed((*named, f"{more} more")) if more > 0 else listed(named)
    return Caution(
        code="joint_proxy",
        text=(
            f"Taken together, the fields {fields} tell {quoted(one.attribute)} apart better than any field"
            f" does alone (AUC {one.auc:.2f} with every field, {alone:.2f} for {quoted(best)} alone; 0.5 is"
            " chance). Leaving out a single field does not keep a score from following it."
        ),
        evidence=evidence(
            attribute=one.attribute,
            auc=one.auc,
            low=one.low,
            high=one.high,
            p_adjusted=one.p_adjusted,
            carried_by=", ".join(one.carried_by),
            best_alone=best,
            best_alone_auc=alone,
        ),
    )
