"""The answers that want somebody's eye, one by one: what was said of which lead, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from connectors.feedback import Reason, Verdict
from connectors.source import FlagStatus
from webapp.language import gettext, marked
from webapp.panels import FINE, FLAGGED, NOT_ENOUGH_DATA
from webapp.store.triage import REASONS, STATES, Entry, State, Why
from webapp.viewmodels.words import moment

SHORT = 8
"""Digits of a lead's pseudonym that a page shows: enough to tell leads of one page apart."""
SAID: Mapping[Verdict, str] = MappingProxyType(
    {"agree": marked("Agrees"), "disagree": marked("Disagrees"), "review": marked("Asks for a review")}
)
BECAUSE: Mapping[Reason, str] = MappingProxyType(
    {
        "score_right": marked("The score is right"),
        "score_too_low": marked("The score is too low"),
        "score_too_high": marked("The score is too high"),
        "data_wrong": marked("The data is wrong or old"),
        "other": marked("Another reason"),
    }
)
AFTER_A_COLON: Mapping[Reason, str] = MappingProxyType(
    {
        "score_right": marked("the score is right"),
        "score_too_low": marked("the score is too low"),
        "score_too_high": marked("the score is too high"),
        "data_wrong": marked("the data is wrong or old"),
        "other": marked("another reason"),
    }
)
"""The reasons as they go on after what was said."""
SEEN: Mapping[FlagStatus, str] = MappingProxyType(
    {"ok": FINE.title, "review": FLAGGED.title, "insufficient_data": NOT_ENOUGH_DATA.title}
)
BECAME: Mapping[State, str] = MappingProxyType(
    {
        "open": marked("Open"),
        "looked": marked("Looked at"),
        "acted": marked("Acted on"),
        "declined": marked("Declined"),
    }
)
RECORDED: Mapping[State, str] = MappingProxyType(
    {
        "open": marked("Recorded: open."),
        "looked": marked("Recorded: looked at."),
        "acted": marked("Recorded: acted on."),
        "declined": marked("Recorded: declined."),
    }
)
DECLINED: Mapping[Why, str] = MappingProxyType(
    {
        "score_holds": marked("the score was checked and holds"),
        "not_the_score": marked("it is not about the score"),
        "said_before": marked("the same was said before"),
        "cannot_tell": marked("there is not enough to tell"),
    }
)
BADGES: Mapping[State, str] = MappingProxyType(
    {"open": "waiting", "looked": "info", "acted": "done", "declined": "not_connected"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """One answer in words. ``lead`` is the start of a pseudonym; ``audit_id`` is "" where nobody knows it."""

    key: str
    shown: str
    lead: str
    when: str
    said: str
    because: str
    seen: str
    audit_id: str
    state: State
    badge: str
    became: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something to choose in a form: its value and its words."""

    value: str
    words: str


def queue_lines(entries: Sequence[Entry]) -> tuple[QueueLine, ...]:
    """The answers of one page."""
    return tuple(_line(one) for one in entries)


def outcomes() -> tuple[Choice, ...]:
    """What can be said of an answer; the reason of a no is part of it."""
    return tuple(_outcomes())


def _outcomes() -> Iterator[Choice]:
    for state in STATES[1:]:
        if state != "declined":
            yield Choice(value=state, words=gettext(BECAME[state]))
    for why in REASONS:
        yield Choice(value=f"declined/{why}", words=_declined(why))
    yield Choice(value="open", words=gettext("Open again"))


def _declined(why: Why) -> str:
    return f"{gettext(BECAME['declined'])}: {gettext(DECLINED[why])}"


def _line(one: Entry) -> QueueLine:
    answer = one.answer
    return QueueLine(
        key=answer.key,
        shown=one.shown,
        lead=f"{answer.lead.hex[:SHORT]}\N{HORIZONTAL ELLIPSIS}",
        when=moment(answer.given_at),
        said=gettext(SAID[answer.verdict]),
        because=gettext(AFTER_A_COLON[answer.reason]) if answer.reason else "",
        seen=gettext(SEEN[answer.seen]) if answer.seen else "",
        audit_id=answer.audit_id,
        state=one.state,
        badge=BADGES[one.state],
        became=_became(one),
        by=f"{one.who}, {moment(one.at)}" if one.at else "",
    )


def _became(one: Entry) -> str:
    reason = DECLINED.get(one.why)  # type: ignore[call-overload]  # a word that is not known has no sentence
    became = gettext(BECAME[one.state])
    return f"{became}: {gettext(reason)}" if reason else became
