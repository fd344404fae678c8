from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from connectors.errors import Busy, ConnectorError, Refused
from connectors.inbound import Visit
from connectors.pseudonym import Keyring
from connectors.salesforce.inbound import verify_canvas
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.canvas import payload, sign
from connectors.sandbox.salesforce.faults import Fault
from connectors.sandbox.server import LocalServer
from tests.connectors.subject_salesforce import app_of, keyring_of

Change = Callable[[dict[str, Any], SalesforceStandIn], None]


def visit(org: SalesforceStandIn, signed: str, **more: Any) -> Visit:
    def keyring_for(organisation: str) -> Keyring | None:
        return keyring_of(org) if organisation == org.organisation else None

    return verify_canvas(signed, app_of(org), keyring_for, **more)


def request(org: SalesforceStandIn, change: Change | None = None) -> str:
    body = copy.deepcopy(payload(org.state, org.record_ids()[5]))
    if change is not None:
        change(body, org)
    return sign(body, org.client_secret)


def refusal(org: SalesforceStandIn, signed: str) -> str:
    with pytest.raises(Refused) as caught:
        visit(org, signed)
    shown = str(caught.value) + repr(caught.value.__context__) + repr(caught.value.__cause__)
    token = payload(org.state, org.record_ids()[5])["client"]["oauthToken"]  # type: ignore[index]
    for secret in (org.record_ids()[5][:15], org.organisation[:15], org.client_secret, token):
        assert secret not in shown
    return caught.value.code


def test_a_signed_request_becomes_a_visit(org: SalesforceStandIn):
    found = visit(org, request(org))
    assert found.crm == "salesforce"
    assert found.organisation == org.organisation
    assert found.lead == keyring_of(org).lead_key(org.record_ids()[5])
    assert found.frame_origins == (org.page_url, org.login_url)
    assert org.record_ids()[5] not in repr(found)


def test_short_and_long_ids_name_the_same_lead(org: SalesforceStandIn):
    def shorten(body: dict[str, Any], _: SalesforceStandIn) -> None:
        parameters = body["context"]["environment"]["parameters"]
        parameters["recordId"] = parameters["recordId"][:15]
        body["context"]["organization"]["organizationId"] = body["context"]["organization"]["organizationId"][
            :15
        ]
        body["userId"] = body["userId"][:15]

    assert visit(org, request(org, shorten)).lead == visit(org, request(org)).lead


def test_on_a_page_layout_the_record_names_the_lead(org: SalesforceStandIn):
    def move(body: dict[str, Any], _: SalesforceStandIn) -> None:
        environment = body["context"]["environment"]
        environment["record"] = {"Id": environment["parameters"].pop("recordId")}

    assert visit(org, request(org, move)).lead == visit(org, request(org)).lead


@pytest.mark.parametrize(
    "nest",
    [
        json.dumps,
        lambda found: {"parameters": found},
        lambda found: json.dumps({"parameters": found, "other": 1}),
        lambda found: {**found, "parameters": {"recordId": "ignored"}},
    ],
)
def test_parameters_may_be_nested_or_a_text(org: SalesforceStandIn, nest: Callable[[Any], Any]):
    def change(body: dict[str, Any], _: SalesforceStandIn) -> None:
        environment = body["context"]["environment"]
        environment["parameters"] = nest(environment["parameters"])

    assert visit(org, request(org, change)).lead == visit(org, request(org)).lead


@pytest.mark.parametrize("found", ["", "{", "[" * 30_000, "null", '"00Q"', [], 5, {"parameters": []}, "[1]"])
def test_parameters_that_are_no_object_name_no_lead(org: SalesforceStandIn, found: Any):
    assert (
        refusal(org, request(org, lambda body, _: _environment(body).update(parameters=found))) == "no_record"
    )


def test_a_lead_is_bound_to_the_user_who_looked(org: SalesforceStandIn):
    def as_admin(body: dict[str, Any], standin: SalesforceStandIn) -> None:
        body.update(payload(standin.state, standin.record_ids()[5], standin.org.admin))

    rep, admin = visit(org, request(org)), visit(org, request(org, as_admin))
    assert rep.lead == admin.lead
    assert rep.user
    assert rep.user != admin.user
    assert org.org.rep.id[:15] not in repr(rep)


def _mac(body: bytes, secret: str) -> bytes:
    return hmac.digest(secret.encode(), body, "sha256")


