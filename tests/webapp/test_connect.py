"""Connecting to both stand-in CRMs through their real consent pages, and ending it."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from audit.schema import BadInput
from connectors.errors import Refused
from connectors.oauth import AuthorizationRequest
from webapp import jobs
from webapp.store.accounts import NewUser

CRMS = ("salesforce", "hubspot")


def follow(browser, address: str):
    parts = urlsplit(address)
    return browser.get(f"{parts.path}?{parts.query}")


@pytest.mark.parametrize("crm", CRMS)
def test_a_consent_becomes_a_connection_with_a_sealed_grant(crms, crm):
    row = crms.connect(crm)
    assert (row.crm, row.organisation, row.state) == (crm, getattr(crms, crm).organisation, "connected")
    grant = crms.services.grants(row.id).load()
    assert grant.refresh_token
    files = [path for path in crms.services.settings.data_dir.rglob("*") if path.is_file()]
    held = b"".join(path.read_bytes() for path in files)
    assert files
    assert grant.access_token.encode() not in held
    assert grant.refresh_token.encode() not in held


@pytest.mark.parametrize("crm", CRMS)
def test_the_browser_goes_to_the_crm_with_a_fresh_state_and_a_challenge(crms, crm):
    browser = crms.signed_in()
    seen = set()
    for _ in range(2):
        response = browser.submit("/connections", {}, to=f"/connect/{crm}")
        query = parse_qs(urlsplit(response.headers["Location"]).query)
        assert response.status_code == 302
        assert query["code_challenge_method"] == ["S256"]
        assert query["redirect_uri"] == [f"{crms.services.settings.public_url}/connect/{crm}/callback"]
        seen.add((query["state"][0], query["code_challenge"][0]))
    assert len(seen) == 2


@pytest.mark.parametrize("crm", CRMS)
def test_the_same_answer_twice_is_refused_the_second_time(crms, crm):
    browser = crms.signed_in()
    back = crms.callback(browser, crm)
    assert "is connected" in browser.get(follow(browser, back).headers["Location"]).text
    assert "not asked for here" in browser.get(follow(browser, back).headers["Location"]).text


@pytest.mark.parametrize("crm", CRMS)
def test_an_answer_that_nobody_asked_for_is_refused(crms, crm):
    browser = crms.signed_in()
    back = crms.callback(browser, crm)
    forged = back.replace("state=", "state=x")
    assert "not asked for here" in browser.get(follow(browser, forged).headers["Location"]).text
    assert crms.services.repository.connections() == ()


def test_an_answer_to_another_person_is_refused(crms):
    back = crms.callback(crms.signed_in(), "salesforce")
    crms.services.accounts.add_user(NewUser(name="Eve", role="admin", password_hash="x"), "test")
    eve = crms.app.test_client()
    user = crms.services.accounts.user_named("Eve")
    token = crms.services.sessions.open(user.id)
    with eve.session_transaction() as session:
        session["_user_id"] = token
    assert "not asked for here" in eve.get(follow(eve, back).headers["Location"]).text


def test_an_answer_of_one_crm_does_not_do_for_the_other(crms):
    browser = crms.signed_in()
    back = crms.callback(browser, "salesforce").replace("/connect/salesforce/", "/connect/hubspot/")
    assert "not asked for here" in browser.get(follow(browser, back).headers["Location"]).text


def test_a_declined_consent_gets_a_friendly_sentence(crms):
    browser = crms.signed_in()
    back = crms.callback(browser, "salesforce", decision="deny")
    assert "error=access_denied" in back
    page = browser.get(follow(browser, back).headers["Location"])
    assert "The consent was declined in Salesforce. Nothing was changed" in page.text
    assert crms.services.repository.connections() == ()


@pytest.mark.parametrize("error", ["server_error", "<script>alert(1)</script>", "x" * 5000])
def test_what_the_redirect_says_is_never_repeated_as_it_came(crms, error):
    browser = crms.signed_in()
    state = parse_qs(urlsplit(crms.callback(browser, "hubspot")).query)["state"][0]
    page = browser.get("/connect/hubspot/callback", query_string={"state": state, "error": error})
    text = browser.get(page.headers["Location"]).text
    assert "HubSpot did not give its consent" in text
    assert "<script>" not in text
    assert "x" * 100 not in text


def test_a_callback_needs_a_signed_in_person(crms):
    back = crms.callback(crms.signed_in(), "hubspot")
    stranger = crms.app.test_client()
    assert follow(stranger, back).headers["Location"].startswith("/login")
    assert crms.services.repository.connections() == ()


@pytest.mark.parametrize("crm", CRMS)
def test_disconnecting_revokes_and_forgets(crms, crm):
    browser = crms.signed_in()
    row = crms.connect(crm, browser)
    response = browser.submit("/connections", {}, to=f"/connections/{row.id}/disconnect")
    assert "its tokens are deleted" in browser.get(response.headers["Location"]).text
    assert crms.services.repository.connection(row.id).state == "disconnected"
    with pytest.raises(Refused):
        crms.services.grants(row.id).load()


def test_disconnecting_ends_the_token_at_salesforce(crms):
    browser = crms.signed_in()
    row = crms.connect("salesforce", browser)
    token = crms.services.grants(row.id).load().access_token
    assert crms.salesforce.state.grants.holder(token)
    browser.submit("/connections", {}, to=f"/connections/{row.id}/disconnect")
    assert not crms.salesforce.state.grants.holder(token)


def test_disconnecting_works_while_the_crm_is_away(crms):
    browser = crms.signed_in()
    row = crms.connect("hubspot", browser)
    crms.hubspot.close()
    response = browser.submit("/connections", {}, to=f"/connections/{row.id}/disconnect")
    assert "remove the app there too" in browser.get(response.headers["Location"]).text
    with pytest.raises(Refused):
        crms.services.grants(row.id).load()


@pytest.mark.parametrize("crm", CRMS)
def test_connecting_again_revives_the_connection(crms, crm):
    browser = crms.signed_in()
    row = crms.connect(crm, browser)
    browser.submit("/connections", {}, to=f"/connections/{row.id}/disconnect")
    again = crms.connect(crm, browser)
    assert (again.id, again.state) == (row.id, "connected")


def test_an_unknown_crm_and_an_unknown_connection_are_not_found(crms):
    browser = crms.signed_in()
    assert browser.submit("/connections", {}, to="/connect/dynamics").status_code == 404
    assert browser.submit("/connections", {}, to="/connections/nobody/disconnect").status_code == 404


def test_a_crm_that_is_not_set_up_says_so(tmp_path, support):
    opened = support.open_services(support.settings_for(tmp_path))
    opened.accounts.add_first_user("Ada", "admin", support.password_hash())
    browser = support.Browser(support.app_over(opened).test_client())
    browser.sign_in()
    assert "No CRM is set up yet" in browser.get("/connections").text
    token = {
        "csrf_token": browser.get("/connections").text.split('name="csrf_token" value="')[1].split('"')[0]
    }
    response = browser.client.post("/connect/hubspot", data=token)
    assert "FAIRLEAD_HUBSPOT_CLIENT_ID" in browser.get(response.headers["Location"]).text
    opened.close()


def test_the_connect_form_may_end_at_the_consent_page(crms):
    header = crms.signed_in().get("/connections").headers["Content-Security-Policy"]
    (form_action,) = [part for part in header.split("; ") if part.startswith("form-action")]
    assert crms.salesforce.login_url in form_action.split()
    assert crms.hubspot.api_url in form_action.split()
    assert "https://*.salesforce.com" in form_action.split()


def test_who_connected_and_disconnected_stands_in_the_audit_trail(crms):
    browser = crms.signed_in()
    row = crms.connect("hubspot", browser)
    browser.submit("/connections", {}, to=f"/connections/{row.id}/disconnect")
    events = [(event.who, event.action, event.target) for event in crms.services.accounts.events(2)]
    assert events == [("Ada", "disconnected", row.id), ("Ada", "connected", row.id)]


@pytest.mark.parametrize("crm", CRMS)
def test_disconnecting_erases_the_pulled_leads_and_their_flags_and_keeps_the_audits(crms, crm):
    browser = crms.signed_in()
    row = crms.ready(crm)
    audit = jobs.sync(crms.services, row)
    assert crms.services.repository.flags(row.id)
    browser.submit("/connections", {}, to=f"/connections/{row.id}/disconnect")
    assert crms.services.repository.flags(row.id) == {}
    assert not list(crms.services.settings.data_dir.rglob("*.parquet"))
    assert crms.services.repository.latest_audit(row.id) == audit


def test_a_job_under_way_erases_when_it_ends(crms):
    browser = crms.signed_in()
    row = crms.ready("hubspot")

    def disconnect_while_auditing(step: str, _done: int, _total: int | None) -> None:
        if step == "Auditing":
            browser.submit("/connections", {}, to=f"/connections/{row.id}/disconnect")

    # Its key went with the connection: what the job still holds belongs to nobody.
    with pytest.raises(BadInput, match="disconnected meanwhile"):
        jobs.sync(crms.services, row, disconnect_while_auditing)
    assert crms.services.repository.connection(row.id).state == "disconnected"
    assert crms.services.repository.flags(row.id) == {}
    assert not list(crms.services.settings.data_dir.rglob("*.parquet"))


def test_a_consent_that_does_not_open_is_not_called_ended(crms):
    browser = crms.signed_in()
    row = crms.connect("hubspot", browser)
    with crms.services.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE stored_grant SET sealed = x'00'")
    response = browser.submit("/connections", {}, to=f"/connections/{row.id}/disconnect")
    assert "remove the app there too" in browser.get(response.headers["Location"]).text


def test_a_connection_ends_although_its_app_left_the_settings(crms, support):
    browser = crms.signed_in()
    row = crms.connect("hubspot", browser)
    bare = support.settings_for(crms.services.settings.data_dir)
    with_none = support.app_over(replace(crms.services, settings=bare)).test_client()
    with_none.set_cookie("fairlead", browser.client.get_cookie("fairlead").value)
    other = support.Browser(with_none)
    response = other.submit("/connections", {}, to=f"/connections/{row.id}/disconnect")
    assert "remove the app there too" in other.get(response.headers["Location"]).text
    with pytest.raises(Refused):
        crms.services.grants(row.id).load()


def test_an_answer_after_the_master_key_was_changed_is_asked_for_again(crms):
    browser = crms.signed_in()
    back = crms.callback(browser, "hubspot")
    with crms.services.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE pending_consent SET sealed_verifier = x'00'")
    assert "Connect again" in browser.get(follow(browser, back).headers["Location"]).text


def test_what_was_asked_for_shows_in_no_repr():
    request = AuthorizationRequest(url="https://x?state=canary", state="canary", verifier="canary")
    assert "canary" not in repr(request)
