"""What networks, busy platforms and other people do to a sync: rows are counted, contact by contact."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.errors import Busy, ConnectorError, Refused
from connectors.policy.keep import Keep
from connectors.policy.model import Rule
from connectors.sandbox.hubspot.faults import Fault
from tests.connectors.hubspot.syncing import POLICY, Desk, desk_of
from tests.connectors.subject_hubspot import some

READ, LIST, SEARCH = "/batch/read", "/contacts", "/search"
PASSING = {
    **{f"status {one}": Fault(status=one) for one in (423, 500, 502, 503, 504, 521, 523, 524)},
    **{
        kind: Fault(kind=kind)
        for kind in ("reset_before", "lost_answer", "reset", "cut", "truncated", "expire")
    },
    "drip": Fault(kind="drip", seconds=0.2),
    "burst": Fault(kind="limit", policy="burst"),
}
LASTING = {
    "a URL that is too long": (Fault(status=414, times=None), Refused),
    "a move between data centres": (Fault(status=477, times=None), Busy),
    "the calls of the day are used up": (Fault(kind="limit", policy="daily", times=None), Busy),
    "no answer": (Fault(kind="reset_before", times=None), Busy),
    "a page of the network": (Fault(status=502, times=None), Busy),
}


@pytest.fixture
def desk(connecting, tmp_path: Path) -> Desk:
    records = some(500)
    for number in range(0, 500, 100):
        records[number]["opted_out_of_profiling"] = True
    return desk_of(connecting(records), tmp_path)


def whole(desk: Desk) -> None:
    """The lake is what the portal is: none lost, none doubled, none stale, and the account says so."""
    live = {one: desk.portal.values(one) for one in desk.portal.desk.ids("contacts")}
    key = desk.connected.keyring.lead_key
    want = {
        key(one).hex: row.get("region") for one, row in live.items() if "opted_out_of_profiling" not in row
    }
    rows = desk.rows()
    held = list(zip(rows["lead_key"].to_pylist(), rows["region"].to_pylist(), strict=True))
    assert Counter(held) == Counter(want.items())
    account = desk.lake.whole("hubspot", desk.portal.organisation)
    assert account is not None
    assert account.read - account.rejected.get("OBJECT_NOT_FOUND", 0) == len(live)


@pytest.mark.parametrize("name", PASSING)
@pytest.mark.parametrize("path", [READ, LIST])
def test_a_passing_fault_costs_no_contact(desk: Desk, name: str, path: str):
    desk.portal.control.plan(replace(PASSING[name], path=path, skip=2))
    assert desk.sync().run.read == 500
    whole(desk)


@pytest.mark.parametrize("name", PASSING)
def test_a_passing_fault_of_the_search_costs_no_change(desk: Desk, name: str):
    desk.sync()
    desk.later()
    for number in range(1, 440, 2):
        desk.change(number, region="moved")
    desk.later(1)
    desk.portal.control.plan(replace(PASSING[name], path=SEARCH, skip=1))
    assert desk.sync().changed == 220
    whole(desk)


@pytest.mark.parametrize("name", LASTING)
@pytest.mark.parametrize("path", [READ, LIST])
def test_a_lasting_fault_ends_the_sync_and_the_next_goes_on(desk: Desk, name: str, path: str):
    fault, error = LASTING[name]
    desk.portal.control.plan(replace(fault, path=path, skip=9 if path == LIST else 3))
    with pytest.raises(error) as told:
        desk.sync()
    assert "@canary" not in repr(told.value)
    desk.portal.control.mend()
    desk.later(2)
    done = desk.sync()
    assert (done.run.read, done.run.kept) == (500, 495)
    assert done.resumed_at >= 100
    whole(desk)


@pytest.mark.parametrize("path", [LIST, SEARCH])
def test_a_page_that_comes_twice_doubles_nobody(desk: Desk, path: str):
    if path == LIST:
        desk.portal.control.plan(Fault(kind="duplicate_page", path=path, method="GET", skip=2))
    assert desk.sync().run.read == 500
    desk.later()
    for number in range(1, 450):
        desk.change(number, region="moved")
    desk.later(1)
    desk.portal.control.plan(Fault(kind="duplicate_page", path=path, skip=1))
    done = desk.sync()
    assert done.run.read == 449
    whole(desk)


@pytest.mark.parametrize("seed", range(6))
def test_what_people_do_during_a_sync_is_there_after_the_next(desk: Desk, seed: int):
    """Contacts change, go, merge and come at random moments of a full pull and of one of changes."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    ids = list(desk.portal.record_ids()[1:])
    dice.shuffle(ids)
    for wanted in ("full", ""):
        for _ in range(6):
            one, other = ids.pop(), ids.pop()
            deed = dice.choice(("archive", "change", "merge", "erase", "create"))
            values = {
                "region": "moved",
                **({"createdate": "2026-05-05T00:00:00Z"} if deed == "create" else {}),
            }
            fault = Fault(kind="deed", deed=deed, record=one, other=other, values=values)
            desk.portal.control.plan(replace(fault, path=LIST, skip=dice.randrange(10)))
        desk.sync(wanted=wanted)  # type: ignore[arg-type]
        desk.portal.control.mend()
        desk.later(5)
    desk.sync(wanted="reconcile")
    whole(desk)


