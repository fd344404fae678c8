"""Answers that are valid HTTP and wrong all the same: nothing partial may look complete."""

from __future__ import annotations

import itertools
import json
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from connectors import transport
from connectors.errors import Busy, ConnectorError, Refused
from connectors.hubspot.app import HubSpotApp
from connectors.hubspot.flag_properties import NAMES
from connectors.hubspot.oauth import refresh
from connectors.hubspot.source import HubSpotSource
from connectors.hubspot.timing import Timing
from connectors.oauth import Grant
from connectors.pseudonym import Keyring
from connectors.source import Flag
from tests.connectors.scripted import dripping, scripted
from tests.connectors.subject_hubspot import POLICY

NOW = datetime(2026, 11, 23, tzinfo=UTC)
KEYRING = Keyring(crm="hubspot", organisation="1", master=bytes(32))
TYPES = {"createdate": ("datetime", "date"), "opted_out_of_profiling": ("bool", "booleancheckbox")}
PROPERTIES = {
    "results": [
        {"name": name, "type": kind, "fieldType": typed}
        for name in (*POLICY.fields, "hs_object_id")
        for kind, typed in [TYPES.get(name, ("string", "text"))]
    ]
}
FLAG = Flag(status="review", reason="Look again.", audit_id="A", checked_at=NOW)
SECRET = "canary-token"
APP = HubSpotApp(app_id="1", client_id="c", client_secret="s", redirect_uri="http://127.0.0.1/cb")
GRANT = Grant(
    organisation="1",
    instance_url="",
    issued_at=NOW,
    expires_at=NOW + timedelta(hours=1),
    scopes=(),
    access_token=SECRET,
    refresh_token=SECRET,
)


class Portal:
    """Contacts 1 to ``count`` in pages of 100, until a test replaces an answer."""

    def __init__(self, count: int) -> None:
        self.ids = [str(number) for number in range(1, count + 1)]
        self.calls = 0
        self.list: Callable[[int], Any] = self.page
        self.read: Callable[[list[str]], Any] = lambda ids: {"results": [self.record(name) for name in ids]}
        self.search: Callable[[Any], Any] = lambda _body: {"total": 0, "results": []}
        self.update: Callable[[Any], Any] = lambda inputs: {"results": [{"id": one["id"]} for one in inputs]}
        self.properties: Any = PROPERTIES
        self.grants: Any = None

    def record(self, name: str) -> dict[str, Any]:
        values = {"region": "a", "lead_score": "7", "createdate": "2026-03-01T00:00:00Z"}
        values |= {"opted_out_of_profiling": None}
        return {"id": name, "properties": values}

    def page(self, start: int) -> dict[str, Any]:
        found: dict[str, Any] = {"results": [{"id": name} for name in self.ids[start : start + 100]]}
        if start + 100 < len(self.ids):
            found["paging"] = {"next": {"after": str(start + 100)}}
        return found

    def __call__(self, request: Request) -> Any:
        self.calls += 1
        body = request.get_json(silent=True) or {}
        if "/properties/" in request.path:
            return {"results": []} if request.path.endswith("/groups") else self.properties
        if request.path.endswith("/batch/read"):
            return self.read([one["id"] for one in body["inputs"]])
        if request.path.endswith("/search"):
            return self.search(body)
        if request.path.endswith("/batch/update"):
            return self.update(body["inputs"])
        return self.list(int(request.args.get("after", "0")))


@contextmanager
def source_of(portal: Portal) -> Iterator[HubSpotSource]:
    ticks = itertools.count()
    timing = Timing(now=lambda: NOW, monotonic=lambda: next(ticks) * 1.0, sleep=lambda _: None)
    with scripted(portal) as url:
        portal.grants = Renewing(replace(GRANT, instance_url=url))
        yield HubSpotSource(replace(APP, api_url=url), portal.grants, KEYRING, timing)


@dataclass(slots=True)
class Renewing:
    """A grant store whose renewals are only counted."""

    grant: Grant
    renewals: int = 0

    def load(self) -> Grant:
        return self.grant

    def renew(self, stale: Grant, refresh: Callable[[Grant], Grant]) -> Grant:
        del refresh
        self.renewals += 1
        return stale


def counts(portal: Portal) -> tuple[int, int, dict[str, int]]:
    """Read, kept, rejected; each batch adds up."""
    read, kept, rejected = 0, 0, {}
    with source_of(portal) as source:
        for batch in source.pull(POLICY):
            assert batch.read == batch.table.num_rows + sum(batch.rejected.values()) + sum(
                batch.excluded.values()
            )
            read, kept = read + batch.read, kept + batch.table.num_rows
            for reason, number in batch.rejected.items():
                rejected[reason] = rejected.get(reason, 0) + number
    return read, kept, rejected


