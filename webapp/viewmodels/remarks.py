"""Notes of other teams in words: each as a card, and how many there were by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from babel import dates

from webapp.finding_names import FindingName
from webapp.language import current, gettext, marked
from webapp.store.remarks import TOPICS, Month, RemarkRow, Team, Topic
from webapp.viewmodels.answers_queue import BADGES, BECAME, DECLINED
from webapp.viewmodels.words import moment

MONTHS = 24
TEAM_WORDS: Mapping[Team, str] = MappingProxyType(
    {
        "marketing": marked("Marketing"),
        "support": marked("Customer support"),
        "sales": marked("Sales"),
        "other": marked("Another team"),
    }
)
TOPIC_WORDS: Mapping[Topic, str] = MappingProxyType(
    {
        "score_wrong": marked("Scores of some kind of lead look wrong"),
        "unequal": marked("One group seems to be treated otherwise"),
        "form": marked("A form or a field skews what we know"),
        "campaign": marked("A campaign or a source has changed"),
        "complaint": marked("Somebody complained"),
        "other": marked("Something else"),
    }
)
SHORT_WORDS: Mapping[Topic, str] = MappingProxyType(
    {
        "score_wrong": marked("Scores"),
        "unequal": marked("Groups"),
        "form": marked("Forms"),
        "campaign": marked("Campaigns"),
        "complaint": marked("Complaints"),
        "other": marked("Other"),
    }
)
"""The topics as heads of a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkCard:
    """One note in words.

    ``about`` is the headline of its finding, in English, with its audit; "" where it is about none.
    ``gone`` says that its finding is not in the newest audit. ``text`` is "" where it was deleted.
    """

    id: str
    shown: str
    when: str
    who: str
    team: str
    topic: str
    about: str
    audit_id: str
    finding_id: str
    gone: bool
    special: bool
    text: str
    state: str
    badge: str
    became: str
    by: str
    may_delete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLine:
    """The notes of one month: how many of each topic, in the order of `TOPICS`."""

    words: str
    counts: tuple[int, ...]

    @property
    def whole(self) -> int:
        """All of them."""
        return sum(self.counts)


def remark_cards(
    rows: Sequence[RemarkRow], findings: Sequence[FindingName], reader: str, *, all_texts: bool
) -> tuple[RemarkCard, ...]:
    """The notes of one page, as ``reader`` sees them; ``all_texts`` lets them delete those of others too."""
    known = {one.id: one for one in findings}
    return tuple(
        _card(row, known.get(row.finding_id), may_delete=bool(row.text) and (all_texts or row.who == reader))
        for row in rows
    )


def months_of(found: Sequence[Month]) -> tuple[MonthLine, ...]:
    """The newest months that have notes, newest first."""
    by_month: dict[str, dict[Topic, int]] = {}
    for one in found:
        by_month.setdefault(one.month, {})[one.topic] = one.count
    return tuple(
        MonthLine(words=_month(month), counts=tuple(counts.get(topic, 0) for topic in TOPICS))
        for month, counts in list(by_month.items())[:MONTHS]
    )


def _became(state: str, why: str) -> str:
    words = gettext(BECAME[state])  # type: ignore[index]  # one of the words, as it was stored
    reason = DECLINED.get(why)  # type: ignore[call-overload]  # "" has none
    return f"{words}: {gettext(reason)}" if reason else words


def _month(key: str) -> str:
    year, month = (int(part) for part in key.split("-"))
    return dates.format_skeleton("yMMMM", date(year, month, 1), locale=current())


def _card(row: RemarkRow, finding: FindingName | None, *, may_delete: bool) -> RemarkCard:
    return RemarkCard(
        id=row.id,
        shown=row.shown,
        when=moment(row.made_at),
        who=row.who,
        team=gettext(TEAM_WORDS[row.team]),
        topic=gettext(TOPIC_WORDS[row.topic]),
        about=finding.headline if finding else "",
        audit_id=finding.audit_id if finding else "",
        finding_id=row.finding_id,
        gone=bool(row.finding_id) and finding is None,
        special=row.special,
        text=row.text,
        state=row.state,
        badge=BADGES[row.state],
        became=_became(row.state, row.reason),
        by=f"{row.by}, {moment(row.at)}" if row.at else "",
        may_delete=may_delete,
    )
