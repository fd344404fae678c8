"""What became of the leads of a cohort, by group: what was said of them before is laid beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from audit.cube import Cube
from audit.expected.cohorts import ripe_among, span_of
from audit.expected.figures import RATES, confusion, true_auc
from audit.expected.leads import Leads, leads_of, number_of
from audit.expected.steps import STATES, counted
from audit.schema import Stream
from audit.tally.columns import ATTRIBUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """One metric of the worked leads of a group and cohort with a known outcome; ``n`` are all of these.

    ``attribute`` and ``group`` are empty for all leads. A metric that does not exist has no `Became`.
    """

    cohort: str
    attribute: str
    group: str
    metric: str
    value: float
    n: int


def became(cube: Cube, stream: Stream, cohorts: Iterable[str], as_of: date) -> Iterator[Became]:
    """Every metric of those of the named cohorts that are ripe on a day, from a dated cube.

    Parameters
    ----------
    cube
        As `audit.expected.dated` makes it.
    stream
        Its roles. Without ``maturity_days`` nobody can tell what is ripe, and nothing comes.
    cohorts
        Weeks, months or quarters by their names.
    as_of
        The day on which leads are young or ripe.
    """
    if stream.maturity_days is None:
        return
    ripe = ripe_among(cohorts, as_of, stream.maturity_days)
    attributes = [one.removeprefix(ATTRIBUTE) for one in cube.names if one.startswith(ATTRIBUTE)]
    for attribute in ("", *attributes) if ripe else ():
        leads = leads_of(cube, attribute)
        for cohort in ripe:
            first, last = (number_of(day) for day in span_of(cohort))
            inside = (leads.day >= first) & (leads.day <= last) & (leads.known > 0)
            yield from _groups(leads.where(inside), cohort, higher_is_better=stream.higher_is_better)


def _groups(leads: Leads, cohort: str, *, higher_is_better: bool) -> Iterator[Became]:
    for place in np.unique(leads.group).tolist():
        of = leads.where(leads.group == place)
        for metric, value in _values(of, higher_is_better=higher_is_better):
            yield Became(
                cohort=cohort,
                attribute=leads.attribute,
                group=leads.names[place],
                metric=metric,
                value=value,
                n=int(of.known.sum()),
            )


def _values(of: Leads, *, higher_is_better: bool) -> Iterator[tuple[str, float]]:
    won, lost = (counted(of.state, one, (STATES,)) for one in (of.won, of.lost))
    made = confusion(won, lost, np.arange(STATES))
    for metric, rate in RATES.items():
        value = float(rate(made))
        if not np.isnan(value):
            yield metric, value
    auc = true_auc(of, of.score != of.blank)
    if auc is not None:
        yield "auc", auc if higher_is_better else 1 - auc