def busy(portal: Portal, since: datetime | None = None) -> None:
    """The pull ends in Busy, soon, and says nothing of what was answered."""
    with source_of(portal) as source, pytest.raises(Busy) as caught:
        list(source.pull(POLICY, since))
    assert portal.calls < 60
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 2000])
def test_any_number_of_contacts_is_whole(count):
    assert counts(Portal(count)) == (count, count, {})


@pytest.mark.parametrize(
    "document",
    [{}, {"results": None}, {"results": {"id": "1"}}, {"message": "hello"}, [], 7, b"<html>sign in</html>"],
)
@pytest.mark.parametrize("where", ["list", "read", "properties"])
def test_an_answer_without_its_list_is_not_an_empty_one(document, where):
    portal = Portal(5)
    setattr(portal, where, document if where == "properties" else lambda _: document)
    busy(portal)


def test_a_list_that_goes_in_a_circle_ends():
    portal = Portal(300)
    portal.list = lambda start: {
        **portal.page(start % 200),
        "paging": {"next": {"after": str(100 + start % 200)}},
    }
    busy(portal)


CUT_OFF: dict[str, Any] = {
    "no cursor": {"next": {"link": "x"}},
    "a cursor that is null": {"next": {"after": None}},
    "a cursor that is empty": {"next": {"after": ""}},
    "a cursor with parts": {"next": {"after": {"x": 1}}},
    "a cursor that is no word": {"next": {"after": "1 2"}},
    "a next page that is a word": {"next": "x"},
    "paging that is a word": "x",
    "paging that is a list": [{"next": {"after": "100"}}],
}


@pytest.mark.parametrize("paging", list(CUT_OFF.values()), ids=list(CUT_OFF))
@pytest.mark.parametrize("place", [0, 100])
def test_more_that_is_announced_and_cannot_be_found_is_not_the_end(paging, place):
    portal = Portal(300)
    portal.list = lambda start: {**portal.page(start), **({"paging": paging} if start == place else {})}
    busy(portal)


@pytest.mark.parametrize("paging", [None, {}, {"next": None}, {"prev": {"before": "1"}}])
def test_nothing_announced_is_the_end(paging):
    portal = Portal(5)
    portal.list = lambda start: {**portal.page(start), "paging": paging}
    assert counts(portal) == (5, 5, {})


def test_an_empty_page_with_more_behind_it_is_not_the_whole():
    portal = Portal(300)
    portal.list = lambda start: {**portal.page(start), **({"results": []} if start == 100 else {})}
    busy(portal)


def counting(*totals: int) -> Callable[[Any], Any]:
    """What the portal's search counts, one answer after another, the last one for good."""
    left = list(totals)
    highest = [{"id": str(totals[0])}]
    return lambda _: {"total": left.pop(0) if len(left) > 1 else left[0], "results": highest}


def test_a_list_without_its_last_pages_is_not_the_whole():
    portal = Portal(300)
    portal.search = counting(300)
    portal.list = lambda start: {"results": portal.page(start)["results"]}
    busy(portal)


def test_a_page_without_one_of_its_contacts_is_not_the_whole():
    portal = Portal(300)
    portal.search = counting(300)
    portal.list = lambda start: {
        **portal.page(start),
        "results": portal.page(start)["results"][start // 200 :],
    }
    busy(portal)


def test_contacts_deleted_meanwhile_are_no_fault():
    portal = Portal(300)
    portal.search = counting(300, 297)
    del portal.ids[10:13]
    assert counts(portal) == (297, 297, {})


def test_the_index_may_be_behind():
    portal = Portal(300)
    portal.search = counting(300, 300, 299, 297)
    del portal.ids[10:13]
    assert counts(portal) == (297, 297, {})


def test_new_contacts_do_not_stand_in_for_those_that_did_not_come():
    portal = Portal(310)
    portal.search = counting(300)
    del portal.ids[10:13]
    busy(portal)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"results": []},
        {"total": "5", "results": []},
        {"total": True, "results": []},
        {"total": -1, "results": []},
        {"total": 5},
        {"total": 5, "results": []},
    ],
)
def test_a_count_that_is_none_is_not_nought(document):
    portal = Portal(5)
    portal.search = lambda _: document
    busy(portal)


