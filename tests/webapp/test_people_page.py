"""The People page, the page for codes, and one's own account."""

from __future__ import annotations

import re

import pytest

from tests.webapp.markup import Page
from tests.webapp.site import NAME, PASSWORD, Site
from webapp import passwords
from webapp.store.accounts import NewUser

CODE = re.compile(r"<code>((?:[0-9a-z]{5}-){3}[0-9a-z]{5})</code>")
LONG = "correct horse battery staple"


def invited(site: Site, name: str = "Vera", role: str = "viewer") -> tuple[str, str]:
    """The id of a person who was invited by the page, and the code."""
    page = site.post("/people", "/people", name=name, role=role)
    assert page.status_code == 200
    (row,) = [one for one in site.services.people.all() if one.user.name == name]
    return row.user.id, CODE.search(page.text)[1]


def stranger(site: Site) -> Site:
    return Site(app=site.app, client=site.app.test_client())


def use(there: Site, code: str, password: str = LONG, repeat: str = LONG):
    return there.post("/invitation", "/invitation", code=code, password=password, repeat=repeat)


def test_a_person_is_invited_comes_in_and_is_a_viewer(site):
    user_id, code = invited(site)
    assert code not in site.client.get("/people").text
    assert "Has a code" in site.client.get("/people").text
    there = stranger(site)
    answer = use(there, code.upper())
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert there.client.get("/").status_code == 200
    assert there.client.get("/people").status_code == 403
    user = site.services.accounts.user(user_id)
    assert passwords.matches(LONG, user.password_hash)
    assert user.let_in_by == site.services.accounts.user_named(NAME).id
    told = [(one.who, one.action, one.target) for one in site.services.accounts.events()]
    assert {
        (NAME, "person invited", "Vera"),
        ("Vera", "code used", "Vera"),
        ("Vera", "signed in", ""),
    } <= set(told)
    assert code not in repr(site.services.accounts.events())
    page = site.client.get("/people").text
    assert "1 open session" in page.replace("\xa0", " ")
    again = use(stranger(site), code)
    assert (again.status_code, "was used already" in again.text) == (401, True)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"name": "", "role": "viewer"}, "must have 1 to 120 printable characters"),
        ({"name": "x" * 121, "role": "viewer"}, "The name is too long"),
        ({"name": "Command Line", "role": "admin"}, "The trail calls something else"),
        ({"name": "Fairlead, after a backup", "role": "viewer"}, "The trail calls something else"),
        ({"name": "Somebody at the command line", "role": "viewer"}, "The trail calls something else"),
        ({"name": "\uff46airlead", "role": "viewer"}, "The trail calls something else"),
        ({"name": "\u3164", "role": "viewer"}, "must have 1 to 120 printable characters"),
        ({"name": "Ada\ufe0f", "role": "viewer"}, "must have 1 to 120 printable characters"),
        ({"name": "Ad\u0430", "role": "viewer"}, "must have 1 to 120 printable characters"),
        ({"name": NAME.upper(), "role": "viewer"}, f"There is an account '{NAME.upper()}' already"),
        ({"name": NAME, "role": "viewer"}, f"There is an account '{NAME}' already"),
        ({"name": "Vera", "role": "viewer", "email": "no address"}, "The e-mail address is not one"),
    ],
)
def test_who_cannot_be_invited_is_told_why_and_keeps_what_was_typed(site, form, sentence):
    page = site.post("/people", "/people", **form)
    assert page.status_code == 422
    assert sentence in page.text.replace("&#39;", "'")
    assert f'value="{form["name"]}"' in page.text
    assert len(site.services.people.all()) == 1


def test_a_role_that_does_not_exist_is_refused(site):
    assert site.post("/people", "/people", name="Vera", role="root").status_code == 400


def test_every_change_is_made_on_the_page_and_is_told(site):
    user_id, code = invited(site)
    there = stranger(site)
    use(there, code)
    for to, form, sentence in (
        ("role", {"role": "auditor"}, "Vera is auditor now."),
        ("sign-out", {}, "Vera is signed out everywhere; API tokens stay until they are revoked."),
        ("lock", {}, "Vera is locked and signed out."),
        ("unlock", {}, "Vera may sign in again."),
        ("remove", {}, "Vera is removed."),
        ("remove", {}, "This account was removed meanwhile."),
    ):
        assert site.post("/people", f"/people/{user_id}/{to}", **form).status_code == 303
        assert sentence in site.client.get("/people").text
    assert there.client.get("/").status_code == 303


def test_whom_the_page_promotes_goes_back_to_who_did_it(site):
    stored = passwords.hashed(PASSWORD)
    eve = site.services.accounts.add_user(NewUser(name="Eve", role="auditor", password_hash=stored), "x")
    site.post("/people", f"/people/{eve.id}/role", role="viewer")
    assert site.services.accounts.user(eve.id).let_in_by is None
    site.post("/people", f"/people/{eve.id}/role", role="admin")
    assert site.services.accounts.user(eve.id).let_in_by == site.services.accounts.user_named(NAME).id


