"""What an org may do that no guide announces: clocks, lost views, odd words and ids."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Busy, Refused
from connectors.salesforce import bulk_query, listing, reading, syncing
from connectors.salesforce.csv_page import Cut, results_only, rows
from connectors.salesforce.gateway import Gateway
from connectors.salesforce.source import SalesforceSource
from connectors.sandbox.salesforce import SalesforceStandIn, org_deeds
from connectors.sandbox.salesforce.users import API_ENABLED, VIEW_SETUP
from tests.connectors.salesforce.syncing import Desk, desk_of
from tests.connectors.salesforce.test_publish import adds_up, counts, flags_for


@pytest.fixture
def desk(org: SalesforceStandIn, tmp_path: Path) -> Desk:
    made = desk_of(org, tmp_path)
    made.age()
    return made


@pytest.fixture
def bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything goes by bulk job, in pages of a hundred."""
    monkeypatch.setattr(bulk_query, "PAGE", 100)
    for module in (listing, syncing):
        monkeypatch.setattr(module, "BULK", 1)


@pytest.mark.parametrize("ahead", [timedelta(minutes=20), timedelta(days=1)])
def test_a_clock_that_was_ahead_at_the_last_sync_loses_no_change(desk: Desk, ahead: timedelta):
    clock = desk.org.org.clock
    clock.advance(ahead.total_seconds())
    desk.sync()
    clock.offset -= ahead
    clock.advance(15 * 60)
    desk.change(3, minutes_ago=14, Region__c="between")
    done = desk.sync()
    assert desk.lead(3)["region"] == "between"
    assert (done.kind, "clock was ahead" in done.why) == ("full", True)
    assert desk.sync().kind == "incremental"


@pytest.mark.parametrize("wanted", ["full", "reconcile"])
def test_a_user_who_sees_no_lead_any_more_empties_nothing(desk: Desk, wanted: Any):
    desk.sync()
    held = desk.rows()
    hidden = desk.org.org.admin.hidden_records
    hidden.update(desk.org.record_ids())
    with pytest.raises(Refused, match="500 are held here") as caught:
        desk.sync(wanted=wanted)
    assert caught.value.code == "NO_LEADS"
    assert desk.rows().equals(held)
    hidden.clear()
    assert desk.sync(wanted=wanted).whole.read == 500
    assert desk.rows(hidden=False).equals(held.select(desk.rows(hidden=False).column_names))


def test_leads_that_were_all_deleted_one_by_one_are_no_lost_view(desk: Desk):
    desk.sync()
    for number in range(500):
        desk.change(number, IsDeleted=True)
    assert desk.sync(wanted="reconcile").removed == 500
    assert (desk.rows().num_rows, desk.sync(wanted="full").whole.read) == (0, 0)


def test_a_user_with_the_permissions_of_the_guide_and_no_more_can_do_all_of_it(desk: Desk):
    desk.org.org.admin.permissions = {API_ENABLED}
    with pytest.raises(Refused):
        desk.source._gateway.limits()
    assert (desk.sync().kind, desk.sync().kind, desk.sync(wanted="reconcile").kind) == (
        "full",
        "incremental",
        "reconcile",
    )
    assert desk.source.suggestible()
    assert counts(desk.source.publish(flags_for(desk.org, 450))).written == 450


@pytest.mark.parametrize("permissions", [{API_ENABLED}, {API_ENABLED, VIEW_SETUP}])
def test_the_limits_tell_the_usage_where_no_answer_does(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, permissions: set[str]
):
    desk.org.org.admin.permissions = permissions
    monkeypatch.setattr("connectors.salesforce.budget.usage_in", lambda _headers: None)
    gateway = desk.source._gateway
    assert abs(gateway.now() - desk.org.org.clock.now()) < timedelta(minutes=1)
    assert (gateway.usage is not None) == (VIEW_SETUP in permissions)


def test_no_record_id_stands_in_an_address(desk: Desk):
    desk.sync()
    ids = desk.org.record_ids()
    for one in ids[:3]:
        org_deeds.delete(desk.org.org, "Lead", one)
    desk.org.org.empty_bin()
    desk.org.org.clock.advance(600)
    desk.org.state.asked.clear()
    assert desk.sync().removed == 3
    assert desk.org.state.asked
    assert not [address for address in desk.org.state.asked for one in ids if one[:15] in address]