def test_only_the_documented_alphabet_is_taken(org: SalesforceStandIn):
    """A second spelling of one signature would get past the memory of replays."""
    spelt: set[str] = set()
    for number in range(40):
        pad = {"pad": ["?>\u00ff" * 9, "x" * number]}
        text = json.dumps({**payload(org.state, org.record_ids()[5]), **pad}, ensure_ascii=False).encode()
        plain, safe = base64.b64encode(text), base64.urlsafe_b64encode(text)
        signature = base64.urlsafe_b64encode(_mac(plain, org.client_secret)).decode()
        if set(signature) & {"-", "_"}:
            assert refusal(org, f"{signature}.{plain.decode()}") == "bad_signature"
            spelt.add("signature")
        if plain != safe:
            signature = base64.b64encode(_mac(safe, org.client_secret)).decode()
            assert refusal(org, f"{signature}.{safe.decode()}") == "malformed_request"
            spelt.add("payload")
    assert spelt == {"signature", "payload"}


def test_the_users_token_goes_only_where_the_org_was_connected(org: SalesforceStandIn):
    called = []

    @Request.application
    def other(asked: Request) -> Response:
        called.append(asked.path)
        return Response("{}", mimetype="application/json")

    with LocalServer(app=other, tls=org.certificate.server_context()) as server:

        def point_there(body: dict[str, Any], _: SalesforceStandIn) -> None:
            body["client"]["instanceUrl"] = server.url

        with pytest.raises(Refused) as caught:
            visit(org, request(org, point_there), address_of=lambda _: org.login_url)
    assert caught.value.code == "other_address"
    assert not called
    assert visit(org, request(org), address_of=lambda _: org.login_url.upper().replace("HTTPS", "https"))


@pytest.mark.parametrize("issued_at", [None, 0, "1363136188", 99999999999999])
def test_issued_at_means_nothing(org: SalesforceStandIn, issued_at: object):
    assert visit(org, request(org, lambda body, _: body.update(issuedAt=issued_at)))


def test_the_published_example_of_a_signature_is_made(org: SalesforceStandIn):
    """The scheme computed step by step, apart from the stand-in's own signer."""
    body = base64.b64encode(json.dumps(payload(org.state, org.record_ids()[5])).encode())
    mac = base64.b64encode(hmac.new(org.client_secret.encode(), body, hashlib.sha256).digest())
    assert visit(org, (mac + b"." + body).decode())


def _tampered(signed: str) -> str:
    mac, body = signed.split(".")
    changed = base64.b64decode(body).replace(b'"HMACSHA256"', b'"hmacsha256"')
    return f"{mac}.{base64.b64encode(changed).decode()}"


@pytest.mark.parametrize(
    ("mangle", "code"),
    [
        (_tampered, "bad_signature"),
        (lambda signed: sign(json.loads(base64.b64decode(signed.split(".")[1])), "another"), "bad_signature"),
        (lambda signed: signed.replace("+", "-").replace("/", "_").replace("=", ""), "bad_signature"),
        (lambda signed: signed + ".", "bad_signature"),
        (lambda signed: signed.replace(".", "..", 1), "bad_signature"),
        (lambda signed: signed.replace(".", ""), "malformed_request"),
        (lambda _: "", "malformed_request"),
        (lambda _: ".", "bad_signature"),
        (lambda signed: "é" + signed, "malformed_request"),
        (lambda signed: signed + "A" * 70_000, "too_large"),
    ],
)
def test_a_mangled_request_is_refused(org: SalesforceStandIn, mangle: Callable[[str], str], code: str):
    assert refusal(org, mangle(request(org))) == code


def _environment(body: dict[str, Any]) -> dict[str, Any]:
    environment: dict[str, Any] = body["context"]["environment"]
    return environment


def _of_another_org(body: dict[str, Any], _: SalesforceStandIn) -> None:
    body["context"]["organization"]["organizationId"] = "00D50000000IZ3ZEAW"


def _as_another_user(body: dict[str, Any], org: SalesforceStandIn) -> None:
    body["userId"] = body["context"]["user"]["userId"] = org.org.admin.id


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda body, _: body.update(algorithm="none"), "algorithm"),
        (lambda body, _: body.pop("algorithm"), "algorithm"),
        (lambda body, _: _environment(body).update(parameters={}), "no_record"),
        (lambda body, _: _environment(body).update(parameters=None, record=None), "no_record"),
        (lambda body, _: _environment(body)["parameters"].update(recordId=["00Q"]), "no_record"),
        (lambda body, _: _environment(body)["parameters"].update(recordId="../User/00Q"), "no_record"),
        (lambda body, _: _environment(body)["parameters"].update(recordId="00QFl0000099999MAA"), "no_access"),
        (lambda body, org: _environment(body)["parameters"].update(recordId=org.org.rep.id), "not_a_lead"),
        (_of_another_org, "org_unknown"),
        (lambda body, _: body["context"].pop("organization"), "malformed_request"),
        (lambda body, _: body["client"].update(instanceUrl="https://evil.example"), "host_not_allowed"),
        (lambda body, _: body["client"].update(oauthToken="00Dxx!forged"), "token_refused"),
        (lambda body, _: body["client"].update(oauthToken="a\r\nHost: evil"), "malformed_request"),
        (_as_another_user, "user_mismatch"),
        (lambda body, _: body.update(client=None), "malformed_request"),
    ],
)  # fmt: skip
def test_a_signed_but_wrong_request_is_refused(org: SalesforceStandIn, change: Change, code: str):
    assert refusal(org, request(org, change)) == code


