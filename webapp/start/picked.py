"""What is chosen in the form of the second step: as typed, as suggested, or as the stream in force has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from audit.schema import BadInput, Stream
from connectors.policy.starter.chosen import Chosen
from connectors.policy.starter.roles import Choices, Choosable, Role, column_of
from connectors.snapshots import SCORED_AT
from webapp.language import gettext, marked

ROLE = "role."
LOWER = "lower"
USUAL_DAYS, MOST_DAYS = "90", 3650
GROUPS_MISSING = marked("Choose at least one field to compare groups by, or there is nothing to audit.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """The inputs as texts; ``roles`` by field."""

    score: str = ""
    outcome: str = ""
    outcome_at: str = ""
    worked: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    threshold: str = ""
    direction: str = ""
    days: str = USUAL_DAYS
    before: bool = False


class Wrong(Exception):
    """Some inputs cannot be used: a sentence for each, by its name."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


def suggested(choices: Choices) -> Picked:
    """What to begin with."""
    return Picked(
        score=_first(choices.scores),
        outcome=_first(choices.outcomes),
        outcome_at=_first(choices.ended),
        worked=_first(choices.worked),
        roles={one.field.name: one.role for one in choices.others if one.suggested},
    )


def recalled(stream: Stream, choices: Choices) -> Picked:
    """What the stream says; nothing for a column that is called like no field that is offered."""

    def named(column: str | None, offered: tuple[Choosable, ...]) -> str:
        return next((one.field.name for one in offered if column_of(one.field.name) == column), "")

    columns: dict[str, str] = dict.fromkeys((one.column for one in stream.attributes), "group")
    columns |= dict.fromkeys(stream.features or (), "feature") | dict.fromkeys(stream.controls, "control")
    return Picked(
        score=named(stream.score, choices.scores),
        outcome=named(stream.outcome, choices.outcomes),
        outcome_at=named(stream.outcome_at, choices.ended),
        worked=named(stream.worked, choices.worked),
        roles={
            one.field.name: columns[column_of(one.field.name)]
            for one in choices.others
            if column_of(one.field.name) in columns
        },
        threshold="" if stream.threshold is None else str(stream.threshold).removesuffix(".0"),
        direction="" if stream.higher_is_better else LOWER,
        days=str(stream.maturity_days or 0),
        before=stream.scored_at == SCORED_AT,
    )


def typed(form: Mapping[str, str]) -> Picked:
    """What was typed."""
    return Picked(
        score=form.get("score", ""),
        outcome=form.get("outcome", ""),
        outcome_at=form.get("outcome_at", ""),
        worked=form.get("worked", ""),
        roles={
            name.removeprefix(ROLE): role for name, role in form.items() if name.startswith(ROLE) and role
        },
        threshold=form.get("threshold", "").strip(),
        direction=form.get("direction", ""),
        days=form.get("days", "").strip(),
        before="before" in form,
    )


def chosen(picked: Picked, choices: Choices) -> Chosen:
    """What the inputs mean. Raises Wrong where some of them cannot be used."""
    errors = {name: told for name, told in _errors(picked, choices).items() if told}
    if errors:
        raise Wrong(errors)
    of = {
        role: tuple(one for one in choices.others if picked.roles.get(one.field.name) == role)
        for role in get_args(Role)
    }
    return Chosen(
        score=picked.score,
        outcome=picked.outcome,
        outcome_at=picked.outcome_at,
        worked=picked.worked,
        groups=of["group"],
        features=tuple(one.field.name for one in of["feature"]),
        controls=tuple(one.field.name for one in of["control"]),
        threshold=_number(picked.threshold),
        higher_is_better=picked.direction != LOWER,
        maturity_days=int(picked.days),
        before=picked.before and bool(picked.outcome_at),
    )


def _errors(picked: Picked, choices: Choices) -> Mapping[str, str]:
    names = [picked.score, picked.outcome, picked.outcome_at, picked.worked]
    return {
        "score": _known(picked.score, choices.scores, gettext("the score")),
        "outcome": _known(picked.outcome, choices.outcomes, gettext("the outcome")),
        "outcome_at": picked.outcome_at
        and _known(picked.outcome_at, choices.ended, gettext("the date of the outcome")),
        "worked": picked.worked
        and (_known(picked.worked, choices.worked, gettext("the sign of work")) or _twice(names)),
        "roles": _roles(picked, choices),
        "threshold": _threshold(picked.threshold),
        "days": _days(picked.days),
    }


def _known(name: str, offered: tuple[Choosable, ...], what: str) -> str:
    if not name:
        return gettext("Choose %(what)s.", what=what)
    if any(one.field.name == name for one in offered):
        return ""
    return gettext(
        "%(name)s can no longer be %(what)s: the CRM does not show it any more, or as another kind. Choose "
        "another field.",
        name=name,
        what=what,
    )


def _twice(names: list[str]) -> str:
    given = [name for name in names if name]
    if len(set(given)) == len(given):
        return ""
    return gettext("One field is chosen twice above; each part of the audit needs a field of its own.")


def _roles(picked: Picked, choices: Choices) -> str:
    offered = {one.field.name for one in choices.others}
    gone = sorted(name for name in picked.roles if name not in offered)
    if gone:
        return gettext(
            "The CRM does not show %(names)s any more. Look at the choices again, then save.",
            names=", ".join(gone[:8]),
        )
    alone = {picked.score, picked.outcome, picked.outcome_at, picked.worked} & picked.roles.keys()
    if alone:
        names = ", ".join(sorted(alone))
        return gettext("%(names)s is chosen above already; do not choose it here too.", names=names)
    return "" if "group" in picked.roles.values() else gettext(GROUPS_MISSING)


def _threshold(text: str) -> str:
    try:
        _number(text)
    except BadInput:
        return gettext("The threshold is a number, such as 60 or 0.5; leave it empty if there is none.")
    return ""


def _number(text: str) -> float | None:
    if not text:
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = float("nan")
    if not abs(number) < 1e15:  # neither infinite nor no number
        raise BadInput(text)
    return number


def _days(text: str) -> str:
    fine = text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) <= MOST_DAYS
    return "" if fine else gettext("The days are a whole number from 0 to %(most)s.", most=MOST_DAYS)


def _first(offered: tuple[Choosable, ...]) -> str:
    return next((one.field.name for one in offered if one.suggested), "")
