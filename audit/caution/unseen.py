"""Verdicts that leads of unknown group, or without an outcome, could change."""

from __future__ import annotations

from collections.abc import Iterator

from audit.finding import Caution
from audit.finding.facts import Facts
from audit.tally.columns import UNKNOWN
from audit.unseen import Bound, Judged, doubtful_verdicts, no_overlap


def changeable_verdicts(facts: Facts, unseen: tuple[Bound, ...]) -> Iterator[Caution]:
    """Which verdicts do not survive the bounds, and where there is nothing to learn the unseen from."""
    yield from doubtful_verdicts(_judged(facts, unseen))
    yield from no_overlap(unseen)


def _judged(facts: Facts, unseen: tuple[Bound, ...]) -> Judged:
    leads = {(one.attribute, one.group): one.estimate.n for one in facts.estimates if one.metric == "count"}
    unknown = {
        attribute: n / leads[((), ())] for (attribute, group), n in leads.items() if group == (UNKNOWN,)
    }
    return Judged(
        disparities=facts.disparities,
        bounds=unseen,
        audit=facts.stream.audit,
        width=facts.width or 1.0,
        unknown_share=tuple((attribute[0], share) for attribute, share in unknown.items()),
    )
