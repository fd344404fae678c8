"""Connecting by every flow, the states that jobs leave behind, their mends, and the keys at rest."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import SecretBytes

from audit.schema import BadInput
from connectors.errors import Busy, ConnectorError, Refused
from connectors.sandbox.salesforce.client_app import APPROVED
from connectors.sandbox.salesforce.faults import Fault
from webapp import access, jobs
from webapp.cli import main
from webapp.services import open_services
from webapp.settings import Settings
from webapp.viewmodels.dashboard import STATUS

DAY = 86_400
NEW, NEWER = (base64.b64encode(bytes(range(n, n + 32))).decode() for n in (50, 90))


@pytest.fixture(scope="module")
def pair() -> tuple[str, str]:
    """A private key and its certificate, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Fairlead")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=2))
        .sign(key, SHA256())
        .public_bytes(Encoding.PEM)
    )
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(), made.decode()


@pytest.fixture
def world(support, certificate, tmp_path, pair):
    """Both CRMs; Salesforce's app has the certificate and a run-as user, as an admin set them."""
    key, made = pair
    changes = {"SALESFORCE_JWT_KEY": key, "SALESFORCE_JWT_USERNAME": "known@below"}
    with support.running(certificate, tmp_path / "data", **changes) as found:
        client, org = found.salesforce.state.grants.client, found.salesforce.org
        client.certificate, client.run_as, client.permitted = made, org.admin, APPROVED
        client.approved = {user.username for user in org.users}
        settings = found.services.settings.model_copy(update={"salesforce_jwt_username": org.admin.username})
        found.app.extensions["fairlead"] = replace(found.services, settings=settings)
        yield replace(found, services=found.app.extensions["fairlead"])


def command(settings: Settings, *arguments: str) -> Any:
    """Run a command against an installation, in this process."""
    environ = {f"FAIRLEAD_{name.upper()}": _text(value) for name, value in settings if _text(value)}
    clean = {name: None for name in os.environ if name.startswith("FAIRLEAD_")}
    return CliRunner().invoke(main, arguments, env={**clean, **environ})


def _text(value: Any) -> str:
    found = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    if isinstance(found, bytes):
        return base64.b64encode(found).decode()
    if isinstance(found, tuple):
        return ",".join(_text(one) for one in found)
    return "" if found is None else str(found)


@pytest.mark.parametrize("flow", ["jwt", "client_credentials"])
def test_an_admin_connects_on_the_page_without_leaving_it(world, pair, flow):
    browser = world.signed_in()
    page = browser.get("/connections").text
    assert "Use a certificate" in page
    assert "Connect Salesforce as the run-as user" in page
    answer = browser.submit("/connections", {"flow": flow}, to="/connect/salesforce")
    (row,) = world.services.repository.connections()
    assert answer.headers["Location"] == f"/connections/{row.id}/start/choose"
    assert (row.organisation, row.state) == (world.salesforce.organisation, "connected")
    told = browser.get("/connections").text
    assert "Salesforce is connected. The steps below lead to the first audit." in told
    assert {"jwt": "With a certificate", "client_credentials": "run-as user (client"}[flow] in told
    grant = world.services.grants(row.id).load()
    assert (grant.flow, grant.refresh_token) == (flow, None)
    files = [path for path in world.services.settings.data_dir.rglob("*") if path.is_file()]
    held = b"".join(path.read_bytes() for path in files)
    for secret in (grant.access_token, world.salesforce.client_secret, *pair[0].splitlines()[1:4]):
        assert secret.encode() not in held


@pytest.mark.parametrize("flow", ["jwt", "client_credentials"])
def test_a_headless_connection_pulls_renews_by_itself_and_ends(world, support, flow):
    browser = world.signed_in()
    browser.submit("/connections", {"flow": flow}, to="/connect/salesforce")
    (row,) = world.services.repository.connections()
    world.services.repository.save_policy(row.id, support.policy_text("salesforce"), "Ada")
    world.services.repository.save_stream(row.id, support.STREAM, "Ada")
    world.salesforce.state.grants.expire_all()
    assert jobs.sync(world.services, row).pulled.read == 240
    token = world.services.grants(row.id).load().access_token
    browser.submit("/connections", {}, to=f"/connections/{row.id}/disconnect")
    assert world.salesforce.state.grants.holder(token) is None


