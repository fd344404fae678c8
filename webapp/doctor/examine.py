"""Every check in the order in which it is told; one that breaks stops no other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import ParamSpec

from sqlalchemy.exc import SQLAlchemyError

from audit.schema import BadInput
from webapp.crms import label
from webapp.defects import frames
from webapp.disk import trouble
from webapp.doctor import (
    address,
    alert_channels,
    clock,
    contradictions,
    crm_access,
    folder,
    held,
    logs,
    people,
    policies,
    sealed,
    stored,
    variables,
    watched,
    webhooks,
    workers,
    write_back,
)
from webapp.doctor.case import Case
from webapp.doctor.result import LEVELS, Result, wrong
from webapp.services import Services
from webapp.store.rows import ConnectionRow

LOG = logging.getLogger(__name__)
P = ParamSpec("P")
Whole = Callable[[Case], Iterable[Result]]
Each = Callable[[Services, ConnectionRow], Iterable[Result]]
WHOLE: tuple[Whole, ...] = (
    *(variables.parse, variables.misspelt, variables.files, contradictions.contradictions),
    *(address.address, folder.folder, folder.room, folder.network, stored.database),
    *(clock.clock, people.people, workers.workers, sealed.former_master),
    alert_channels.alert_channels,
)
EACH: tuple[Each, ...] = (
    *(crm_access.state, sealed.tokens, crm_access.pulls, held.leads, policies.policy, policies.stream),
    *(sealed.keys, write_back.write_back, webhooks.webhooks, logs.decision_log),
    watched.watched,
)
AWAY = "The database does not answer, so this cannot be looked at."


def examine(case: Case) -> tuple[Result, ...]:
    """Every result, what is wrong first; within a level the order of the checks stays."""
    found = [one for check in WHOLE for one in guarded(check, case)]
    if case.opened is not None:
        found += _connections(case.opened)
    return in_order(found)


def in_order(found: Iterable[Result]) -> tuple[Result, ...]:
    """What is wrong first, then the warnings; what is told twice is told once."""
    return tuple(sorted(dict.fromkeys(found), key=lambda one: LEVELS.index(one.level)))


def guarded(check: Callable[P, Iterable[Result]], *given: P.args, **named: P.kwargs) -> list[Result]:
    """The results of a check, or the one that it could not be made."""
    about = check.__name__.replace("_", " ").capitalize()
    try:
        return list(check(*given, **named))
    except SQLAlchemyError as error:
        return [
            wrong(
                "Database",
                trouble(error) or AWAY,
                "See that its server runs, and that this machine reaches it.",
            )
        ]
    except (BadInput, OSError) as problem:
        says = f"It cannot be looked at: {trouble(problem) or _words(problem)}."
        return [wrong(about, says, "Mend what the sentence names, then look again.")]
    except Exception as error:  # noqa: BLE001 - a check that is broken must not hide what the others find
        LOG.warning("A check of the doctor broke:\n%s", frames(error))
        says = f"This check has a defect ({type(error).__name__})."
        return [wrong(about, says, "Please report it with the lines of the log.")]


def live(rows: Sequence[ConnectionRow]) -> tuple[ConnectionRow, ...]:
    """The connections that something is read of."""
    return tuple(row for row in rows if row.state != "disconnected")


def _connections(opened: Services) -> Iterator[Result]:
    try:
        rows = live(opened.repository.connections())
    except SQLAlchemyError:
        return  # the check of the database tells it
    for row in rows:
        for check in EACH:
            found = guarded(check, opened, row)
            yield from (replace(one, where=label(row)) for one in found)


def _words(problem: BadInput | OSError) -> str:
    """An error of the system may name a path; its number says enough."""
    told = problem.strerror or type(problem).__name__ if isinstance(problem, OSError) else str(problem)
    return told.rstrip(".")
