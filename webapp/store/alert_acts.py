"""What people do about alerts: acknowledge, assign, waive, agree to a waiver, close; all is in the trail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from audit.schema import BadInput
from webapp.language import gettext, marked
from webapp.store import tables
from webapp.store.alert_rows import LIVE, State
from webapp.store.alert_settling import end_waiver, reopened, step
from webapp.store.alert_tables import Alert
from webapp.store.database import Database
from webapp.store.four_eyes import why_not
from webapp.store.policy_tables import FourEyes, Proposal
from webapp.store.repository import Clock, utc_now

LONGEST_REASON, LONGEST_WAIVER = 500, timedelta(days=366)
GONE = marked("That alert is not held any more. Open the page again.")
CHANGED = marked("That alert changed since the page was opened. Look at it and choose again.")
OVER = marked("That alert is closed or waived already; open it again first.")
NO_REASON = marked("Reason: write why, in a sentence of at most 500 characters; it stands in the trail.")
NO_DAY = marked("Until: choose a day after today, at most a year from now.")
NO_PERSON = marked("Assign to: choose an administrator or an auditor who may sign in.")
WAIVE_IT = marked(
    "Two admins must agree on this connection, so an alert whose cause still holds is waived with a reason "
    "and a day, and not closed by one."
)
NOT_ASKED = marked("Nobody asks to waive this alert; open the page again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: the id of an account, and the name for the trail."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A waiver that somebody wants: why, and until the end of which day in UTC."""

    reason: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertActs:
    """Of all alerts. Every method is one transaction; each raises BadInput where it is not possible.

    ``shown`` is the revision that the person saw; None where nothing was shown.
    """

    database: Database
    clock: Clock = utc_now

    def acknowledge(self, alert_id: str, who: Actor, shown: int | None = None) -> None:
        """Say that one knows; twice is once."""
        with self._held(alert_id, shown) as (session, row):
            _refuse_over(row)
            if row.state == "open":
                row.state = "acknowledged"
                step(session, row, "acknowledged", (self.clock(), who.name))

    def assign(self, alert_id: str, person_id: str, who: Actor, shown: int | None = None) -> None:
        """Give it to somebody."""
        with self._held(alert_id, shown) as (session, row):
            _refuse_over(row)
            person = session.get(tables.User, person_id)
            if person is None or person.role == "viewer" or person.locked_at is not None:
                raise BadInput(gettext(NO_PERSON))
            row.state, row.holder_id, row.holder = "assigned", person.id, person.name
            step(session, row, "assigned", (self.clock(), who.name), person.name)

    def close(self, alert_id: str, reason: str, who: Actor, shown: int | None = None) -> None:
        """Close it by hand; it comes back where it gets worse, or ends and comes again."""
        with self._held(alert_id, shown) as (session, row):
            _refuse_over(row)
            if session.get(FourEyes, row.connection_id) is not None:
                raise BadInput(gettext(WAIVE_IT))
            now, said = self.clock(), _reason(reason)
            row.state, row.closed_at, row.closed_by, row.changed_at = "closed", now, who.name, now
            end_waiver(row)
            step(session, row, "closed", (now, who.name), said)

    def waive(self, alert_id: str, wish: Wish, who: Actor, shown: int | None = None) -> State:
        """Waive it until a day, or until another one; or ask a second admin to agree. Its state then."""
        with self._held(alert_id, shown) as (session, row):
            two = session.get(FourEyes, row.connection_id) is not None
            if two or row.state != "waived":
                _refuse_over(row)
            _refuse_over_another(row, who)
            now, reason = self.clock(), _reason(wish.reason)
            row.waived_until, row.waived_reason = _end_of(wish.until, now), reason
            row.asked_by_id, row.asked_by, row.asked_at, row.agreed_by = who.id, who.name, now, ""
            said = f"until {wish.until:%Y-%m-%d}: {reason}"
            if two:
                row.waiver = "asked"
                step(session, row, "waiver asked", (now, who.name), said)
            else:
                _give(row)
                step(session, row, "waived", (now, who.name), said)
            return "waived" if row.waiver == "given" else "open"

    def agree(
        self, alert_id: str, who: Actor, shown: int | None = None, wish: datetime | None = None
    ) -> None:
        """Agree, as a second admin, to a waiver that another one asks for.

        ``wish`` is when it was asked for, as the person saw it; None where nothing was shown.
        """
        with self._held(alert_id, shown) as (session, row):
            asked_at = _asked(row)
            if wish not in {None, asked_at}:
                raise BadInput(gettext(CHANGED))
            asker = Proposal(proposed_by_id=row.asked_by_id, proposed_at=asked_at)
            if problem := why_not(session, asker, who.id):
                raise BadInput(problem)
            if row.waived_until is None or row.waived_until <= self.clock():
                raise BadInput(gettext(NO_DAY))
            _give(row)
            row.agreed_by = who.name
            step(session, row, "waived", (self.clock(), who.name), f"asked by {row.asked_by}")

    def decline(self, alert_id: str, who: Actor, shown: int | None = None) -> None:
        """Decline a waiver that is asked for, or take one's own wish back."""
        with self._held(alert_id, shown) as (session, row):
            _asked(row)
            end_waiver(row)
            step(session, row, "waiver declined", (self.clock(), who.name))

    def open_again(self, alert_id: str, who: Actor, shown: int | None = None) -> None:
        """End a waiver before its day, or open one again that was closed by hand."""
        with self._held(alert_id, shown) as (session, row):
            if row.state != "waived" and not (row.state == "closed" and row.closed_by):
                raise BadInput(gettext(CHANGED))
            reopened(row, self.clock())
            step(session, row, "opened again", (self.clock(), who.name))

    @contextmanager
    def _held(self, alert_id: str, shown: int | None) -> Iterator[tuple[Session, Alert]]:
        with self.database.writing() as session:
            row = session.get(Alert, alert_id, with_for_update=True)
            if row is None:
                raise BadInput(gettext(GONE))
            if shown not in (None, row.revision):
                raise BadInput(gettext(CHANGED))
            yield session, row


def _refuse_over(row: Alert) -> None:
    if row.state not in LIVE:
        raise BadInput(gettext(OVER))


def _refuse_over_another(row: Alert, who: Actor) -> None:
    """A wish that waits for a second admin is that one's to agree to or decline, not to be replaced."""
    if row.waiver == "asked" and row.asked_by_id != who.id:
        raise BadInput(gettext(CHANGED))


def _reason(typed: str) -> str:
    said = " ".join(typed.split())
    if not said or len(said) > LONGEST_REASON:
        raise BadInput(gettext(NO_REASON))
    return said


def _end_of(day: date, now: datetime) -> datetime:
    """The end of a day in UTC. Raises BadInput where it is not after today, or too far away."""
    today = now.astimezone(UTC).date()
    if not today < day <= today + LONGEST_WAIVER:
        raise BadInput(gettext(NO_DAY))
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def _asked(row: Alert) -> datetime:
    if row.waiver != "asked" or row.asked_at is None or row.state not in LIVE:
        raise BadInput(gettext(NOT_ASKED))
    return row.asked_at


def _give(row: Alert) -> None:
    row.state, row.waiver, row.waived_severity = "waived", "given", row.severity
