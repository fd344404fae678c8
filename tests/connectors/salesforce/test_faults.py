from __future__ import annotations

import traceback
from datetime import UTC, datetime

import pytest

from connectors.errors import Busy, ConnectorError, Refused
from connectors.salesforce.source import SalesforceSource
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.faults import KINDS, Fault
from connectors.source import Flag
from tests.connectors.salesforce.conftest import POLICY
from tests.connectors.subject_salesforce import MemoryGrants, app_of, keyring_of

PASSING = sorted(
    KINDS - {"not_for_rest", "total_limit", "api_disabled", "query_timeout", "invalid_locator", "bad_message"}
)
# kind -> the error for good, and the most calls that may be spent on it.
FOR_GOOD = {
    "unauthorized": (Refused, "INVALID_SESSION_ID", 2),
    "not_for_rest": (Refused, "INVALID_SESSION_ID", 2),
    "invalid_jwt": (Refused, "INVALID_AUTH_HEADER", 2),
    "unauthorized_html": (Refused, "HTTP_401", 2),
    "total_limit": (Busy, 3600.0, 1),
    "concurrent_limit": (Busy, 2.0, 5),
    "api_disabled": (Refused, "API_DISABLED_FOR_ORG", 1),
    "query_timeout": (Busy, 60.0, 1),
    "invalid_locator": (Busy, 60.0, 1),
    "lock": (Busy, 1.0, 5),
    "bad_message": (Refused, "HTTP_431", 1),
    "server_error": (Busy, 1.0, 5),
    "server_error_html": (Busy, 1.0, 5),
    "unavailable": (Busy, 7.0, 5),
    "unavailable_html": (Busy, 7.0, 5),
    "reset": (Busy, 1.0, 5),
    "truncated": (Busy, 1.0, 5),
    "cut": (Busy, 1.0, 5),
    "reset_mid_body": (Busy, 1.0, 5),
    "lost_answer": (Busy, 1.0, 5),
}


def test_every_kind_of_fault_is_tried():
    assert set(FOR_GOOD) | {"expire"} == KINDS


@pytest.mark.parametrize("kind", PASSING)
def test_a_passing_fault_costs_no_lead(org: SalesforceStandIn, source: SalesforceSource, kind: str):
    org.faults.plan(Fault(kind=kind))
    assert sum(batch.read for batch in source.pull(POLICY)) == 500


@pytest.mark.parametrize("kind", sorted(FOR_GOOD))
def test_a_lasting_fault_ends_the_pull_without_spinning(
    org: SalesforceStandIn, source: SalesforceSource, grants: MemoryGrants, kind: str
):
    error, detail, calls = FOR_GOOD[kind]
    org.faults.plan(Fault(kind=kind, times=None, retry_after=7))
    before = org.faults.planned[0].at
    with pytest.raises(error) as caught:
        list(source.pull(POLICY))
    assert getattr(caught.value, "code" if error is Refused else "retry_after") == detail
    assert before - org.faults.planned[0].at <= calls
    assert grants.renewals <= 1


@pytest.mark.parametrize("kind", sorted(FOR_GOOD))
def test_no_error_shows_a_body_a_token_or_a_secret(
    org: SalesforceStandIn, source: SalesforceSource, grants: MemoryGrants, kind: str
):
    org.faults.plan(Fault(kind=kind, times=None))
    with pytest.raises(ConnectorError) as caught:
        list(source.pull(POLICY))
    error = caught.value
    shown = "".join(traceback.format_exception(error)) + repr(error.__context__) + repr(error.__cause__)
    tokens = [grants.grant.access_token, str(grants.grant.refresh_token), org.client_secret]
    for secret in [*tokens, "ErrorId", "Limit exceeded", "Region__c", "anary", org.record_ids()[0][:15]]:
        assert secret not in shown


def test_the_days_calls_used_up_stops_at_once(org: SalesforceStandIn, source: SalesforceSource):
    org.state.daily_calls = org.state.calls
    with pytest.raises(Busy, match="used up") as caught:
        source.count()
    assert caught.value.retry_after >= 3600


def test_waits_grow_and_honour_what_was_asked(org: SalesforceStandIn, grants: MemoryGrants):
    waits: list[float] = []
    source = SalesforceSource(app_of(org), grants, keyring_of(org), pause=waits.append)
    org.faults.plan(Fault(kind="unavailable", times=4, retry_after=9))
    assert source.count() == 500
    assert len(waits) == 4
    assert all(wait >= 9 for wait in waits)


def test_an_ended_consent_is_refused_as_invalid_grant(
    org: SalesforceStandIn, source: SalesforceSource, grants: MemoryGrants
):
    org.state.grants.revoke(str(grants.grant.refresh_token))
    with pytest.raises(Refused) as caught:
        source.count()
    assert caught.value.code == "invalid_grant"
    assert str(grants.grant.refresh_token) not in str(caught.value)


FLAG = Flag(status="review", reason="", audit_id="A", checked_at=datetime(2026, 11, 23, tzinfo=UTC))


@pytest.mark.parametrize("at", range(1, 6))
def test_a_token_may_expire_at_any_call(
    org: SalesforceStandIn, source: SalesforceSource, grants: MemoryGrants, at: int
):
    since = datetime(2020, 1, 1, tzinfo=UTC)
    flags = {keyring_of(org).lead_key(name): FLAG for name in org.record_ids()}
    org.faults.plan(Fault(kind="expire", at=at))
    assert sum(batch.read for batch in source.pull(POLICY)) == 500
    assert sum(batch.read for batch in source.pull(POLICY, since)) == 500
    receipt = source.publish(flags)
    assert (receipt.listed, receipt.written, receipt.failed) == (500, 500, {})
    assert grants.renewals == 1
