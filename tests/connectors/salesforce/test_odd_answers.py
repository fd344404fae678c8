"""Answers that are valid HTTP and wrong all the same: nothing partial may look complete."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from connectors import transport
from connectors.errors import Busy, ConnectorError, Refused
from connectors.oauth import Grant
from connectors.policy.drop import Drop
from connectors.policy.keep import Keep
from connectors.policy.model import Policy, Rule
from connectors.pseudonym import Keyring
from connectors.salesforce.app import SalesforceApp
from connectors.salesforce.flag_fields import NEEDS
from connectors.salesforce.ids import full_id
from connectors.salesforce.source import SalesforceSource
from connectors.sandbox.certificate import Certificate
from connectors.sandbox.salesforce.org import make_id
from connectors.source import Flag
from tests.connectors.salesforce.script import Counting
from tests.connectors.scripted import dripping, scripted

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ORG = make_id("00D", 7)
KEYRING = Keyring(crm="salesforce", organisation=ORG, master=bytes(32))
SECRET = "canary-token"
FLAG = Flag(status="review", reason="Look again.", audit_id="A", checked_at=NOW)
POLICY = Policy(
    name="test",
    crm="salesforce",
    object="Lead",
    created="CreatedDate",
    rules=(Rule(field="Region__c", operator=Keep(), column="region"),),
)
DESCRIBED = (
    {"name": "Id", "type": "id", "length": 18},
    {"name": "CreatedDate", "type": "datetime", "length": 0},
    {"name": "Region__c", "type": "string", "length": 255},
    {"name": "Fairness_Status__c", "type": "string", "length": 255, "updateable": True},
    {"name": "Fairness_Reason__c", "type": "string", "length": 255, "updateable": True},
    {"name": "Fairness_Audit_Id__c", "type": "string", "length": 255, "updateable": True},
    {"name": "Fairness_Checked_At__c", "type": "datetime", "length": 0, "updateable": True},
)
FIELDS = tuple(need.name for need in NEEDS)
LINK = "/services/data/v68.0/query/0r8000000000001AAA-"


class Org:
    """Leads 1 to ``count`` in pages of 2000, until a test replaces an answer."""

    def __init__(self, count: int) -> None:
        self.ids = [make_id("00Q", number) for number in range(1, count + 1)]
        self.calls = 0
        self.asked: list[str] = []
        self.page: Callable[[int], Any] = self.plain
        self.left: Any = {"totalSize": count, "done": True, "records": []}
        self.describe: Any = {"fields": [dict(field) for field in DESCRIBED]}
        self.update: Callable[[Any], Any] = lambda records: [
            {"id": r["id"], "success": True} for r in records
        ]
        self.grants: Any = None

    def record(self, name: str) -> dict[str, Any]:
        return {"attributes": {}, "Id": name, "Region__c": "a", "CreatedDate": "2026-03-01T00:00:00.000+0000"}

    def plain(self, start: int) -> dict[str, Any]:
        records = [self.record(name) for name in self.ids[start : start + 2000]]
        found: dict[str, Any] = {"totalSize": len(self.ids), "done": True, "records": records}
        if start + 2000 < len(self.ids):
            found |= {"done": False, "nextRecordsUrl": f"{LINK}{start + 2000}"}
        return found

    def __call__(self, request: Request) -> Any:
        if request.path == "/services/data":
            return [{"version": "68.0"}]
        self.calls += 1
        text = request.args.get("q", "")
        self.asked.append(text)
        if request.path.endswith("/describe"):
            return self.describe
        if request.method == "PATCH":
            return self.update(request.get_json()["records"])
        if "COUNT()" in text:
            return self.left
        return self.page(int(request.path.rpartition("-")[2]) if "/query/0r8" in request.path else 0)


@pytest.fixture
def serving(certificate: Certificate) -> Callable[[Org], Any]:
    @contextmanager
    def serve(org: Org) -> Iterator[SalesforceSource]:
        with scripted(org, certificate.server_context()) as url:
            app = SalesforceApp(
                client_id="c",
                client_secret="s",
                redirect_uri="http://127.0.0.1/cb",
                login_url=url,
                extra_hosts=("127.0.0.1",),
                ca_file=certificate.certificate,
            )
            grant = Grant(
                organisation=ORG,
                instance_url=url,
                issued_at=NOW,
                expires_at=None,
                scopes=(),
                access_token=SECRET,
                refresh_token=SECRET,
            )
            org.grants = Counting(grant)
            yield SalesforceSource(app, org.grants, KEYRING, pause=lambda _: None)

    return serve


def counts(source: SalesforceSource, policy: Policy = POLICY) -> tuple[int, int, dict[str, int]]:
    """Read, kept, rejected; each batch adds up."""
    read, kept, rejected = 0, 0, {}
    for batch in source.pull(policy):
        assert batch.read == batch.table.num_rows + sum(batch.rejected.values()) + sum(
            batch.excluded.values()
        )
        read, kept = read + batch.read, kept + batch.table.num_rows
        for reason, number in batch.rejected.items():
            rejected[reason] = rejected.get(reason, 0) + number
    return read, kept, rejected


@pytest.mark.parametrize("count", [0, 1, 200, 1999, 2000, 2001, 4000])
def test_any_number_of_leads_is_whole(serving, count):
    with serving(Org(count)) as source:
        assert counts(source) == (count, count, {})


def _edit(**more: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda page: page | more


ODD: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no records": lambda page: {k: v for k, v in page.items() if k != "records"},
    "records that are no list": _edit(records={"Id": "x"}),
    "no total": lambda page: {k: v for k, v in page.items() if k != "totalSize"},
    "a total in words": _edit(totalSize="5"),
    "a total too small": _edit(totalSize=3),
    "not done, and no link": _edit(done=False),
    "done in words": _edit(done="true"),
    "a link to another host": _edit(done=False, nextRecordsUrl="https://evil.example/x"),
    "a link that is no text": _edit(done=False, nextRecordsUrl=7),
    "a link to itself": _edit(done=False, nextRecordsUrl=f"{LINK}0"),
    "a page of the network": lambda _: b"<html>sign in</html>",
    "a list": lambda page: [page],
    "nothing": lambda _: {},
    "the same record twice": lambda page: page | {"records": [page["records"][0], *page["records"][:-1]]},
}


HUGE = b"9" * 5000


@pytest.mark.parametrize(
    "answer",
    [
        Response(b'{"x":' + HUGE + b"}"),
        Response(b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        Response(b"{}", headers={"Sforce-Limit-Info": f"api-usage={HUGE.decode()}/5"}),
        Response(b"", status=503, headers={"Sforce-Limit-Info": f"api-usage={HUGE.decode()}/5"}),
        Response(b"7"),
        Response(b"null"),
    ],
)
@pytest.mark.parametrize("call", ["describe", "count"])
def test_an_answer_that_the_client_library_cannot_read_is_busy(serving, answer, call):
    org = Org(5)
    org.describe = org.left = answer
    with serving(org) as source, pytest.raises(Busy) as caught:
        getattr(source, call)()
    assert HUGE[:50].decode() not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("odd", list(ODD))
def test_an_odd_page_is_not_the_whole(serving, odd):
    org = Org(5)
    org.page = lambda start: ODD[odd](org.plain(start))
    with serving(org) as source, pytest.raises(Busy) as caught:
        list(source.pull(POLICY))
    assert org.calls < 12
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_an_answer_that_drips_does_not_hold_the_pull(serving, monkeypatch):
    monkeypatch.setattr(transport, "SECONDS", 0.2)
    org = Org(1)
    org.page = lambda start: dripping(json.dumps(org.plain(start)).encode())
    with serving(org) as source, pytest.raises(Busy):
        list(source.pull(POLICY))


def test_a_row_that_comes_on_two_pages_stands_in_place_of_another(serving):
    org = Org(3000)
    org.page = lambda start: (
        org.plain(start) | {"records": [org.record(org.ids[1999]), *org.plain(2000)["records"][:-1]]}
        if start
        else org.plain(0)
    )
    with serving(org) as source, pytest.raises(Busy):
        list(source.pull(POLICY))


def test_a_row_that_comes_once_too_often_is_no_loss(serving):
    org = Org(3000)
    org.page = lambda start: (
        org.plain(start) | {"records": [org.record(org.ids[1999]), *org.plain(2000)["records"]]}
        if start
        else org.plain(0)
    )
    with serving(org) as source:
        assert counts(source) == (3001, 3001, {})


def test_links_that_never_end_bring_no_endless_pull(serving):
    org = Org(5)
    org.page = lambda start: org.plain(0) | {"done": False, "nextRecordsUrl": f"{LINK}{start + 1}"}
    with serving(org) as source, pytest.raises(Busy):
        list(source.pull(POLICY))
    assert org.calls < 12


def test_fewer_leads_than_there_still_are_is_not_the_whole(serving):
    org = Org(5)
    org.page = lambda start: org.plain(start) | {"totalSize": 9}
    org.left = org.left | {"totalSize": 9}
    with serving(org) as source, pytest.raises(Busy):
        list(source.pull(POLICY))


def test_leads_deleted_meanwhile_are_no_fault(serving):
    org = Org(5)
    org.page = lambda start: org.plain(start) | {"totalSize": 6}
    with serving(org) as source:
        assert counts(source) == (5, 5, {})


def test_a_field_whose_name_holds_from_can_be_counted_again(serving):
    org = Org(5)
    org.page = lambda start: {
        **org.plain(start),
        "totalSize": 6,
        "records": [org.record(name) | {"VALID_FROM__c": "2025"} for name in org.ids],
    }
    policy = replace(POLICY, rules=(Rule(field="VALID_FROM__c", operator=Keep(), column="valid"),))
    with serving(org) as source:
        assert counts(source, policy) == (5, 5, {})
    assert org.asked[1:] == ["SELECT Id, VALID_FROM__c, CreatedDate FROM Lead", "SELECT COUNT() FROM Lead"]


def test_records_without_a_usable_id_are_counted(serving):
    org = Org(2)
    short = org.ids[1][:15]
    records = [org.record(org.ids[0]), {}, 5, {"Id": None}, {"Id": "00Q"}, org.record(short)]
    org.page = lambda _: {"totalSize": 6, "done": True, "records": records}
    org.left = {"totalSize": 6, "done": True, "records": []}
    with serving(org) as source:
        assert counts(source) == (6, 2, {"malformed": 4})


def test_an_id_of_15_characters_is_the_same_lead(serving):
    org = Org(1)
    org.page = lambda _: org.plain(0) | {"records": [org.record(org.ids[0][:15])]}
    with serving(org) as source:
        (batch,) = source.pull(POLICY)
    assert batch.table["lead_key"].to_pylist() == [KEYRING.lead_key(full_id(org.ids[0])).hex]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (85.0, "85"),
        (0.1, "0.1"),
        (1e21, "1e+21"),
        ("85.0", "85.0"),
        (True, "true"),
        ("true", "true"),
        (None, None),
        ("", None),
        ("ü" * 120, "ü" * 120),
        ("ü" * 32_000, None),
        ("2026-03-01T10:00:00.000+0000", "2026-03-01T10:00:00Z"),
        ("2026-03-01", "2026-03-01"),
        ("a;b", "a;b"),
        ("\ud83d", "\ufffd"),
    ],
)
def test_values_of_any_type_become_text(serving, value, text):
    org = Org(1)
    org.page = lambda _: org.plain(0) | {"records": [org.record(org.ids[0]) | {"Region__c": value}]}
    with serving(org) as source:
        (batch,) = source.pull(POLICY)
    assert batch.table["region"].to_pylist() == [text]


@pytest.mark.parametrize("value", [{"city": "Bonn"}, ["a"]])
def test_a_value_with_parts_is_refused_with_the_mend(serving, value):
    org = Org(1)
    org.page = lambda _: org.plain(0) | {"records": [org.record(org.ids[0]) | {"Region__c": value}]}
    with serving(org) as source, pytest.raises(Refused, match="parts") as caught:
        list(source.pull(POLICY))
    assert "Bonn" not in "".join(traceback.format_exception(caught.value))


OWNED = replace(POLICY, rules=(Rule(field="Owner.Type", operator=Keep(), column="kind"),))


@pytest.mark.parametrize(
    "owner", [None, {"Type": None}, {"type": "User"}, {"attributes": {}, "Type": "User"}]
)
def test_a_parent_in_any_form(serving, owner):
    org = Org(1)
    org.page = lambda _: org.plain(0) | {"records": [org.record(org.ids[0]) | {"Owner": owner}]}
    with serving(org) as source:
        (batch,) = source.pull(OWNED)
    assert batch.table["kind"].to_pylist() == ["User" if owner and "User" in owner.values() else None]


@pytest.mark.parametrize("owner", [{}, {"attributes": {}}, "005", 7, []])
def test_a_parent_without_the_field_is_refused_by_name(serving, owner):
    org = Org(1)
    org.page = lambda _: org.plain(0) | {"records": [org.record(org.ids[0]) | {"Owner": owner}]}
    with serving(org) as source, pytest.raises(Refused, match=r"Owner\.Type"):
        list(source.pull(OWNED))


@pytest.mark.parametrize("name", ["HasOptedOutOfEmail", "CreatedDate", "Region__c"])
@pytest.mark.parametrize("lacking", [1, 3])
def test_a_field_that_is_not_in_the_answer_is_refused_by_name(serving, name, lacking):
    org = Org(3)

    def page(start: int) -> Any:
        records = [org.record(one) | {"HasOptedOutOfEmail": False} for one in org.ids]
        for record in records[:lacking]:
            del record[name]
        return org.plain(start) | {"records": records}

    org.page = page
    with serving(org) as source, pytest.raises(Refused, match=name) as caught:
        list(source.pull(replace(POLICY, exclude_when=("HasOptedOutOfEmail",))))
    assert caught.value.code == "FIELD_ABSENT"


def test_two_rules_on_one_field_and_all_dropped(serving):
    twice = (
        Rule(field="Region__c", operator=Keep(), column="a"),
        Rule(field="region__c", operator=Keep(), column="b"),
    )
    dropped = (Rule(field="Email", operator=Drop(), column="email"),)
    org = Org(1)
    with serving(org) as source:
        (batch,) = source.pull(replace(POLICY, rules=twice))
        assert (batch.table["a"].to_pylist(), batch.table["b"].to_pylist()) == (["a"], ["a"])
        (batch,) = source.pull(replace(POLICY, rules=dropped))
        assert batch.table.column_names == ["lead_key", "cohort_day"]
    assert [text for text in org.asked if text] == [
        "SELECT Id, Region__c, CreatedDate FROM Lead",
        "SELECT Id, CreatedDate FROM Lead",
    ]


@pytest.mark.parametrize("document", [{}, {"fields": None}, {"fields": {}}, {"fields": 7}, [], b"<html>"])
def test_a_field_listing_without_fields_is_not_an_empty_one(serving, document):
    org = Org(1)
    org.describe = document
    with serving(org) as source, pytest.raises(Busy):
        source.describe()


@pytest.mark.parametrize("document", [{}, {"totalSize": None}, {"totalSize": "7"}])
def test_a_count_that_is_none_is_not_nought(serving, document):
    org = Org(1)
    org.left = document
    with serving(org) as source, pytest.raises(Busy):
        source.count()


RESULTS: dict[str, Callable[[list[Any]], Any]] = {
    "too few": lambda records: [{"id": records[0]["id"], "success": True}],
    "no list": lambda _: {"hello": 1},
    "odd entries": lambda _: [5, None, {"success": "true"}, {"success": False, "errors": "x"}],
    "odd errors": lambda _: [
        {"success": False, "errors": [e]} for e in ([], {}, {"statusCode": 7}, {"statusCode": SECRET})
    ],
    "other leads": lambda records: [{"id": r["id"], "success": True} for r in records[::-1]],
    "each its own": lambda _: [
        {"success": False, "errors": [{"statusCode": code, "message": SECRET}]}
        for code in (
            "UNABLE_TO_LOCK_ROW",
            "ENTITY_IS_DELETED",
            "CANNOT_UPDATE_CONVERTED_LEAD",
            "STRING_TOO_LONG",
        )
    ],
}


def test_a_write_back_that_is_not_answered_stops(serving):
    org = Org(2)
    org.update = lambda _: []
    with serving(org) as source, pytest.raises(Busy):
        source.publish({KEYRING.lead_key(name): FLAG for name in org.ids})


@pytest.mark.parametrize("case", list(RESULTS))
def test_a_write_back_adds_up_whatever_the_answer(serving, case):
    org = Org(6)
    written: list[Any] = []
    org.update = lambda records: written.extend(records) or RESULTS[case](records)
    flags = {KEYRING.lead_key(name): FLAG for name in (*org.ids[:4], make_id("00Q", 77))}
    with serving(org) as source:
        receipt = source.publish(flags)
    assert (receipt.listed, receipt.unknown) == (6, 2)
    assert receipt.listed == sum(
        (
            *(receipt.written, receipt.cleared, receipt.unchanged, receipt.unknown, receipt.converted),
            *receipt.failed.values(),
        )
    )
    assert {name for one in written for name in one} == {"attributes", "id", *FIELDS}
    assert SECRET not in repr(receipt)
    assert receipt.written == {"too few": 1}.get(case, 0)


@pytest.mark.parametrize("status", [300, 302, 400, 401, 403, 404, 409, 414, 429, 431, 500, 502, 503])
@pytest.mark.parametrize("hint", ["", "soon", "0", "-5", "9" * 5000, "Mon, 23 Nov 2026 00:00:05 GMT"])
def test_any_refusal_ends_a_pull_within_few_calls(serving, status, hint):
    org = Org(5)
    headers = {"Retry-After": hint, "Location": "/elsewhere"}
    org.page = lambda _: Response(f"<html>{SECRET}</html>", status=status, headers=headers)
    with serving(org) as source, pytest.raises(ConnectorError) as caught:
        list(source.pull(POLICY))
    assert org.calls <= 6
    assert org.grants.renewals == (status == 401)
    error = caught.value
    assert SECRET not in "".join(traceback.format_exception(error)) + repr(error.__context__)