def test_a_list_that_brings_nothing_new_ends():
    portal = Portal(300)
    portal.list = lambda start: {**portal.page(0), "paging": {"next": {"after": str(start + 1)}}}
    busy(portal)


def test_a_page_that_comes_twice_costs_nothing():
    portal = Portal(250)
    seen: list[int] = []

    def stumbling(start: int) -> Any:
        seen.append(start)
        return (
            {**portal.page(0), "paging": {"next": {"after": "100"}}} if len(seen) == 1 else portal.page(start)
        )

    portal.list = stumbling
    assert counts(portal) == (250, 250, {})


def test_a_list_that_is_not_in_the_order_of_ids_loses_nobody():
    portal = Portal(250)
    portal.ids.reverse()
    assert counts(portal) == (250, 250, {})


def test_records_without_a_usable_id_are_counted():
    portal = Portal(3)
    portal.list = lambda _: {
        "results": [{"id": "1"}, {}, {"id": None}, {"id": "x/y"}, 5, {"id": 2}, {"id": True}]
    }
    assert counts(portal) == (7, 2, {"malformed": 5})


def test_records_that_are_missing_without_a_word_are_asked_for_again():
    portal, asked = Portal(10), []

    def forgetful(ids: list[str]) -> Any:
        asked.append(len(ids))
        return {"results": [portal.record(name) for name in (ids[:6] if len(asked) == 1 else ids)]}

    portal.read = forgetful
    assert counts(portal) == (10, 10, {})
    assert asked == [10, 4]


def test_records_that_stay_missing_end_the_pull():
    portal = Portal(10)
    portal.read = lambda ids: {"results": [portal.record(name) for name in ids[1:]]}
    busy(portal)


def test_a_contact_that_was_merged_meanwhile_is_counted():
    portal = Portal(10)
    portal.read = lambda ids: {"results": [portal.record("9000" if name == "4" else name) for name in ids]}
    assert counts(portal) == (10, 9, {"OBJECT_NOT_FOUND": 1})


@pytest.mark.parametrize("context", [{"ids": ["4"]}, {"ids": [4]}, {}, None])
def test_a_contact_that_is_named_as_gone_is_counted(context):
    portal = Portal(10)
    error = {"status": "error", "category": "OBJECT_NOT_FOUND", "context": context}
    portal.read = lambda ids: {
        "results": [portal.record(name) for name in ids if name != "4"],
        "numErrors": 1,
        "errors": [error],
    }
    assert counts(portal) == (10, 9, {"OBJECT_NOT_FOUND": 1})


UNEXPLAINED: dict[str, Any] = {
    "no category": {"status": "error", "message": "x"},
    "no category, but ids": {"context": {"ids": ["4"]}},
    "a category that is null": {"category": None, "context": {"ids": ["4"]}},
    "a category of another kind": {"category": "INTERNAL_ERROR", "context": {"ids": ["4"]}},
}


@pytest.mark.parametrize("error", list(UNEXPLAINED.values()), ids=list(UNEXPLAINED))
def test_contacts_that_an_error_does_not_explain_are_not_taken_for_gone(error):
    portal, asked = Portal(10), []

    def partial(ids: list[str]) -> Any:
        asked.append(ids)
        return {"results": [portal.record(n) for n in ids if n != "4"], "numErrors": 1, "errors": [error]}

    portal.read = partial
    busy(portal)
    assert asked == [portal.ids, ["4"]]


def test_contacts_that_came_the_second_time_are_kept():
    portal, asked = Portal(10), []

    def stumbling(ids: list[str]) -> Any:
        asked.append(ids)
        return {"results": [portal.record(n) for n in ids if len(asked) > 1], "errors": [{"status": "error"}]}

    portal.read = stumbling
    assert counts(portal) == (10, 10, {})


def test_the_answer_of_another_batch_is_not_this_one_s():
    portal = Portal(100)
    portal.read = lambda ids: {"results": [portal.record(str(1000 + int(name))) for name in ids]}
    busy(portal)


def test_ids_with_leading_noughts_are_the_same_contacts():
    portal = Portal(3)
    portal.list = lambda _: {"results": [{"id": f"00{name}"} for name in portal.ids]}
    assert counts(portal) == (3, 3, {})


def test_an_id_of_thousands_of_digits_is_none():
    portal = Portal(3)
    portal.list = lambda _: {"results": [{"id": "1"}, {"id": "9" * 5000}, {"id": "0"}]}
    assert counts(portal) == (3, 1, {"malformed": 2})


