import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from flask import Flask

from tests.webapp.markup import Page
from webapp.app import app_over
from webapp.auth import NotSignedIn, check, throttled
from webapp.first_run import code_file, setup_code
from webapp.services import Services, open_services
from webapp.store.accounts import FREE_FAILURES, NewUser, lock_after


@pytest.fixture
def clock(support):
    return support.Clock()


@pytest.fixture
def opened(tmp_path, support, clock) -> Iterator[Services]:
    services = open_services(support.settings_for(tmp_path), clock)
    yield services
    services.close()


@pytest.fixture
def app(opened: Services) -> Flask:
    return app_over(opened)


@pytest.fixture
def browser(app, support):
    return support.Browser(app.test_client())


@pytest.fixture
def account(opened, support):
    return opened.accounts.add_first_user("Ada", "admin", support.password_hash())


def setup_form(opened, support, **changes) -> dict[str, str]:
    form = {"token": setup_code(opened.settings), "name": "Ada", "password": support.PASSWORD}
    return {**form, "repeat": form["password"], **changes}


def test_without_any_account_the_first_page_is_the_setup(browser):
    for page in ("/", "/login", "/connections"):
        assert browser.get(page).headers["Location"] == "/setup"


def test_the_setup_code_makes_the_first_account_once(browser, opened, support, app):
    response = browser.submit("/setup", setup_form(opened, support))
    assert (response.status_code, response.headers["Location"]) == (303, "/start")
    assert browser.get("/connections").status_code == 200
    assert not code_file(opened.settings).exists()
    again = support.Browser(app.test_client())
    assert again.get("/setup").headers["Location"] == "/login"
    response = again.client.post("/setup", data={"token": ""})
    assert response.status_code in {303, 400}
    assert [event.action for event in opened.accounts.events()] == ["signed in", "setup"]


def test_the_setup_code_file_is_for_its_owner_only(opened):
    setup_code(opened.settings)
    assert code_file(opened.settings).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "case",
    [
        ({"token": "wrong"}, 401, "not the setup code"),
        ({"token": ""}, 401, "not the setup code"),
        ({"password": "short", "repeat": "short"}, 400, "at least 12 characters"),
        ({"password": "aaaaaaaaaaaaaa", "repeat": "aaaaaaaaaaaaaa"}, 400, "repeats the same"),
        ({"repeat": "something else"}, 400, "passwords differ"),
        ({"name": "x" * 121}, 400, "name is too long"),
    ],
)
def test_a_setup_that_cannot_work_says_why(browser, opened, support, case):
    changes, status, sentence = case
    response = browser.submit("/setup", setup_form(opened, support, **changes))
    assert response.status_code == status
    assert sentence in response.text
    assert not opened.accounts.any_user()


def test_a_wrong_field_is_marked_and_the_right_code_is_typed_once(browser, opened, support):
    form = setup_form(opened, support, repeat="something else")
    page = Page(browser.submit("/setup", form).text)
    fields = {one["name"]: one for one in page.having("input")}
    assert fields["token"]["value"] == form["token"]
    assert [name for name, one in fields.items() if one.get("aria-invalid")] == ["repeat"]
    assert "autofocus" in fields["repeat"]
    assert fields["repeat"]["aria-describedby"] == "repeat-error"
    wrong = Page(browser.submit("/setup", setup_form(opened, support, token="guess")).text)
    (token,) = [one for one in wrong.having("input") if one["name"] == "token"]
    assert (token["value"], token["aria-describedby"]) == ("", "token-error token-hint")


@pytest.mark.usefixtures("account")
def test_a_wrong_password_is_marked_and_where_the_page_opens(browser):
    page = Page(browser.sign_in("wrong wrong wrong").text)
    fields = {one["name"]: one for one in page.having("input")}
    assert [fields[name].get("aria-describedby") for name in ("name", "password")] == ["error", "error"]
    assert "autofocus" in fields["password"]


@pytest.mark.usefixtures("account")
def test_who_is_signed_in_needs_no_sign_in_page(browser):
    browser.sign_in()
    assert browser.get("/login").headers["Location"] == "/"
    assert browser.get("/login?next=/connections").headers["Location"] == "/connections"
    assert browser.get("/setup").headers["Location"] == "/login"