@pytest.mark.parametrize("body", [b"[]", b"\xff", b"not json", b"[" * 40_000])
def test_a_signed_body_that_is_no_object_is_refused(org: SalesforceStandIn, body: bytes):
    encoded = base64.b64encode(body)
    mac = base64.b64encode(hmac.digest(org.client_secret.encode(), encoded, "sha256"))
    assert refusal(org, f"{mac.decode()}.{encoded.decode()}") == "malformed_request"


def test_a_lead_that_the_user_may_not_see_is_refused(org: SalesforceStandIn):
    org.org.rep.hidden_records.add(org.record_ids()[5])
    assert refusal(org, request(org)) == "no_access"


def test_a_lead_in_the_recycle_bin_is_refused(org: SalesforceStandIn):
    lead = org.record_ids()[5]
    org.org.leads[lead] = {**org.org.leads[lead], "IsDeleted": True}
    assert refusal(org, request(org)) == "no_access"


def test_an_org_that_is_older_than_the_settings_is_asked_in_its_own_version(org: SalesforceStandIn):
    app = replace(app_of(org), api_version="69.0")
    found = verify_canvas(request(org), app, lambda _: keyring_of(org))
    assert found.lead == keyring_of(org).lead_key(org.record_ids()[5])


def test_no_address_that_is_called_holds_the_record_id(org: SalesforceStandIn):
    org.state.asked.clear()
    visit(org, request(org))
    assert len(org.state.asked) == 1
    assert not [address for address in org.state.asked if org.record_ids()[5][:15] in address]


def test_a_dead_token_makes_an_old_request_worthless(org: SalesforceStandIn):
    old = request(org)
    org.org.clock.advance(7300)
    assert refusal(org, old) == "token_refused"


@pytest.mark.parametrize("kind", ["server_error", "unavailable", "reset", "total_limit", "concurrent_limit"])
def test_when_salesforce_cannot_be_asked_it_is_busy(org: SalesforceStandIn, kind: str):
    org.faults.plan(Fault(kind=kind, times=None))
    with pytest.raises(Busy):
        visit(org, request(org))


@pytest.mark.parametrize("kind", ["truncated", "api_disabled", "unauthorized_html"])
def test_an_odd_answer_is_no_access(org: SalesforceStandIn, kind: str):
    org.faults.plan(Fault(kind=kind, times=None))
    with pytest.raises(ConnectorError) as caught:
        visit(org, request(org))
    assert getattr(caught.value, "code", "") == "no_access"


def test_a_request_that_is_not_admitted_is_refused_before_the_users_token_is_sent(org: SalesforceStandIn):
    class Never:
        def admit(self, signed_request: str) -> bool:
            return not signed_request

    org.state.asked.clear()
    with pytest.raises(Refused) as caught:
        visit(org, request(org), replays=Never())
    assert caught.value.code == "replayed"
    assert not org.state.asked


@pytest.mark.parametrize(
    "answer", ["null", "[]", "[null]", "{}", '["x"]', '[{"Id": 5}]', '[{"Id": "{}"}, null]']
)
def test_an_answer_that_does_not_show_this_one_lead_is_no_access(org: SalesforceStandIn, answer: str):
    lead = org.record_ids()[5]
    user = {"organization_id": org.organisation, "user_id": org.org.rep.id}

    @Request.application
    def scripted(asked: Request) -> Response:
        text = json.dumps(user) if asked.path.endswith("userinfo") else answer.replace("{}", lead)
        return Response(text, mimetype="application/json")

    with LocalServer(app=scripted, tls=org.certificate.server_context()) as server:

        def point_there(body: dict[str, Any], _: SalesforceStandIn) -> None:
            body["client"]["instanceUrl"] = server.url

        assert refusal(org, request(org, point_there)) == "no_access"


def test_an_answer_that_is_nested_without_end_is_no_proof(org: SalesforceStandIn):
    @Request.application
    def bomb(_: Request) -> Response:
        return Response("[" * 100_000, mimetype="application/json")

    with LocalServer(app=bomb, tls=org.certificate.server_context()) as server:

        def point_there(body: dict[str, Any], _: SalesforceStandIn) -> None:
            body["client"]["instanceUrl"] = server.url

        assert refusal(org, request(org, point_there)) == "token_refused"
