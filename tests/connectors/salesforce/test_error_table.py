"""Every failure that the platform documents, what Fairlead makes of it, and what the admin is told."""

from __future__ import annotations

import ssl
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import requests
from werkzeug.wrappers import Response

from connectors.errors import Busy, ConnectorError, Refused
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.oauth import refresh
from connectors.salesforce.reach import is_untrusted
from connectors.sandbox.certificate import Certificate
from tests.connectors.salesforce.script import Script, failed, line_to
from tests.connectors.subject_salesforce import app_of
from webapp.outcomes import state_after

GOOD = {"totalSize": 0, "done": True, "records": []}
HALF_USED = {"Sforce-Limit-Info": "api-usage=500/1000"}
USED_UP = {"Sforce-Limit-Info": "api-usage=1000/1000"}


def page(status: int, **headers: str) -> Response:
    made = Response("<html>canary</html>", status, content_type="text/html")
    made.headers.update(headers)
    return made


Row = tuple[Response, type[ConnectorError], str, int, str]
SESSION, FORMAT = "INVALID_SESSION_ID", "INVALID_AUTH_HEADER"
LIMIT, BUSY, DOWN = "REQUEST_LIMIT_EXCEEDED", "UNKNOWN_EXCEPTION", "SERVER_UNAVAILABLE"
SOON, LATE = {"Retry-After": "7"}, {"Retry-After": "900"}
AWAY = {"Location": "https://evil.example/"}
DENIED = "missing_permission"


def refused(status: int, code: str, state: str, calls: int = 1) -> Row:
    """A failure that only a person can mend; a code in capitals comes in the API's array."""
    told = code if code and not code.startswith("HTTP_") else ""
    return (failed(status, told) if told else page(status)), Refused, code, calls, state


# answer, error, its code, calls while it stays, the connection's state
TABLE: dict[str, Row] = {
    "401 expired": refused(401, SESSION, DENIED, 2),
    "401 token format": refused(401, FORMAT, "consent_needed", 2),
    "401 page": refused(401, "HTTP_401", "consent_needed", 2),
    "403 day": (failed(403, LIMIT, **USED_UP), Busy, "limit_reached", 1, "limit_reached"),
    "403 at once": (failed(403, LIMIT, **HALF_USED), Busy, "too_many_at_once", 5, "busy"),
    "403 no API": refused(403, "API_DISABLED_FOR_ORG", DENIED),
    "403 access": refused(403, "INSUFFICIENT_ACCESS", DENIED),
    "403 forbidden": refused(403, "FORBIDDEN", DENIED),
    "403 page": refused(403, "HTTP_403", DENIED),
    "403 locked org": refused(403, "ORG_LOCKED", "org_gone"),
    "400 query": refused(400, "MALFORMED_QUERY", "pull_incomplete"),
    "400 field": refused(400, "INVALID_FIELD", DENIED),
    "400 object": refused(400, "INVALID_TYPE", DENIED),
    "400 timeout": (failed(400, "QUERY_TIMEOUT"), Busy, "QUERY_TIMEOUT", 1, "busy"),
    "400 locator": (failed(400, "INVALID_QUERY_LOCATOR"), Busy, "INVALID_QUERY_LOCATOR", 1, "busy"),
    "400 lock": (failed(400, "UNABLE_TO_LOCK_ROW"), Busy, "UNABLE_TO_LOCK_ROW", 5, "busy"),
    "404": refused(404, "NOT_FOUND", DENIED),
    "404 deleted": refused(404, "ENTITY_IS_DELETED", "pull_incomplete"),
    "409": refused(409, "HTTP_409", "pull_incomplete"),
    "414": refused(414, "HTTP_414", "pull_incomplete"),
    "431": refused(431, "HTTP_431", "pull_incomplete"),
    "500": (failed(500, BUSY), Busy, BUSY, 5, "busy"),
    "500 page": (page(500), Busy, "HTTP_500", 5, "busy"),
    "502 page": (page(502), Busy, "HTTP_502", 5, "busy"),
    "503": (failed(503, DOWN, **SOON), Busy, DOWN, 5, "busy"),
    "503 for long": (page(503, **LATE), Busy, "HTTP_503", 1, "busy"),
    "429": (page(429), Busy, "HTTP_429", 5, "busy"),
    "301": (page(301, **AWAY), Refused, "HTTP_301", 1, "consent_needed"),
    "302": (page(302, **AWAY), Refused, "HTTP_302", 1, "consent_needed"),
}


@pytest.mark.parametrize("row", TABLE)
def test_a_failure_that_stays_has_its_consequence_and_never_spins(certificate: Certificate, row: str):
    answer, kind, code, calls, state = TABLE[row]
    script = Script([answer])
    with line_to(script, certificate) as (gateway, grants), pytest.raises(kind) as caught:
        gateway.query("SELECT Id FROM Lead", "lead pull")
    found: Any = caught.value
    assert (found.code, len(script.heard), grants.renewals) == (code, calls, int(row.startswith("401")))
    assert state_after(found) == state
    assert "lead pull" in str(found)
    assert ": " in str(found)
    shown = "".join(traceback.format_exception(found)) + repr(found.__context__) + repr(found.__cause__)
    assert "canary" not in shown


