"""The whole laboratory in one function: an admitted table in, every remedy tried on held-out leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from audit.rows.clusters import FOLDS
from audit.rows.levels import Reals, attribute_levels
from audit.rows.mitigation.advising import advise
from audit.rows.mitigation.attempt import Attempt, Made, NotHere
from audit.rows.mitigation.bench import Bench, bench, too_little, unjudged, watching
from audit.rows.mitigation.catalogue import PLAIN, catalogue
from audit.rows.mitigation.marking import marked
from audit.rows.mitigation.measuring import Certainty, Figure, change, difference, share
from audit.rows.mitigation.model import Change, Experiment, Request, Trial
from audit.rows.mitigation.reading import Figures, figures, reading
from audit.rows.mitigation.validating import validation
from audit.rows.mitigation.warning import warnings
from audit.rows.own import OwnFails, own
from audit.rows.proxy import informative, proxies
from audit.schema import BadInput, Stream

MOST_PROXIES = 3

Begin = Callable[[str, int, int], None]
"""Told before each remedy: its title, how many came before, how many there are."""


def laboratory(
    table: pa.Table,
    stream: Stream,
    request: Request,
    begin: Begin = lambda _title, _done, _all: None,
    brought: Any = None,  # noqa: ANN401 - scikit-learn has no types
) -> Experiment:
    """Try every remedy for one gap, and say which is worth it.

    Parameters
    ----------
    table
        The admitted table (`audit.intake.Intake`); it is not changed.
    stream
        Its roles.
    request
        What is asked.
    begin
        Told of each remedy as it begins.
    brought
        A customer's own scikit-learn estimator, None for ours. A clone of it is trained in every remedy on
        data, fields and training.

    Returns
    -------
    Experiment
        The same input and request give the same experiment, whatever the order of the rows. Every decision on
        a lead is made by what was learned from other folds; five folds are fixed by the leads' keys (or
        accounts).

    Raises
    ------
    BadInput
        The attribute does not exist, nothing says how many leads are called, or a column that is asked for
        is missing; or the estimator needs a column that is not among the fields.
    """
    leads = bench(table, stream, request)
    if brought is not None:
        leads = replace(leads, own=own(brought, leads.table))
    attribute, pair, why = _watched(leads, request)
    lacking = why or too_little(leads)
    if lacking is not None or pair is None or attribute is None:
        return _experiment(leads, request, attribute, undefined=lacking)
    leads = watching(leads, attribute, pair)
    return _tried(leads, request, begin)


def _tried(leads: Bench, request: Request, begin: Begin) -> Experiment:
    every = catalogue(leads, _proxies(leads), request.families)
    shown = [one for one in every if not (request.legal and one.remedy.attribute_at_decision)]
    decided: dict[str, Reals] = {}
    trials = tuple(_trials(leads, request, shown, (begin, decided)))
    today = reading(leads, leads.today, figures(leads, leads.today))
    made = replace(
        _experiment(leads, request, leads.attribute),
        today=today,
        trials=marked(trials, today, request.aim),
        hidden=len(every) - len(shown),
    )
    advice = advise(made)
    chosen = advice.remedy or advice.nearest
    rows = () if chosen is None else validation(leads, decided[chosen])
    return replace(made, advice=advice, validation=rows, validated=chosen if rows else None)


def _experiment(
    leads: Bench, request: Request, attribute: str | None, undefined: str | None = None
) -> Experiment:
    named = leads.levels.names if undefined is None else ()
    return Experiment(
        stream=leads.stream.name,
        attribute=attribute,
        group=named[leads.group] if named else None,
        reference=named[leads.reference] if named else None,
        request=request,
        confidence=leads.stream.audit.confidence,
        leads=leads.size,
        known=int(leads.known.sum()),
        unworked=leads.size - int(leads.known.sum()),
        folds=FOLDS,
        by_account=leads.account is not None,
        undefined=undefined,
        unjudged=None if undefined else unjudged(leads),
    )


def _watched(leads: Bench, request: Request) -> tuple[str | None, tuple[int, int] | None, str | None]:
    """The attribute and the two groups whose gap in calls is surest, or why there are none."""
    names = [one.name for one in leads.stream.attributes]
    if request.attribute is not None and request.attribute not in names:
        msg = f"the stream has no attribute {request.attribute!r}; it has {', '.join(names)}"
        raise BadInput(msg)
    wanted = [request.attribute] if request.attribute is not None else names
    if not wanted:
        return None, None, "no attribute has groups that are known; estimated groups cannot be mended"
    found = [one for name in wanted for one in _gaps(leads, name)]
    if not found:
        least = leads.stream.audit.minimum_group
        return wanted[0], None, f"no attribute has two known groups with {least} leads each"
    _, attribute, pair = max(found, key=lambda one: (one[0], one[1]))
    return attribute, pair, None


def _gaps(leads: Bench, name: str) -> Iterator[tuple[float, str, tuple[int, int]]]:
    """How sure the gap in calls of each group to its reference is, in standard errors."""
    levels = attribute_levels(leads.table, name)
    here = replace(leads, levels=levels)
    if len(here.groups) < 2:
        return
    reference = _reference(here, name)
    each = {code: share(leads.today, levels.codes == code, leads.account) for code in here.groups}
    for code in here.groups:
        gap = difference(each[code], each[reference])
        if code != reference and gap is not None:
            yield abs(gap.value) / _error(gap), name, (code, reference)


def _error(gap: Figure) -> float:
    return float(np.sqrt((gap.moves**2).sum() + gap.floor))


def _reference(leads: Bench, name: str) -> int:
    attribute = next(one for one in leads.stream.attributes if one.name == name)
    named = [code for code in leads.groups if leads.levels.names[code] == attribute.reference]
    counts = np.bincount(leads.levels.codes, minlength=leads.levels.size)
    return named[0] if named else max(leads.groups, key=lambda code: (counts[code], -code))


def _proxies(leads: Bench) -> tuple[str, ...]:
    """The fields that surely give the attribute away, the strongest first: three at most."""
    confidence = leads.stream.audit.confidence
    only = replace(
        leads.stream, attributes=tuple(one for one in leads.stream.attributes if one.name == leads.attribute)
    )
    found = proxies(leads.table, only, leads.seed)
    return tuple(one.feature for one in found if informative(one, confidence))[:MOST_PROXIES]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Before:
    """What every trial is held against."""

    today: Figures
    plain: Figures | None
    certainty: Certainty


def _trials(
    leads: Bench, request: Request, shown: list[Attempt], told: tuple[Begin, dict[str, Reals]]
) -> Iterator[Trial]:
    begin, decided = told
    sure = 1 - (1 - leads.stream.audit.confidence) / max(len(shown), 1)
    before = _Before(
        today=figures(leads, leads.today),
        plain=None,
        certainty=Certainty(alone=leads.stream.audit.confidence, together=sure),
    )
    for place, attempt in enumerate(shown):
        begin(attempt.remedy.title, place, len(shown))
        try:
            made = attempt.run()
        except (NotHere, OwnFails) as error:
            yield Trial(remedy=attempt.remedy, undefined=str(error))
            continue
        found = figures(leads, made.decided)
        if attempt.remedy.id == PLAIN.id:
            before = replace(before, plain=found)
        decided[attempt.remedy.id] = made.decided
        yield _trial(leads, request, (attempt, made, found), before)


def _trial(leads: Bench, request: Request, tried: tuple[Attempt, Made, Figures], before: _Before) -> Trial:
    attempt, made, found = tried
    old, sure, aim = before.today, before.certainty, request.aim

    def against(after: Figure | None, earlier: Figure | None) -> Change | None:
        return change(after, earlier, leads.account, sure)

    gap_after, gap_before = found.gaps[aim], old.gaps[aim]
    plain = before.plain if attempt.trained else None
    trial = Trial(
        remedy=attempt.remedy,
        after=reading(leads, made.decided, found),
        # Before minus after: a reduction counts upwards.
        reduction=against(gap_before and gap_before.size(), gap_after and gap_after.size()),
        accuracy=against(found.accuracy, old.accuracy),
        won=against(found.won, old.won),
        worth=against(found.worth, old.worth),
        against_plain=against(found.accuracy, plain.accuracy) if plain else None,
        moved=float(np.abs(made.decided - leads.today).mean()),
        fidelity=made.fidelity,
    )
    calls = float(leads.today.sum())
    warned = (*made.notes, *warnings(trial, (found, old), calls, evened=made.evened))
    return replace(trial, warnings=warned)