@pytest.mark.parametrize("name", POLICY.fields)
def test_a_property_that_is_in_no_answer_is_refused_by_name(name):
    portal = Portal(5)
    portal.read = lambda ids: {"results": [without(portal.record(one), name) for one in ids]}
    with source_of(portal) as source, pytest.raises(Refused, match=name) as caught:
        list(source.pull(POLICY))
    assert caught.value.code == "PROPERTY_DOESNT_EXIST"


@pytest.mark.parametrize("name", POLICY.fields)
def test_a_property_that_is_not_in_every_answer_is_no_answer(name):
    portal = Portal(5)
    portal.read = lambda ids: {
        "results": [portal.record(one) if one != "2" else without(portal.record(one), name) for one in ids]
    }
    busy(portal)


def without(record: dict[str, Any], name: str) -> dict[str, Any]:
    return {**record, "properties": {k: v for k, v in record["properties"].items() if k != name}}


def test_a_contact_that_could_not_be_read_is_not_taken_for_gone():
    portal = Portal(10)
    error = {"status": "error", "category": "INTERNAL_ERROR", "context": {"ids": ["4"]}}
    portal.read = lambda ids: {"results": [portal.record(n) for n in ids if n != "4"], "errors": [error]}
    busy(portal)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7, "7"),
        (7.0, "7"),
        (0.1, "0.1"),
        (True, "true"),
        ("", None),
        (None, None),
        (["a", "b"], '["a", "b"]'),
        ("ü" * 120, "ü" * 120),
        ("ü" * 32_000, None),
        ("\ud83d", "\ufffd"),
    ],
)
def test_values_of_any_type_become_text(value, text):
    portal = Portal(1)
    record = portal.record("1")
    record["properties"]["region"] = value
    portal.read = lambda _: {"results": [record]}
    with source_of(portal) as source:
        (batch,) = source.pull(POLICY)
    assert batch.table["region"].to_pylist() == [text]


@pytest.mark.parametrize(
    ("created", "kept"),
    [
        ("2026-03-01", 1),
        ("2026-03-01T23:30:00-02:00", 1),
        ("1772323200000", 1),
        ("2026-03-01T00:00:00.000+0000", 1),
        ("1 March", 0),
        ("999999999999999", 0),
        ("", 0),
        (None, 0),
    ],
)
def test_dates_of_every_form(created, kept):
    portal = Portal(1)
    record = portal.record("1")
    record["properties"]["createdate"] = created
    portal.read = lambda _: {"results": [record]}
    read, held, rejected = counts(portal)
    assert (read, held, sum(rejected.values())) == (1, kept, 1 - kept)


@pytest.mark.parametrize(
    "document",
    [
        {"total": 5, "results": []},
        {"results": []},
        {"total": 5, "results": None},
        {"total": 5, "results": [{"id": "5"}, {"id": "4"}]},
        {"total": 5, "results": [{"id": "1"}, {}]},
        {"total": 5, "results": [{"id": "1"}], "paging": {"next": {"after": "x"}}},
    ],
)
def test_a_search_that_does_not_advance_ends(document):
    portal = Portal(5)
    portal.search = lambda _: document
    busy(portal, since=NOW - timedelta(days=1))


def test_a_contact_that_changes_during_a_search_moves_nobody_out_of_it():
    portal = Portal(600)
    changed: set[str] = set()

    def search(body: Any) -> Any:
        filters = body["filterGroups"][0]["filters"]
        last = next(int(one["value"]) for one in filters if one["propertyName"] == "hs_object_id")
        left = [n for n in portal.ids if n not in changed and int(n) > last][int(body.get("after") or 0) :]
        changed.update(left[:150])
        found = {"total": len(left), "results": [{"id": name} for name in left[:200]]}
        more = (
            {"paging": {"next": {"after": str(int(body.get("after") or 0) + 200)}}} if len(left) > 200 else {}
        )
        return {**found, **more}

    portal.search = search
    with source_of(portal) as source:
        assert sum(batch.read for batch in source.pull(POLICY, NOW - timedelta(days=1))) == 600


def test_an_answer_that_drips_does_not_hold_the_pull(monkeypatch):
    monkeypatch.setattr(transport, "SECONDS", 0.2)
    portal = Portal(5)
    portal.list = lambda _: dripping(b" " * 40 + b'{"results": []}')
    busy(portal)


