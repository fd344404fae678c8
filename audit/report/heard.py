"""What people said of a score, as a paper beside its report: reps' answers by group, and notes of teams.

No text that anybody typed is in it, and no one person's answers: shares of groups, and counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audit.finding.answers import ASSOCIATION, account_sentence, gap_sentence, overridden_sentence
from audit.finding.words import count
from audit.report.model import Report
from audit.report.packs.told import origin
from audit.report.paper import Paper, Section, Table
from audit.report.views.view import cell
from audit.rows.answers import Answered, AnswerRate, Share

TITLE = "What people said of the score"
CLOSE = "It says what goes with what, never why, and counts only those who answered. It is not legal advice."
NOBODY = (
    "Nobody had answered the check of a score when this audit was made. In the CRM, reps can agree, disagree "
    "with a reason, or ask for a review."
)
SHARES: tuple[tuple[Share, str], ...] = (
    ("answered", "Answered about"),
    ("disagreed", "Disagreed with"),
    ("reviewed", "Review asked for"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCount:
    """How many notes there are about one topic (in words), and of how many nobody has said anything yet."""

    topic: str
    written: int
    open: int


def heard(report: Report, answered: Answered | None, notes: tuple[NoteCount, ...]) -> Paper:
    """The paper about one audit.

    Parameters
    ----------
    report
        The audit.
    answered
        What the answers told when it was made; None where there were none.
    notes
        The notes of other teams up to now, by topic.
    """
    said = (*_answers(answered), _overridden(answered)) if answered else (_nobody(),)
    return Paper(title=TITLE, lead=(), sections=(*said, _notes(notes)), stamp=origin(report), close=CLOSE)


def _nobody() -> Section:
    return Section(heading="Reps' answers", text=(NOBODY,))


def _answers(found: Answered) -> Iterator[Section]:
    yield Section(heading="Reps' answers", text=(account_sentence(found),))
    gaps = tuple(gap_sentence(one) for one in found.gaps)
    yield Section(
        heading="Do people answer otherwise about one group?",
        text=() if gaps else ("There is no second group to compare.",),
        points=gaps,
        tables=(_shares(found),),
    )


def _shares(found: Answered) -> Table:
    rates = (*found.overall, *found.rates)
    groups = tuple(dict.fromkeys((one.attribute, one.group) for one in rates))
    by_place = {(one.attribute, one.group, one.share): one for one in rates}
    return Table(
        caption="Shares of all leads, and of those that were answered about",
        head=("Group", *(words for _, words in SHARES)),
        rows=tuple(
            (
                f"{attribute}: {group}" if attribute else "All leads",
                *(_cell(by_place.get((attribute, group, share))) for share, _ in SHARES),
            )
            for attribute, group in groups
        ),
        notes=(f"Of fewer than {count(found.minimum)} nothing is told.",),
    )


def _cell(one: AnswerRate | None) -> str:
    if one is None:
        return "not told"
    shown = one.estimate
    if shown.value is None:
        return f"not told: {shown.undefined}"
    shares = cell("selection_rate", shown)
    return f"{shares.value} ({shares.interval}), {count(shown.n)}"


def _overridden(found: Answered) -> Section:
    return Section(
        heading="Does an overridden score turn out better?",
        points=tuple(overridden_sentence(one) for one in found.overridden),
        text=(ASSOCIATION,) if found.overridden else ("Nobody said that a score is too low or too high.",),
    )


def _notes(notes: tuple[NoteCount, ...]) -> Section:
    heading = "Notes of other teams"
    if not notes:
        return Section(heading=heading, text=("Nobody has written a note.",))
    table = Table(
        caption="Notes by what they are about",
        head=("About", "Written", "Nobody has said yet what became of it"),
        rows=tuple((one.topic, f"{one.written:,}", f"{one.open:,}") for one in notes),
    )
    return Section(heading=heading, tables=(table,))
