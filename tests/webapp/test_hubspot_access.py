"""HubSpot's access as an admin meets it: the three kinds of refusal, what a consent lacks, how it ends."""

from __future__ import annotations

import time
from dataclasses import replace
from html import unescape

import pytest

from connectors.errors import Busy, Refused
from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.gate import Gate
from connectors.hubspot.oauth import told_of
from connectors.hubspot.pace import pace_of
from connectors.hubspot.timing import REAL
from connectors.oauth import Grant
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.hubspot.faults import Fault
from tests.connectors.scripted import scripted
from tests.connectors.subject_hubspot import app_of, consented, contents, some
from tests.processes import FORKED
from webapp import access, connecting
from webapp.crms import hubspot_app
from webapp.outcomes import state_after
from webapp.secrets_box import SecretsBox
from webapp.store.database import Database, open_database
from webapp.store.grants import DatabaseGrants
from webapp.store.repository import Repository
from webapp.viewmodels.dashboard import STATUS
from webapp.viewmodels.writeback import NAMED, reasons

CALLS = 6


def wrong_secret(crms) -> None:
    crms.hubspot.accounts.client_secret = "another"


def removed(crms) -> None:
    crms.hubspot.uninstall()


def token_away(crms) -> None:
    crms.hubspot.control.plan(Fault(status=503, path="/oauth/2026-09/token", times=100))


@pytest.mark.parametrize(
    ("trouble", "error", "state", "told"),
    [
        (removed, Refused, "consent_needed", "connect it again"),
        (wrong_secret, Refused, "wrong_settings", "correct the client secret in the settings"),
        (token_away, Busy, "busy", "gives no token now"),
    ],
)
def test_the_three_kinds_of_refusal_have_each_their_state_and_mend(crms, trouble, error, state, told):
    row = crms.ready("hubspot")
    trouble(crms)
    with pytest.raises(error):
        access.check(crms.services, row)
    found = crms.services.repository.connection(row.id)
    assert found.state == state
    assert told in found.note
    page = unescape(crms.signed_in().get("/connections").text)
    assert STATUS[state].words in page
    assert STATUS[state].mend in page


def test_a_corrected_setting_mends_the_connection_without_a_new_consent(crms):
    row, secret = crms.ready("hubspot"), crms.hubspot.client_secret
    wrong_secret(crms)
    with pytest.raises(Refused):
        access.check(crms.services, row)
    crms.hubspot.accounts.client_secret = secret
    assert access.check(crms.services, row).connection.state == "connected"


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("invalid_grant", "consent_needed"),
        ("portal_mismatch", "consent_needed"),
        ("portal_gone", "org_gone"),
        ("BAD_CLIENT", "wrong_settings"),
        ("BAD_SOMETHING_NEW", "wrong_settings"),
        ("app_mismatch", "wrong_settings"),
        ("sensitive_scope", "wrong_settings"),
        ("MISSING_SCOPES", "missing_permission"),
    ],
)
def test_every_code_of_the_token_endpoint_has_its_state(code, state):
    assert state_after(Refused("", code=code)) == state


@pytest.mark.parametrize("body", [b"<html>a page of the network</html>", b"{}", b"[]"])
def test_an_introspection_that_cannot_be_read_says_nothing_of_the_consent(crms, body):
    row = crms.ready("hubspot")
    app, grant = hubspot_app(crms.services.settings), crms.services.grants(row.id).load()
    with scripted(lambda _: body) as url:
        assert told_of(replace(app, api_url=url), grant.access_token) is None


def test_a_redirect_of_the_api_is_about_the_address_and_not_about_the_consent(crms):
    row = crms.ready("hubspot")
    crms.hubspot.control.plan(Fault(status=302, path="/crm/properties", times=100))
    with pytest.raises(Refused, match="address of the HubSpot API"):
        access.check(crms.services, row)
    assert crms.services.repository.connection(row.id).state == "wrong_settings"


@pytest.mark.parametrize("state", ["missing_permission", "org_gone"])
def test_a_portal_s_mend_is_in_hubspot_s_own_words(crms, state):
    row = crms.ready("hubspot")
    crms.services.repository.set_state(row.id, state, "")
    told = access.told(crms.services, row)
    assert told.mend != STATUS[state].mend
    assert "permission set" not in told.mend
    assert told.mend in unescape(crms.signed_in().get("/connections").text)


def granted(crms, *scopes: str) -> None:
    """The portal gives other scopes from now on."""
    accounts = crms.hubspot.accounts
    accounts._refresh = dict.fromkeys(accounts._refresh, scopes)


REQUIRED = HubSpotApp(app_id="", client_id="", client_secret="", redirect_uri="").scopes


def test_a_missing_optional_scope_costs_one_feature_and_the_page_says_which(crms):
    row = crms.ready("hubspot")
    granted(crms, *REQUIRED, "crm.objects.leads.read", "mh-lead-scoring-view")
    found = access.check(crms.services, row)
    assert found.connection.state == "connected"
    assert len(found.lacking) == 1
    assert "crm.objects.deals.read" in found.lacking[0]
    page = unescape(crms.signed_in().get("/connections").text)
    assert found.lacking[0] in page
    assert "crm.objects.leads.read" not in page


