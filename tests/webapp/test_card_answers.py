"""The store of answers that come one by one, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import OperationalError

from audit.report.json_form import to_json
from connectors.account import Pulled
from connectors.feedback import PERSON, Feedback
from connectors.pseudonym import Keyring
from connectors.source import Flag
from tests.webapp.sample_report import sample_report
from webapp.store.answer_rates import MOST, WITHIN
from webapp.store.answers import LeadAnswers
from webapp.store.card_answers import CardAnswers, Standing, Visitor
from webapp.store.database import Database
from webapp.store.feedback_tables import LeadAnswer
from webapp.store.flag_counts import FlagCounts
from webapp.store.organisation_key_tables import OrganisationKey
from webapp.store.pseudonymised import move_on
from webapp.store.repository import Repository, short_id
from webapp.store.rows import NewAudit
from webapp.store.tables import LeadFlag, SeenRequest
from webapp.store.told_events import ToldEvents, drop_leads
from webapp.store.triage import Looking, Mark, Triage

KEYRING = Keyring(crm="hubspot", organisation="2222", master=bytes(range(32)))
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
LEADS = [KEYRING.lead_key(str(number)) for number in range(MOST + 2)]


@pytest.fixture
def checked(database):
    """A connection whose leads an audit flagged: where answers are kept, its id, and the audit's."""
    repository = Repository(database=database)
    row, audit_id = repository.add_connection("hubspot", "2222", "https://x"), short_id()
    with database.writing() as session:
        session.add(
            OrganisationKey(
                connection_id=row.id,
                generation=1,
                state="active",
                origin="random",
                plain=False,
                made_at=NOW,
                made_by="Ada",
            )
        )
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
        key="",
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
    assert answers.standing(row, mine) == Standing(
        answer="disagree", reason="other", policy=None, stream=None
    )
    for other in (replace(mine, audit_id=""), replace(mine, lead=LEADS[1]), replace(mine, who="0" * 32)):
        nothing = answers.standing(row, other)
        assert (nothing.answer, nothing.reason) == (None, None)
    repository = Repository(database=database)
    for policy in ("one", "two"):
        repository.save_policy(row, policy, "Ada")
    repository.save_stream(row, "one", "Ada")
    assert answers.standing(row, mine) == Standing(answer="disagree", reason="other", policy=2, stream=1)


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
    assert answers.take(row, answer(audit_id, 0)) == "kept"  # it is held so already
    assert answers.take(row, answer(audit_id, MOST, who="another")) == "kept"
    assert answers.take(row, replace(last, given_at=NOW + WITHIN)) == "kept"


def test_leads_are_counted_by_what_the_check_says(checked, database):
    _, row, _ = checked
    counts = FlagCounts(database=database)
    assert dict(counts.of(row)) == {"review": 1, "ok": len(LEADS) - 1}
    assert dict(counts.of("nobody")) == {}


def test_every_change_counts_and_waits_for_the_next_minute(checked, database):
    answers, row, audit_id = checked
    one = answer(audit_id)
    given = [
        replace(one, verdict=("agree", "review")[at % 2], given_at=NOW + timedelta(seconds=at / 9))
        for at in range(MOST + 1)
    ]
    told = [answers.take(row, each) for each in given]
    assert told == ["kept"] * MOST + ["too_many"]
    assert answers.take(row, answer(audit_id, 1, given_at=given[-1].given_at)) == "too_many"
    assert answers.take(row, replace(given[-1], given_at=NOW + WITHIN)) == "kept"
    assert answers.take(row, replace(given[-2], given_at=NOW + WITHIN)) == "overtaken"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SeenRequest)) == MOST
    assert answers.take(row, replace(given[-2], given_at=NOW + timedelta(days=2))) == "kept"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SeenRequest)) == 1


def test_requests_at_the_same_moment_do_not_pass_the_limit(checked):
    answers, row, audit_id = checked
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda at: answers.take(row, answer(audit_id, at)), range(MOST + 2)))
    assert sorted(told) == ["kept"] * MOST + ["too_many"] * 2