@pytest.mark.parametrize(("network", "state"), [(True, "org_gone"), (False, "busy")])
def test_a_host_that_is_gone_is_told_from_a_broken_network(grants, org, monkeypatch, network, state):
    monkeypatch.setattr("connectors.salesforce.reach.has_address", lambda _: network)
    app = replace(app_of(org), extra_hosts=("gone.invalid",), login_url="https://gone.invalid")
    grants.grant = replace(grants.grant, instance_url="https://gone.invalid")
    calls: tuple[Callable[[], object], ...] = (
        lambda: Gateway(app, grants, pause=lambda _: None).query("SELECT Id FROM Lead", "lead pull"),
        lambda: refresh(app, grants.grant),
    )
    for call in calls:
        with pytest.raises(ConnectorError) as caught:
            call()
        assert state_after(caught.value) == state
        assert str(grants.grant.refresh_token) not in repr(caught.value.__context__) + str(caught.value)


def test_a_certificate_that_is_not_accepted_is_told_from_a_broken_line(grants, org):
    app = replace(app_of(org), ca_file=None)
    calls: tuple[Callable[[], object], ...] = (
        lambda: Gateway(app, grants, pause=lambda _: None).query("SELECT Id FROM Lead", "lead pull"),
        lambda: refresh(app, grants.grant),
    )
    for call in calls:
        with pytest.raises(Refused, match="certificate at its address is not accepted") as caught:
            call()
        assert (caught.value.code, state_after(caught.value)) == ("certificate", "pull_incomplete")
        assert str(grants.grant.refresh_token) not in repr(caught.value.__context__) + str(caught.value)


def test_a_secure_line_that_breaks_is_no_certificate():
    broken = requests.exceptions.SSLError(ssl.SSLEOFError(8, "EOF occurred in violation of protocol"))
    assert not is_untrusted(broken)


@pytest.mark.parametrize("row", [row for row, found in TABLE.items() if found[3] > 1])
def test_a_failure_that_passes_costs_nothing(certificate: Certificate, row: str):
    script = Script([TABLE[row][0], GOOD])
    with line_to(script, certificate) as (gateway, _):
        assert gateway.query("SELECT Id FROM Lead", "lead pull") == GOOD
    assert len(script.heard) == 2


def test_waits_grow_vary_and_never_undercut_what_was_asked(certificate: Certificate):
    growing: list[list[float]] = []
    for _ in range(3):
        script = Script([failed(500, "UNKNOWN_EXCEPTION")])
        with line_to(script, certificate) as (gateway, _), pytest.raises(Busy):
            gateway.query("SELECT Id FROM Lead", "lead pull")
        growing.append(script.pauses)
    assert len({tuple(waits) for waits in growing}) == 3
    assert all(len(waits) == 4 and waits[-1] > waits[0] and sum(waits) < 60 for waits in growing)
    script = Script([failed(503, "SERVER_UNAVAILABLE", **{"Retry-After": "7"})])
    with line_to(script, certificate) as (gateway, _), pytest.raises(Busy):
        gateway.query("SELECT Id FROM Lead", "lead pull")
    assert min(script.pauses) >= 7
    assert len(set(script.pauses)) == 4


def test_one_call_renews_once_whatever_comes_between(certificate: Certificate):
    script = Script(
        [
            failed(401, "INVALID_SESSION_ID"),
            failed(503, "SERVER_UNAVAILABLE"),
            failed(401, "INVALID_SESSION_ID"),
        ]
    )
    with line_to(script, certificate) as (gateway, grants), pytest.raises(Refused):
        gateway.query("SELECT Id FROM Lead", "lead pull")
    assert (grants.renewals, len(script.heard)) == (1, 3)


def usage(used: int, **more: Any) -> Response:
    made = Response('{"totalSize": 0, "done": true, "records": []}', content_type="application/json")
    made.headers["Sforce-Limit-Info"] = f"api-usage={used}/1000; per-app-api-usage=17/250(appName=x)"
    made.headers.update(more)
    return made


def test_the_line_stops_at_the_limit_that_the_org_gave_the_app(certificate):
    told = {"Sforce-Limit-Info": "api-usage=10/1000; per-app-api-usage=250/250(appName=x)"}
    script = Script([usage(10), usage(10, **told), usage(10)])
    with line_to(script, certificate) as (gateway, _):
        gateway.query("SELECT Id FROM Lead", "lead pull")
        gateway.query("SELECT Id FROM Lead", "lead pull")
        with pytest.raises(Busy, match="this app make 250 API calls") as caught:
            gateway.query("SELECT Id FROM Lead", "lead pull")
    assert (caught.value.code, len(script.heard)) == ("limit_reached", 2)


