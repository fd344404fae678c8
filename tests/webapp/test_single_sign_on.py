"""Signing in by OpenID Connect, against a provider that behaves, and against one that does not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from sqlalchemy import func, select

from audit.schema import BadInput
from tests.webapp.oidc_provider import CLIENT, SECRET, OidcProvider
from webapp import auth
from webapp.app import app_over
from webapp.services import Services, open_services
from webapp.sign_in import provider as module
from webapp.sign_in.claims import read
from webapp.sign_in.refusal import NotLetIn
from webapp.store.invitations import By, Wanted
from webapp.store.tables import SignInThrottle

GROUPS = "fairlead-admins=admin, fairlead-audit=auditor, everybody=viewer"
EMAIL = {"email": "Grace@Example.com", "email_verified": True}


@pytest.fixture(scope="module")
def running() -> Iterator[OidcProvider]:
    provider = OidcProvider()
    with provider.server:
        yield provider


@pytest.fixture
def oidc(running) -> OidcProvider:
    """The provider, behaving again."""
    fresh = OidcProvider.__dataclass_fields__
    for name in ("claims", "userinfo", "odd", "discovery", "asked", "forms", "codes"):
        setattr(running, name, fresh[name].default_factory())
    running.kid, running.published = "one", ("one",)
    return running


@pytest.fixture
def clock(support):
    return support.Clock()


@pytest.fixture
def settings(oidc, support, tmp_path):
    def made(**changes):
        known = {"OIDC_ISSUER": oidc.issuer, "OIDC_CLIENT_ID": CLIENT, "OIDC_CLIENT_SECRET": SECRET}
        return support.settings_for(tmp_path, **known, OIDC_ROLES=GROUPS, **changes)

    return made


@pytest.fixture
def opened(settings, support, clock) -> Iterator[Services]:
    services = open_services(settings(), clock)
    services.accounts.add_first_user("Ada", "admin", support.password_hash())
    yield services
    services.close()


@pytest.fixture
def browser(opened):
    return app_over(opened).test_client()


def begun(browser, path="/login/oidc") -> str:
    answer = browser.get(path)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def come(browser, oidc, **changes):
    return browser.get(oidc.authorize(begun(browser), **changes))


def told(opened) -> list[tuple[str, str, str, str]]:
    return [(one.who, one.action, one.target, one.detail) for one in opened.accounts.events()]


def test_a_person_with_a_group_comes_in_with_its_role(browser, oidc, opened):
    oidc.claims = {**EMAIL, "groups": ["everybody", "fairlead-audit"]}
    assert "Sign in with single sign-on" in browser.get("/login").text
    answer = browser.get(oidc.authorize(begun(browser, "/login/oidc?next=/connections")))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/connections")
    assert browser.get("/connections").status_code == 200
    assert browser.get("/people").status_code == 403
    (grace,) = [one for one in opened.people.all() if one.user.name == "grace@example.com"]
    assert (grace.user.role, grace.issuers, grace.has_password) == ("auditor", (oidc.issuer,), False)
    assert ("grace@example.com", "signed in", "", "single sign-on") in told(opened)


def test_the_same_person_is_known_again_by_subject_alone(browser, oidc, opened):
    oidc.claims = {**EMAIL, "groups": "everybody"}
    come(browser, oidc)
    oidc.claims = {"email": "other@example.com", "email_verified": True, "groups": ["fairlead-audit"]}
    assert come(browser, oidc).status_code == 303
    assert [one.user.name for one in opened.people.all()] == ["Ada", "grace@example.com"]
    oidc.claims = {**EMAIL, "sub": "person-2", "groups": ["everybody"]}
    assert come(browser, oidc).status_code == 303
    assert len(opened.people.all()) == 3  # the same address, and yet somebody else


def test_who_has_no_role_gets_none_and_a_sentence(browser, oidc, opened):
    oidc.claims = {**EMAIL, "groups": ["others"]}
    answer = come(browser, oidc)
    assert answer.status_code == 403
    assert "nobody gave you a role here" in answer.text
    assert [one.user.name for one in opened.people.all()] == ["Ada"]
    assert told(opened)[0] == ("unknown", "sign-in failed", "", "single sign-on: no_role")


def test_the_role_follows_the_groups_until_an_administrator_decides(browser, oidc, opened):
    oidc.claims = {**EMAIL, "groups": ["fairlead-audit"]}
    come(browser, oidc)
    (grace,) = [one.user for one in opened.people.all() if one.user.name != "Ada"]
    oidc.claims["groups"] = ["everybody"]
    come(browser, oidc)
    assert opened.accounts.user(grace.id).role == "viewer"
    oidc.claims["groups"] = []
    answer = come(browser, oidc)
    assert (answer.status_code, "no longer gives you a role" in answer.text) == (403, True)
    opened.people.set_role(grace.id, "auditor", "Ada")
    assert come(browser, oidc).status_code == 303
    assert opened.accounts.user(grace.id).role == "auditor"


def test_the_provider_cannot_take_the_last_administrator_away(browser, oidc, opened):
    oidc.claims = {**EMAIL, "groups": ["fairlead-admins"]}
    come(browser, oidc)
    (ada,) = [one.user for one in opened.people.all() if one.user.name == "Ada"]
    opened.people.remove(ada.id, "test")
    oidc.claims["groups"] = ["everybody"]
    answer = come(browser, oidc)
    assert (answer.status_code, "you are the only one here" in answer.text) == (403, True)
    (grace,) = opened.people.all()
    assert grace.user.role == "admin"


@pytest.mark.parametrize(
    ("claims", "linked"),
    [
        (EMAIL, True),
        ({**EMAIL, "email_verified": False}, False),
        ({"email": "Grace@Example.com"}, False),
        ({"email": "eve@example.com", "email_verified": True}, False),
        ({"preferred_username": "grace@example.com"}, False),
    ],
)
def test_only_a_verified_address_links_the_account_that_was_invited_for_it(
    browser, oidc, opened, claims, linked
):
    wanted = Wanted(name="Grace", role="admin", email="grace@example.COM ")
    grace = opened.invitations.invite(wanted, By(name="Ada", root="ada")).user
    oidc.claims = claims
    assert (come(browser, oidc).status_code == 303) is linked
    (row,) = [one for one in opened.people.all() if one.user.id == grace.id]
    assert bool(row.issuers) is linked
    if linked:
        assert row.user.let_in_by == "ada"  # the provider proves who it is, and not that it is another person
        assert row.invited_until is None
        oidc.claims = {**EMAIL, "sub": "person-2"}
        assert come(browser, oidc).status_code == 403  # an invitation is used once


def test_an_address_of_an_account_that_nobody_invited_opens_nothing(browser, oidc, opened):
    oidc.claims = {"email": "ada@example.com", "email_verified": True, "name": "Ada"}
    assert come(browser, oidc).status_code == 403
    oidc.claims |= {"groups": ["everybody"], "email": None, "preferred_username": "Ada"}
    assert come(browser, oidc).status_code == 303
    names = [one.user.name for one in opened.people.all()]
    assert names[0] == "Ada"
    assert names[1].startswith("Ada (")  # a name that is taken is not given twice


def test_a_locked_person_stays_out(browser, oidc, opened):
    oidc.claims = {**EMAIL, "groups": ["everybody"]}
    come(browser, oidc)
    (grace,) = [one.user for one in opened.people.all() if one.user.name != "Ada"]
    opened.people.lock(grace.id, "Ada")
    assert browser.get("/account").status_code == 303
    answer = come(browser, oidc)
    assert (answer.status_code, "This account is locked" in answer.text) == (401, True)


def test_groups_can_come_from_userinfo_of_the_same_person_only(browser, oidc):
    oidc.userinfo = {**EMAIL, "groups": ["everybody"]}
    assert come(browser, oidc).status_code == 303
    oidc.claims, oidc.userinfo = {"sub": "person-2"}, {"sub": "person-1", "groups": ["fairlead-admins"]}
    assert come(browser, oidc).status_code == 403


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("https://corp.example/groups", {"https://corp.example/groups": ["fairlead-audit"]}),
        ("realm.roles", {"realm": {"roles": ["fairlead-audit"]}}),
    ],
)
def test_groups_that_the_token_has_are_not_asked_for_again(settings, oidc, clock, path, told):
    services = open_services(settings(OIDC_ROLE_CLAIM=path), clock)
    services.accounts.add_first_user("Ada", "admin", "no password opens this")
    oidc.claims = {**EMAIL, **told}
    assert come(app_over(services).test_client(), oidc).status_code == 303
    assert "auditor" in {one.user.role for one in services.people.all()}
    assert not [one for one in oidc.asked if one.endswith("/userinfo")]
    services.close()


HOUR = 3600
WRONG = {
    "another nonce": ({"nonce": "other"}, set(), "belongs to another sign-in"),
    "no nonce": ({"nonce": None}, set(), "belongs to another sign-in"),
    "another audience": ({"aud": "other"}, set(), "is for another application"),
    "another audience that names us as the party": (
        {"aud": "other", "azp": CLIENT},
        set(),
        "for another application",
    ),
    "another party": ({"aud": [CLIENT, "other"], "azp": "other"}, set(), "is for another application"),
    "another issuer": ({"iss": "https://evil.example"}, set(), "another issuer"),
    "expired": ({"exp": int(time.time()) - HOUR}, set(), "its clock and that of this server differ"),
    "of the future": ({"iat": int(time.time()) + HOUR}, set(), "its clock and that of this server differ"),
    "no subject": ({"sub": None}, set(), "cannot read"),
    "an empty subject": ({"sub": ""}, set(), "named nobody"),
    "a subject that no database holds": ({"sub": "a\0b"}, set(), "named nobody"),
    "a subject without end": ({"sub": "x" * 300}, set(), "named nobody"),
    "a hash of another token": ({"at_hash": "AAAA"}, set(), "cannot read"),
    "nobody's signature": ({}, {"none"}, "not signed by one of its keys"),
    "the public key as a secret": ({}, {"HS256"}, "not signed by one of its keys"),
    "a forged signature": ({}, {"forged"}, "not signed by one of its keys"),
    "no token": ({}, {"no_id_token"}, "named nobody"),
    "another secret": ({}, {"client"}, "does not accept Fairlead's client id or secret"),
    "token: broken": ({}, {"token-500"}, "does not answer now"),
    "token: elsewhere": ({}, {"token-moved"}, "leads elsewhere"),
    "token: no JSON": ({}, {"token-text"}, "cannot read"),
    "token: a list": ({}, {"token-list"}, "cannot read"),
    "token: huge": ({}, {"token-huge"}, "does not answer now"),
    "keys: broken": ({}, {"keys-500"}, "does not answer now"),
    "keys: no JSON": ({}, {"keys-text"}, "cannot read"),
    "userinfo: a list": ({}, {"userinfo-list"}, "cannot read"),
}


@pytest.mark.parametrize("case", WRONG)
def test_an_answer_that_is_not_right_lets_nobody_in(browser, oidc, opened, case):
    oidc.claims, oidc.odd, sentence = (
        {"groups": ["fairlead-admins"], **WRONG[case][0]},
        WRONG[case][1],
        WRONG[case][2],
    )
    answer = come(browser, oidc)
    assert answer.status_code in {403, 503}
    assert sentence in answer.text.replace("&#39;", "'")
    assert browser.get("/account").status_code == 303
    assert [one.user.name for one in opened.people.all()] == ["Ada"]
    assert "canary" not in answer.text
    assert "canary" not in repr(told(opened))
    assert "/elsewhere/token" not in oidc.asked  # the secret and the code went nowhere else


AWAY = {
    "broken": ({"openid-configuration-500"}, {}, "does not answer now"),
    "elsewhere": ({"openid-configuration-moved"}, {}, "leads elsewhere"),
    "no JSON": ({"openid-configuration-text"}, {}, "cannot read"),
    "a list": ({"openid-configuration-list"}, {}, "cannot read"),
    "huge": ({"openid-configuration-huge"}, {}, "does not answer now"),
    "another issuer": (set(), {"issuer": "https://evil.example"}, "calls itself something else"),
    "a token address in the clear": (
        set(),
        {"token_endpoint": "http://evil.example/token"},
        "no https address",
    ),
    "no keys": (set(), {"jwks_uri": None}, "no https address"),
    "nothing that proves": (set(), {module.ALGORITHMS: ["none", "HS256"]}, "in no way that proves"),
}


@pytest.mark.parametrize("case", AWAY)
def test_a_provider_that_is_away_or_odd_is_told_in_a_sentence(browser, oidc, case):
    oidc.odd, oidc.discovery, sentence = AWAY[case]
    for _ in range(3):
        answer = browser.get("/login/oidc")
        assert answer.status_code in {403, 503}
        assert sentence in answer.text.replace("&#39;", "'")
    assert len(oidc.asked) == 1  # who waits, waits once: nobody asks again for some seconds
    assert browser.get("/login").status_code == 200


def test_who_comes_while_another_waits_for_the_provider_does_not_wait_long(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.01)
    desk = module.Desk(
        provider=module.Provider(issuer="x", client_id="y", client_secret="z", redirect_uri="w")
    )
    with desk._lock, pytest.raises(NotLetIn, match="does not answer now"):
        desk.ask()


def test_discovery_is_read_again_after_an_hour_and_soon_after_it_failed(oidc):
    now = [0.0]
    known = module.Provider(
        issuer=oidc.issuer, client_id=CLIENT, client_secret=SECRET, redirect_uri="http://127.0.0.1/back"
    )
    desk = module.Desk(provider=known, clock=lambda: now[0])
    oidc.odd = {"openid-configuration-500"}
    for _ in range(2):
        with pytest.raises(NotLetIn):
            desk.ask()
    oidc.odd, now[0] = set(), 11.0
    for _ in range(3):
        desk.ask()
    assert len(oidc.asked) == 2
    now[0] = 3700.0
    desk.ask()
    assert len(oidc.asked) == 3


def test_a_provider_that_drips_holds_nobody_for_long(browser, oidc, monkeypatch):
    monkeypatch.setattr(module, "SECONDS", 0.3)
    oidc.odd = {"openid-configuration-slow"}
    assert "does not answer now" in browser.get("/login/oidc").text


def test_a_new_key_is_looked_up_and_an_unknown_one_proves_nothing(browser, oidc):
    oidc.claims = {**EMAIL, "groups": ["everybody"]}
    come(browser, oidc)
    oidc.kid, oidc.published = "two", ("one", "two")
    assert come(browser, oidc).status_code == 303
    oidc.kid = "three"
    assert come(browser, oidc).status_code == 403


def test_an_answer_is_used_once_even_with_a_copied_cookie(browser, oidc, opened):
    oidc.claims = {**EMAIL, "groups": ["everybody"]}
    back = oidc.authorize(begun(browser))
    copied = browser.get_cookie("fairlead").value
    assert browser.get(back).status_code == 303
    thief = app_over(opened).test_client()
    thief.set_cookie("fairlead", copied)
    again = thief.get(back)
    assert (again.status_code, "was used already" in again.text) == (403, True)
    assert len(oidc.forms) == 1


def test_of_many_sign_ins_that_one_browser_began_the_newest_three_count(browser, oidc):
    oidc.claims = {**EMAIL, "groups": ["everybody"]}
    backs = [oidc.authorize(begun(browser)) for _ in range(8)]
    statuses = [browser.get(back).status_code for back in backs]
    # Who comes in gets a new session: what else was begun went with the one before.
    assert statuses == [*[403] * 5, 303, 403, 403]


def test_an_answer_that_this_browser_did_not_ask_for_is_refused(browser, oidc, opened):
    back = oidc.authorize(begun(browser))
    stranger = app_over(opened).test_client()
    assert stranger.get(back).status_code == 403
    assert browser.get("/login/oidc/callback").status_code == 403
    assert browser.get("/login/oidc/callback?state=x&code=y").status_code == 403
    assert not oidc.forms


def test_an_answer_after_ten_minutes_is_late(browser, oidc, clock):
    back = oidc.authorize(begun(browser))
    clock.forward(minutes=10)
    assert browser.get(back).status_code == 403


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"error": "access_denied", "error_description": "<b>canary</b>"}, "You did not agree there"),
        ({"error": "temporarily_unavailable"}, "does not answer now"),
        ({"error": "<script>"}, "said no (unknown_error)"),
        ({"iss": "https://evil.example"}, "from another provider"),
        ({"code": ""}, "said no (unknown_error)"),
    ],
)
def test_what_the_provider_says_instead_of_a_code(browser, oidc, answer, sentence):
    page = come(browser, oidc, **answer)
    assert page.status_code in {403, 503}
    assert sentence in page.text
    assert "canary" not in page.text
    assert not oidc.forms


def test_an_answer_counts_as_a_try_to_sign_in(browser, oidc):
    statuses = [come(browser, oidc, code="guessed").status_code for _ in range(7)]
    assert statuses[:5] == [403] * 5
    assert 429 in statuses[5:]
    assert len(oidc.forms) < 7
    assert "Retry-After" in come(browser, oidc).headers


def test_a_provider_that_is_away_shuts_nobody_out(browser, oidc, opened):
    come(browser, oidc, code="guessed")
    oidc.odd = {"token-500"}
    before = told(opened)
    assert [come(browser, oidc).status_code for _ in range(7)] == [503] * 7
    assert told(opened) == before
    with opened.database.reading() as session:
        assert [row.failures for row in session.scalars(select(SignInThrottle))] == [1]  # what failed stays
    opened.accounts.succeeded(auth.throttled_address(opened, "127.0.0.1"))
    come(browser, oidc)
    with opened.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignInThrottle)) == 0


@pytest.mark.parametrize("email", ["gro\u00df@corp.example", "\u212aarl@corp.example", "x@stra\u00dfe.de"])
def test_an_address_that_only_looks_like_the_invited_one_links_nothing(
    browser, oidc, opened, settings, email
):
    for name in ("gross@corp.example", "karl@corp.example", "x@strasse.de"):
        opened.invitations.invite(Wanted(name=name, role="admin", email=name), By(name="t"))
    oidc.claims = {"email": email, "email_verified": True}
    assert come(browser, oidc).status_code == 403
    assert not [one for one in opened.people.all() if one.issuers]
    with pytest.raises(NotLetIn, match="of this organisation"):
        read({**oidc.claims, "sub": "1"}, settings(OIDC_DOMAINS="strasse.de, corp.example"))
    with pytest.raises(BadInput, match="of ASCII letters"):
        opened.invitations.invite(Wanted(name="Other", role="admin", email=email), By(name="t"))


@pytest.mark.parametrize("letter", ["a", "\u4e00", "\U0001f300"])
def test_however_long_the_wanted_page_the_cookie_fits(browser, oidc, letter):
    oidc.claims = {**EMAIL, "groups": ["everybody"]}
    for _ in range(3):
        answer = browser.get("/login/oidc", query_string={"next": f"/account?{letter * 900}"})
        assert len(answer.headers["Set-Cookie"]) < 4_000
    assert browser.get(oidc.authorize(answer.headers["Location"])).headers["Location"] == "/"


def test_an_address_that_others_can_put_into_a_page_shuts_nobody_out(browser, oidc, opened):
    """A picture elsewhere can call the callback in anybody's name, and so could a program without end."""
    before = told(opened)
    for _ in range(20):
        browser.get("/login/oidc/callback?state=x&code=y")
        browser.get("/login/oidc/callback?error=access_denied")
    oidc.odd = {"openid-configuration-500"}
    browser.get("/login/oidc")
    assert told(opened) == before
    with opened.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignInThrottle)) == 0