def test_a_changed_answer_waits_for_an_eye_again_and_the_same_one_does_not(checked, database):
    answers, row, audit_id = checked
    triage, one = Triage(database=database), answer(audit_id, verdict="review")
    answers.take(row, one)
    (held,) = LeadAnswers(database=database).all(row)
    triage.mark(row, Mark(key=held.key, state="looked"), "Ada")
    assert answers.take(row, replace(one, given_at=NOW + timedelta(seconds=5))) == "kept"
    assert triage.waiting(row) == 0
    assert LeadAnswers(database=database).all(row) == (held,)
    changed = replace(one, verdict="disagree", reason="other", given_at=NOW + timedelta(seconds=9))
    assert answers.take(row, changed) == "kept"
    (entry,) = triage.page(row, Looking(), 1)[0]
    assert (entry.state, entry.answer.key, entry.answer.verdict) == ("open", held.key, "disagree")


def test_an_older_request_takes_no_newer_answers_place(checked, database):
    answers, row, audit_id = checked
    newer = answer(audit_id, verdict="review", given_at=NOW + timedelta(seconds=9))
    assert answers.take(row, newer) == "kept"
    assert answers.take(row, answer(audit_id)) == "overtaken"
    (held,) = LeadAnswers(database=database).all(row)
    assert (held.verdict, held.given_at) == ("review", newer.given_at)


def test_the_name_of_an_answer_tells_nothing_and_outlives_a_rotation(checked, database):
    answers, row, audit_id = checked
    for number in range(2):
        answers.take(row, answer(audit_id, number))
    kept = LeadAnswers(database=database).all(row)
    keys = {one.key for one in kept}
    assert len(keys) == 2
    assert {len(key) for key in keys} == {32}
    later = replace(KEYRING, later=(bytes(reversed(range(32))),))
    with database.writing() as session:
        move_on(session, row, later.rekeying())
    moved = replace(
        answer(audit_id),
        lead=later.lead_key("0"),
        who=later.pseudonym(PERSON, "rep"),
        verdict="review",
        given_at=NOW + timedelta(hours=1),
    )
    assert answers.take(row, moved) == "kept"
    assert {one.key for one in LeadAnswers(database=database).all(row)} == keys


def locks(database: Database) -> list[object]:
    """The named locks that there are: files beside SQLite, rows of PostgreSQL's own table."""
    if database.engine.dialect.name == "sqlite":
        return sorted(Path(f"{database.engine.url.database}.locks").iterdir())
    with database.reading() as session:
        return list(session.scalars(text("SELECT objid FROM pg_locks WHERE locktype = 'advisory'")))


def test_a_request_leaves_no_lock_behind(checked, database):
    answers, row, audit_id = checked
    before = locks(database)
    for number in range(3):
        answers.take(row, answer("earlier1", number))
        answers.take(row, answer(audit_id, number))
    assert locks(database) == before


def test_who_waits_too_long_for_a_lead_is_told(checked, database, monkeypatch):
    answers, row, audit_id = checked
    monkeypatch.setattr("webapp.store.card_answers.WAIT_SECONDS", 0.05)
    with database.writing() as session:
        session.get(LeadFlag, (row, LEADS[0].hex), with_for_update=True)
        with pytest.raises(OperationalError):
            answers.take(row, answer(audit_id))
    assert answers.take(row, answer(audit_id)) == "kept"


def test_no_answer_lands_after_the_erasure_of_its_lead(checked, database):
    answers, row, audit_id = checked
    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            drop_leads(session, row, [LEADS[0]])
            later = pool.submit(answers.take, row, answer(audit_id))
            wait([later], timeout=0.3)
        assert later.result() == "no_check"
    assert LeadAnswers(database=database).all(row) == ()


def test_an_erasure_waits_for_an_answer_and_takes_it_too(checked, database):
    answers, row, audit_id = checked
    answers.take(row, answer(audit_id))
    with ThreadPoolExecutor(1) as pool:
        with database.writing() as session:
            session.get(LeadFlag, (row, LEADS[0].hex), with_for_update=True)
            erased = pool.submit(ToldEvents(database=database).drop_flags, row, [LEADS[0]])
            wait([erased], timeout=0.3)
            session.execute(update(LeadAnswer).values(verdict="review"))
        assert erased.result() == 1
    assert LeadAnswers(database=database).all(row) == ()
