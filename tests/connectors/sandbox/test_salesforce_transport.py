"""How the stand-in speaks HTTP: connections that live, TLS, gzip, its clock, and answers that break."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests

from connectors.sandbox.certificate import Certificate
from connectors.sandbox.fields import OrgContents
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.faults import Fault
from tests.connectors.sandbox.bulk_calls import Bulk, bulk_of

CONTENTS = OrgContents(
    fields=(), records=tuple({"LastName": f"Lead {n}"} for n in range(300)), policy="", stream=""
)
QUERY = "/services/data/v68.0/query?q=SELECT+Id,LastName+FROM+Lead"


@pytest.fixture
def org(certificate: Certificate, closing: ThreadPoolExecutor) -> Iterator[SalesforceStandIn]:
    running = SalesforceStandIn(CONTENTS, certificate, 5).start()
    yield running
    closing.submit(running.close)


@pytest.fixture
def admin(org: SalesforceStandIn) -> Bulk:
    return bulk_of(org)


def bearer(org: SalesforceStandIn) -> dict[str, str]:
    return {"Authorization": f"OAuth {org.state.grants.open(org.org.admin, ('api',))[1]}"}


@pytest.mark.parametrize("tls", [False, True])
def test_one_connection_serves_many_calls_and_every_body_is_read(org: SalesforceStandIn, tls: bool):
    context = ssl.create_default_context(cafile=str(org.certificate.certificate))
    port = int((org.login_url if tls else org.page_url).rsplit(":", 1)[1])
    line = (
        http.client.HTTPSConnection("localhost", port, timeout=10, context=context)
        if tls
        else http.client.HTTPConnection("localhost", port, timeout=10)
    )
    headers = bearer(org)
    line.request("GET", QUERY, headers=headers)
    first = line.getresponse()
    assert len(first.read()) > 10_000
    held = line.sock
    # A body that the route never reads must not be taken for the next request.
    line.request("POST", "/services/data/v99.0/nothing", body=b"GET / HTTP/1.1\r\n\r\n" * 99, headers=headers)
    assert line.getresponse().read().startswith(b"[{")
    line.request("POST", "/services/data/v68.0/jobs/query", body=iter([b'{"operation":', b'"x"}']),
                 headers=headers, encode_chunked=True)  # fmt: skip
    assert b"INVALIDJOB" in line.getresponse().read()
    line.request(
        "PATCH", f"/services/data/v68.0/sobjects/Lead/{org.record_ids()[0]}", body=b"{}", headers=headers
    )
    nothing = line.getresponse()
    assert (nothing.status, nothing.read(), nothing.getheader("Transfer-Encoding")) == (204, b"", None)
    line.request("HEAD", QUERY, headers=headers)
    assert line.getresponse().read() == b""
    line.request("GET", "/services/data/", headers={"Expect": "100-continue", "Connection": "close"})
    last = line.getresponse()
    assert len(last.read()) > 100
    assert (line.sock is None, last.getheader("Connection")) == (True, "close")
    assert held is not None
    line.close()


def test_a_client_that_stalls_in_its_handshake_stops_nobody(org: SalesforceStandIn):
    port = int(org.login_url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port)):
        ca = str(org.certificate.certificate)
        assert requests.get(f"{org.login_url}/services/data", verify=ca, timeout=5).ok


def test_a_closed_org_ends_its_connections(certificate: Certificate):
    with SalesforceStandIn(CONTENTS, certificate, 5) as org:
        admin = bulk_of(org)
        assert admin.call("GET", "/limits").ok
    with pytest.raises(requests.ConnectionError):
        admin.call("GET", "/limits")


def test_bodies_are_zipped_where_the_client_takes_it(org: SalesforceStandIn, admin: Bulk):
    job = admin.done("SELECT Id FROM Lead")
    for path in (QUERY, f"/services/data/v68.0/jobs/query/{job}/results"):
        zipped = admin.web.get(f"{org.page_url}{path}", timeout=10, stream=True)
        raw = zipped.raw.read(decode_content=False)
        assert zipped.headers["Content-Encoding"] == "gzip"
        plain = admin.web.get(f"{org.page_url}{path}", timeout=10, headers={"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        assert zlib.decompress(raw, wbits=31) == plain.content


def test_the_date_is_the_clocks_and_usage_is_told_everywhere(org: SalesforceStandIn):
    org.state.grants.client.token_lifetime = 1e9
    org.org.clock.advance(86_400)
    later = bulk_of(org)
    for answer in (later.call("GET", "/limits"), later.call("GET", "/nothing")):
        lag = org.org.clock.now() - parsedate_to_datetime(answer.headers["Date"])
        assert timedelta(0) <= lag < timedelta(seconds=20)
        assert answer.headers["Sforce-Limit-Info"].startswith("api-usage=")
    later.call("PATCH", f"/sobjects/Lead/{org.record_ids()[0]}", json={"Rating": "Hot"})
    stamp = str(org.org.leads[org.record_ids()[0]]["SystemModstamp"])
    assert stamp[:10] == org.org.clock.now().date().isoformat()
    pretty = later.call("GET", "/limits", headers={"X-PrettyPrint": "1"})
    assert "\n  " in pretty.text


@pytest.mark.parametrize("kind", ["cut", "reset_mid_body", "reset"])
@pytest.mark.parametrize("bulk", [False, True])
def test_a_body_may_break_off(org: SalesforceStandIn, admin: Bulk, kind: str, bulk: bool):
    job = admin.done("SELECT Id, LastName FROM Lead")
    path = f"/services/data/v68.0/jobs/query/{job}/results" if bulk else QUERY
    org.faults.plan(Fault(kind=kind, path=path.partition("?")[0]))
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        admin.web.get(f"{org.page_url}{path}", timeout=10)
    assert admin.web.get(f"{org.page_url}{path}", timeout=10).ok


def test_a_body_may_drip(org: SalesforceStandIn, admin: Bulk):
    org.faults.plan(Fault(kind="drip", seconds=1.0))
    started = time.monotonic()
    with admin.web.get(f"{org.page_url}{QUERY}", timeout=10, stream=True) as answer:
        first = next(answer.iter_content(1))
        pieces = first + b"".join(answer.iter_content(4096))
    assert time.monotonic() - started >= 0.9
    assert pieces == admin.web.get(f"{org.page_url}{QUERY}", timeout=10).content
    org.faults.plan(Fault(kind="drip", seconds=60.0))
    with pytest.raises(requests.exceptions.RequestException):
        _ = admin.web.get(f"{org.page_url}{QUERY}", timeout=0.5).content


def test_an_answer_may_be_lost_after_its_deed(org: SalesforceStandIn, admin: Bulk):
    lead = org.record_ids()[0]
    org.faults.plan(Fault(kind="lost_answer", method="PATCH"))
    with pytest.raises(requests.ConnectionError):
        admin.call("PATCH", f"/sobjects/Lead/{lead}", json={"Rating": "Hot"})
    assert org.org.leads[lead]["Rating"] == "Hot"
    family, _ = org.state.grants.open(org.org.admin, ("api", "refresh_token"))
    form = {"grant_type": "refresh_token", "client_id": org.client_id, "client_secret": org.client_secret}
    form |= {"refresh_token": str(family.refresh)}
    org.faults.plan(Fault(kind="lost_answer", path="/services/oauth2/token"))
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{org.page_url}/services/oauth2/token", data=form, timeout=10)
    again = requests.post(f"{org.page_url}/services/oauth2/token", data=form, timeout=10)
    assert again.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("oauth_server_error", 400, "server_error"),
        ("oauth_rate_limit", 400, "rate_limit_exceeded"),
        ("unavailable_html", 503, None),
        ("server_error_html", 500, None),
    ],
)
def test_the_token_endpoint_may_fail(org: SalesforceStandIn, kind: str, status: int, error: str | None):
    org.faults.plan(Fault(kind=kind, path="oauth2/token"))
    assert bulk_of(org).call("GET", "/limits").ok
    answer = requests.post(f"{org.page_url}/services/oauth2/token", data={}, timeout=10)
    assert answer.status_code == status
    assert (answer.json()["error"] if error else None) == error
    assert error or answer.text.startswith("<html>")


def test_a_fault_in_a_route_is_an_answer(admin: Bulk, monkeypatch):
    def broken(_self: object, _user: object, _definition: object, **_more: object) -> None:
        msg = "broken"
        raise RuntimeError(msg)

    monkeypatch.setattr("connectors.sandbox.salesforce.org.Org.rows", broken)
    assert admin.call("GET", "/query", params={"q": "SELECT Id FROM Lead"}).status_code == 500
    monkeypatch.undo()
    assert admin.call("GET", "/query", params={"q": "SELECT Id FROM Lead"}).ok
