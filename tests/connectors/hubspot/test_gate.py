"""The one place that every call goes through: token, pace, retry, errors by consequence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.errors import Busy, Refused
from connectors.hubspot.trouble import trouble
from connectors.sandbox.hubspot.faults import Fault
from connectors.source import Flag
from tests.connectors.subject_hubspot import POLICY, some


def pulled(found):
    return sum(batch.table.num_rows for batch in found.source.pull(POLICY))


def test_a_token_that_expires_midway_is_renewed_once(connecting):
    found = connecting(some(1_200))
    batches = found.source.pull(POLICY)
    next(batches)
    found.portal.expire_tokens()
    assert sum(batch.table.num_rows for batch in batches) == 1_100
    assert found.grants.renewals == 1


def test_a_token_is_renewed_at_three_quarters_of_its_life(small):
    small.portal.clock.advance(1800 * 0.74)
    small.source.describe()
    assert small.grants.renewals == 0
    small.portal.clock.advance(1800 * 0.02)
    small.source.describe()
    assert small.grants.renewals == 1


def test_rotating_refresh_tokens_are_kept(small):
    small.portal.control.rotate_refresh_tokens = True
    for _ in range(3):
        small.portal.expire_tokens()
        small.source.describe()
    assert small.grants.renewals == 3


def test_a_busy_token_endpoint_is_asked_again(small):
    small.portal.expire_tokens()
    small.portal.control.plan(Fault(status=429, path="/token", times=2))
    assert pulled(small) == 250


def test_a_portal_that_removed_the_app_is_refused_as_revoked(small):
    small.portal.uninstall()
    with pytest.raises(Refused) as caught:
        pulled(small)
    assert caught.value.code == "invalid_grant"


def test_the_burst_is_used_and_the_budget_is_kept(connecting):
    found = connecting(some(9_000))
    began = found.portal.clock.now()
    assert pulled(found) == 9_000
    # 180 calls and the description: 171 at once (90 % of 190), the rest when the window moves on.
    assert 9 < found.portal.clock.now() - began < 14
    assert sum(found.calls.values()) < 190


def test_a_portal_with_a_small_budget_is_never_overrun(connecting):
    found = connecting(some(2_500))
    found.portal.control.burst_maximum = 20
    assert pulled(found) == 2_500
    # One description, one count, 25 pages, 25 reads: no call had to be repeated.
    assert sum(count for name, count in found.calls.items() if "/crm/" in name) == 52


@pytest.mark.parametrize("hint", [True, False])
def test_too_many_calls_are_waited_out(small, hint):
    small.portal.control.send_retry_after = hint
    small.portal.control.plan(Fault(status=429, path="/batch/read", times=2, retry_after=3 if hint else None))
    assert pulled(small) == 250


def test_another_app_s_burst_is_waited_out(small):
    limits, control = small.portal._world.limits, small.portal.control
    control.burst_maximum = 50
    for _ in range(50):
        limits.count("0", "0", search=False)
    assert pulled(small) == 250


def test_the_daily_limit_is_the_caller_s_to_wait_for(small):
    small.portal.control.daily_budget_spent = True
    began = small.portal.clock.now()
    with pytest.raises(Busy) as caught:
        pulled(small)
    assert caught.value.retry_after >= 600
    assert small.portal.clock.now() - began < 5


def test_a_long_migration_is_the_caller_s_to_wait_for(small):
    small.portal.control.plan(Fault(status=477, retry_after=7200, path="/objects/"))
    with pytest.raises(Busy) as caught:
        pulled(small)
    assert caught.value.retry_after == 7200


def test_a_missing_scope_is_named(small):
    scopes = ("oauth", "crm.objects.contacts.read", "crm.schemas.contacts.read")
    small.portal.accounts.narrow(scopes)
    with pytest.raises(Refused, match=r"crm\.schemas\.contacts\.write") as caught:
        small.source.publish({})
    assert caught.value.code == "MISSING_SCOPES"


def test_an_unreachable_host_is_busy_and_names_no_address(small):
    small.portal.close()
    with pytest.raises(Busy) as caught:
        small.source.describe()
    chain = [caught.value, caught.value.__cause__, caught.value.__context__]
    assert all("127.0.0.1" not in str(error) for error in chain)


def test_no_answer_s_text_token_or_id_is_in_an_error(small):
    secret = small.grants.grant.access_token
    record = small.portal.record_ids()[0]
    body = f'{{"status":"error","message":"{secret} {record} person0@canary.example","category":"{secret}"}}'
    for status in (301, 400, 401, 403, 404, 409, 414, 429, 477, 500, 530):
        error = trouble(status, {}, body.encode(), "contact read")
        assert error is not None
        assert not {secret, record} & set(str(error).split())
        assert "canary" not in f"{error} {error!r} {getattr(error, 'code', '')}"
        assert secret not in getattr(error, "code", "")


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b'{"errors":7}', b'{"errors":[{"context":{"requiredScopes":[1]}}]}'],
)
@pytest.mark.parametrize("status", [302, 400, 403, 429, 500, 530])
def test_any_error_body_can_be_read(status, body):
    assert isinstance(trouble(status, {"Retry-After": "soon"}, body, "contact list"), Busy | Refused)


def test_grants_and_apps_show_no_secret(small):
    shown = f"{small.grants.grant!r} {small.app!r}"
    assert small.app.client_secret not in shown
    assert small.grants.grant.access_token not in shown


@pytest.mark.parametrize("at", range(14))
def test_a_token_may_expire_at_any_call(small, monkeypatch, at):
    control, calls = small.portal.control, []
    struck = type(control).strike

    def strike(self, method, path):
        if "/crm/" in path:
            calls.append(path)
            if len(calls) == at + 1:
                small.portal.expire_tokens()
        return struck(self, method, path)

    monkeypatch.setattr(type(control), "strike", strike)
    assert pulled(small) == 250
    flag = Flag(status="ok", reason="", audit_id="A", checked_at=datetime(2026, 11, 23, tzinfo=UTC))
    receipt = small.source.publish({small.keyring.lead_key(name): flag for name in small.portal.record_ids()})
    assert (receipt.listed, receipt.written, receipt.failed) == (250, 250, {})
    assert small.grants.renewals == 1


def test_a_token_that_is_good_for_some_minutes_yet_outlives_a_bad_moment_of_the_token_endpoint(small):
    small.portal.clock.advance(1800 * 0.8)
    small.portal.control.plan(Fault(status=503, path="/token", times=3))
    assert pulled(small) == 250
    asked = small.calls["POST /oauth/2026-09/token"]
    assert (small.grants.renewals, asked) == (0, 2)  # the consent, and one try within half a minute
    small.portal.control.mend()
    small.portal.clock.advance(31)
    small.source.describe()
    assert small.grants.renewals == 1


def test_a_token_at_its_end_is_not_used_when_none_is_given(small):
    small.portal.clock.advance(1800)
    small.portal.control.plan(Fault(status=503, path="/token", times=100))
    with pytest.raises(Busy):
        small.source.describe()
    assert not [name for name in small.calls if "/properties/" in name]


def test_a_wrong_secret_stops_at_once_though_the_old_token_is_good(small):
    small.portal.clock.advance(1800 * 0.8)
    small.portal._world.accounts.client_secret = "another"
    with pytest.raises(Refused) as caught:
        small.source.describe()
    assert caught.value.code == "BAD_CLIENT_SECRET"


def test_the_share_of_the_day_that_an_admin_set_is_kept(small):
    """Where HubSpot shows a daily limit, calls stop at the share, and the sentence says what to do."""
    small.portal.control.daily_maximum = 20
    token = small.portal.token(*small.app.scopes, static=True)
    small.grants.grant = replace(small.grants.grant, access_token=token)
    for _ in range(16):
        small.source.describe()
    with pytest.raises(Busy, match=r"16 of the portal's 20 .* 80 %") as caught:
        small.source.describe()
    assert caught.value.code == "limit_reached"
    assert small.calls["GET /crm/properties/2026-09/contacts"] == 16