def test_a_refused_certificate_says_on_the_page_what_to_mend(world):
    world.salesforce.state.grants.client.certificate = ""
    browser = world.signed_in()
    browser.submit("/connections", {"flow": "jwt"}, to="/connect/salesforce")
    assert "upload the certificate that belongs to the private key" in browser.get("/connections").text
    assert world.services.repository.connections() == ()


def test_hubspot_and_unknown_flows_are_no_way_in(world):
    browser = world.signed_in()
    browser.submit("/connections", {"flow": "jwt"}, to="/connect/hubspot")
    assert "HubSpot is connected by its consent page only." in browser.get("/connections").text
    answer = browser.submit("/connections", {"flow": "password"}, to="/connect/salesforce")
    assert "/services/oauth2/authorize" in answer.headers["Location"]


def test_without_their_settings_the_ways_say_what_is_missing(support, tmp_path):
    changes = {"SALESFORCE_CLIENT_ID": "c", "SALESFORCE_CLIENT_SECRET": "s"}
    from webapp.ways import ways

    missing = {way.flow: way.missing for way in ways(support.settings_for(tmp_path, **changes))}
    assert missing["web"] == ""
    assert "FAIRLEAD_SALESFORCE_JWT_KEY_FILE" in missing["jwt"]
    assert "My Domain" in missing["client_credentials"]


@pytest.mark.parametrize("flow", ["jwt", "client-credentials"])
def test_the_command_connects_without_a_browser_or_a_server(world, flow):
    done = command(world.services.settings, "connect", "salesforce", "--flow", flow, "--json")
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["connected"]["organisation"] == world.salesforce.organisation
    world.salesforce.state.grants.client.org_active = False
    done = command(world.services.settings, "connect", "salesforce", "--flow", flow)
    assert done.exit_code == 3
    assert "inactive_org" in done.stderr
    assert "Traceback" not in done.stderr


def lose_consent(org: Any) -> None:
    org.state.grants.end_all()


def hide_a_field(org: Any) -> None:
    org.org.hide_field("Region__c")


def use_up_the_day(org: Any) -> None:
    org.state.calls = org.state.daily_calls


def come_near_the_limit(org: Any) -> None:
    org.state.calls = int(0.85 * org.state.daily_calls)


def close_the_org(org: Any) -> None:
    org.state.grants.client.org_active = False
    org.state.grants.expire_all()


def deactivate_the_user(org: Any) -> None:
    org.org.admin.active = False
    org.state.grants.expire_all()


def be_in_maintenance(org: Any) -> None:
    org.faults.plan(Fault(kind="unavailable", times=None, retry_after=600))


def forbid_the_api(org: Any) -> None:
    org.faults.plan(Fault(kind="not_for_rest", times=None))


STATES: dict[Callable[[Any], None], str] = {
    lose_consent: "consent_needed",
    deactivate_the_user: "consent_needed",
    hide_a_field: "missing_permission",
    forbid_the_api: "missing_permission",
    use_up_the_day: "limit_reached",
    come_near_the_limit: "limit_reached",
    close_the_org: "org_gone",
    be_in_maintenance: "busy",
}


@pytest.mark.parametrize("happen", STATES, ids=lambda found: found.__name__)
def test_what_a_job_meets_is_told_with_its_mend_on_the_page_and_by_the_command(world, happen):
    state, org = STATES[happen], world.salesforce
    row = world.ready("salesforce")
    before = jobs.sync(world.services, row)
    happen(org)
    with pytest.raises(ConnectorError) as caught:
        jobs.sync(world.services, row)
    found = world.services.repository.connection(row.id)
    assert (found.state, found.note.startswith("The last pull did not finish (")) == (state, True)
    assert str(caught.value) in found.note
    page = world.signed_in().get("/connections").text
    assert STATUS[state].words in page
    assert STATUS[state].mend in page.replace("&#39;", "'")
    assert world.services.repository.audits(row.id) == (before,)
    told = command(world.services.settings, "check", "--json")
    (record,) = json.loads(told.stdout)
    assert (record["state"], told.exit_code) == (state, 3)
    assert record["mend"] == STATUS[state].mend
    assert STATUS[state].words in told.stderr


