"""What is expected of the leads of a quarter whose outcomes are not all known yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.expected import Forecast, span_of
from webapp.expected_told import Seen
from webapp.gap_watch.scorecards import Card
from webapp.language import decimal
from webapp.viewmodels.expected import figures, span_words
from webapp.viewmodels.words import metric_label, quoted_here

METRICS = ("base_rate", "true_positive_rate")
"""What a scorecard says of outcomes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One group of one cohort: an estimate and its range for each of ``heads``, empty where there is none."""

    span: str
    group: str
    n: str
    heads: tuple[str, ...]
    cells: tuple[tuple[str, str], ...]


def expected_in(card: Card, seen: Seen, attribute: str) -> list[Line]:
    """The estimates of the newest pull for the cohorts that begin in a quarter that is not ripe."""
    found = seen.now.found if seen.now else None
    if found is None or card.ripe is None or card.known_on is None or not seen.may_see(attribute):
        return []
    kept = [
        one
        for one in found.forecasts
        if one.attribute == attribute and one.cohort and _within(one.cohort, card)
    ]
    return list(_lines(kept))


def _within(cohort: str, card: Card) -> bool:
    return card.quarter.first <= span_of(cohort)[0] <= card.quarter.last


def _lines(kept: Sequence[Forecast]) -> Iterator[Line]:
    of = {(one.cohort, one.group, one.metric): one for one in kept}
    heads = tuple(metric_label(name) for name in METRICS)
    for cohort, group in sorted({(one.cohort, one.group) for one in kept}):
        cells = tuple(figures(of[cohort, group, name].estimate, share=True) for name in METRICS)
        if any(value for value, _ in cells):
            yield Line(
                span=span_words(cohort),
                group=quoted_here(group),
                n=decimal(of[cohort, group, METRICS[0]].estimate.n),
                heads=heads,
                cells=cells,
            )