def test_a_token_that_expires_between_pages_again_and_again_costs_nothing(desk: Desk):
    for skip in (0, 2, 4):
        desk.portal.control.plan(Fault(kind="expire", skip=skip, path=LIST, method="GET"))
    assert desk.sync().run.read == 500
    whole(desk)


def test_ten_thousand_results_are_no_limit(connecting, tmp_path: Path):
    desk = desk_of(connecting(some(10_250)), tmp_path)
    desk.sync()
    desk.later()
    desk.portal.desk.stamp_all("contacts")
    desk.change(10_249, region="last")
    desk.later(1)
    done = desk.sync()
    assert (done.kind, done.run.read, done.changed, done.unchanged) == ("incremental", 10_250, 1, 10_249)
    whole(desk)


def test_an_index_that_is_ten_seconds_behind_loses_nothing(desk: Desk):
    desk.portal.control.index_seconds = 10.0
    desk.sync()
    for number in range(1, 60):
        desk.change(number, region=f"moved {number}")
        desk.portal.clock.advance(1)
        if number % 7 == 0:
            desk.sync()
    desk.portal.clock.advance(11)
    desk.sync()
    whole(desk)


def test_a_property_that_disappears_between_the_describe_and_the_reads_is_named(desk: Desk, monkeypatch):
    more = replace(POLICY, rules=(*POLICY.rules, Rule(field="age", operator=Keep(), column="age")))
    answered = type(desk.source._client).page

    def dropping(client, *args, **named):
        definitions = desk.portal._world.contacts.definitions
        if "age" in definitions:
            desk.portal.desk.drop_property("contacts", "age")
        return answered(client, *args, **named)

    desk.sync()
    monkeypatch.setattr(type(desk.source._client), "page", dropping)
    with pytest.raises(Refused, match="contact property age") as told:
        desk.sync(more)
    assert told.value.code == "PROPERTY_DOESNT_EXIST"
    assert desk.rows().num_rows == 495
    assert desk.sync().kind == "incremental"


def test_a_list_that_ends_early_is_not_the_whole(desk: Desk, monkeypatch):
    answered, pages = type(desk.source._client).page, itertools.count()

    def cut(client, *args, **named):
        document = answered(client, *args, **named)
        return {**document, "paging": {}} if next(pages) == 2 else document

    monkeypatch.setattr(type(desk.source._client), "page", cut)
    with pytest.raises(Busy, match="before all of its contacts had come"):
        desk.sync()
    monkeypatch.undo()
    assert desk.sync().run.read == 500
    whole(desk)


def test_a_portal_that_is_out_of_reach_says_nothing_of_anybody(desk: Desk):
    desk.portal.break_down()
    with pytest.raises(ConnectorError) as told:
        desk.sync()
    assert not [one for one in desk.portal.record_ids() if one in str(told.value)]