def test_a_user_is_named_in_a_body(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    desk.sync()
    gateway, told = type(desk.source._gateway), []
    query = gateway.query

    def noting(self: Any, soql: str, doing: str, **more: bool) -> Any:
        told.append((soql, more.get("in_body", False)))
        return query(self, soql, doing, **more)

    monkeypatch.setattr(gateway, "query", noting)
    desk.sync()
    assert [in_body for soql, in_body in told if "LastModifiedById" in soql] == [True]


@pytest.mark.parametrize("found", [None, {}, [], [None], [None] * 4])
def test_an_answer_about_other_leads_is_no_answer(desk: Desk, monkeypatch: pytest.MonkeyPatch, found: Any):
    desk.sync()
    for one in desk.org.record_ids()[:3]:
        org_deeds.delete(desk.org.org, "Lead", one)
    desk.org.org.empty_bin()
    desk.org.org.clock.advance(600)
    gateway = type(desk.source._gateway)
    send = gateway.send

    def odd(self: Any, request: Any, doing: str) -> Any:
        reply = send(self, request, doing)
        return replace(reply, body=found) if request.path.startswith("composite/sobjects/") else reply

    monkeypatch.setattr(gateway, "send", odd)
    with pytest.raises(Busy):
        desk.sync()


@pytest.mark.parametrize("bulk_from", [100, 10_000])
def test_a_lead_that_is_listed_twice_is_written_once(
    org: SalesforceStandIn, source: SalesforceSource, monkeypatch: pytest.MonkeyPatch, bulk_from: int
):
    monkeypatch.setattr("connectors.salesforce.outbound.BULK_FROM", bulk_from)
    query = Gateway.query

    def twice(self: Gateway, soql: str, doing: str, **more: bool) -> Any:
        found = query(self, soql, doing, **more)
        again = [{**record, "Id": record["Id"][:15]} for record in found["records"][:10]]
        return {**found, "records": [*found["records"], *again]}

    monkeypatch.setattr(Gateway, "query", twice)
    receipt = counts(source.publish(flags_for(org, 450)))
    assert (receipt.listed, receipt.written, receipt.unknown, receipt.failed) == (500, 450, 50, {})
    assert adds_up(receipt)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({"state": "jane@canary.example"}, "UNKNOWN"),
        ({"state": "Failed", "errorMessage": "Lead SMITH_JOHN 00QCANARY000001 is locked"}, "Failed"),
        ({"state": "Failed", "errorMessage": "InvalidBatch : QUERY_TIMEOUT: SMITH_JOHN"}, "QUERY_TIMEOUT"),
        ({"state": "Aborted", "errorMessage": None}, "Aborted"),
    ],
)
def test_no_word_of_a_failed_job_is_repeated(told: dict[str, Any], shown: str):
    with pytest.raises(Busy, match=rf"\({shown}\)") as caught:
        bulk_query._records_of(told, str(told["state"]))
    assert not {"SMITH", "canary", "CANARY"} & set(str(caught.value).replace("@", " ").split())
    assert "SMITH" not in str(caught.value)


@pytest.mark.usefixtures("bulk")
@pytest.mark.parametrize("body", [b"<html>\n<p>sign in</p>\n", b'{"error":"maintenance"}\n', b"Name\nx\n"])
def test_another_text_is_no_page(desk: Desk, monkeypatch: pytest.MonkeyPatch, body: bytes):
    heard, calls = type(desk.source._gateway).stream, []

    class Other:
        def __init__(self) -> None:
            self.headers = {"Content-Type": "text/csv"}

        def __iter__(self) -> Any:
            return iter([body])

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *_: object) -> None:
            return None

    def once(self: Any, request: Any, doing: str) -> Any:
        calls.append(request)
        return Other() if len(calls) == 2 else heard(self, request, doing)

    monkeypatch.setattr(type(desk.source._gateway), "stream", once)
    assert desk.sync().run.read == 500
    assert len(calls) > 5


def test_a_byte_order_mark_is_no_part_of_the_header():
    assert list(rows([b"\xef\xbb", b'\xbf"Id","a"\n"1","\xef\xbb\xbf"\n'])) == [["Id", "a"], ["1", "\ufeff"]]
    assert results_only(None) is None
    with pytest.raises(Cut):
        results_only(["Name"])


@pytest.mark.usefixtures("bulk")
def test_an_org_that_lists_no_pages_is_read_page_by_page(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "PARALLEL", 0)
    gateway = type(desk.source._gateway)
    send, refused = gateway.send, []

    def without(self: Any, request: Any, doing: str) -> Any:
        if request.path.endswith("/resultPages"):
            refused.append(request)
            msg = "Salesforce refused the bulk query (NOT_FOUND)"
            raise Refused(msg, code="NOT_FOUND")
        return send(self, request, doing)

    monkeypatch.setattr(gateway, "send", without)
    assert desk.sync().run.read == 500
    assert len(refused) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_moved_org_is_told_and_not_followed(desk: Desk, monkeypatch: pytest.MonkeyPatch, status: int):
    session = desk.source._gateway._line._session
    sent = type(session).send
    hosts: list[str] = []

    def moved(self: Any, prepared: Any, **more: Any) -> Any:
        hosts.append(prepared.url)
        answer = sent(self, prepared, **more)
        answer.status_code = status
        answer.headers["Location"] = "https://elsewhere.example/"
        return answer

    monkeypatch.setattr(type(session), "send", moved)
    with pytest.raises(Refused, match="another address now"):
        desk.source.describe()
    assert not [url for url in hosts if "elsewhere" in url]