def test_a_permission_that_was_given_is_seen_by_the_next_check(world):
    row = world.ready("salesforce")
    world.salesforce.org.admin.hidden_fields.add("region__c")
    with pytest.raises(Refused, match="Region__c"):
        jobs.sync(world.services, row)
    with pytest.raises(Refused, match=r"not visible to the connected user: Region__c"):
        access.check(world.services, row)
    world.salesforce.org.admin.hidden_fields.clear()
    assert access.check(world.services, row).words == "Connected"
    note = "The last write-back did not finish (x)."
    world.services.repository.set_state(row.id, "missing_permission", note)
    assert access.check(world.services, row).note == note


def a_minute_later(monkeypatch):
    """What an org told of its day is asked for anew."""
    monkeypatch.setattr("connectors.salesforce.budget.BELIEVED", 0.0)


def test_a_used_up_day_resumes_on_the_next_one(world, monkeypatch):
    row = world.ready("salesforce")
    come_near_the_limit(world.salesforce)
    with pytest.raises(Busy):
        jobs.sync(world.services, row)
    assert world.services.repository.connection(row.id).state == "limit_reached"
    world.salesforce.state.calls = 0
    a_minute_later(monkeypatch)
    assert jobs.sync(world.services, row).pulled.read == 240
    assert world.services.repository.connection(row.id).state == "connected"


def test_a_write_back_that_failed_is_told_until_one_goes_well(world, monkeypatch):
    row = world.ready("salesforce")
    jobs.sync(world.services, row)
    use_up_the_day(world.salesforce)
    with pytest.raises(Busy):
        jobs.publish(world.services, row)
    found = world.services.repository.connection(row.id)
    assert (found.state, "The last write-back did not finish" in found.note) == ("limit_reached", True)
    world.salesforce.state.calls = 0
    a_minute_later(monkeypatch)
    jobs.publish(world.services, row)
    assert world.services.repository.connection(row.id).state == "connected"


def test_a_weekly_check_keeps_a_refresh_token_from_lapsing(world):
    row = world.connect("salesforce")
    family = world.salesforce.state.grants.families[0]
    for _ in range(9):
        world.salesforce.org.clock.advance(7 * DAY)
        found = access.check(world.services, row)
        assert (found.words, found.leads) == ("Connected", 240)
    assert len(family.spent) == 9
    world.salesforce.org.clock.advance(31 * DAY)
    with pytest.raises(Refused):
        access.check(world.services, row)
    assert world.services.repository.connection(row.id).state == "consent_needed"


def test_a_portal_is_checked_too(world):
    row = world.ready("hubspot")
    before = world.services.grants(row.id).load()
    found = access.check(world.services, row)
    assert (found.words, found.leads) == ("Connected", 240)
    assert world.services.grants(row.id).load().access_token != before.access_token
    world.hubspot.uninstall()
    with pytest.raises(ConnectorError):
        access.check(world.services, row)
    assert world.services.repository.connection(row.id).state == "consent_needed"


def test_a_check_mends_the_state_that_it_disproves_and_no_other(world):
    row = world.ready("salesforce")
    world.services.repository.set_state(row.id, "org_gone", "The last pull did not finish (x).")
    assert access.check(world.services, row).words == "Connected"
    world.services.repository.set_state(row.id, "pull_incomplete", "The last pull did not finish.")
    access.check(world.services, row)
    assert world.services.repository.connection(row.id).state == "pull_incomplete"
    world.services.repository.set_state(row.id, "disconnected")
    access.check(world.services, row)
    assert world.services.repository.connection(row.id).state == "disconnected"


def keyed(settings: Settings, *keys: str) -> Settings:
    plain = tuple(SecretBytes(base64.b64decode(key)) for key in keys)
    return settings.model_copy(update={"encryption_keys": plain})


