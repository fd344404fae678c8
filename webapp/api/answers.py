"""What reps answer to the check: one by one, counted, and compared by group."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from pydantic import Field

from audit.disparity.verdict import Verdict
from audit.finding.answers import gap_sentence, overridden_sentence
from audit.rows.answers import Answered, AnswerGap, AnswerRate, Overridden, Said, Share
from audit.rows.answers.model import Outlook
from connectors.feedback import Reason
from connectors.feedback import Verdict as Word
from connectors.source import FlagStatus
from webapp.api import cursors
from webapp.api.operation import Ask, Nothing, Operation
from webapp.api.reports import report_of
from webapp.api.shape import Answer, Id, Moment, Page, Paged
from webapp.open_audits import hidden_in
from webapp.store.triage import Entry, Looking, State, Why
from webapp.viewmodels.answers_compared import visible
from webapp.viewmodels.answers_queue import SHORT
from webapp.viewmodels.answers_said import Tally, answers_said


class AnswerQuery(Paged):
    """Which answers."""

    verdict: Word | None = Field(default=None, description="With this answer.")
    state: State | None = Field(default=None, description="Of which this became.")
    reason: Reason | None = Field(default=None, description="With this reason.")
    seen: FlagStatus | None = Field(default=None, description="To a check that said this.")
    audit: Id | None = Field(default=None, description="To the check of this audit.")


class RepAnswer(Answer):
    """One answer of a rep. Lead and answer are the starts of pseudonyms; who answered is not told."""

    answer: str = Field(description="Enough of its key to tell the answers of a page apart.")
    lead: str
    given_at: Moment
    verdict: Word
    reason: Reason | None = Field(description="What a rep who disagrees says of the score.")
    seen: FlagStatus | None = Field(description="What the check said; null where the CRM does not tell.")
    audit: str = Field(description="The audit that said so; empty where the CRM does not tell.")
    overtaken: bool = Field(description="The same rep answered about the same lead later.")
    state: State = Field(description="What became of it.")
    why: Why | None = Field(description="Why it was declined.")
    by: str = Field(description="Who said what became of it; empty while it is open.")
    at: Moment | None


class AnswerCount(Answer):
    """How many answers of one kind say what; null where fewer than three people could be known by it."""

    key: str = Field(description="What they have in common; empty where the CRM does not tell.")
    agree: int | None = Field(ge=0)
    disagree: int | None = Field(ge=0)
    review: int | None = Field(ge=0)


class AnswersCounted(Answer):
    """All answers of a connection, counted; several about one lead count each."""

    answers: int = Field(ge=0)
    leads: int = Field(ge=0)
    people: int = Field(ge=0)
    waiting: int = Field(ge=0, description="Those that nobody has said anything of.")
    months: tuple[AnswerCount, ...] = Field(description="The newest 24, newest first.")
    seen: tuple[AnswerCount, ...] = Field(description="By what the check said.")
    audits: tuple[AnswerCount, ...] = Field(description="The 20 that were answered last.")


class AnswerShare(Answer):
    """A share of one group with its interval; of all leads where attribute and group are empty."""

    attribute: str
    group: str
    share: Share
    value: float | None
    low: float | None
    high: float | None
    n: int
    undefined: str | None


class AnswerDifference(Answer):
    """A share of one group minus that of the reference group, with its verdict and its sentence."""

    attribute: str
    group: str
    reference: str
    share: Share
    value: float | None
    low: float | None
    high: float | None
    n: int
    p: float | None
    p_adjusted: float | None
    verdict: Verdict
    n_needed: int | None
    few_people: bool
    undefined: str | None
    text: str


class OverriddenScores(Answer):
    """How leads turned out whose score people called too low, too high or right."""

    said: Said
    n: int
    converted: float | None
    expected: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    p_adjusted: float | None
    outlook: Outlook
    undefined: str | None
    text: str


class AnswersCompared(Answer):
    """What the answers told when an audit was made; one answer counts for each lead, the newest."""

    audit: Id
    given: int = Field(ge=0, description="given = leads + repeated + elsewhere")
    leads: int = Field(ge=0)
    repeated: int = Field(ge=0)
    elsewhere: int = Field(ge=0)
    people: int = Field(ge=0)
    confidence: float
    minimum: int = Field(description="Of fewer leads nothing is told.")
    shares: tuple[AnswerShare, ...]
    differences: tuple[AnswerDifference, ...]
    overridden: tuple[OverriddenScores, ...]
    withheld: int = Field(
        ge=0,
        description="How many shares and differences are about special categories and left out, because the "
        "token has no scope read:special.",
    )


def _list(ask: Ask[AnswerQuery]) -> Page[RepAnswer]:
    asked, place = ask.asked, cursors.read(ask)
    wanted = Looking(
        verdicts=(asked.verdict,) if asked.verdict else (),
        state=asked.state or "",
        reason=asked.reason or "",
        seen=asked.seen or "",
        audit_id=asked.audit or "",
        standing=False,
    )
    after = None if place is None else (datetime.fromisoformat(str(place[0])), str(place[1]))
    rows = ask.opened.triage.behind(ask.connection().id, wanted, after, asked.limit + 1)
    part, following = cursors.page(ask, rows, lambda one: [one.answer.given_at.isoformat(), one.answer.key])
    return Page[RepAnswer](items=tuple(_shown(one) for one in part), next=following)


def _shown(one: Entry) -> RepAnswer:
    answer = one.answer
    return RepAnswer(
        answer=answer.key[:SHORT],
        lead=answer.lead.hex[:SHORT],
        given_at=answer.given_at,
        verdict=answer.verdict,
        reason=answer.reason,
        seen=answer.seen,
        audit=answer.audit_id,
        overtaken=one.overtaken,
        state=one.state,
        why=one.why or None,  # type: ignore[arg-type]  # one of the words, as it was stored
        by=one.who,
        at=one.at,
    )


def _counted(ask: Ask[Nothing]) -> AnswersCounted:
    connection = ask.connection()
    counted = ask.opened.answer_counts.all(connection.id)
    if counted is None:
        return AnswersCounted(answers=0, leads=0, people=0, waiting=0, months=(), seen=(), audits=())
    said = answers_said(counted)
    return AnswersCounted(
        answers=said.whole,
        leads=said.leads,
        people=said.people,
        waiting=ask.opened.triage.waiting(connection.id),
        months=tuple(_count(one) for one in said.months),
        seen=tuple(_count(one) for one in said.seen),
        audits=tuple(_count(one) for one in said.audits),
    )


def _count(one: Tally) -> AnswerCount:
    return AnswerCount(key=one.key, agree=one.agree, disagree=one.disagree, review=one.review)


def _compared(ask: Ask[Nothing]) -> AnswersCompared:
    kept = ask.audit()
    told = ask.opened.triage.told(kept.id) or _none(ask)
    hidden = frozenset[str]() if ask.grant.special else hidden_in(ask.opened, kept)
    rates, gaps = visible(told, hidden)
    same = ("given", "leads", "repeated", "elsewhere", "people", "confidence", "minimum")
    return AnswersCompared(
        audit=kept.id,
        shares=tuple(_share(one) for one in (*told.overall, *rates)),
        differences=tuple(_difference(one) for one in gaps),
        overridden=tuple(_overridden(one) for one in told.overridden),
        withheld=len(told.rates) + len(told.gaps) - len(rates) - len(gaps),
        **{name: getattr(told, name) for name in same},
    )


def _none(ask: Ask[Nothing]) -> Answered:
    """Of an audit that was made when there was no answer yet."""
    asked = report_of(ask).settings
    return Answered(
        given=0,
        leads=0,
        repeated=0,
        elsewhere=0,
        people=0,
        confidence=asked.confidence,
        minimum=asked.minimum_group,
    )


def _share(one: AnswerRate) -> AnswerShare:
    numbers = {name: getattr(one.estimate, name) for name in ("value", "low", "high", "n", "undefined")}
    return AnswerShare(attribute=one.attribute, group=one.group, share=one.share, **numbers)


def _difference(one: AnswerGap) -> AnswerDifference:
    values = {name: value for name, value in asdict(one).items() if name != "special_category"}
    return AnswerDifference(text=gap_sentence(one), **values)


def _overridden(one: Overridden) -> OverriddenScores:
    return OverriddenScores(
        text=overridden_sentence(one), **{**asdict(one), "converted": one.converted.value}
    )


HERE = "/connections/{connection_id}/answers"
OPERATIONS = (
    Operation(
        name="list_answers",
        path=HERE,
        tag="Answers",
        summary="What reps answered and what became of it, newest first",
        does=_list,
        asks=AnswerQuery,
        answers=Page[RepAnswer],
        scope="read:answers",
    ),
    Operation(
        name="count_answers",
        path=f"{HERE}/counts",
        tag="Answers",
        summary="What reps answered, counted",
        does=_counted,
        answers=AnswersCounted,
        scope="read:answers",
    ),
    Operation(
        name="compare_answers",
        path="/audits/{audit_id}/answers",
        tag="Answers",
        summary="Whether reps answer otherwise about one group, as an audit found it",
        words="Empty where there was no answer yet when the audit was made.",
        does=_compared,
        answers=AnswersCompared,
        scope="read:answers",
    ),
)