@pytest.mark.usefixtures("account")
def test_an_expired_form_leads_to_a_page_that_can_be_opened(browser):
    browser.sign_in()
    for path, link in (("/logout", "/"), ("/connections/x/disconnect", "/"), ("/login", "/login")):
        page = Page(browser.client.post(path).text)
        assert link in [one["href"] for one in page.having("a") if one.get("class") == "button"]


def test_guessing_the_setup_code_is_slowed_down(browser, opened, support):
    for _ in range(6):
        response = browser.submit("/setup", setup_form(opened, support, token="guess"))
    assert response.status_code == 429


@pytest.mark.usefixtures("account")
def test_signing_in_and_out(browser):
    assert browser.get("/connections").headers["Location"] == "/login?next=/connections"
    assert browser.sign_in().headers["Location"] == "/"
    assert browser.get("/connections").status_code == 200
    assert browser.submit("/connections", {}, to="/logout").headers["Location"] == "/login"
    assert browser.get("/connections").status_code == 303


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("path", "back"),
    [("/connections/x/policy", "/login?next=/connections/x/policy"), ("/connections/x/disconnect", "/login")],
)
def test_a_form_after_the_end_of_a_session_says_that_nothing_was_saved(browser, path, back):
    answer = browser.client.post(path, data={"text": "much work"})
    assert (answer.status_code, answer.headers["Location"]) == (303, back)
    assert "Your session has ended. Nothing was saved." in browser.get(back).text
    assert "Your session has ended." not in browser.get(back).text


@pytest.mark.usefixtures("account")
def test_signing_out_twice_is_no_lost_work(browser):
    assert browser.client.post("/logout").headers["Location"] == "/login"
    assert "Your session has ended." not in browser.get("/login").text


@pytest.mark.usefixtures("account")
def test_the_only_account_may_leave_out_its_name(browser, support):
    assert browser.submit("/login", {"password": support.PASSWORD}).headers["Location"] == "/"


@pytest.mark.usefixtures("account")
def test_a_copied_cookie_is_worth_nothing_after_signing_out(browser, app):
    browser.sign_in()
    copied = browser.client.get_cookie("fairlead").value
    browser.submit("/connections", {}, to="/logout")
    thief = app.test_client()
    thief.set_cookie("fairlead", copied)
    assert thief.get("/connections").status_code == 303


@pytest.mark.usefixtures("account")
def test_a_session_planted_before_signing_in_is_not_used(browser):
    browser.get("/login")
    planted = browser.client.get_cookie("fairlead").value
    browser.sign_in()
    assert browser.client.get_cookie("fairlead").value != planted
    with browser.client.session_transaction() as session:
        assert "planted" not in session


@pytest.mark.usefixtures("account")
def test_a_session_ends_by_itself(browser, clock):
    browser.sign_in()
    for _ in range(7):
        clock.forward(minutes=100)
        assert browser.get("/connections").status_code == 200
    clock.forward(minutes=30)
    assert browser.get("/connections").status_code == 303  # twelve hours, in use all the time
    browser.sign_in()
    clock.forward(hours=2)
    assert browser.get("/connections").status_code == 303  # two hours without use


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("name", ["Ada", "nobody", ""])
def test_every_wrong_sign_in_hears_the_same_sentence(browser, name):
    response = browser.submit("/login", {"name": name, "password": "wrong wrong wrong"})
    assert response.status_code == 401
    assert "The name or the password is wrong." in response.text


@pytest.mark.usefixtures("account")
def test_failures_close_the_door_for_longer_and_longer(browser, clock):
    for _ in range(5):
        assert browser.sign_in("wrong wrong wrong").status_code == 401
    locked = browser.sign_in()
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, "1")
    clock.forward(seconds=1)
    assert browser.sign_in("wrong wrong wrong").status_code == 401
    assert browser.sign_in().headers["Retry-After"] == "2"
    clock.forward(seconds=2)
    assert browser.sign_in().status_code == 303