def test_a_sensitive_scope_stops_everything_and_says_why(crms):
    row = crms.ready("hubspot")
    granted(crms, *REQUIRED, "crm.objects.contacts.sensitive.read")
    with pytest.raises(Refused, match="card"):
        access.check(crms.services, row)
    assert crms.services.repository.connection(row.id).state == "wrong_settings"


def test_a_consent_with_a_sensitive_scope_connects_nothing(crms):
    accounts, scope = crms.hubspot.accounts, "crm.objects.contacts.sensitive.read"
    issue = type(accounts)._issue
    browser = crms.signed_in()

    def sensitive(self, scopes, refresh):
        return issue(self, (*scopes, scope), refresh)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(accounts), "_issue", sensitive)
        back = crms.callback(browser, "hubspot").partition("/connect/")[2]
        browser.get(f"/connect/{back}")
    page = unescape(browser.get("/connections").text)
    assert scope in page
    assert crms.services.repository.connections() == ()


def test_a_wrong_app_id_is_told_when_the_portal_is_connected(crms):
    settings = crms.services.settings.model_copy(update={"hubspot_app_id": "17"})
    crms.app.extensions["fairlead"] = replace(crms.services, settings=settings)
    browser = crms.signed_in()
    back = crms.callback(browser, "hubspot").partition("/connect/")[2]
    browser.get(f"/connect/{back}")
    assert "FAIRLEAD_HUBSPOT_APP_ID" in browser.get("/connections").text
    assert crms.services.repository.connections() == ()


def test_disconnecting_removes_the_app_from_the_portal_though_the_token_is_old(crms):
    row, browser = crms.ready("hubspot"), crms.signed_in()
    crms.hubspot.expire_tokens()
    told = connecting.end(crms.services, row, "Ada")
    assert "HubSpot is disconnected" in told
    assert "did not confirm" not in told
    assert crms.hubspot.control.calls["DELETE /appinstalls/2026-09/external-install"] == 2
    assert not crms.hubspot.accounts._refresh
    assert "Disconnected" in browser.get("/connections").text


def test_where_hubspot_does_not_confirm_the_admin_is_told(crms):
    row = crms.ready("hubspot")
    crms.signed_in()
    crms.hubspot.control.plan(Fault(status=503, path="/external-install"))
    told = connecting.end(crms.services, row, "Ada")
    assert "HubSpot did not confirm the end of the consent: remove the app there too." in told


@pytest.mark.parametrize("kind", [*NAMED, "INVALID_ALPHA"])
def test_a_reason_with_a_property_names_it_and_says_what_to_do(kind):
    (reason,) = reasons({f"{kind}:company,hs_persona": 3})
    assert (reason.code, reason.count) == (kind, 3)
    assert "company and hs_persona" in reason.what
    assert "{" not in reason.what + reason.mend
    assert reason.mend.endswith(".")


def grants_in(database: Database, connection_id: str) -> DatabaseGrants:
    box = SecretsBox(master=bytes(range(32)), purpose="grant")
    return DatabaseGrants(database=database, box=box, connection_id=connection_id)


def work(url: str, connection_id: str, app: HubSpotApp) -> None:
    """Ask for the property groups again and again, as a worker process does."""
    database = open_database(url)
    gate = Gate(app, grants_in(database, connection_id), pace_of("1", REAL, None, 100, app.api_url), REAL)
    client, left = HubSpotClient(gate, app.api_url), CALLS
    while left:
        try:
            client.groups()
            left -= 1
        except Refused as error:
            # The token was ended twice within one call; the next call renews it again.
            if error.code not in {"EXPIRED_AUTHENTICATION", "INVALID_AUTHENTICATION"}:
                raise SystemExit(1) from None
    database.dispose()


def stored(database: Database, grant: Grant) -> DatabaseGrants:
    row = Repository(database=database).add_connection("hubspot", grant.organisation, grant.instance_url)
    grants = grants_in(database, row.id)
    grants.save(grant)
    return grants


def test_two_processes_renew_a_rotating_token_once_each_time(database_url, database):
    with HubSpotStandIn(contents(some(3)), seed=7) as portal:
        app = app_of(portal)
        portal.control.rotate_refresh_tokens = True
        grants = stored(database, consented(portal, app, REAL))
        workers = [
            FORKED.Process(target=work, args=(database_url, grants.connection_id, app)) for _ in range(2)
        ]
        calls, expired = portal.control.calls, 0
        groups = "GET /crm/properties/2026-09/contacts/groups"
        for worker in workers:
            worker.start()
        seen = 0
        while any(worker.is_alive() for worker in workers):
            if calls[groups] >= seen + 3:
                portal.expire_tokens()
                expired, seen = expired + 1, calls[groups]
            time.sleep(0.01)
        assert [worker.exitcode for worker in workers] == [0, 0]
        renewed = calls["POST /oauth/2026-09/token"] - 1
        # Never twice for one expiry, or a spent refresh token would have ended the consent.
        assert 1 <= renewed <= expired
        (left,) = portal.accounts._refresh
        assert grants.load().refresh_token == left
