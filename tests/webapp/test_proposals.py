"""Two admins: who may approve, what is overtaken, and that nobody gets around it, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from audit.schema import BadInput
from webapp.store.accounts import Accounts, NewUser
from webapp.store.database import Database
from webapp.store.notes import Note, Notes
from webapp.store.people import People
from webapp.store.proposals import Proposals, Wish
from webapp.store.repository import Repository
from webapp.store.rows import ConnectionRow, UserRow


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def repository(database: Database, clock: Clock) -> Repository:
    return Repository(database=database, clock=clock)


@pytest.fixture
def accounts(database: Database, clock: Clock) -> Accounts:
    return Accounts(database=database, clock=clock)


@pytest.fixture
def proposals(database: Database, clock: Clock) -> Proposals:
    return Proposals(database=database, clock=clock)


@pytest.fixture
def org(repository: Repository) -> ConnectionRow:
    return repository.add_connection("salesforce", "00D000000000001EAA", "https://acme.example.com")


def added(accounts: Accounts, name: str, role="admin") -> UserRow:
    user = accounts.add_user(NewUser(name=name, role=role, password_hash="x"), "test")
    assert user is not None
    return user


@pytest.fixture
def ada(accounts: Accounts) -> UserRow:
    return added(accounts, "Ada")


CHANGED = "UPDATE user_account SET role = 'auditor' WHERE name = 'Eve'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """Version 1 in force, and two admins needed from now on."""

    database: Database
    accounts: Accounts
    repository: Repository
    proposals: Proposals
    org: ConnectionRow
    ada: UserRow
    eve: UserRow


@pytest.fixture
def office(database: Database, clock: Clock) -> Office:
    accounts = Accounts(database=database, clock=clock)
    repository = Repository(database=database, clock=clock)
    org = repository.add_connection("salesforce", "00D000000000001EAA", "https://acme.example.com")
    opened = Office(
        database=database,
        accounts=accounts,
        repository=repository,
        proposals=Proposals(database=database, clock=clock),
        org=org,
        ada=added(accounts, "Ada"),
        eve=added(accounts, "Eve"),
    )
    repository.save_policy(org.id, "one", "Ada")
    opened.proposals.need_two(org.id, opened.ada)
    return opened


def wish(org: ConnectionRow, text: str = "two", **more) -> Wish:
    return Wish(**{"connection_id": org.id, "kind": "policy", "text": text, "reason": "because", **more})


def actions(accounts: Accounts) -> list[tuple[str, str]]:
    return [(event.who, event.action) for event in accounts.events()]


def test_with_one_admin_it_cannot_be_turned_on(proposals, accounts, org, ada):
    added(accounts, "Only reads", "auditor")
    with pytest.raises(BadInput, match="There is only one administrator"):
        proposals.need_two(org.id, ada)
    assert not proposals.two_needed(org.id)


def test_what_another_admin_approves_is_in_force(office):
    row = office.proposals.propose(wish(office.org, level="red"), office.ada)
    assert office.repository.policy(office.org.id).text == "one"
    office.proposals.approve(office.proposals.one(row.id), office.eve, "fine")
    newest = office.repository.policy(office.org.id)
    assert (newest.version, newest.text, newest.saved_by) == (2, "two", "Ada")
    note = Notes(database=office.database).of(office.org.id)[2]
    assert note == Note(reason="because", level="red", approved_by="Eve")
    assert office.proposals.one(row.id).state == "approved"
    told = actions(office.accounts)
    for line in (("Ada", "two admins needed"), ("Ada", "policy proposed"), ("Eve", "policy approved")):
        assert line in told


def test_nobody_saves_alone(office):
    for save in (office.repository.save_policy, office.repository.save_stream):
        with pytest.raises(BadInput, match="Two admins must agree"):
            save(office.org.id, "two", "Ada")
    with pytest.raises(BadInput, match="Two admins must agree"):
        Notes(database=office.database).save_policy(office.org.id, "two", "Ada", Note())
    assert [one.text for one in office.repository.policies(office.org.id)] == ["one"]
    assert (
        office.repository.save_policy(office.org.id, "one", "demo").version == 1
    )  # the same again changes nothing


def test_who_proposed_cannot_approve(office):
    row = office.proposals.propose(wish(office.org), office.ada)
    assert "yourself" in office.proposals.why_not(row.id, office.ada)
    with pytest.raises(BadInput, match="You proposed this yourself"):
        office.proposals.approve(row, office.ada)
    assert office.proposals.one(row.id).state == "pending"


def test_another_account_made_afterwards_cannot_approve(office):
    row = office.proposals.propose(wish(office.org), office.ada)
    People(database=office.database).remove(office.ada.id, "test")
    for name in ("Ada", "Somebody else"):
        again = added(office.accounts, name)
        with pytest.raises(BadInput, match="newer than this proposal"):
            office.proposals.approve(row, again)


@pytest.mark.parametrize("change", ["removed", "auditor"])
def test_only_an_admin_of_now_can_approve(office, change):
    row = office.proposals.propose(wish(office.org), office.ada)
    if change == "removed":
        People(database=office.database).remove(office.eve.id, "test")
    else:
        with office.database.writing() as session:
            session.connection().exec_driver_sql(CHANGED)
    with pytest.raises(BadInput, match="Only an administrator"):
        office.proposals.approve(row, office.eve)


def test_a_proposal_that_is_overtaken_has_to_be_made_again(office):
    first, second = (
        office.proposals.propose(wish(office.org, text), office.ada) for text in ("two", "three")
    )
    office.proposals.approve(second, office.eve)
    assert office.proposals.one(first.id).state == "stale"
    with pytest.raises(BadInput, match="has changed since this was proposed"):
        office.proposals.approve(first, office.eve)
    assert office.repository.policy(office.org.id).text == "three"
    again = office.proposals.propose(wish(office.org, "two"), office.ada)
    office.proposals.approve(again, office.eve)
    assert office.repository.policy(office.org.id).text == "two"


def test_of_many_who_approve_at_once_one_does(office):
    row = office.proposals.propose(wish(office.org), office.ada)
    judges = [user for user in office.accounts.people() if user.id != office.ada.id] * 8

    def approve(judge: UserRow) -> str:
        try:
            office.proposals.approve(row, judge)
        except BadInput as problem:
            return str(problem)
        return "approved"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(approve, judges))
    assert answers.count("approved") == 1
    assert {one[:24] for one in answers} == {"approved", "This was decided already"}
    assert [one.text for one in office.repository.policies(office.org.id)] == ["two", "one"]


def test_of_two_proposals_approved_at_once_one_is_overtaken(office):
    rows = [
        office.proposals.propose(wish(office.org, text), office.ada)
        for text in ("two", "three", "four", "five")
    ]

    def approve(row) -> str:
        try:
            office.proposals.approve(row, office.eve)
        except BadInput:
            return "overtaken"
        return row.text

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(approve, rows))
    (winner,) = set(answers) - {"overtaken"}
    assert answers.count("overtaken") == 3
    assert [one.text for one in office.repository.policies(office.org.id)] == [winner, "one"]
    assert sorted(row.state for row in office.proposals.of(office.org.id)) == [
        "approved",
        "stale",
        "stale",
        "stale",
    ]


def test_turning_it_off_needs_the_other_admin_too(office):
    row = office.proposals.propose(Wish(connection_id=office.org.id, kind="one_admin"), office.ada)
    with pytest.raises(BadInput, match="yourself"):
        office.proposals.approve(row, office.ada)
    assert office.proposals.two_needed(office.org.id)
    office.proposals.approve(row, office.eve)
    assert not office.proposals.two_needed(office.org.id)
    assert office.repository.save_policy(office.org.id, "two", "Ada").version == 2


def test_a_refusal_and_a_withdrawal_stay_with_their_words(office):
    rejected, withdrawn = (office.proposals.propose(wish(office.org), office.ada) for _ in range(2))
    office.proposals.refuse(rejected, office.eve, "too fine")
    office.proposals.refuse(withdrawn, office.ada, "")
    assert (office.proposals.one(rejected.id).state, office.proposals.one(rejected.id).answer) == (
        "rejected",
        "too fine",
    )
    assert office.proposals.one(withdrawn.id).state == "withdrawn"
    for row in (rejected, withdrawn):
        with pytest.raises(BadInput, match="decided already"):
            office.proposals.approve(row, office.eve)


def test_what_is_in_force_is_not_proposed(office):
    with pytest.raises(BadInput, match="this text is version 1 already"):
        office.proposals.propose(wish(office.org, "one"), office.ada)


def test_a_stream_is_proposed_likewise(office):
    row = office.proposals.propose(wish(office.org, "stream", kind="stream"), office.ada)
    office.proposals.approve(row, office.eve)
    assert office.repository.stream(office.org.id).text == "stream"
    assert office.repository.policy(office.org.id).version == 1


def test_the_last_administrator_stays(accounts, ada, database):
    added(accounts, "Only reads", "auditor")
    with pytest.raises(BadInput, match="'Ada' is the only administrator"):
        People(database=database).remove(ada.id, "test")
    with pytest.raises(BadInput, match="there is an account 'Ada' already"):
        accounts.add_user(NewUser(name="Ada", role="admin", password_hash="x"), "test")
    assert [user.name for user in accounts.people()] == ["Ada", "Only reads"]


def test_a_draft_that_was_overtaken_while_it_was_saved_is_not_saved(repository, org, database):
    notes = Notes(database=database)
    repository.save_policy(org.id, "one", "Ada")
    repository.save_policy(org.id, "two", "Eve")
    for text in ("one", "three"):
        with pytest.raises(BadInput, match="Version 2 came in force at this very moment"):
            notes.save_policy(org.id, text, "Ada", Note(after=1))
    assert repository.policy(org.id).text == "two"
    assert notes.save_policy(org.id, "three", "Ada", Note(after=2)).version == 3


def test_a_wish_that_was_overtaken_while_it_was_made_is_not_put(office):
    first = office.proposals.propose(wish(office.org, "two", after=1), office.ada)
    office.proposals.approve(first, office.eve)
    with pytest.raises(BadInput, match="came in force at this very moment"):
        office.proposals.propose(wish(office.org, "one", after=1), office.ada)


def test_a_risk_that_rose_since_the_proposal_is_kept_with_the_reason_of_the_approval(office):
    proposed = office.proposals.propose(wish(office.org, level="green"), office.ada)
    office.proposals.approve(proposed, office.eve, "agreed by the board", "red")
    note = Notes(database=office.database).of(office.org.id)[2]
    assert (note.level, note.reason, note.approved_by) == ("red", "agreed by the board", "Eve")