@pytest.mark.parametrize(("percent", "stops_at"), [(80, 800), (50, 500), (100, 1000)])
def test_the_line_stops_at_the_share_that_the_admin_allows(certificate, percent, stops_at):
    script = Script([usage(stops_at - 1), usage(stops_at), usage(stops_at + 1)])
    with line_to(script, certificate, api_percent=percent) as (gateway, _):
        gateway.query("SELECT Id FROM Lead", "lead pull")
        gateway.query("SELECT Id FROM Lead", "lead pull")
        with pytest.raises(Busy, match="FAIRLEAD_SALESFORCE_API_PERCENT") as caught:
            gateway.query("SELECT Id FROM Lead", "lead pull")
        assert gateway.usage is not None
        assert (gateway.usage.used, gateway.usage.allowed) == (stops_at, 1000)
    assert len(script.heard) == 2
    assert state_after(caught.value) == "limit_reached"
    assert caught.value.retry_after >= 3600


def test_the_limits_resource_counts_too_and_a_new_day_begins_anew(certificate: Certificate):
    script = Script([{"DailyApiRequests": {"Max": 1000, "Remaining": 100}}, usage(1)])
    with line_to(script, certificate) as (gateway, _):
        gateway.limits()
        with pytest.raises(Busy):
            gateway.query("SELECT Id FROM Lead", "lead pull")
    script = Script([usage(1)])
    with line_to(script, certificate) as (gateway, _):
        for _ in range(3):
            gateway.query("SELECT Id FROM Lead", "lead pull")
    assert len(script.heard) == 3


@pytest.mark.parametrize(
    "header", ["", "api-usage=", "api-usage=5", "per-app-api-usage=2/250(appName=x)", "api-usage=1e9/1"]
)
def test_a_usage_that_cannot_be_read_stops_nothing(certificate: Certificate, header: str):
    script = Script([usage(1, **{"Sforce-Limit-Info": header})])
    with line_to(script, certificate) as (gateway, _):
        for _ in range(2):
            assert gateway.query("SELECT Id FROM Lead", "lead pull") == GOOD


@pytest.mark.parametrize(
    ("offered", "spoken"),
    [
        (["66.0", "67.0", "68.0", "69.0"], "68.0"),
        (["65.0", "66.0"], "66.0"),
        (["70.0", "71.0"], "70.0"),
        (["31.0", "60.0"], "60.0"),
        ([], "68.0"),
        (["latest", "68"], "68.0"),
    ],
)
def test_the_version_is_the_one_of_the_settings_or_the_nearest_offered(certificate, offered, spoken):
    script = Script([GOOD], versions=[{"version": one} for one in offered])
    with line_to(script, certificate) as (gateway, _):
        gateway.query("SELECT Id FROM Lead", "lead pull")
        assert gateway.version() == spoken
    assert script.heard[0].path == f"/services/data/v{spoken}/query/"


def test_an_org_that_is_too_old_is_refused(certificate: Certificate):
    script = Script([GOOD], versions=[{"version": "58.0"}, {"version": "59.0"}])
    with (
        line_to(script, certificate) as (gateway, _),
        pytest.raises(Refused, match=r"59\.0.*60\.0") as caught,
    ):
        gateway.query("SELECT Id FROM Lead", "lead pull")
    assert not script.heard
    assert state_after(caught.value) == "org_gone"


@pytest.mark.parametrize("versions", [b"<html>", {"version": "1"}, None, failed(404, "NOT_FOUND")])
def test_an_odd_list_of_versions_leaves_it_to_the_call_itself(certificate: Certificate, versions: Any):
    script = Script([GOOD], versions=versions)
    with line_to(script, certificate) as (gateway, _):
        assert gateway.query("SELECT Id FROM Lead", "lead pull") == GOOD


def test_a_query_that_is_too_long_for_an_address_travels_in_a_body(org, grants):
    names = ", ".join(f"'{number:018d}'" for number in range(900))
    soql = f"SELECT Id FROM Lead WHERE LastName NOT IN ({names})"  # noqa: S608 - made here
    assert len(soql) > 16_384
    gateway = Gateway(app_of(org), grants, pause=lambda _: None)
    assert gateway.query(soql, "lead pull")["totalSize"] == 500
    assert "composite" in org.state.asked[-2]
    org.state.grants.expire_all()
    assert gateway.query(soql, "lead pull", deleted=True)["totalSize"] == 500
    assert grants.renewals == 1
    with pytest.raises(Refused) as caught:
        gateway.query(soql.replace("SELECT Id", "SELECT Id, Canary__c"), "lead pull")
    assert caught.value.code == "INVALID_FIELD"
    assert "Canary" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"compositeResponse": []},
        {"compositeResponse": [{}]},
        {"compositeResponse": [{"httpStatusCode": 200}]},
        [],
    ],
)
def test_an_odd_answer_to_a_long_query_is_no_answer(certificate: Certificate, body: Any):
    with line_to(Script([body]), certificate) as (gateway, _), pytest.raises(Busy):
        gateway.query("SELECT Id FROM Lead WHERE LastName = '" + "x" * 20_000 + "'", "lead pull")
