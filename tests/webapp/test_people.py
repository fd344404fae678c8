"""Who may sign in, on both databases: roles, locks, codes, and that one administrator always stays."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest

from audit.schema import BadInput
from webapp.store.accounts import Accounts, NewUser
from webapp.store.api_tokens import ApiTokens, NewToken
from webapp.store.identities import Identities, Proved
from webapp.store.invitations import LIFETIME, By, Invitations, Wanted
from webapp.store.people import People
from webapp.store.proposals import Proposals, Wish
from webapp.store.repository import Repository
from webapp.store.rows import ROLES
from webapp.store.sessions import Sessions

SECRET = bytes(range(32))
ISSUER = "https://login.example.com"
IDLE = timedelta(minutes=30)


@pytest.fixture
def clock(support):
    return support.Clock()


@pytest.fixture
def accounts(database, clock) -> Accounts:
    return Accounts(database=database, clock=clock)


@pytest.fixture
def people(database, clock) -> People:
    return People(database=database, issuers=(ISSUER,), idle=IDLE, clock=clock)


@pytest.fixture
def invitations(database, clock) -> Invitations:
    return Invitations(database=database, secret=SECRET, clock=clock)


@pytest.fixture
def identities(database, clock, invitations) -> Identities:
    return Identities(database=database, invitations=invitations, issuers=(ISSUER,), clock=clock)


@pytest.fixture
def sessions(database, clock) -> Sessions:
    return Sessions(database=database, lifetime=timedelta(hours=12), idle=IDLE, clock=clock)


@pytest.fixture
def add(accounts):
    def add(name: str, role: str = "admin", stored: str = "x"):
        return accounts.add_user(NewUser(name=name, role=role, password_hash=stored), "test")

    return add


@pytest.fixture
def tokens(database, clock):
    """Make an API token for somebody; what it gives tells whose role it has today."""
    made = ApiTokens(database=database, secret=SECRET, clock=clock)

    def make(user):
        new = NewToken(
            name="x", role="admin", scopes=("read:trail",), days=9, made_by=user.name, user_id=user.id
        )
        token, _ = made.add(new)
        return lambda: made.find(token).holder_role

    return make


def actions(accounts) -> list[tuple[str, str, str, str]]:
    return [(one.who, one.action, one.target, one.detail) for one in accounts.events()]


CHANGES = {
    "demoted": lambda people, user: people.set_role(user.id, "viewer", "test"),
    "locked": lambda people, user: people.lock(user.id, "test"),
    "removed": lambda people, user: people.remove(user.id, "test"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_last_administrator_who_can_sign_in_stays(people, add, change):
    ada = add("Ada")
    add("Reads", "auditor")
    add("Has no way in", stored="")
    people.lock(add("Is locked").id, "test")
    with pytest.raises(BadInput, match="'Ada' is the only administrator; add another one first"):
        CHANGES[change](people, ada)
    (found,) = [one.user for one in people.all() if one.user.name == "Ada"]
    assert (found.role, found.locked) == ("admin", False)
    add("Eve")
    CHANGES[change](people, ada)


def at_once(*calls) -> list[object]:
    """Call them in one moment, each in a thread; what each gave, or the sentence that it was refused with."""
    together, found = threading.Barrier(len(calls)), []

    def act(call) -> None:
        together.wait()
        try:
            found.append(call())
        except BadInput as problem:
            found.append(str(problem))

    threads = [threading.Thread(target=act, args=(call,)) for call in calls]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return found


@pytest.mark.parametrize("change", CHANGES)
def test_of_two_administrators_who_act_in_one_moment_one_stays(people, add, database, change):
    pair = [add("Ada"), add("Eve")]
    found = at_once(*(partial(CHANGES[change], People(database=database), user) for user in pair))
    able = [one.user for one in people.all() if one.user.role == "admin" and not one.user.locked]
    refused = [one for one in found if "is the only administrator" in str(one)]
    assert (len(able), len(refused)) == (1, 1)


def test_an_administrator_of_single_sign_on_counts(people, identities, add):
    ada = add("Ada")
    proved = Proved(issuer=ISSUER, subject="1", email="", name="Grace", role="admin")
    identities.enter(proved)
    people.remove(ada.id, "test")
    with pytest.raises(BadInput, match="'Grace' is the only administrator"):
        people.lock(people.all()[0].user.id, "test")


@pytest.mark.parametrize("change", CHANGES)
def test_an_administrator_of_a_provider_that_is_not_set_up_does_not_count(
    database, clock, identities, add, change
):
    ada = add("Ada")
    for name in ("Grace", "Hedy"):  # by one provider, so that they are two; neither is surely apart from Ada
        identities.enter(Proved(issuer=ISSUER, subject=name, email="", name=name, role="admin"))
    without = People(database=database, issuers=("https://other.example.com",), clock=clock)
    with pytest.raises(BadInput, match="'Ada' is the only administrator"):
        CHANGES[change](without, ada)
    counts = [Proposals(database=database, issuers=known, clock=clock).admins() for known in ((), (ISSUER,))]
    assert counts == [1, 2]


def test_a_change_is_in_the_trail_and_on_the_list(people, accounts, add):
    add("Ada")
    eve = add("Eve", "auditor")
    assert people.set_role(eve.id, "viewer", "Ada").role == "viewer"
    people.set_role(eve.id, "viewer", "Ada")
    people.lock(eve.id, "Ada")
    people.unlock(eve.id, "Ada")
    people.remove(eve.id, "Ada")
    told = [line for line in actions(accounts) if line[2] == "Eve"][::-1]
    assert told == [
        ("test", "person added", "Eve", "auditor"),
        ("Ada", "role changed", "Eve", "auditor to viewer"),
        ("Ada", "person locked", "Eve", "viewer"),
        ("Ada", "person unlocked", "Eve", "viewer"),
        ("Ada", "person removed", "Eve", "viewer"),
    ]
    with pytest.raises(BadInput, match="removed meanwhile"):
        people.set_role(eve.id, "admin", "Ada")


def test_who_is_locked_is_signed_out_and_stays_so(people, add, sessions):
    add("Ada")
    eve = add("Eve")
    token = sessions.open(eve.id)
    people.lock(eve.id, "Ada")
    assert sessions.user(token) is None
    late = sessions.open(eve.id)  # a sign-in that was under way
    assert sessions.user(late) is None


def test_a_session_that_ended_without_use_is_not_counted(people, add, sessions, clock):
    token = sessions.open(add("Ada").id)
    clock.forward(minutes=30)
    assert sessions.user(token) is None
    assert [one.sessions for one in people.all()] == [0]


def test_sessions_of_one_person_end_together(people, add, sessions):
    ada, eve = add("Ada"), add("Eve")
    tokens, own = [sessions.open(eve.id) for _ in range(3)], sessions.open(ada.id)
    assert [one.sessions for one in people.all()] == [1, 3]
    assert people.end_sessions(eve.id, "Ada") == 3
    assert [sessions.user(token) for token in tokens] == [None] * 3
    assert sessions.user(own) == ada


def test_a_session_ends_without_use_and_at_its_time_whatever_its_use(add, sessions, clock):
    ada = add("Ada")
    left, used = sessions.open(ada.id), sessions.open(ada.id)
    for _ in range(30):
        clock.forward(minutes=20)
        assert sessions.user(used) == ada
        assert [one.own for one in sessions.of(ada.id, used) if one.own] == [True]
    assert sessions.user(left) is None
    clock.forward(minutes=29, seconds=59)
    assert sessions.user(used) == ada
    for _ in range(5):
        clock.forward(minutes=20)
        sessions.user(used)
    assert sessions.user(used) is None  # twelve hours, in use all the time


def test_a_code_lets_in_once_and_for_three_days(invitations, people, accounts, add, clock):
    add("Ada")
    handed = invitations.invite(Wanted(name="Vera", role="viewer"), By(name="Ada", root="ada"))
    assert [(one.user.name, bool(one.invited_until)) for one in people.all()] == [
        ("Ada", False),
        ("Vera", True),
    ]
    assert invitations.invited(handed.code.upper().replace("-", " ")).name == "Vera"
    wrong = ("3" if handed.code[0] == "2" else "2") + handed.code[1:]
    assert invitations.accept(wrong, "hash") is None
    vera = invitations.accept(handed.code, "hash")
    assert (vera.name, vera.role, vera.password_hash, vera.let_in_by) == ("Vera", "viewer", "hash", "ada")
    assert invitations.accept(handed.code, "other") is None
    again = invitations.invite_again(vera.id, "", By(name="Ada"))
    clock.forward(seconds=LIFETIME.total_seconds())
    assert invitations.accept(again.code, "other") is None
    assert accounts.user(vera.id).password_hash == "hash"
    with pytest.raises(BadInput, match="there is an account 'Vera' already"):
        invitations.invite(Wanted(name="Vera", role="viewer"), By(name="Ada"))


def test_a_new_code_ends_the_one_before_and_its_use_ends_sessions(invitations, add, sessions):
    ada = add("Ada")
    first = invitations.invite_again(ada.id, "", By(name="command line"))
    second = invitations.invite_again(ada.id, "", By(name="command line"))
    token = sessions.open(ada.id)
    assert invitations.accept(first.code, "other") is None
    assert sessions.user(token) == ada
    assert invitations.accept(second.code, "other").password_hash == "other"
    assert sessions.user(token) is None


def test_a_code_used_twice_in_one_moment_lets_in_once(invitations, add):
    add("Ada")
    handed = invitations.invite(Wanted(name="Vera", role="viewer"), By(name="Ada"))
    found = at_once(*(partial(invitations.accept, handed.code, stored) for stored in ("one", "two")))
    assert sum(one is not None for one in found) == 1


def test_a_locked_person_gets_no_code_and_a_code_goes_with_the_lock(invitations, people, add):
    add("Ada")
    handed = invitations.invite(Wanted(name="Vera", role="viewer"), By(name="Ada"))
    people.lock(handed.user.id, "Ada")
    assert invitations.invited(handed.code) is None
    with pytest.raises(BadInput, match="unlock it first"):
        invitations.invite_again(handed.user.id, "", By(name="Ada"))


def test_neither_a_code_nor_an_address_is_kept(invitations, add, database):
    add("Ada")
    wanted = Wanted(name="Vera", role="viewer", email="vera@canary.example")
    handed = invitations.invite(wanted, By(name="Ada"))
    with database.engine.connect() as connection:
        held = repr(connection.exec_driver_sql("SELECT * FROM invitation").all())
        held += repr(connection.exec_driver_sql("SELECT * FROM event").all())
    assert "canary" not in held
    assert handed.code not in held
    assert "canary" not in repr(wanted)
    assert handed.code not in repr(handed)


def test_two_first_sign_ins_of_one_person_make_one_account(identities, people):
    proved = Proved(issuer=ISSUER, subject="1", email="", name="Grace", role="viewer")
    found = at_once(*[partial(identities.enter, proved)] * 3)
    assert len({one.id for one in found}) == len(people.all()) == 1


@pytest.fixture
def office(database, clock, add):
    """A connection that two administrators must agree on, and its proposals."""
    add("Ada")
    add("Eve")
    org = Repository(database=database, clock=clock).add_connection("hubspot", "7", "https://x.example")
    Repository(database=database, clock=clock).save_policy(org.id, "one", "Ada")
    known = (ISSUER, "https://other.example.com")
    proposals = Proposals(database=database, issuers=known, clock=clock)
    return org, proposals


def by(user) -> By:
    """An administrator at the page."""
    return By(name=user.name, account_id=user.id, root=user.root)


def let_in(invitations, who, name: str):
    """An administrator whom another one let in by a page."""
    handed = invitations.invite(Wanted(name=name, role="admin"), by(who))
    return invitations.accept(handed.code, "x")


def test_whom_one_administrator_let_in_is_no_second_one(office, invitations, accounts):
    org, proposals = office
    ada, eve = accounts.user_named("Ada"), accounts.user_named("Eve")
    proposals.need_two(org.id, ada)
    other = let_in(invitations, ada, "Another self")
    third = let_in(invitations, other, "A third self")
    assert other.root == third.root == ada.id
    assert [proposals.alone(org.id, third, name) for name in ("Ada", "A third self", "Eve", "Nobody")] == [
        *(True, True, False, False)
    ]
    for who in (ada, other):
        row = proposals.propose(
            Wish(connection_id=org.id, kind="policy", text=f"by {who.name}", after=1), who
        )
        for again in {ada.id, other.id, third.id} - {who.id}:
            assert "may be one person" in proposals.why_not(row.id, accounts.user(again))
        with pytest.raises(BadInput, match="may be one person"):
            proposals.approve(row, third)
        assert proposals.why_not(row.id, eve) == ""


def test_a_new_code_for_another_makes_that_account_ones_own(office, invitations, accounts):
    org, proposals = office
    ada, eve = accounts.user_named("Ada"), accounts.user_named("Eve")
    proposals.need_two(org.id, ada)
    row = proposals.propose(Wish(connection_id=org.id, kind="policy", text="mine", after=1), ada)
    taken = invitations.invite_again(eve.id, "", By(name="Ada", root=ada.root))
    invitations.accept(taken.code, "x")
    with pytest.raises(BadInput, match="may be one person"):
        proposals.approve(row, eve)
    server = invitations.invite_again(eve.id, "", By(name="command line"))
    invitations.accept(server.code, "x")
    proposals.approve(row, eve)


def proved(subject: str, role="viewer", issuer=ISSUER, email="") -> Proved:
    return Proved(issuer=issuer, subject=subject, email=email, name=f"by provider {subject}", role=role)


def second_selves(people, invitations, identities, ada, eve):
    """Accounts that one administrator makes alone, each by another way."""
    late = identities.enter(proved("late"))
    yield lambda: people.set_role(late.id, "admin", "Ada", ada.root)
    wanted = Wanted(name="By mail", role="admin", email="two@example.com")
    invitations.invite(wanted, By(name="Ada", root=ada.root))
    mailed = identities.enter(proved("mail", email="two@example.com"))
    yield lambda: mailed
    group = identities.enter(proved("group", "admin"))
    yield lambda: group
    handed = invitations.invite(Wanted(name="Below", role="admin"), By(name="x", root=group.root))
    below = invitations.accept(handed.code, "x")
    yield lambda: below
    yield lambda: people.set_role(group.id, "viewer", "Ada", ada.root) and below
    vera = invitations.accept(
        invitations.invite(Wanted(name="Vera", role="viewer"), By(name="Ada", root=ada.root)).code, "x"
    )
    yield lambda: people.set_role(vera.id, "admin", "Eve", eve.root)
    gone = identities.enter(proved("gone", "admin"))
    orphan = invitations.invite(Wanted(name="Orphan", role="admin"), By(name="x", root=gone.root))
    orphan = invitations.accept(orphan.code, "x")
    yield lambda: people.remove(gone.id, "Ada") and orphan


def test_nobody_becomes_a_second_administrator_alone(office, people, invitations, identities, accounts):
    org, proposals = office
    ada, eve = accounts.user_named("Ada"), accounts.user_named("Eve")
    proposals.need_two(org.id, ada)
    for number, second in enumerate(second_selves(people, invitations, identities, ada, eve)):
        wish = Wish(connection_id=org.id, kind="policy", text=f"mine {number}", after=1)
        row = proposals.propose(wish, ada)
        other = second()
        with pytest.raises(BadInput, match="may be one person"):
            proposals.approve(row, other)
        assert proposals.why_not(row.id, eve) == ""


def test_names_that_differ_in_case_alone_are_one_name_for_new_accounts(add, identities, accounts):
    add("Ada Admin")
    with pytest.raises(BadInput, match="there is an account 'ada admin' already"):
        add("ada admin")
    came = identities.enter(Proved(issuer=ISSUER, subject="1", email="", name="ADA admin", role="viewer"))
    assert came.name == f"ADA admin ({came.id})"
    assert accounts.user_named("Ada Admin").role == "admin"


def test_the_first_administrator_takes_nobodys_name_either(add, accounts):
    add("Vera", "viewer")
    with pytest.raises(BadInput, match="there is an account 'vera' already"):
        accounts.add_first_user("vera", "admin", "hash")


def test_two_who_came_by_one_provider_are_two(office, identities, people, accounts):
    org, proposals = office
    ada, eve = accounts.user_named("Ada"), accounts.user_named("Eve")
    one, two = (identities.enter(proved(name, "admin")) for name in "12")
    other = identities.enter(proved("1", "admin", "https://other.example.com"))
    proposals.need_two(org.id, ada)
    row = proposals.propose(Wish(connection_id=org.id, kind="policy", text="mine", after=1), one)
    for who in (ada, other):
        assert "may be one person" in proposals.why_not(row.id, who)
    assert proposals.why_not(row.id, two) == ""
    assert proposals.admins() == 2
    for who in (one, eve):
        people.remove(who.id, "test")
    assert proposals.admins() == 1
    people.set_role(two.id, "admin", "command line")  # the server vouches for the account
    assert proposals.admins() == 2


def test_two_accounts_of_one_root_are_not_two_administrators(invitations, database, clock, add):
    ada = add("Ada")
    let_in(invitations, ada, "Another self")
    assert Proposals(database=database, clock=clock).admins() == 1


def test_a_proposal_of_who_was_removed_has_to_be_made_again(office, invitations, accounts, people):
    org, proposals = office
    ada = accounts.user_named("Ada")
    proposals.need_two(org.id, ada)
    other = let_in(invitations, ada, "Another self")
    row = proposals.propose(Wish(connection_id=org.id, kind="policy", text="mine", after=1), other)
    people.remove(other.id, "Ada")
    with pytest.raises(BadInput, match="was removed; it has to be proposed again"):
        proposals.approve(row, ada)


def test_every_role_can_be_given(people, add):
    add("Ada")
    eve = add("Eve")
    assert [people.set_role(eve.id, role, "Ada").role for role in ROLES] == list(ROLES)


@pytest.mark.parametrize("change", CHANGES)
def test_codes_of_who_is_an_administrator_no_more_let_in_nobody(people, invitations, accounts, add, change):
    ada, bob = add("Ada"), add("Bob")
    again = let_in(invitations, ada, "Ada's friend")
    by_bob, by_ada, by_friend = (
        invitations.invite(Wanted(name=f"By {who.name}", role="admin"), by(who)) for who in (bob, ada, again)
    )
    by_server = invitations.invite(Wanted(name="By the server", role="admin"), By(name="command line"))
    CHANGES[change](people, bob)
    CHANGES[change](people, again)
    assert [invitations.accept(one.code, "x") for one in (by_bob, by_friend)] == [None, None]
    assert invitations.accept(by_ada.code, "x")
    assert invitations.accept(by_server.code, "x")
    assert ("test", "code ended", "By Bob", "made by Bob") in actions(accounts)


def test_codes_of_whom_single_sign_on_demoted_let_in_nobody(identities, invitations, add):
    add("Ada")
    grace = identities.enter(Proved(issuer=ISSUER, subject="1", email="", name="Grace", role="admin"))
    made = invitations.invite(Wanted(name="Eve", role="admin"), by(grace))
    identities.enter(Proved(issuer=ISSUER, subject="1", email="", name="Grace", role="viewer"))
    assert invitations.accept(made.code, "x") is None


def test_codes_of_an_administrator_by_groups_whom_the_page_demotes_let_in_nobody(
    identities, invitations, people, add
):
    ada, grace = add("Ada"), identities.enter(proved("grace", "admin"))
    made = invitations.invite(Wanted(name="Eve", role="admin"), by(grace))
    people.set_role(grace.id, "viewer", "Ada", ada.root)
    assert invitations.accept(made.code, "x") is None


def test_a_way_in_that_stays_keeps_whoever_is_behind_it(office, invitations, identities, accounts):
    """Another administrator's code must not hide who made the account and can still get into it."""
    org, proposals = office
    ada, eve = accounts.user_named("Ada"), accounts.user_named("Eve")
    proposals.need_two(org.id, ada)
    with_password = let_in(invitations, ada, "With a password")
    invitations.invite_again(with_password.id, "two@example.com", by(eve))
    identities.enter(proved("two", email="two@example.com"))
    invitations.invite(Wanted(name="By provider", role="admin", email="three@example.com"), by(ada))
    by_provider = identities.enter(proved("three", email="three@example.com"))
    invitations.accept(invitations.invite_again(by_provider.id, "", by(eve)).code, "x")
    row = proposals.propose(Wish(connection_id=org.id, kind="policy", text="mine", after=1), ada)
    for other in (with_password, by_provider):
        assert "may be one person" in proposals.why_not(row.id, accounts.user(other.id))