def test_the_only_administrator_cannot_shut_everybody_out(site):
    own = site.services.accounts.user_named(NAME)
    for to, form in (("role", {"role": "viewer"}), ("lock", {}), ("remove", {})):
        site.post("/people", f"/people/{own.id}/{to}", **form)
        page = site.client.get("/people").text.replace("&#39;", "'")
        assert f"'{NAME}' is the only administrator; add another one first." in page
    assert site.services.accounts.user(own.id).role == "admin"


def test_a_locked_person_hears_it_only_with_the_right_password(site):
    stored = passwords.hashed(PASSWORD)
    eve = site.services.accounts.add_user(NewUser(name="Eve", role="auditor", password_hash=stored), NAME)
    site.services.people.lock(eve.id, NAME)
    there = stranger(site)
    wrong = there.post("/login", "/login", name="Eve", password="not the password")
    right = there.post("/login", "/login", name="Eve", password=PASSWORD)
    assert (wrong.status_code, right.status_code) == (401, 401)
    assert "is locked" not in wrong.text
    assert "This account is locked" in right.text


def test_a_token_of_who_is_locked_does_nothing(site):
    from webapp.store.api_tokens import NewToken

    stored = passwords.hashed(PASSWORD)
    eve = site.services.accounts.add_user(NewUser(name="Eve", role="auditor", password_hash=stored), NAME)
    new = NewToken(name="x", role="auditor", scopes=("read:audits",), days=9, made_by="Eve", user_id=eve.id)
    token, _ = site.services.api_tokens.add(new)
    bearer = {"Authorization": f"Bearer {token}"}
    assert site.client.get("/api/v1/audits", headers=bearer).status_code == 200
    site.services.people.lock(eve.id, NAME)
    assert site.client.get("/api/v1/audits", headers=bearer).status_code == 403
    assert "May nothing" in site.client.get("/tokens").text
    site.services.people.unlock(eve.id, NAME)
    assert site.client.get("/api/v1/audits", headers=bearer).status_code == 200


def test_a_wrong_code_is_told_and_many_are_slowed_down(site):
    there = stranger(site)
    answers = [use(there, "aaaaa-aaaaa-aaaaa-aaaaa") for _ in range(7)]
    assert answers[0].status_code == 401
    assert "This code is wrong" in answers[0].text
    assert answers[-1].status_code == 429
    assert "Retry-After" in answers[-1].headers


def test_a_password_that_cannot_be_keeps_the_code(site):
    _, code = invited(site)
    there = stranger(site)
    for password, repeat, sentence in (
        ("short", "short", "at least 12"),
        (LONG, "another one", "passwords differ"),
    ):
        for _ in range(4):  # these are no wrong codes, and close no door
            page = use(there, code, password, repeat)
            assert (page.status_code, sentence in page.text) == (400, True)
            assert f'value="{code}"' in page.text
    assert use(there, code).status_code == 303


def test_ones_own_account_shows_sessions_and_ends_them_all(site):
    other = stranger(site).sign_in()
    page = other.client.get("/account").text
    assert page.count("Since ") == 2
    assert page.count("(here)") == 1
    assert site.post("/account", "/account/sign-out-everywhere").headers["Location"] == "/login"
    assert other.client.get("/account").status_code == 303
    assert site.client.get("/account").status_code == 303
    assert "signed out everywhere" in site.client.get("/login").text


def test_signing_in_again_ends_the_session_before(site):
    before = site.client.get_cookie("fairlead").value
    token = re.search(r'csrf_token" value="([^"]+)', site.client.get("/account").text)[1]
    form = {"name": NAME, "password": PASSWORD, "csrf_token": token}
    assert site.client.post("/login", data=form).status_code == 303
    old = site.app.test_client()
    old.set_cookie("fairlead", before)
    assert old.get("/account").status_code == 303
    assert site.client.get("/account").status_code == 200


def test_in_german_the_page_and_its_answers_are_german_and_the_trail_is_not(site):
    site.post("/account", "/account/language", language="de")
    page = site.post("/people", "/people", name="Vera", role="viewer")
    assert "Der Code für Vera" in Page(page.text).text
    assert "Hat einen Code" in Page(page.text).text
    (vera,) = [one for one in site.services.people.all() if one.user.name == "Vera"]
    again = site.post("/people", "/people", name="vera", role="viewer")
    assert "Es gibt schon ein Konto „vera“; wählen Sie einen anderen Namen." in Page(again.text).text
    site.post("/people", f"/people/{vera.user.id}/role", role="auditor")
    assert "Vera ist jetzt Prüfer." in Page(site.client.get("/people").text).text
    site.post("/people", f"/people/{vera.user.id}/lock")
    assert "Vera ist gesperrt und abgemeldet." in Page(site.client.get("/people").text).text
    own = site.services.accounts.user_named(NAME)
    site.post("/people", f"/people/{own.id}/lock")
    assert f"„{NAME}“ ist der einzige Administrator" in Page(site.client.get("/people").text).text
    told = {(one.action, one.detail) for one in site.services.accounts.events()}
    assert {("person invited", "viewer"), ("role changed", "viewer to auditor")} <= told