@pytest.mark.usefixtures("account")
def test_the_lock_follows_the_account_to_another_address(browser):
    for number in range(5):
        browser.sign_in("wrong wrong wrong", environ_overrides={"REMOTE_ADDR": f"10.0.0.{number}"})
    assert browser.sign_in(environ_overrides={"REMOTE_ADDR": "10.9.9.9"}).status_code == 429


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("pause", [0, 3600], ids=["in one go", "one an hour"])
def test_tries_from_many_addresses_keep_the_owner_out_for_seconds_only(opened, support, clock, pause):
    for number in range(25):
        throttled(opened, "Ada", f"192.0.2.{number}")
        end = opened.accounts.locked_until(every_subject(opened)) or clock()
        clock.forward(seconds=max(pause, (end - clock()).total_seconds()))
    throttled(opened, "Ada", "192.0.2.250")
    with pytest.raises(NotSignedIn) as refusal:
        check(opened, "Ada", support.PASSWORD, "198.51.100.1")
    assert 0 < refusal.value.retry_after <= 10
    clock.forward(seconds=refusal.value.retry_after)
    assert check(opened, "Ada", support.PASSWORD, "198.51.100.1").name == "Ada"


def every_subject(opened: Services) -> list[str]:
    with opened.database.engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT subject FROM sign_in_throttle").scalars())


@pytest.mark.usefixtures("account")
def test_however_many_addresses_guess_they_share_one_try_in_ten_seconds(opened, clock):
    looked_at = 0
    for number in range(600):  # every second another address, for ten minutes
        with suppress(NotSignedIn):
            throttled(opened, "Ada", f"2001:db8::{number:x}")
            looked_at += 1
        clock.forward(seconds=1)
    assert looked_at <= FREE_FAILURES + 4 + 600 / 10


@pytest.mark.usefixtures("account")
def test_an_address_that_goes_on_is_shut_out_for_an_hour(opened, support, clock):
    for _ in range(FREE_FAILURES + 12):
        throttled(opened, "Ada", "192.0.2.1")
        clock.forward(hours=1)
    throttled(opened, "Ada", "192.0.2.1")
    with pytest.raises(NotSignedIn) as refusal:
        check(opened, "Ada", support.PASSWORD, "192.0.2.1")
    assert refusal.value.retry_after == 3600


@pytest.mark.usefixtures("account")
def test_signing_in_to_another_account_frees_no_address_for_this_one(opened, clock):
    for _ in range(FREE_FAILURES + 12):
        opened.accounts.succeeded(throttled(opened, "Eve", "192.0.2.1"))
        throttled(opened, "Ada", "192.0.2.1")
        clock.forward(hours=1)
    throttled(opened, "Ada", "192.0.2.1")
    with pytest.raises(NotSignedIn) as refusal:
        throttled(opened, "Ada", "192.0.2.1")
    assert refusal.value.retry_after == 3600


@pytest.mark.usefixtures("account")
def test_the_lock_follows_the_address_to_another_name(browser):
    for number in range(5):
        browser.submit("/login", {"name": f"guess{number}", "password": "wrong wrong wrong"})
    assert browser.sign_in().status_code == 429
    assert browser.sign_in(environ_overrides={"REMOTE_ADDR": "10.9.9.9"}).status_code == 303


def test_locks_grow_to_an_hour_and_no_further():
    locks = [lock_after(failures) for failures in range(200)]
    assert locks[:7] == [timedelta(seconds=s) for s in (0, 0, 0, 0, 0, 1, 2)]
    assert locks == sorted(locks)
    assert locks[-1] == timedelta(hours=1)


