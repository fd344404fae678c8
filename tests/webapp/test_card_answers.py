"""The store of answers that come one by one, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from audit.report.json_form import to_json
from connectors.account import Pulled
from connectors.feedback import PERSON, Feedback
from connectors.pseudonym import Keyring
from connectors.source import Flag
from tests.webapp.sample_report import sample_report
from webapp.store.answers import LeadAnswers
from webapp.store.card_answers import MOST, WITHIN, CardAnswers, Standing, Visitor
from webapp.store.flag_counts import FlagCounts
from webapp.store.repository import Repository, short_id
from webapp.store.rows import NewAudit

KEYRING = Keyring(crm="hubspot", organisation="2222", master=bytes(range(32)))
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
LEADS = [KEYRING.lead_key(str(number)) for number in range(MOST + 2)]


@pytest.fixture
def checked(database):
    """A connection whose leads an audit flagged: where answers are kept, its id, and the audit's."""
    repository = Repository(database=database)
    row, audit_id = repository.add_connection("hubspot", "2222", "https://x"), short_id()
    pulled = Pulled(read=2, kept=2, rejected={}, excluded={}, unmapped={})
    new = NewAudit(
        id=audit_id,
        report=to_json(sample_report()),
        policy_version=1,
        stream_version=1,
        severities={},
        worst=None,
        pulled=pulled,
    )
    flag = Flag(status="ok", reason="", audit_id=audit_id, checked_at=NOW)
    flags = dict.fromkeys(LEADS, flag) | {LEADS[0]: replace(flag, status="review")}
    repository.add_audit(row.id, new, flags)
    return CardAnswers(database=database), row.id, audit_id


def answer(audit_id: str, number: int = 0, who: str = "rep", **changes: object) -> Feedback:
    plain = Feedback(
        key=KEYRING.lasting("hubspot-answer", f"{number}/{who}/{audit_id}"),
        lead=LEADS[number],
        who=KEYRING.pseudonym(PERSON, who),
        verdict="agree",
        given_at=NOW,
        audit_id=audit_id,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_the_newest_answer_of_each_person_stands(checked, database):
    answers, row, audit_id = checked
    one = answer(audit_id)
    assert answers.take(row, one) == "kept"
    again = replace(one, verdict="disagree", reason="other", given_at=NOW + timedelta(seconds=9))
    assert answers.take(row, again) == "kept"
    assert answers.take(row, answer(audit_id, who="another")) == "kept"
    kept = LeadAnswers(database=database).all(row)
    assert {(held.verdict, held.reason, held.seen) for held in kept} == {
        ("disagree", "other", "review"),
        ("agree", None, "review"),
    }
    mine = Visitor(lead=one.lead, who=one.who, audit_id=audit_id)
    assert answers.standing(row, mine) == Standing(answer="disagree", policy=None, stream=None)
    for other in (replace(mine, audit_id=""), replace(mine, lead=LEADS[1]), replace(mine, who="0" * 32)):
        assert answers.standing(row, other).answer is None
    repository = Repository(database=database)
    for text in ("one", "two"):
        repository.save_policy(row, text, "Ada")
    repository.save_stream(row, "one", "Ada")
    assert answers.standing(row, mine) == Standing(answer="disagree", policy=2, stream=1)


def test_clicks_at_the_same_moment_are_one_answer(checked, database):
    answers, row, audit_id = checked
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda _: answers.take(row, answer(audit_id)), range(6)))
    assert told == ["kept"] * 6
    assert len(LeadAnswers(database=database).all(row)) == 1


def test_only_what_stands_is_answered(checked):
    answers, row, audit_id = checked
    assert answers.take(row, answer(audit_id, lead=KEYRING.lead_key("stranger"))) == "no_check"
    assert answers.take(row, answer("earlier1")) == "checked_again"


def test_many_answers_of_one_person_wait_for_the_next_minute(checked):
    answers, row, audit_id = checked
    assert {answers.take(row, answer(audit_id, number)) for number in range(MOST)} == {"kept"}
    last = answer(audit_id, MOST)
    assert answers.take(row, last) == "too_many"
    assert answers.take(row, answer(audit_id, 0)) == "kept"
    assert answers.take(row, answer(audit_id, MOST, who="another")) == "kept"
    assert answers.take(row, replace(last, given_at=NOW + WITHIN)) == "kept"


def test_leads_are_counted_by_what_the_check_says(checked, database):
    _, row, _ = checked
    counts = FlagCounts(database=database)
    assert dict(counts.of(row)) == {"review": 1, "ok": len(LEADS) - 1}
    assert dict(counts.of("nobody")) == {}
