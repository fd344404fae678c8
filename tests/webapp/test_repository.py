import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, NoResultFound

from connectors.account import Pulled
from connectors.pseudonym import LeadKey
from connectors.source import Flag, FlagDetail, Receipt
from webapp.store.accounts import Accounts
from webapp.store.database import Database
from webapp.store.repository import Repository, short_id
from webapp.store.rows import ConnectionRow, NewAudit

START = datetime(2026, 11, 1, 9, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def repository(database: Database) -> Repository:
    return Repository(database=database, clock=Clock())


@pytest.fixture
def org(repository: Repository) -> ConnectionRow:
    return repository.add_connection("salesforce", "00D000000000001EAA", "https://acme.my.salesforce.com")


def audit(**changes) -> NewAudit:
    values = {
        "id": short_id(),
        "report": '{"schema": "fairlead.audit/1"}',
        "policy_version": 1,
        "stream_version": 1,
        "severities": {"high": 2},
        "worst": "A sentence.",
        "pulled": Pulled(
            read=10, kept=7, rejected={"score_missing": 2}, excluded={"opted_out": 1}, unmapped={}
        ),
    }
    return NewAudit(**{**values, **changes})


def flags(count: int, audit_id: str, status="ok") -> dict[LeadKey, Flag]:
    flag = Flag(status=status, reason="because", audit_id=audit_id, checked_at=START)
    return {LeadKey(number.to_bytes(16)): flag for number in range(count)}


def test_a_connection_is_found_by_id_and_by_organisation(repository, org):
    assert repository.connection(org.id) == org
    assert repository.connection_for("salesforce", org.organisation) == org
    assert repository.connections() == (org,)
    assert repository.connection("nobody") is None
    assert repository.connection_for("hubspot", org.organisation) is None


def test_moments_come_back_in_utc(repository, org):
    assert repository.connection(org.id).connected_at.utcoffset() == timedelta(0)


def test_a_new_consent_revives_the_old_connection(repository, org):
    repository.set_state(org.id, "disconnected", "Gone.")
    again = repository.add_connection("salesforce", org.organisation, "https://new.my.salesforce.com")
    assert (again.id, again.state, again.note) == (org.id, "connected", "")
    assert again.connected_at == org.connected_at < again.changed_at


def test_the_state_of_nothing_cannot_be_set(repository):
    with pytest.raises(NoResultFound):
        repository.set_state("nobody", "connected")


def test_policies_are_numbered_and_kept(repository, org):
    assert repository.policy(org.id) is None
    first = repository.save_policy(org.id, "one", "Ada")
    second = repository.save_policy(org.id, "two", "Ada")
    assert (first.version, second.version) == (1, 2)
    assert repository.policy(org.id) == second
    assert repository.policies(org.id) == (second, first)


def test_the_same_policy_again_is_no_new_version(repository, org):
    first = repository.save_policy(org.id, "one", "Ada")
    assert repository.save_policy(org.id, "one", "Eve") == first


def test_a_policy_change_stands_in_the_audit_trail(repository, org, database):
    saved = repository.save_policy(org.id, "one", "Ada")
    (event,) = Accounts(database=database).events()
    assert (event.who, event.action, event.target) == ("Ada", "policy saved", org.id)
    assert saved.digest in event.detail


def at_once(work: Callable[[int], object], workers: int = 8) -> list[object]:
    """Let several threads begin together; what each got, or the error that it met."""
    together, got = threading.Barrier(workers), []

    def run(number: int) -> None:
        together.wait()
        try:
            got.append(work(number))
        except Exception as error:  # noqa: BLE001 - any error is a finding
            got.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(workers)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return got


@pytest.mark.parametrize("what", ["policy", "stream"])
def test_saving_at_once_numbers_every_text(repository, org, what):
    save = getattr(repository, f"save_{what}")
    for begun in (0, 8, 16):
        got = at_once(lambda number, begun=begun: save(org.id, f"text {begun + number}", "Ada").version)
        assert sorted(got, key=str) == sorted(range(begun + 1, begun + 9), key=str)


def test_saving_the_same_text_at_once_is_one_version(repository, org):
    assert at_once(lambda _: repository.save_policy(org.id, "one", "Ada").version) == [1] * 8


def test_connecting_the_same_org_at_once_makes_one_connection(repository):
    for portal in ("1", "2", "3"):
        got = at_once(lambda _, p=portal: repository.add_connection("hubspot", p, "https://x.example").id)
        assert got == [repository.connection_for("hubspot", portal).id] * 8


def test_a_state_that_must_stay_stays(repository, org):
    repository.move_state(org.id, "consent_needed", "Lost.", {"disconnected"})
    moved = repository.connection(org.id)
    assert (moved.state, moved.note) == ("consent_needed", "Lost.")
    repository.set_state(org.id, "disconnected", "Gone.")
    before = repository.connection(org.id)
    for state in ("connected", "pull_incomplete", "consent_needed"):
        repository.move_state(org.id, state, "x", {"disconnected"})
    assert repository.connection(org.id) == before


def test_a_disconnect_wins_over_jobs_that_end_at_the_same_time(repository, org):
    def end(number: int) -> None:
        if number == 0:
            repository.set_state(org.id, "disconnected")
        else:
            repository.move_state(org.id, "consent_needed", "", {"disconnected"})

    for _ in range(5):
        repository.set_state(org.id, "connected")
        assert at_once(end) == [None] * 8
        assert repository.connection(org.id).state == "disconnected"


def test_streams_are_separate_from_policies(repository, org):
    repository.save_policy(org.id, "policy", "Ada")
    assert repository.stream(org.id) is None
    assert repository.save_stream(org.id, "stream", "Ada").version == 1
    assert repository.stream(org.id).text == "stream"


def test_a_policy_of_no_connection_is_refused(repository):
    with pytest.raises(IntegrityError):
        repository.save_policy("nobody", "one", "Ada")


def test_audits_come_newest_first_with_their_account(repository, org):
    first = repository.add_audit(org.id, audit())
    second = repository.add_audit(org.id, audit(worst=None))
    assert repository.latest_audit(org.id) == second
    assert repository.audits(org.id) == (second, first)
    assert repository.audit(first.id) == first
    assert first.pulled.read == first.pulled.kept + 2 + 1
    assert first.severities == {"high": 2}
    assert len(first.digest) == 64


def test_flags_are_replaced_as_a_whole(repository, org):
    old, new = audit(), audit()
    repository.add_audit(org.id, old, flags(5, old.id))
    repository.add_audit(org.id, new, flags(3, new.id, "review"))
    assert repository.flags(org.id) == flags(3, new.id, "review")
    row = repository.flag(org.id, (2).to_bytes(16).hex())
    assert (row.status, row.audit_id, row.checked_at) == ("review", new.id, START)
    assert repository.flag(org.id, (4).to_bytes(16).hex()) is None


def test_what_a_flag_says_is_read_back(repository, org):
    kept = audit()
    detail = FlagDetail(
        explanation="So it is.", advice="Look.", direction="may be too low", shift=15.0, low=11.5, high=19.0,
        fields=("zip3", "Größe <b>"),
    )  # fmt: skip
    key = LeadKey((1).to_bytes(16))
    flag = Flag(status="review", reason="r", audit_id=kept.id, checked_at=START, detail=detail)
    repository.add_audit(org.id, kept, {key: flag})
    assert repository.flags(org.id) == {key: flag}
    assert repository.flag(org.id, key.hex).detail == detail


def test_flags_go_in_by_few_statements_whichever_have_a_detail(repository, org, database):
    new, detail = audit(), FlagDetail(explanation="So it is.", advice="Look.", shift=15.0)
    plain = Flag(status="review", reason="r", audit_id=new.id, checked_at=START)
    flags = {
        LeadKey(number.to_bytes(16)): replace(plain, detail=detail) if number % 2 else plain
        for number in range(200)
    }
    statements = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    repository.add_audit(org.id, new, flags)
    assert 1 <= sum("lead_flag" in one and "INSERT" in one for one in statements) <= 2
    assert repository.flags(org.id) == flags
    assert repository.flagged(org.id) == b"".join(lead.digest for lead in flags)


def test_an_audit_and_its_flags_are_stored_together_or_not_at_all(repository, org):
    kept = repository.add_audit(org.id, audit(), flags(2, "x"))
    naive = Flag(status="ok", reason="", audit_id="x", checked_at=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(Exception, match="time zone"):
        repository.add_audit(org.id, audit(), {LeadKey(bytes(16)): naive})
    assert repository.audits(org.id) == (kept,)
    assert len(repository.flags(org.id)) == 2


def test_of_the_text_in_force_one_version_is_read(repository, org, database):
    for text in ("one", "two", "three"):
        repository.save_policy(org.id, text, "Ada")
        repository.save_stream(org.id, text, "Ada")
    statements = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    assert (repository.policy(org.id).text, repository.stream(org.id).text) == ("three", "three")
    read = [one for one in statements if "_text" in one]
    assert len(read) == 2
    assert all("LIMIT" in one for one in read)
    assert (repository.policy("nobody"), repository.stream("nobody")) == (None, None)


def test_the_newest_receipt_is_remembered(repository, org):
    assert repository.latest_receipt(org.id) is None
    receipt = Receipt(
        listed=6, written=3, cleared=1, unchanged=1, unknown=0, failed={"UNABLE_TO_LOCK_ROW": 1}
    )
    repository.add_receipt(org.id, Receipt(listed=0, written=0, cleared=0, unchanged=0, unknown=0, failed={}))
    repository.add_receipt(org.id, receipt)
    assert repository.latest_receipt(org.id).receipt == receipt


def test_ids_are_readable_and_do_not_repeat():
    ids = {short_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert not set("".join(ids)) & set("01ilou")
