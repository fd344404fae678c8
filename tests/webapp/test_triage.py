"""What becomes of answers: said once, in the trail, filtered and paged, and gone with the answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from audit.schema import BadInput
from connectors.feedback import PERSON
from tests.webapp.given_answers import KEYRING, START, feedback
from webapp.store.answers import LeadAnswers
from webapp.store.feedback_tables import LeadAnswer
from webapp.store.pseudonymised import move_on, remove
from webapp.store.repository import Repository
from webapp.store.told_events import ToldEvents
from webapp.store.trail import Filter, Trail
from webapp.store.triage import PAGE, REASONS, STATES, Looking, Mark, Triage
from webapp.store.triage_tables import AnswerTriage


@pytest.fixture
def stored(database):
    row = Repository(database=database).add_connection("salesforce", "00D000000000001EAA", "https://x")
    return LeadAnswers(database=database), Triage(database=database), row.id


def kept(database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(AnswerTriage))


def test_what_becomes_of_an_answer_is_told_by_whom_and_when_and_in_the_trail(stored, database):
    answers, triage, row = stored
    answers.keep(row, [feedback(0), feedback(1, verdict="review", reason=None)])
    key = feedback(0).key
    triage.mark(row, Mark(key=key, state="looked"), "Otto")
    triage.mark(row, Mark(key=key, state="declined", why="score_holds"), "Ada")
    (declined,) = triage.page(row, Looking(state="declined"), 1)[0]
    assert (declined.answer, declined.why, declined.who) == (feedback(0), "score_holds", "Ada")
    assert declined.at is not None
    assert triage.waiting(row) == 1
    triage.mark(row, Mark(key=key, state="open"), "Ada")
    triage.mark(row, Mark(key=key, state="open"), "Ada")
    assert triage.waiting(row) == 2
    lines = Trail(database=database).page(Filter(target=row), 1)[0]
    told = [(line.who, line.action, line.detail) for line in lines]
    assert told[::-1] == [
        ("Otto", "answer looked at", "disagree"),
        ("Ada", "answer declined", "disagree: score holds"),
        *[("Ada", "answer opened again", "disagree")] * 2,
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "gone"},
        {"state": "declined"},
        {"state": "declined", "why": "x"},
        {"state": "acted", "why": "score_holds"},
    ],
)
def test_only_a_word_of_the_list_is_taken(wrong):
    with pytest.raises(BadInput, match="from the list"):
        Mark(key="0" * 32, **wrong)
    assert {
        Mark(key="", state=state, why=REASONS[0] if state == "declined" else "").state for state in STATES
    }


def test_an_answer_that_is_not_there_or_wants_nothing_is_not_marked(stored, database):
    answers, triage, row = stored
    answers.keep(row, [feedback(0, verdict="agree", reason=None)])
    for key in (feedback(0).key, "f" * 32, ""):
        with pytest.raises(BadInput, match="not held any more"):
            triage.mark(row, Mark(key=key, state="looked"), "Ada")
    assert kept(database) == 0
    assert Trail(database=database).page(Filter(target=row), 1)[0] == ()


def test_what_changed_since_it_was_shown_is_not_marked(stored, database):
    answers, triage, row = stored
    answers.keep(row, [feedback(0)])
    (first,) = triage.page(row, Looking(), 1)[0]
    mark = Mark(key=first.answer.key, state="acted", shown=first.shown)
    changes = [
        feedback(0, reason="score_too_low"),
        feedback(0, verdict="review", reason=None),
        feedback(0, given_at=START + timedelta(days=1)),
    ]
    for change in changes:
        answers.keep(row, [change])
        with pytest.raises(BadInput, match="changed since the page was opened"):
            triage.mark(row, mark, "Ada")
    answers.keep(row, [feedback(0)])
    triage.mark(row, Mark(key=mark.key, state="looked", shown=first.shown), "Otto")
    with pytest.raises(BadInput, match="changed since the page was opened"):
        triage.mark(row, mark, "Ada")
    (entry,) = triage.page(row, Looking(), 1)[0]
    assert (entry.state, entry.who) == ("looked", "Otto")
    triage.mark(row, replace(mark, shown=entry.shown), "Ada")
    assert len(Trail(database=database).page(Filter(target=row), 1)[0]) == 2


def test_an_answer_that_changes_waits_for_who_marks_it_and_is_open_again(stored, database):
    answers, _, row = stored
    answers.keep(row, [feedback(0)])
    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            held = session.get(LeadAnswer, (row, feedback(0).key), with_for_update=True)
            changed = pool.submit(answers.keep, row, [feedback(0, reason="score_too_low")])
            wait([changed], timeout=0.3)
            said = {"state": "acted", "reason": "", "who": "Ada", "at": START}
            session.add(AnswerTriage(connection_id=row, key=held.key, **said))
        assert changed.result() == 0
    assert kept(database) == 0


def test_answers_are_filtered_and_every_one_is_on_one_page(stored):
    answers, triage, row = stored
    given = [
        feedback(
            number,
            verdict=("agree", "disagree", "review")[number % 3],
            reason="score_too_low" if number % 3 == 1 else None,
            seen=("ok", "review", None)[number % 3],
            audit_id=f"audit{number % 2}",
            given_at=START + timedelta(minutes=number // 4),
        )
        for number in range(330)
    ]
    answers.keep(row, given)
    wanting = {one.key for one in given if one.verdict != "agree"}
    pages = [triage.page(row, Looking(), number) for number in range(1, 7)]
    assert {whole for _, whole in pages} == {len(wanting)} == {220}
    shown = [one.answer.key for part, _ in pages for one in part]
    assert [len(part) for part, _ in pages] == [PAGE] * 4 + [20, 0]
    assert len(shown) == len(set(shown))
    assert set(shown) == wanting
    behind, place = [], None
    while part := triage.behind(row, Looking(), place, 37):
        behind += [one.answer.key for one in part]
        place = (part[-1].answer.given_at, part[-1].answer.key)
    assert behind == shown
    for wanted, fits in (
        (Looking(verdicts=("agree",)), lambda one: one.verdict == "agree"),
        (Looking(reason="score_too_low"), lambda one: one.reason == "score_too_low"),
        (
            Looking(verdicts=(), seen="ok", audit_id="audit1"),
            lambda one: one.seen == "ok" and one.audit_id == "audit1",
        ),
    ):
        assert triage.page(row, wanted, 1)[1] == sum(map(fits, given))
    assert triage.page("another", Looking(), 1) == ((), 0)


def test_what_was_said_stays_while_the_answer_says_the_same(stored, database):
    answers, triage, row = stored
    answers.keep(row, [feedback(number) for number in range(3)])
    for number in range(3):
        triage.mark(row, Mark(key=feedback(number).key, state="acted"), "Ada")
    merged = replace(feedback(0), lead=KEYRING.lead_key("the master of a merge"))
    changed = replace(feedback(1), reason="score_too_low")
    assert answers.keep(row, [merged, changed]) == 0
    states = {one.answer: one.state for one in triage.page(row, Looking(), 1)[0]}
    assert states == {merged: "acted", changed: "open", feedback(2): "acted"}
    answers.keep(row, [merged], only=True)
    assert kept(database) == 1


def without_the_key(answers: LeadAnswers, row: str) -> None:
    with answers.database.writing() as session:
        remove(session, row)


GOING = {
    "an erasure": lambda answers, row: ToldEvents(database=answers.database).drop_flags(
        row, [feedback(0).lead]
    ),
    "a sync": lambda answers, row: answers.forget(row, [feedback(0).lead.hex]),
    "a disconnect": lambda answers, row: answers.remove(row),
    "the end of a key": without_the_key,
}


@pytest.mark.parametrize("go", GOING.values(), ids=GOING)
def test_what_was_said_goes_with_the_answer(stored, database, go):
    answers, triage, row = stored
    answers.keep(row, [feedback(0)])
    triage.mark(row, Mark(key=feedback(0).key, state="looked"), "Ada")
    assert kept(database) == 1
    go(answers, row)
    assert kept(database) == 0
    assert answers.all(row) == ()


def test_a_rotation_of_the_key_loses_nothing(stored, database):
    answers, triage, row = stored
    answers.keep(row, [feedback(0)])
    triage.mark(row, Mark(key=feedback(0).key, state="looked"), "Ada")
    later = replace(KEYRING, later=(bytes(reversed(range(32))),))
    with database.writing() as session:
        move_on(session, row, later.rekeying())
    (entry,) = triage.page(row, Looking(), 1)[0]
    assert (entry.state, entry.answer.lead) == ("looked", later.lead_key("lead 0"))


def test_a_later_answer_of_the_same_person_takes_the_place_of_the_first(stored):
    answers, triage, row = stored
    first, other = feedback(0), feedback(1, lead=feedback(0).lead, who=KEYRING.pseudonym(PERSON, "another"))
    answers.keep(row, [first, other])
    assert triage.waiting(row) == 2
    again = feedback(2, lead=first.lead, verdict="agree", reason=None)
    answers.keep(row, [again])
    assert [one.answer for one in triage.page(row, Looking(), 1)[0]] == [other]
    assert triage.waiting(row) == 1
    every = triage.behind(row, Looking(verdicts=(), standing=False), None, 9)
    assert {one.answer: one.overtaken for one in every} == {first: True, other: False, again: False}
    at_once = feedback(3, lead=first.lead, who=other.who, given_at=other.given_at)
    answers.keep(row, [at_once])
    assert triage.waiting(row) == 1


def test_two_who_say_something_at_once_leave_one_word(stored, database):
    answers, triage, row = stored
    answers.keep(row, [feedback(0)])
    states = ("looked", "acted")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda state: triage.mark(row, Mark(key=feedback(0).key, state=state), state), states))
    (entry,) = triage.page(row, Looking(), 1)[0]
    assert entry.state == entry.who
    assert len(Trail(database=database).page(Filter(target=row), 1)[0]) == 2
