"""Benchmarks that the newest quarter with known outcomes did not meet."""

from __future__ import annotations

from collections.abc import Sequence

from audit.finding.reading import reading
from webapp.alerts.change import Change, Said, Unknown
from webapp.gap_watch.outcome_audits import (
    Benchmarked,
    OutcomeAudit,
    outcome_audits,
    outcome_store,
    sealing,
)
from webapp.language import marked
from webapp.services import Services
from webapp.store.rows import ConnectionRow

LISTED = 8
FAILED = marked("The newest quarter with known outcomes did not meet its benchmarks.")
SURE = marked(
    "Said once, when all its outcomes were known, at the confidence of the stream, corrected for the "
    "number of groups of each attribute."
)
TODO = marked(
    "Open the scorecards of that quarter: they say which group and how far. Try remedies for this attribute."
)
Thing = tuple[str, str, str]
"""Attribute, metric and kind of a benchmark."""


def of_outcomes(opened: Services, connection: ConnectionRow) -> tuple[Change, ...]:
    """What the newest quarter failed: one alert, and another one for special categories.

    It is told again only where a quarter fails what the one before it did not.

    Raises
    ------
    Unknown
        What is kept cannot be read.
    """
    if sealing(opened, connection) is None:
        raise Unknown
    told = outcome_audits(opened, connection, special=True)
    if len(told) < len(outcome_store(opened).cohorts(connection.id)):
        raise Unknown
    return tuple(
        _change(connection, told, failed, special=special)
        for special in (False, True)
        if told and (failed := [one for one in told[0].failed if one.special == special])
    )


def _change(
    connection: ConnectionRow, told: Sequence[OutcomeAudit], failed: Sequence[Benchmarked], *, special: bool
) -> Change:
    newest = told[0]
    asked = [one for one in newest.benchmarks if one.special == special]
    listed = "; ".join(_words(one) for one in failed[:LISTED])
    return Change(
        subject="outcomes/special" if special else "outcomes",
        kind="outcome",
        severity="high",
        what=Said(text=FAILED),
        sure=Said(text=SURE),
        todo=Said(text=TODO),
        page=f"/connections/{connection.id}/scorecards/{newest.cohort}",
        edition=max(_begun(told, _thing(one)) for one in failed),
        quote=f"Leads created in {newest.cohort}: {len(failed)} of {len(asked)} benchmarks failed. {listed}.",
        about=tuple(sorted({one.attribute for one in failed})),
        special_category=special,
    )


def _thing(one: Benchmarked) -> Thing:
    return one.attribute, one.metric, one.kind


def _begun(told: Sequence[OutcomeAudit], thing: Thing) -> str:
    """Since which quarter a benchmark has failed without a break."""
    begun = told[0].cohort
    for one in told:
        if thing not in {_thing(each) for each in one.failed}:
            break
        begun = one.cohort
    return begun


def _words(one: Benchmarked) -> str:
    """What was not met, in English and without any value of a lead."""
    asked = (
        f"gap at most {one.value * 100:g} points"
        if one.kind == "gap"
        else f"every group at least {one.value * 100:g} %"
    )
    return f"{reading(one.metric).label} by {one.attribute}: {asked}"
