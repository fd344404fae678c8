"""The answers that want somebody's eye, one by one: what was said of which lead, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from connectors.feedback import Reason, Verdict
from connectors.source import FlagStatus
from webapp.panels import FINE, FLAGGED, NOT_ENOUGH_DATA
from webapp.store.triage import REASONS, STATES, Entry, State, Why
from webapp.viewmodels.words import moment

SHORT = 8
"""Digits of a lead's pseudonym that a page shows: enough to tell leads of one page apart."""
SAID: Mapping[Verdict, str] = MappingProxyType(
    {"agree": "Agrees", "disagree": "Disagrees", "review": "Asks for a review"}
)
BECAUSE: Mapping[Reason, str] = MappingProxyType(
    {
        "score_right": "The score is right",
        "score_too_low": "The score is too low",
        "score_too_high": "The score is too high",
        "data_wrong": "The data is wrong or old",
        "other": "Another reason",
    }
)
SEEN: Mapping[FlagStatus, str] = MappingProxyType(
    {"ok": FINE.title, "review": FLAGGED.title, "insufficient_data": NOT_ENOUGH_DATA.title}
)
BECAME: Mapping[State, str] = MappingProxyType(
    {"open": "Open", "looked": "Looked at", "acted": "Acted on", "declined": "Declined"}
)
DECLINED: Mapping[Why, str] = MappingProxyType(
    {
        "score_holds": "the score was checked and holds",
        "not_the_score": "it is not about the score",
        "said_before": "the same was said before",
        "cannot_tell": "there is not enough to tell",
    }
)
BADGES: Mapping[State, str] = MappingProxyType(
    {"open": "waiting", "looked": "info", "acted": "done", "declined": "not_connected"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """One answer in words. ``lead`` is the start of a pseudonym; ``audit_id`` is "" where nobody knows it."""

    key: str
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
            yield Choice(value=state, words=BECAME[state])
    for why in REASONS:
        yield Choice(value=f"declined/{why}", words=f"{BECAME['declined']}: {DECLINED[why]}")
    yield Choice(value="open", words="Open again")


def _line(one: Entry) -> QueueLine:
    answer = one.answer
    return QueueLine(
        key=answer.key,
        lead=f"{answer.lead.hex[:SHORT]}\N{HORIZONTAL ELLIPSIS}",
        when=moment(answer.given_at),
        said=SAID[answer.verdict],
        because=BECAUSE[answer.reason] if answer.reason else "",
        seen=SEEN[answer.seen] if answer.seen else "",
        audit_id=answer.audit_id,
        state=one.state,
        badge=BADGES[one.state],
        became=_became(one),
        by=f"{one.who}, {moment(one.at)}" if one.at else "",
    )


def _became(one: Entry) -> str:
    reason = DECLINED.get(one.why)  # type: ignore[call-overload]  # a word that is not known has no sentence
    return f"{BECAME[one.state]}: {reason}" if reason else BECAME[one.state]
