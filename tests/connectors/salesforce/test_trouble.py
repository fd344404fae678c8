from __future__ import annotations

import threading

import pytest
from simple_salesforce.exceptions import SalesforceGeneralError

from connectors.errors import Busy, Refused
from connectors.salesforce.trouble import consequence, failure
from connectors.sandbox.salesforce import SalesforceStandIn
from tests.connectors.subject_salesforce import MemoryGrants, source_of


def judged(status: int, content: object, headers: dict[str, str] | None = None) -> Busy | Refused:
    found = consequence(failure(SalesforceGeneralError("", status, "", content), headers or {}), "pull")
    assert isinstance(found, Busy | Refused)
    return found


LIMIT = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "words that change"}]


def test_the_usage_header_tells_the_two_limits_apart():
    used_up = judged(403, LIMIT, {"Sforce-Limit-Info": "api-usage=15000/15000"})
    crowded = judged(403, LIMIT, {"Sforce-Limit-Info": "api-usage=18/15000"})
    assert isinstance(used_up, Busy)
    assert isinstance(crowded, Busy)
    assert used_up.retry_after >= 3600
    assert crowded.retry_after < 30


@pytest.mark.parametrize(
    "content",
    [
        "<html>secret</html>",
        b"",
        None,
        [],
        {},
        [None],
        [{"errorCode": "secret words"}],
        {"exceptionCode": "secret"},
    ],
)
def test_any_body_at_all_leads_to_a_plain_refusal(content: object):
    found = judged(418, content)
    assert isinstance(found, Refused)
    assert found.code in {"HTTP_418", "UNKNOWN"}
    assert "secret" not in str(found)


@pytest.mark.parametrize(
    ("asked", "wait"), [("17", 17.0), ("Wed, 21 Oct 2026 07:28:00 GMT", 1.0), ("-5", 1.0)]
)
def test_retry_after_is_read_in_seconds(asked: str, wait: float):
    found = judged(503, "gateway", {"Retry-After": asked})
    assert isinstance(found, Busy)
    assert found.retry_after == wait


def test_many_callers_with_a_dead_token_renew_it_once(org: SalesforceStandIn, grants: MemoryGrants):
    source, counts = source_of(org, grants), list[int]()
    org.org.clock.advance(7300)
    threads = [threading.Thread(target=lambda: counts.append(source.count())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [500] * 6
    assert grants.renewals == 1
