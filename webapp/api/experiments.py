"""Remedies that were tried: the list, one in short, and its report as it is kept."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from audit.estimate import Estimate
from audit.report.mitigation.summary import summary
from audit.rows.mitigation import Experiment, Trial
from audit.rows.mitigation.model import Aim, Change, Family, Needs
from webapp.api import cursors
from webapp.api.operation import Ask, File, Nothing, Operation
from webapp.api.problem import Problem, Why, not_found
from webapp.api.shape import Answer, Asked, Id, Moment, Page, Paged
from webapp.experiments import Found, all_of, open_one, words_in
from webapp.special_names import marked
from webapp.viewmodels.experiment import outcome_of

SPECIAL = Why(
    status=403,
    name="special-category",
    detail="This experiment speaks of a special category, so it needs the scope read:special.",
)
Outcome = Literal["recommended", "none", "unjudged", "undefined"]


class ExperimentSummary(Answer):
    """One experiment in the list."""

    id: Id
    connection: Id
    made_at: Moment
    made_by: str
    attribute: str | None
    aim: Aim
    outcome: Outcome = Field(
        description="A remedy is recommended, or none is worth it; unjudged: too few outcomes tell what one"
        " costs; undefined: nothing could be tried."
    )
    recommended: str | None = Field(description="The id of the recommended remedy.")
    verdict: str


class Figure(Answer):
    """A number with the ends of its range; all are null where it is not defined."""

    value: float | None
    low: float | None
    high: float | None


class TriedRemedy(Answer):
    """One remedy as it went on leads that it did not learn from; changes are against today."""

    id: str
    title: str
    family: Family
    needs: Needs
    group_at_decision: bool = Field(description="Whether it needs the group of each new lead.")
    by_chance: bool
    keeps_calls: bool = Field(description="Whether it keeps the number of calls.")
    undefined: str | None = Field(description="Why it was not tried; its figures are then null.")
    gap: Figure
    gap_change: Figure
    accuracy: Figure = Field(description="Share of right decisions among leads with a known outcome.")
    accuracy_change: Figure
    won: Figure = Field(description="Good outcomes per call.")
    won_change: Figure
    warnings: tuple[str, ...]


class ExperimentDetail(Answer):
    """One experiment: the verdict with its reasons, today, and every remedy."""

    id: Id
    connection: Id
    made_at: Moment
    made_by: str
    attribute: str | None
    group: str | None
    reference: str | None
    aim: Aim
    legal_mode: bool
    leads: int = Field(description="How many leads it was tried on.")
    held: int = Field(description="How many leads there were; fewer may have been drawn of very many.")
    known_outcomes: int
    outcome: Outcome
    recommended: str | None
    nearest: str | None
    verdict: str
    reasons: tuple[str, ...]
    gap_today: Figure
    remedies: tuple[TriedRemedy, ...]


def _list(ask: Ask[Paged]) -> Page[ExperimentSummary]:
    every = all_of(ask.opened, ask.connection())
    seen = [one for one in every if _may_see(ask, one)]
    place = cursors.read(ask)
    rest = [one for one in seen if place is None or _is_behind(one, place)]
    part, after = cursors.page(
        ask, rest[: ask.asked.limit + 1], lambda one: [one.made_at.isoformat(), one.id]
    )
    lines = tuple(_summary(one) for one in part)
    return Page[ExperimentSummary](items=lines, next=after, withheld=len(every) - len(seen))


def _is_behind(one: Found, place: cursors.Place) -> bool:
    """Whether it stands behind a place of the list, whatever was let go there meanwhile."""
    made_at, name = datetime.fromisoformat(str(place[0])), str(place[1])
    return (made_at, one.id) > (one.made_at, name)


def _one(ask: Ask[Nothing]) -> ExperimentDetail:
    found = _found(ask)
    made, told = found.report.experiment, summary(found.report.experiment)
    same = ("attribute", "group", "reference", "leads")
    return ExperimentDetail(
        **{name: getattr(made, name) for name in same},
        id=found.id,
        connection=found.connection_id,
        made_at=found.made_at,
        made_by=found.who,
        aim=made.request.aim,
        legal_mode=made.request.legal,
        held=found.held,
        known_outcomes=made.known,
        outcome=outcome_of(made),
        recommended=made.advice.remedy if made.advice else None,
        nearest=made.advice.nearest if made.advice else None,
        verdict=told.verdict,
        reasons=told.advice,
        gap_today=_figure(made.today.gap(made.request.aim) if made.today else None),
        remedies=tuple(_remedy(made, one) for one in made.trials),
    )


def _json(ask: Ask[Nothing]) -> File:
    return File(text=_found(ask).text)


def _found(ask: Ask[Asked]) -> Found:
    connection = ask.connection()
    row = ask.opened.experiments.one(str(ask.names["experiment_id"]))
    found = row and row.connection_id == connection.id and open_one(ask.opened, connection, row)
    if not found:
        raise not_found()
    if not _may_see(ask, found):
        raise Problem(SPECIAL)
    return found


def _may_see(ask: Ask[Asked], found: Found) -> bool:
    """Whether the token may: what is marked as special since is closed in older experiments as well."""
    if ask.grant.special:
        return True
    hidden = marked(ask.opened, found.connection_id, {found.stream_version})
    return not found.special and hidden.isdisjoint(words_in(found))


def _summary(found: Found) -> ExperimentSummary:
    made = found.report.experiment
    return ExperimentSummary(
        id=found.id,
        connection=found.connection_id,
        made_at=found.made_at,
        made_by=found.who,
        attribute=made.attribute,
        aim=made.request.aim,
        outcome=outcome_of(made),
        recommended=made.advice.remedy if made.advice else None,
        verdict=summary(made).verdict,
    )


def _remedy(made: Experiment, trial: Trial) -> TriedRemedy:
    remedy, after = trial.remedy, trial.after
    return TriedRemedy(
        **{name: getattr(remedy, name) for name in ("id", "title", "family", "needs")},
        group_at_decision=remedy.attribute_at_decision,
        by_chance=remedy.randomised,
        keeps_calls=remedy.capacity_kept,
        undefined=trial.undefined,
        gap_change=_change(trial.reduction, -1.0),
        accuracy_change=_change(trial.accuracy),
        won_change=_change(trial.won),
        warnings=trial.warnings,
        gap=_figure(after.gap(made.request.aim) if after else None),
        accuracy=_figure(after.accuracy if after else None),
        won=_figure(after.won if after else None),
    )


def _figure(one: Estimate | None) -> Figure:
    if one is None:
        return Figure(value=None, low=None, high=None)
    return Figure(value=one.value, low=one.low, high=one.high)


def _change(one: Change | None, sign: float = 1.0) -> Figure:
    if one is None:
        return Figure(value=None, low=None, high=None)
    low, high = sorted((one.low * sign, one.high * sign))
    return Figure(value=one.value * sign, low=low, high=high)


HERE = "/connections/{connection_id}/experiments"
OPERATIONS = (
    Operation(
        name="list_experiments",
        path=HERE,
        tag="Remedies",
        summary="What was tried about gaps, newest first",
        does=_list,
        asks=Paged,
        answers=Page[ExperimentSummary],
        scope="read:remedies",
    ),
    Operation(
        name="get_experiment",
        path=f"{HERE}/{{experiment_id}}",
        tag="Remedies",
        summary="One experiment: the verdict, and every remedy in short",
        does=_one,
        answers=ExperimentDetail,
        scope="read:remedies",
    ),
    Operation(
        name="get_experiment_json",
        path=f"{HERE}/{{experiment_id}}/mitigation.json",
        tag="Remedies",
        summary="The report of an experiment, byte for byte",
        words="The form is fairlead.mitigation/1 (docs/reference/mitigation-json.md).",
        does=_json,
        answers="application/json",
        scope="read:remedies",
    ),
)
