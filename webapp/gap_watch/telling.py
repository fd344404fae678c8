"""The job that audits outcomes: each quarter that has ripened is told once, and kept as it was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from audit.schema import BadInput
from audit.watch.quarters import Quarter
from webapp.gap_watch.outcome_audits import (
    SealedQuarters,
    ToldCard,
    ToldQuarter,
    cohort_of,
    outcome_store,
    sealing,
)
from webapp.gap_watch.scorecards import Card, Scorecards, scorecards
from webapp.gap_watch.sealed import counts_in, sealed_of
from webapp.gap_watch.seen import hidden_names
from webapp.jobs import ENDED, alone
from webapp.keeping_up import behind_of
from webapp.language import marked
from webapp.pulling import Progress
from webapp.services import Services
from webapp.store.outcome_audits import OutcomeRow
from webapp.store.repository import short_id
from webapp.store.rows import ConnectionRow

READING, KEEPING = marked("Reading the days of watched gaps"), marked("Keeping what quarters say")
NOTHING = "No quarter has become old enough for its outcomes since the last time."
BEHIND = (
    "The watched gaps could not be brought up to date after the last pull, so no quarter is told from them. "
    "The next pull catches up; the page Monitoring says why."
)
UNREADABLE = (
    "What is kept of the watched gaps does not open with the key of the organisation, so no quarter is told "
    "from the rest. Put back the master key that it was sealed with"
)


def do(opened: Services, connection: ConnectionRow, who: str, progress: Progress) -> str:
    """Tell the quarters that have ripened and were not told yet; what came of it, in a sentence.

    Killed between two quarters, it goes on with the next one.

    Raises
    ------
    BadInput
        The connection has ended, or what is kept of its watched gaps cannot be read.
    """
    progress(READING, 0, None)
    with alone(opened, connection):
        sealed = sealing(opened, connection)
        if sealed is None:
            raise BadInput(ENDED)
        if any(one.part == "gaps" for one in behind_of(opened, connection)):
            return BEHIND
        _refuse_unreadable(opened, connection)
        waiting = tuple(_waiting(opened, connection))
        done = [one for one in waiting if _keep(opened, connection, (one, sealed, who))]
        progress(KEEPING, len(waiting), len(waiting))
    return _sentence(done)


def _refuse_unreadable(opened: Services, connection: ConnectionRow) -> None:
    """A part that cannot be read must not go missing from what is kept for good."""
    sealed = sealed_of(opened, connection)
    for row in opened.watched_gaps.sequences(connection.id):
        if row.counts is not None and counts_in(sealed, row) is None:
            raise BadInput(UNREADABLE)


def _waiting(opened: Services, connection: ConnectionRow) -> Iterator[ToldQuarter]:
    """The quarters that are complete in every attribute and were not told, the oldest first."""
    told = outcome_store(opened).cohorts(connection.id)
    found = _by_attribute(opened, connection)
    special = _special(opened, connection)
    for quarter in sorted({card.quarter for one in found.values() for card in one.cards}):
        cards = {name: card for name, one in found.items() if (card := _watched(one, quarter))}
        if cohort_of(quarter) in told or not cards:
            continue
        if all(card.known_on is None for card in cards.values()):
            yield ToldQuarter(
                quarter=quarter,
                tolerance=next(iter(found.values())).tolerance,
                cards=tuple(
                    ToldCard(attribute=name, special=name in special, card=card)
                    for name, card in cards.items()
                ),
            )


def _by_attribute(opened: Services, connection: ConnectionRow) -> Mapping[str, Scorecards]:
    first = scorecards(opened, connection, "", special=True, rules=False)
    rest = (name for name in first.attributes if name != first.attribute)
    others = {name: scorecards(opened, connection, name, special=True, rules=False) for name in rest}
    return {first.attribute: first, **others} if first.attribute else {}


def _watched(found: Scorecards, quarter: Quarter) -> Card | None:
    """The card of an attribute whose outcomes are watched now; without what happened, which is looked up."""
    cards = (one for one in found.cards if one.quarter == quarter and one.ripe is not None)
    return next((replace(one, happened=()) for one in cards), None)


def _special(opened: Services, connection: ConnectionRow) -> frozenset[str]:
    sequences = opened.watched_gaps.sequences(connection.id)
    marked_then = frozenset(one.attribute for one in sequences if one.special)
    return hidden_names(opened, connection.id) | marked_then


def _keep(opened: Services, connection: ConnectionRow, told: tuple[ToldQuarter, SealedQuarters, str]) -> bool:
    quarter, sealed, who = told
    name = short_id()
    row = OutcomeRow(
        id=name,
        connection_id=connection.id,
        cohort=cohort_of(quarter.quarter),
        told_at=opened.clock(),
        content=sealed.seal(quarter, name),
    )
    return outcome_store(opened).keep(row, who)


def _sentence(done: list[ToldQuarter]) -> str:
    if not done:
        return NOTHING
    names = ", ".join(cohort_of(one.quarter) for one in done)
    return f"The outcomes of leads created in {names} are told and kept. See the page Scorecards."
