"""Answers counted in the database are those counted one by one, on both; and what of them is not told."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

import pytest

from audit.rows.answers.newest import newest_of
from tests.webapp.given_answers import feedback
from webapp.answers_told import as_answers
from webapp.store.answer_counts import VERDICTS, AnswerCounts, Part
from webapp.store.answers import LeadAnswers
from webapp.store.repository import Repository
from webapp.viewmodels.answers_untold import untold

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
KEYS = {
    "all": lambda _: "",
    "month": lambda one: f"{one.given_at:%Y-%m}",
    "seen": lambda one: one.seen or "",
    "audit": lambda one: one.audit_id,
}


def some(number: int):
    """Over a turn of the year, to the second; of five people about eleven leads, some in one moment."""
    return feedback(
        number,
        lead=feedback(number % 11).lead,
        who=f"{number % 5}" * 32,
        verdict=VERDICTS[number % 3],
        reason=("other", "data_wrong", None)[number % 7 % 3] if number % 3 == 1 else None,
        seen=("ok", "review", None)[number % 4 % 3],
        audit_id=("", "audit1", "audit2")[number % 5 % 3],
        given_at=NEW_YEAR + timedelta(seconds=number // 3 - 5),
    )


@pytest.fixture
def given(database):
    row = Repository(database=database).add_connection("salesforce", "00D000000000001EAA", "https://x")
    other = Repository(database=database).add_connection("hubspot", "1", "https://x")
    made = [some(number) for number in range(60)]
    answers = LeadAnswers(database=database)
    answers.keep(row.id, made)
    answers.keep(other.id, [feedback(900)])
    return AnswerCounts(database=database), row.id, made


def people_of(given) -> dict[str, tuple[int, int]]:
    last = newest_of(as_answers(given))
    leads, no = (
        Counter(one.who for one in last),
        Counter(one.who for one in last if one.verdict == "disagree"),
    )
    return {who: (leads[who], no[who]) for who in leads}


@pytest.mark.parametrize("by", KEYS)
def test_parts_are_those_counted_one_by_one(given, by):
    counts, row, made = given
    parts = defaultdict(list)
    for one in made:
        parts[KEYS[by](one)].append(one)
    found = counts.by(row, by)
    assert {one.key for one in found} == set(parts)
    assert [one.last for one in found] == sorted((one.last for one in found), reverse=True)
    for one in found:
        own = parts[one.key]
        said = Counter(each.verdict for each in own)
        assert (one.agree, one.disagree, one.review) == tuple(said[word] for word in VERDICTS)
        assert one.people == len({each.who for each in own})
        assert (one.first, one.last) == (own[0].given_at, own[-1].given_at)
        assert one.some <= {each.who for each in own}
        assert len(one.some) == min(2, one.people)


def test_all_are_counted_in_every_way(given):
    counts, row, made = given
    found = counts.all(row)
    assert (found.leads, found.all.whole) == (11, len(made))
    assert [sum(one.whole for one in part) for part in (found.months, found.seen, found.audits)] == [60] * 3


def test_reasons_are_those_of_who_disagrees(given):
    counts, row, made = given
    said = Counter(one.reason or "" for one in made if one.verdict == "disagree")
    assert {one.key: one.disagree for one in counts.by(row, "reason")} == said
    assert {(one.agree, one.review) for one in counts.by(row, "reason")} == {(0, 0)}


def test_the_newest_answer_about_a_lead_counts_for_its_person(given):
    counts, row, made = given
    assert sorted((one.leads, one.disagree) for one in counts.newest(row, "all")) == sorted(
        people_of(made).values()
    )
    for month in ("2026-12", "2027-01"):
        own = [one for one in made if KEYS["month"](one) == month]
        found = [(one.leads, one.disagree) for one in counts.newest(row, "month") if one.part == month]
        assert sorted(found) == sorted(people_of(own).values())
    since, whole = counts.since(row, NEW_YEAR)
    later = [one for one in made if one.given_at >= NEW_YEAR]
    assert whole == len(later)
    assert sorted((one.leads, one.disagree) for one in since) == sorted(people_of(later).values())


def test_of_no_answer_nothing_is_counted(database):
    counts = AnswerCounts(database=database)
    assert counts.all("nobody") is None
    assert counts.since("nobody", NEW_YEAR) == ((), 0)


def part(key: str, whole: int, *people: str) -> Part:
    return Part(
        key=key,
        agree=whole,
        disagree=0,
        review=0,
        people=len(people),
        some=frozenset(people[:2]),
        first=NEW_YEAR,
        last=NEW_YEAR,
    )


@pytest.mark.parametrize(
    ("parts", "left_out", "hidden"),
    [
        ([part("a", 9, *"123"), part("b", 5, *"123")], 0, ""),
        ([part("a", 9, *"123")], 0, ""),
        ([part("a", 9, *"12")], 0, "a"),
        ([part("a", 9, *"123"), part("b", 5, *"1234"), part("c", 2, "1")], 0, "bc"),
        ([part("a", 9, *"123"), part("b", 5, *"12"), part("c", 2, "3")], 0, "bc"),
        ([part("a", 9, *"123"), part("b", 5, *"12"), part("c", 2, "2")], 0, "abc"),
        ([part("a", 9, *"123"), part("b", 9, *"12"), part("c", 9, *"456")], 1, "bc"),
        ([part("a", 9, *"123"), part("b", 9, *"456"), part("c", 9, "1")], 1, "ac"),
    ],
)
def test_what_could_be_worked_out_is_not_told_either(parts, left_out, hidden):
    assert untold(parts, left_out) == frozenset(hidden)


def test_nothing_left_out_is_shown_for_want_of_need():
    assert untold([part("a", 9, *"123"), part("b", 9, *"456")], 1) == {"b"}