def test_only_people_of_a_domain_come_in_where_the_settings_name_one(settings, oidc, clock):
    services = open_services(settings(OIDC_DOMAINS="example.com"), clock)
    services.accounts.add_first_user("Ada", "admin", "no password opens this")
    browser = app_over(services).test_client()
    for claims, right in (
        (EMAIL, True),
        ({"email": "eve@evil.example", "email_verified": True}, False),
        ({"email": "eve@example.com", "email_verified": False}, False),
        ({"email": "eve@example.com@evil.example", "email_verified": True}, False),
        ({}, False),
    ):
        oidc.claims = {"groups": ["everybody"], **claims}
        assert (come(browser, oidc).status_code == 303) is right
    services.close()


def test_signing_in_makes_a_new_session_and_ends_the_old_one(browser, oidc, opened):
    oidc.claims = {**EMAIL, "groups": ["everybody"]}
    come(browser, oidc)
    before = browser.get_cookie("fairlead").value
    come(browser, oidc)
    old = app_over(opened).test_client()
    old.set_cookie("fairlead", before)
    assert old.get("/account").status_code == 303


def test_it_goes_nowhere_else_afterwards(browser, oidc):
    oidc.claims = {**EMAIL, "groups": ["everybody"]}
    answer = browser.get(oidc.authorize(begun(browser, "/login/oidc?next=//evil.example")))
    assert answer.headers["Location"] == "/"