def lost(identities, subject: str) -> None:
    """Somebody of the provider comes again and has no group any more."""
    with pytest.raises(BadInput, match="no longer gives you a role"):
        identities.enter(proved(subject, None))


def test_who_lost_all_groups_keeps_no_way_in_until_one_is_given_again(
    identities, accounts, sessions, tokens, add
):
    add("Ada")
    grace = identities.enter(proved("grace", "admin"))
    accounts.set_password(grace, "a password", "command line")
    session, token = sessions.open(grace.id), tokens(grace)
    lost(identities, "grace")
    assert sessions.user(session) is None
    assert token() == "locked"
    known = accounts.user(grace.id)
    assert (known.locked, known.password_hash) == (True, "a password")
    assert sessions.open_as_proved(known) is None
    lost(identities, "grace")
    assert identities.enter(proved("grace", "auditor")).locked is False
    assert token() == "auditor"
    locks = [(who, action) for who, action, target, _ in actions(accounts) if target == grace.name]
    assert [action for _, action in locks].count("person locked") == 1
    assert locks[:2] == [(grace.name, "role changed"), (grace.name, "person unlocked")]
    assert (grace.name, "person locked", grace.name, "admin, no group by single sign-on") in actions(accounts)


def test_a_group_does_not_undo_the_lock_of_an_administrator(identities, people, add):
    ada, grace = add("Ada"), identities.enter(proved("grace"))
    for change in (lambda: lost(identities, "grace"), lambda: None):
        change()
        people.lock(grace.id, ada.name)
        lost(identities, "grace")
        assert identities.enter(proved("grace")).locked
        people.unlock(grace.id, ada.name)
        assert not identities.enter(proved("grace")).locked