def test_keys_are_changed_while_everything_goes_on(world):
    row, settings = world.connect("salesforce"), world.services.settings
    first = world.services.grants(row.id).load()
    steps = [
        ((NEW,), "1 of 1 connections were moved"),
        ((NEW,), "0 of 1"),
        ((NEWER, NEW), "1 of 1"),
        ((NEWER,), "0 of 1"),
    ]
    for keys, said in steps:
        changed = keyed(settings, *keys)
        assert said in command(changed, "reseal").stdout
        opened = open_services(changed)
        assert opened.grants(row.id).load() == first
        opened.close()
    with pytest.raises(Refused) as caught:
        world.services.grants(row.id).load()
    assert caught.value.code == "unreadable_grant"
    lost = command(keyed(settings, NEW), "reseal")
    assert (lost.exit_code, "does not open" in lost.stderr) == (3, True)


def test_a_renewal_writes_with_the_newest_key(world):
    row = world.connect("salesforce")
    opened = open_services(keyed(world.services.settings, NEW))
    access.check(opened, row)
    assert not opened.grants(row.id).reseal()
    opened.close()


@pytest.mark.parametrize("keys", ["short", f"{NEW},AAAA", base64.b64encode(bytes(32)).decode()])
def test_a_weak_key_is_refused_and_not_repeated(support, tmp_path, keys):
    with pytest.raises(BadInput, match="FAIRLEAD_ENCRYPTION_KEYS must be 32 random bytes") as caught:
        support.settings_for(tmp_path, ENCRYPTION_KEYS=keys)
    assert keys not in str(caught.value)


@pytest.mark.parametrize("key", ["no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
def test_a_private_key_that_is_none_is_refused_and_not_repeated(support, tmp_path, key):
    with pytest.raises(BadInput, match="FAIRLEAD_SALESFORCE_JWT_KEY must be an RSA private key") as caught:
        support.settings_for(tmp_path, SALESFORCE_JWT_KEY=key, SALESFORCE_JWT_USERNAME="a@b")
    assert key not in str(caught.value)


def test_half_of_a_certificates_settings_is_a_mistake(support, tmp_path, pair):
    with pytest.raises(BadInput, match="FAIRLEAD_SALESFORCE_JWT_USERNAME is not set"):
        support.settings_for(tmp_path, SALESFORCE_JWT_KEY=pair[0])


@pytest.mark.parametrize("version", ["59.0", "68", "v68.0", "latest"])
def test_a_version_of_the_settings_that_is_too_old_or_none_is_refused(support, tmp_path, version):
    with pytest.raises(BadInput, match=r"from 60\.0 on"):
        support.settings_for(tmp_path, SALESFORCE_API_VERSION=version)


def test_connecting_again_ends_the_consent_that_nobody_uses_any_more(world):
    row = world.connect("salesforce")
    first = world.services.grants(row.id).load()
    assert world.connect("salesforce").id == row.id
    old, new = world.salesforce.state.grants.families
    assert (old.refresh, old.revoked, new.revoked) == (first.refresh_token, True, False)
    assert access.check(world.services, row).words == "Connected"


def test_changing_the_way_keeps_the_connection_and_its_history(world):
    row = world.ready("salesforce")
    before = jobs.sync(world.services, row)
    world.signed_in().submit("/connections", {"flow": "jwt"}, to="/connect/salesforce")
    assert [found.id for found in world.services.repository.connections()] == [row.id]
    assert world.services.grants(row.id).load().flow == "jwt"
    assert jobs.sync(world.services, row).digest == before.digest


@pytest.mark.parametrize("error", ["invalid_client", "OAUTH_APPROVAL_ERROR_GENERIC", "OAUTH_APP_BLOCKED"])
def test_an_app_that_the_org_does_not_let_in_says_what_to_do(world, error):
    browser = world.signed_in()
    answer = browser.submit("/connections", {}, to="/connect/salesforce")
    state = parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
    page = browser.get("/connect/salesforce/callback", query_string={"state": state, "error": error})
    text = browser.get(page.headers["Location"]).text
    assert f"({error})" in text
    assert "in this org" in text


def test_tokens_in_jwt_format_and_of_any_length_work_throughout(world):
    world.salesforce.state.grants.client.jwt_tokens = True
    row = world.ready("salesforce")
    assert world.services.grants(row.id).load().access_token.count(".") == 2
    assert jobs.sync(world.services, row).pulled.read == 240
    access.check(world.services, row)
    assert jobs.publish(world.services, row).written == 236