def test_nothing_of_the_providers_tokens_is_kept(browser, oidc, opened, tmp_path):
    oidc.claims = {**EMAIL, "groups": ["everybody"], "preferred_username": "grace"}
    url = begun(browser)
    browser.get(oidc.authorize(url))
    opened.database.scrub()
    held = b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())
    kept = [parse_qs(urlsplit(url).query)[name][0] for name in ("state", "nonce")]
    for secret in ("access-canary", SECRET, oidc.forms[0]["code_verifier"], *kept):
        assert secret.encode() not in held
    assert b"person-1" in held


@pytest.fixture(scope="module")
def org(support, certificate, tmp_path_factory):
    """The stand-in Salesforce with its users let in, and its org connected."""
    folder = tmp_path_factory.mktemp("org")
    with support.running(certificate, folder, SALESFORCE_SIGN_IN="true") as world:
        world.salesforce.redirect_uris.add(f"{world.services.settings.public_url}/login/salesforce/callback")
        world.signed_in()
        yield world


def by_salesforce(world, **decision: str):
    """Who comes with Salesforce, and what asking them was like."""
    browser = world.app.test_client()
    url = begun(browser, "/login/salesforce")
    back = urlsplit(world.salesforce.consent(url, **decision))
    return browser, browser.get(f"{back.path}?{back.query}"), parse_qs(urlsplit(url).query)


