"""Another password, a lock or a removal leaves no way in that was open before, even in the same moment."""

from __future__ import annotations

import pytest

from tests.webapp.site import NAME, PASSWORD, Site
from webapp import passwords
from webapp.store.accounts import NewUser
from webapp.store.api_tokens import NewToken
from webapp.store.invitations import By
from webapp.store.rows import UserRow

OTHER = "another horse battery"


@pytest.fixture
def bob(site) -> UserRow:
    new = NewUser(name="Bob", role="admin", password_hash=passwords.hashed(PASSWORD))
    return site.services.accounts.add_user(new, "test")


def token_of(site: Site, user: UserRow) -> dict[str, str]:
    new = NewToken(
        name="m", role="admin", scopes=("read:audits",), days=9, made_by=user.name, user_id=user.id
    )
    token, _ = site.services.api_tokens.add(new)
    return {"Authorization": f"Bearer {token}"}


def by_code(site: Site, user: UserRow) -> None:
    handed = site.services.invitations.invite_again(user.id, "", By(name="test"))
    assert site.services.invitations.accept(handed.code, passwords.hashed(OTHER))


def by_command(site: Site, user: UserRow) -> None:
    site.services.accounts.set_password(user, passwords.hashed(OTHER), "command line")


def locked(site: Site, user: UserRow) -> None:
    site.services.people.lock(user.id, "test")


def removed(site: Site, user: UserRow) -> None:
    site.services.people.remove(user.id, "test")


@pytest.mark.parametrize("recover", [by_code, by_command])
def test_another_password_revokes_the_tokens_of_the_account(site, bob, recover):
    ada = site.services.accounts.user_named(NAME)
    his, hers = token_of(site, bob), token_of(site, ada)
    recover(site, bob)
    answers = [site.client.get("/api/v1/audits", headers=one).status_code for one in (his, hers)]
    assert answers == [401, 200]
    assert "API token revoked" in [one.action for one in site.services.accounts.events()]


def test_another_password_ends_a_code_that_was_not_used(site, bob):
    handed = site.services.invitations.invite_again(bob.id, "", By(name="test"))
    by_command(site, bob)
    assert site.services.invitations.accept(handed.code, "x") is None


def test_signing_out_everywhere_says_that_tokens_stay(site, bob):
    bearer = token_of(site, bob)
    site.post("/people", f"/people/{bob.id}/sign-out")
    assert "API tokens stay until they are revoked" in site.client.get("/people").text
    assert site.client.get("/api/v1/audits", headers=bearer).status_code == 200


def during_the_check(monkeypatch, act) -> None:
    """Do something once, after the password was found right and before the session is open."""
    real = passwords.matches

    def slow(password: str, stored: str | None) -> bool:
        found = real(password, stored)
        monkeypatch.setattr(passwords, "matches", real)
        act()
        return found

    monkeypatch.setattr(passwords, "matches", slow)


@pytest.mark.parametrize("change", [by_code, by_command, locked, removed])
@pytest.mark.parametrize("outdated", [False, True], ids=["hash of today", "outdated hash"])
def test_what_changes_while_a_password_is_checked_keeps_it_out(site, bob, monkeypatch, change, outdated):
    there = Site(app=site.app, client=site.app.test_client())
    monkeypatch.setattr(passwords, "outdated", lambda _: outdated)
    during_the_check(monkeypatch, lambda: change(site, bob))
    answer = there.post("/login", "/login", name="Bob", password=PASSWORD)
    assert (answer.status_code, "was changed at this moment" in answer.text) == (401, True)
    if change is locked:
        site.services.people.unlock(bob.id, "test")
    assert there.client.get("/account").status_code == 303
    kept = site.services.accounts.user(bob.id)
    if kept and change is not locked:
        assert [passwords.matches(one, kept.password_hash) for one in (PASSWORD, OTHER)] == [False, True]


def test_an_outdated_hash_is_made_anew_and_lets_in(site, bob, monkeypatch):
    there = Site(app=site.app, client=site.app.test_client())
    monkeypatch.setattr(passwords, "outdated", lambda _: True)
    assert there.post("/login", "/login", name="Bob", password=PASSWORD).status_code == 303
    kept = site.services.accounts.user(bob.id)
    assert kept.password_hash != bob.password_hash
    assert passwords.matches(PASSWORD, kept.password_hash)
    assert there.client.get("/account").status_code == 200
