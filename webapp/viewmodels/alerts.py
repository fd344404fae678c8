"""Alerts as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta

from webapp.alerts.saying import KIND_WORDS, STATE_WORDS, said
from webapp.language import gettext, iso_day, marked
from webapp.store.alert_rows import LIVE, AlertRow, State, StepRow
from webapp.viewmodels.words import SEVERITY_WORDS, moment

BADGES: Mapping[State, str] = {
    "open": "waiting",
    "acknowledged": "info",
    "assigned": "info",
    "waived": "insufficient",
    "closed": "done",
}
STEPS: Mapping[str, str] = {
    "opened": marked("Opened"),
    "opened again": marked("Opened again"),
    "changed": marked("There was news"),
    "graver than waived": marked("Opened again: graver than when it was waived"),
    "waiver over": marked("Opened again: the waiver is over"),
    "ended": marked("Ended by itself: it does not hold any more"),
    "sent": marked("Sent to %(detail)s"),
    "escalated": marked("Escalated to %(detail)s: nobody had acknowledged it"),
    "acknowledged": marked("Acknowledged"),
    "assigned": marked("Assigned to %(detail)s"),
    "waiver asked": marked("Waiver asked for, %(detail)s"),
    "waived": marked("Waived, %(detail)s"),
    "waiver declined": marked("The waiver was declined"),
    "closed": marked("Closed: %(detail)s"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertCard:
    """One alert; ``special`` says that it is about a special category."""

    id: str
    title: str
    severity: str
    severity_words: str
    state: State
    badge: tuple[str, str]
    where: str
    when: str
    what: str
    quote: str
    sure: str
    todo: str
    page: str
    special: bool
    revision: int
    live: bool
    holder: str
    asked: str
    asked_at: str
    reason: str
    until: str
    closed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One thing that became of an alert."""

    when: str
    who: str
    words: str


def card(row: AlertRow, where: str, *, special: bool) -> AlertCard:
    """What to show of an alert of the connection named ``where``."""
    told = row.told
    return AlertCard(
        id=row.id,
        title=gettext(KIND_WORDS[row.kind]),
        severity=row.severity,
        severity_words=gettext(SEVERITY_WORDS[row.severity]),
        state=row.state,
        badge=(BADGES[row.state], gettext(STATE_WORDS[row.state])),
        where=where,
        when=_when(row),
        what=said(told.what),
        quote=told.quote,
        sure=said(told.sure),
        todo=said(told.todo),
        page=row.page,
        special=special,
        revision=row.revision,
        live=row.state in LIVE,
        holder=row.holder if row.state == "assigned" else "",
        asked=row.asked_by if row.waiver == "asked" else "",
        asked_at=row.asked_at.isoformat() if row.asked_at else "",
        reason=row.waived_reason,
        until=_until(row),
        closed_by=row.closed_by,
    )


def _when(row: AlertRow) -> str:
    if row.closed_at is not None:
        return gettext("closed %(at)s", at=moment(row.closed_at))
    return gettext("since %(at)s", at=moment(row.opened_at))


def _until(row: AlertRow) -> str:
    """The last day of a waiver."""
    if row.waived_until is None:
        return ""
    return iso_day((row.waived_until.astimezone(UTC) - timedelta(seconds=1)).date())


def step_lines(steps: Iterable[StepRow]) -> Iterator[StepLine]:
    """The history, in the order that it is given in."""
    for one in steps:
        shape = STEPS.get(one.action, one.action)
        words = gettext(shape, detail=one.detail) if "%(detail)s" in shape else gettext(shape)
        yield StepLine(when=moment(one.at), who=one.who, words=words)