def test_a_budget_that_cannot_be_puts_nothing_to_sleep():
    portal = Portal(250)
    budget = {f"X-HubSpot-RateLimit-{name}": "9" * 5000 for name in ("Max", "Remaining")}
    budget |= {"X-HubSpot-RateLimit-Interval-Milliseconds": "9" * 12}
    portal.list = lambda start: Response(json.dumps(portal.page(start)), headers=budget)
    assert counts(portal) == (250, 250, {})


def test_a_token_that_drips_does_not_hold_the_pull(monkeypatch):
    monkeypatch.setattr(transport, "SECONDS", 0.2)
    token = b'{"access_token": "a", "expires_in": 1800, "hub_id": 1}'
    with scripted(lambda _: dripping(token)) as url, pytest.raises(Busy):
        refresh(replace(APP, api_url=url), GRANT, Timing(now=lambda: NOW))


@pytest.mark.parametrize("status", [401, 200])
def test_a_page_of_the_network_is_tried_again(status):
    portal = Portal(150)
    listed = portal.list

    def interrupted(_: int) -> Any:
        portal.list = listed
        return Response("<html>sign in</html>", status=status, content_type="text/html")

    portal.list = interrupted
    with source_of(portal) as source:
        assert sum(batch.read for batch in source.pull(POLICY)) == 150
    assert portal.grants.renewals == (status == 401)


@pytest.mark.parametrize("scopes", [5, "crm.objects.deals.read", [5], {"a": 1}, None])
@pytest.mark.parametrize("errors", [lambda context: [{"context": context}], lambda context: context])
def test_a_missing_scope_in_an_odd_form_is_refused(scopes, errors):
    portal = Portal(5)
    body = {"category": "MISSING_SCOPES", "errors": errors({"requiredGranularScopes": scopes})}
    portal.list = lambda _: Response(json.dumps(body), status=403)
    with source_of(portal) as source, pytest.raises(Refused) as caught:
        list(source.pull(POLICY))
    assert caught.value.code == "MISSING_SCOPES"


def test_unauthorised_for_good_is_refused_after_one_renewal():
    portal = Portal(5)
    portal.list = lambda _: Response(f"<html>{SECRET}</html>", status=401)
    with source_of(portal) as source, pytest.raises(Refused) as caught:
        list(source.pull(POLICY))
    assert (portal.grants.renewals, caught.value.code) == (1, "HTTP_401")
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("options", [5, None, [5], [{"value": {"a": 1}}], [{"value": "ok"}]])
def test_choices_in_an_odd_form_cannot_hold_a_flag(options):
    portal = Portal(1)
    portal.properties = {"results": [{"name": NAMES[0], "type": "enumeration", "options": options}, {}]}
    with source_of(portal) as source, pytest.raises(Refused) as caught:
        source.publish({})
    assert caught.value.code == "PROPERTY_CONFLICT"


@pytest.mark.parametrize(
    "document",
    [
        {"results": [{"id": 1}, {"id": "2"}, {}, 5], "errors": [7, {}, {"context": {"ids": ["3"]}}]},
        {"results": [{"id": "1"}, {"id": "2"}], "errors": {"context": 5}},
    ],
)
def test_a_write_back_adds_up_whatever_the_answer(document):
    portal = Portal(5)
    portal.properties = {"results": []}
    portal.list = lambda _: {
        "results": [{"id": name, "properties": 5} for name in portal.ids] + [{"id": None}]
    }
    written: list[Any] = []
    portal.update = lambda inputs: written.extend(inputs) or document
    flags = {KEYRING.lead_key(name): FLAG for name in ("1", "2", "3", "4", "77")}
    with source_of(portal) as source:
        receipt = source.publish(flags)
    assert (receipt.listed, receipt.written, receipt.unknown) == (6, 2, 2)
    assert receipt.listed == receipt.written + receipt.cleared + receipt.unchanged + receipt.unknown + sum(
        receipt.failed.values()
    )
    assert {name for one in written for name in one["properties"]} == set(NAMES)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 414, 423, 429, 477, 500, 502, 503, 530])
@pytest.mark.parametrize("hint", ["", "soon", "0", "-5", "9" * 5000, "Mon, 23 Nov 2026 00:00:05 GMT"])
def test_any_refusal_ends_a_pull_within_few_calls(status, hint):
    portal = Portal(5)
    portal.list = lambda _: Response(
        f'{{"message":"{SECRET}"}}', status=status, headers={"Retry-After": hint}
    )
    with source_of(portal) as source, pytest.raises(ConnectorError) as caught:
        list(source.pull(POLICY))
    assert portal.calls <= 7
    error = caught.value
    assert SECRET not in "".join(traceback.format_exception(error)) + repr(error.__context__)