def test_a_user_of_a_connected_org_is_a_viewer_until_an_administrator_decides(org):
    opened = org.services
    _, answer, _ = by_salesforce(org)
    assert (answer.status_code, "not connected here" in answer.text) == (403, True)
    row = org.connect("salesforce")
    browser, answer, asked = by_salesforce(org)
    assert answer.status_code == 303
    assert asked["scope"] == ["openid"]
    assert browser.get("/").status_code == 200
    assert browser.get("/connections").status_code == 403
    (person,) = [one for one in opened.people.all() if one.issuers]
    assert (person.user.role, person.has_password) == ("viewer", False)
    held = b"".join(one.read_bytes() for one in opened.settings.data_dir.rglob("*") if one.is_file())
    tokens = org.salesforce.state.grants.access
    assert tokens
    assert not [token for token in tokens if token.encode() in held]
    opened.people.set_role(person.user.id, "auditor", "Ada")
    by_salesforce(org)
    assert opened.accounts.user(person.user.id).role == "auditor"
    _, answer, _ = by_salesforce(org, decision="deny")
    assert "You did not agree there" in answer.text
    opened.repository.set_state(row.id, "disconnected", "")
    assert by_salesforce(org)[1].status_code == 403


def test_what_is_wrong_with_salesforce_names_its_own_settings(org, monkeypatch):
    desk = org.app.extensions.pop("single-sign-on-salesforce", None)
    assert desk is None or desk.provider.issuer == org.salesforce.login_url
    monkeypatch.setattr(module, "_discovered", lambda _: (_ for _ in ()).throw(requests.exceptions.SSLError))
    page = org.app.test_client().get("/login/salesforce").text
    assert "FAIRLEAD_SALESFORCE_CA_FILE" in page
    org.app.extensions.pop("single-sign-on-salesforce")