def test_a_role_given_here_lets_in_who_lost_all_groups(identities, people, add):
    add("Ada")
    grace = identities.enter(proved("grace"))
    lost(identities, "grace")
    assert not people.set_role(grace.id, "auditor", "Ada").locked
    assert identities.enter(proved("grace", None)).role == "auditor"


def test_an_administrator_who_lost_all_groups_does_not_count_and_the_last_one_stays(
    identities, people, add, accounts
):
    ada, grace = add("Ada"), identities.enter(proved("grace", "admin"))
    lost(identities, "grace")
    with pytest.raises(BadInput, match="'Ada' is the only administrator"):
        people.remove(ada.id, "test")
    identities.enter(proved("grace", "admin"))
    people.remove(ada.id, "test")
    with pytest.raises(BadInput, match="you are the only one here"):
        identities.enter(proved("grace", None))
    assert not accounts.user(grace.id).locked


@pytest.mark.parametrize(
    ("change", "words"), [("demoted", "no administrator any more"), ("locked", "is locked")]
)
def test_a_proposal_of_who_is_an_administrator_no_more_is_not_approved(
    office, accounts, people, change, words
):
    org, proposals = office
    ada, eve = accounts.user_named("Ada"), accounts.user_named("Eve")
    proposals.need_two(org.id, ada)
    row = proposals.propose(Wish(connection_id=org.id, kind="policy", text="mine", after=1), eve)
    CHANGES[change](people, eve)
    with pytest.raises(BadInput, match=f"{words}; it has to be proposed again"):
        proposals.approve(row, ada)
