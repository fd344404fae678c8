"""What signing in keeps in the database, on both systems."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.oauth import AuthorizationRequest
from webapp.secrets_box import SecretsBox
from webapp.store.accounts import LONGEST_LOCK, Accounts
from webapp.store.consents import Consents
from webapp.store.database import Database
from webapp.store.locks import Locked
from webapp.store.sessions import Sessions

REQUEST = AuthorizationRequest(
    url="https://login.example/authorize", state="state-1", verifier="verifier-canary"
)


@pytest.fixture
def clock(support):
    return support.Clock()


@pytest.fixture
def accounts(database: Database, clock) -> Accounts:
    return Accounts(database=database, clock=clock)


@pytest.fixture
def ada(accounts: Accounts):
    return accounts.add_first_user("Ada", "admin", "hash")


@pytest.fixture
def consents(database: Database, clock) -> Consents:
    return Consents(
        database=database, box=SecretsBox(master=bytes(range(32)), purpose="consent"), clock=clock
    )


def test_only_the_first_account_is_first(accounts, ada):
    assert accounts.add_first_user("Eve", "admin", "hash") is None
    assert accounts.user(ada.id) == accounts.user_named("Ada") == accounts.user_named("") == ada
    assert accounts.user_named("Eve") is None


def test_a_lock_opens_at_its_time(accounts, clock):
    for _ in range(7):
        accounts.failed({"a": LONGEST_LOCK, "b": LONGEST_LOCK})
    assert accounts.locked_until(["b"]) == clock() + timedelta(seconds=4)
    clock.forward(seconds=4)
    assert accounts.locked_until(["a", "b"]) is None


def test_a_good_sign_in_clears_the_count(accounts):
    for _ in range(9):
        accounts.failed({"a": LONGEST_LOCK})
    accounts.succeeded(["a"])
    accounts.failed({"a": LONGEST_LOCK})
    assert accounts.locked_until(["a"]) is None


def test_failures_are_forgotten_after_a_day(accounts, clock):
    for _ in range(9):
        accounts.failed({"a": LONGEST_LOCK})
    clock.forward(hours=25)
    accounts.failed({"a": LONGEST_LOCK})
    assert accounts.locked_until(["a"]) is None


def test_each_subject_has_its_own_longest_lock(accounts, clock):
    for _ in range(30):
        accounts.failed({"a": LONGEST_LOCK, "b": timedelta(seconds=10)})
    assert accounts.locked_until(["a"]) == clock() + LONGEST_LOCK
    assert accounts.locked_until(["b"]) == clock() + timedelta(seconds=10)


def test_a_new_password_ends_sessions_and_lifts_locks(accounts, ada, database, clock):
    sessions = Sessions(database=database, lifetime=timedelta(hours=1), clock=clock)
    token = sessions.open(ada.id)
    for _ in range(9):
        accounts.failed({"a": LONGEST_LOCK})
    accounts.set_password(ada, "new hash", "command line")
    assert accounts.user(ada.id).password_hash == "new hash"
    assert sessions.user(token) is None
    assert accounts.locked_until(["a"]) is None
    (newest, _) = accounts.events()
    assert (newest.who, newest.action, newest.target) == ("command line", "password changed", "Ada")


def test_unlocking_lifts_locks_and_leaves_passwords_and_sessions(accounts, ada, database, clock):
    sessions = Sessions(database=database, lifetime=timedelta(hours=1), clock=clock)
    token = sessions.open(ada.id)
    for _ in range(9):
        accounts.failed({"a": LONGEST_LOCK})
    accounts.unlock("command line")
    assert accounts.locked_until(["a"]) is None
    assert sessions.user(token) == accounts.user(ada.id) == ada
    assert accounts.events()[0].action == "sign-in unlocked"


def test_a_stronger_hash_replaces_the_old_one(accounts, ada):
    assert accounts.rehash(ada, "stronger").password_hash == "stronger"
    assert accounts.user(ada.id).password_hash == "stronger"
    accounts.rehash(ada, "from what was read before")
    assert accounts.user(ada.id).password_hash == "stronger"


def test_the_audit_trail_is_newest_first(accounts, ada):
    accounts.record("Ada", "connected", "org", "salesforce")
    newest, first = accounts.events()
    assert (newest.action, newest.target, newest.detail) == ("connected", "org", "salesforce")
    assert (first.action, first.who) == ("setup", ada.name)


def test_a_session_lasts_its_time_and_not_longer(database, ada, clock):
    sessions = Sessions(database=database, lifetime=timedelta(hours=1), clock=clock)
    token = sessions.open(ada.id)
    assert sessions.user(token) == ada
    assert sessions.user(token + "x") is None
    clock.forward(hours=1)
    assert sessions.user(token) is None


def test_closing_one_session_leaves_the_other(database, ada, clock):
    sessions = Sessions(database=database, lifetime=timedelta(hours=1), clock=clock)
    one, other = sessions.open(ada.id), sessions.open(ada.id)
    sessions.close(one)
    assert (sessions.user(one), sessions.user(other)) == (None, ada)


def test_an_answer_is_taken_once(consents, ada):
    consents.remember("salesforce", ada.id, REQUEST)
    assert consents.take("salesforce", ada.id, "state-1") == "verifier-canary"
    assert consents.take("salesforce", ada.id, "state-1") is None


@pytest.mark.parametrize(
    "wrong", [("hubspot", None, "state-1"), ("salesforce", "eve", "state-1"), ("salesforce", None, "")]
)
def test_an_answer_must_fit_the_question(consents, ada, wrong):
    consents.remember("salesforce", ada.id, REQUEST)
    crm, user_id, state = wrong
    assert consents.take(crm, user_id or ada.id, state) is None
    assert consents.take("salesforce", ada.id, "state-1") == "verifier-canary"


def test_an_answer_after_a_quarter_of_an_hour_is_late(consents, ada, clock):
    consents.remember("salesforce", ada.id, REQUEST)
    clock.forward(minutes=15)
    assert consents.take("salesforce", ada.id, "state-1") is None


def test_neither_state_nor_verifier_is_readable(consents, ada, database):
    consents.remember("salesforce", ada.id, REQUEST)
    with database.engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT * FROM pending_consent").one()
    assert not [value for value in row if b"canary" in bytes(str(value), "utf8") or value == "state-1"]
    assert b"canary" not in bytes(row.sealed_verifier)


def test_a_named_lock_is_exclusive_and_is_let_go(database):
    with database.exclusive("one"):
        with pytest.raises(Locked), database.exclusive("one", wait=False):
            pass
        with database.exclusive("other", wait=False):
            pass
    with database.exclusive("one", wait=False):
        pass


def test_a_lock_does_not_hide_the_error_inside_it(database):
    with pytest.raises(BlockingIOError), database.exclusive("one", wait=False):
        raise BlockingIOError
    with database.exclusive("one", wait=False):
        assert datetime.now(UTC)


def test_a_name_that_no_database_can_hold_is_nobodys(accounts, ada):
    assert accounts.user_named("Ada\0") is None
    assert accounts.user_named("Ada") == ada