def test_salesforce_that_is_away_is_told_as_such(org, monkeypatch):
    org.app.extensions.pop("single-sign-on-salesforce", None)
    monkeypatch.setattr(module, "_discovered", lambda _: (_ for _ in ()).throw(requests.ConnectionError))
    assert org.app.test_client().get("/login/salesforce").status_code == 503
    org.app.extensions.pop("single-sign-on-salesforce")


def test_salesforce_lets_in_only_where_that_is_switched_on(browser):
    assert browser.get("/login/salesforce").status_code == 404
    assert browser.get("/login/hubspot").status_code in {303, 404}


def test_without_settings_there_is_no_such_page(support, tmp_path):
    services = open_services(support.settings_for(tmp_path / "plain"))
    browser = app_over(services).test_client()
    assert browser.get("/login/oidc").status_code == 404
    assert browser.get("/login/oidc/callback").status_code == 404
    services.close()


def test_before_the_first_account_it_leads_to_the_setup(settings):
    services = open_services(settings())
    browser = app_over(services).test_client()
    answer = browser.get("/login/oidc")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/setup")
    services.close()


def test_a_refusal_is_told_in_the_language_of_each_who_reads_it(browser, oidc):
    oidc.odd = {"openid-configuration-500"}
    german = {"Accept-Language": "de"}
    first = browser.get("/login/oidc", headers=german)
    assert "Der Anbieter antwortet gerade nicht." in first.text
    assert "The provider does not answer now." in browser.get("/login/oidc").text
    unasked = browser.get("/login/oidc/callback?error=odd&state=x", headers=german)
    assert "Diese Antwort hat dieser Browser nicht angefordert" in unasked.text