@pytest.mark.usefixtures("account")
def test_no_address_is_readable_in_the_throttle(browser, opened):
    browser.sign_in("wrong wrong wrong")
    with opened.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT subject FROM sign_in_throttle").scalars().all()
    assert len(rows) == 3
    assert not [row for row in rows if "127.0.0.1" in row or "Ada" in row]


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("wanted", "goes_to"),
    [
        ("/connections?a=1", "/connections?a=1"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_stays_on_this_site(browser, support, wanted, goes_to):
    response = browser.submit("/login", {"name": "Ada", "password": support.PASSWORD, "next": wanted})
    assert response.headers["Location"] == goes_to


@pytest.mark.usefixtures("account")
def test_signing_out_needs_a_form(browser):
    browser.sign_in()
    assert browser.get("/logout").status_code == 405
    assert browser.client.post("/logout").status_code == 400
    assert browser.get("/connections").status_code == 200


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("path", ["/login", "/logout", "/connect/salesforce", "/connections/x/disconnect"])
def test_every_form_wants_its_token(browser, path):
    browser.sign_in()
    assert browser.client.post(path, data={}).status_code == 400


def test_an_auditor_may_look_but_not_change(browser, opened, support):
    opened.accounts.add_first_user("Ada", "auditor", support.password_hash())
    browser.sign_in()
    assert browser.submit("/connections", {}, to="/connect/salesforce").status_code == 403
    assert browser.submit("/connections", {}, to="/logout").status_code == 303


@pytest.mark.usefixtures("account")
def test_who_signed_in_and_who_failed_stands_in_the_audit_trail(browser, opened):
    browser.sign_in("wrong wrong wrong")
    browser.submit("/login", {"name": "secret-typed-here", "password": "x"})
    browser.sign_in()
    events = [(event.who, event.action) for event in opened.accounts.events()]
    assert events[:3] == [("Ada", "signed in"), ("unknown", "sign-in failed"), ("Ada", "sign-in failed")]


def test_two_first_accounts_at_once_make_one(opened):
    assert opened.accounts.add_first_user("Ada", "admin", "hash")
    assert opened.accounts.add_first_user("Eve", "admin", "hash") is None


@pytest.mark.usefixtures("account")
def test_the_password_is_kept_as_argon2id(opened, support):
    stored = opened.accounts.user_named("Ada").password_hash
    assert stored.startswith("$argon2id$v=19$m=")  # at what cost: test_passwords.py
    assert support.PASSWORD not in repr(opened.accounts.user_named("Ada"))


@pytest.mark.usefixtures("account")
def test_cookies_are_for_this_site_and_not_for_scripts(browser):
    cookie = browser.sign_in().headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_cookies_are_secure_behind_https(tmp_path, support):
    settings = support.settings_for(tmp_path, PUBLIC_URL="https://fairlead.example.com")
    services = open_services(settings)
    cookie = (
        app_over(services).test_client().get("/setup", base_url=settings.public_url).headers["Set-Cookie"]
    )
    assert cookie.startswith("__Host-fairlead=")
    assert "Secure" in cookie
    services.close()


@pytest.mark.usefixtures("account")
def test_many_tries_at_once_gain_nothing(opened):
    together, waits = threading.Barrier(16), []

    def guess(number: int) -> None:
        together.wait()
        with pytest.raises(NotSignedIn) as refusal:
            check(opened, "Ada", f"wrong {number}", "192.0.2.1")
        waits.append(refusal.value.retry_after)

    guesses = [threading.Thread(target=guess, args=(number,)) for number in range(16)]
    for one in guesses:
        one.start()
    for one in guesses:
        one.join()
    assert sum(wait == 0 for wait in waits) == FREE_FAILURES


def test_an_empty_code_file_is_no_code(browser, opened, support):
    code_file(opened.settings).touch(mode=0o600)
    assert browser.submit("/setup", setup_form(opened, support, token="")).status_code == 401
    code_file(opened.settings).write_text("")
    assert browser.submit("/setup", setup_form(opened, support, token="")).status_code == 401
    assert len(setup_code(opened.settings)) > 20


def test_a_password_that_is_too_long_hears_that(browser, opened, support):
    long = "ab cde" * 200
    response = browser.submit("/setup", setup_form(opened, support, password=long, repeat=long))
    assert "too long" in response.text


def test_a_first_name_that_cannot_be_shown_is_refused(browser, opened, support):
    response = browser.submit("/setup", setup_form(opened, support, name="Ada\0"))
    assert response.status_code == 400
    assert not opened.accounts.any_user()


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    "path", ["/logout", "/connect/hubspot", "/connections/x/disconnect", "/connections/x/policy"]
)
def test_no_form_works_without_its_token(browser, path):
    browser.sign_in()
    assert browser.client.post(path).status_code == 400
    assert browser.client.post(path, data={"csrf_token": "forged"}).status_code == 400
    assert browser.get("/connections").status_code == 200


def test_the_setup_stays_open_until_there_is_an_administrator(browser, opened, support):
    viewer = NewUser(name="Vera", role="viewer", password_hash=support.password_hash())
    opened.accounts.add_user(viewer, "command line")
    taken = browser.submit("/setup", setup_form(opened, support, name="Vera"))
    assert (taken.status_code, "there is an account &#39;Vera&#39; already" in taken.text) == (400, True)
    assert browser.submit("/setup", setup_form(opened, support)).status_code == 303
    assert [(one.name, one.role) for one in opened.accounts.people() if one.role == "admin"]
    assert browser.get("/setup").status_code == 303
