"""A portal that changes under a sync in ways that nobody plans: nothing is emptied, or mixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Busy, ConnectorError, Refused
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.gate import Gate
from connectors.hubspot.reading import LEAKED, TIER
from connectors.policy.coarsen import Coarsen
from connectors.policy.keep import Keep
from connectors.policy.model import Rule
from connectors.sandbox.hubspot.faults import Fault
from connectors.snapshots import as_scored
from tests.connectors.hubspot.syncing import POLICY, Desk, desk_of
from tests.connectors.hubspot.test_related import BESIDE, DATED, DEALS, LEADS, deal, held, lead, with_scopes
from tests.connectors.subject_hubspot import some


@pytest.fixture
def desk(connecting, tmp_path: Path) -> Desk:
    """A desk of 150 contacts whose app may read deals and leads."""
    return desk_of(with_scopes(connecting(some(150)), DEALS, LEADS), tmp_path)


@pytest.mark.parametrize("wanted", ["full", "reconcile"])
def test_a_portal_that_shows_no_contact_any_more_empties_nothing(desk: Desk, monkeypatch, wanted: Any):
    desk.sync()
    before = desk.rows()
    nobody: Mapping[str, Any] = {"results": [], "total": 0}
    with monkeypatch.context() as patched:
        patched.setattr(HubSpotClient, "page", lambda *_, **__: nobody)
        patched.setattr(HubSpotClient, "search", lambda *_, **__: nobody)
        with pytest.raises(Refused, match="150 are held here") as caught:
            desk.sync(wanted=wanted)
    assert caught.value.code == "NO_LEADS"
    assert desk.rows().equals(before)
    assert desk.sync(wanted=wanted).whole.read == 150


@pytest.mark.parametrize("wanted", ["full", "reconcile"])
def test_contacts_that_were_all_archived_are_gone(desk: Desk, wanted: Any):
    desk.sync()
    for one in desk.portal.record_ids():
        desk.portal.desk.archive("contacts", one)
    desk.later()
    assert desk.sync(wanted=wanted).whole.read == 0
    assert desk.rows().num_rows == 0


def test_a_scope_that_is_lost_or_given_between_two_syncs_reads_everything(desk: Desk):
    deal(desk, 1, "closedwon", "2026-06-02T00:00:00Z")
    less = replace(desk, connected=with_scopes(desk.connected, LEADS))
    less.sync(BESIDE)
    assert held(desk, 1, "won") == (None,)
    done = desk.sync(BESIDE)
    assert (done.kind, "other objects" in done.why) == ("full", True)
    assert held(desk, 1, "won") == ("true",)
    assert desk.sync(BESIDE).kind == "incremental"
    assert less.sync(BESIDE).kind == "full"
    assert held(desk, 1, "won") == (None,)


def test_a_scope_that_is_lost_within_a_sync_does_not_leave_half_of_the_outcomes(desk: Desk):
    for number in (1, 140):
        deal(desk, number, "closedwon", "2026-06-02T00:00:00Z")
    less = replace(desk, connected=with_scopes(desk.connected, LEADS))
    deals = "/contacts/deals/batch/read"
    desk.portal.control.plan(Fault(status=403, path=deals, skip=1, times=None))
    with pytest.raises(Refused):
        desk.sync(BESIDE)
    desk.portal.control.mend()
    done = less.sync(BESIDE)
    assert (done.resumed_at, done.run.read) == (0, 150)
    assert [held(desk, number, "won") for number in (1, 140)] == [(None,), (None,)]


@pytest.mark.parametrize("error", [{"category": "INTERNAL_ERROR"}, {}, {"category": None, "subCategory": 7}])
def test_associations_that_hubspot_could_not_tell_are_not_taken_for_none(desk: Desk, monkeypatch, error):
    deal(desk, 1, "closedwon", "2026-06-02T00:00:00Z")
    ask = HubSpotClient.associations

    def partly(self: HubSpotClient, start: str, end: str, inputs: Any) -> Any:
        told = ask(self, start, end, inputs)
        return {**told, "results": [], "errors": [*told.get("errors", []), error]}

    with monkeypatch.context() as patched:
        patched.setattr(HubSpotClient, "associations", partly)
        with pytest.raises(Busy, match="what it is associated with"):
            desk.sync(BESIDE)
    desk.sync(BESIDE)
    assert held(desk, 1, "won") == ("true",)


@pytest.mark.parametrize("odd", [{"from": {}}, {"from": {"id": "x"}}, {"to": [{}]}, {"to": None}])
@pytest.mark.parametrize("of", ["deals", "contacts"])
def test_an_association_without_an_id_is_not_taken_for_none(desk: Desk, monkeypatch, odd, of: str):
    deal(desk, 1, "closedwon", "2026-06-02T00:00:00Z")
    lead(desk, 1, "HOT", 578)
    ask = HubSpotClient.associations

    def oddly(self: HubSpotClient, start: str, end: str, inputs: Any) -> Any:
        told = ask(self, start, end, inputs)
        return {**told, "results": [{**one, **odd} for one in told["results"]]} if end == of else told

    monkeypatch.setattr(HubSpotClient, "associations", oddly)
    with pytest.raises(Busy):
        desk.sync(BESIDE)


def test_a_contact_that_is_listed_without_an_id_does_not_pass_for_gone(desk: Desk, monkeypatch):
    desk.sync()
    before, page = desk.rows(), HubSpotClient.page

    def nameless(self: HubSpotClient, *asked: Any, archived: bool = False, **more: Any) -> Any:
        told = page(self, *asked, archived=archived, **more)
        return (
            told
            if archived
            else {**told, "results": [{**told["results"][0], "id": None}, *told["results"][1:]]}
        )

    monkeypatch.setattr(HubSpotClient, "page", nameless)
    with pytest.raises(Busy, match="without an id"):
        desk.sync(wanted="reconcile")
    assert desk.rows().equals(before)


def test_a_history_that_does_not_come_is_asked_for_again_and_stops_the_sync(desk: Desk, monkeypatch):
    ended = ("2026-06-01T00:00:00Z", "2026-06-01T00:00:00Z")
    one = desk.portal.record_ids()[4]
    desk.portal.desk.remember("contacts", one, "hs_v2_date_entered_customer", [ended])
    scores = [("40", "2026-04-01T00:00:00Z"), ("99", "2026-06-05T00:00:00Z")]
    desk.portal.desk.remember("contacts", one, "lead_score", scores)
    read = HubSpotClient.read
    silent = list(range(2))

    def without(self: HubSpotClient, ids: Any, properties: Any, history: Any = (), kind: str = "contacts"):
        if history and silent:
            silent.pop()
            return {"status": "COMPLETE", "results": []}
        return read(self, ids, properties, history, kind)

    monkeypatch.setattr(HubSpotClient, "read", without)
    with pytest.raises(Busy, match="do not add up"):
        desk.sync(DATED, outcome_at="end")
    desk.sync(DATED, outcome_at="end")
    chosen = {row["lead_key"]: row["score"] for row in as_scored(desk.rows(), "score", "end").to_pylist()}
    assert chosen[desk.key(4)] == "40"


@pytest.mark.parametrize("years", [1, 50])
def test_one_answer_from_the_future_hides_no_change(desk: Desk, monkeypatch, years: int):
    with monkeypatch.context() as patched:
        now = Gate.now
        patched.setattr(Gate, "now", lambda self: now(self) + timedelta(days=365 * years))
        desk.sync()
    desk.later()
    desk.change(3, region="between")
    desk.later(15)
    done = desk.sync()
    assert (done.kind, "clock was ahead" in done.why) == ("full", True)
    row = desk.lead(3)
    assert row is not None
    assert row["region"] == "between"
    desk.later()
    assert desk.sync().kind == "incremental"


@pytest.mark.parametrize(
    "told", [{}, {"results": None}, {"scores": []}, {"results": [{"id": "9"}], "paging": {"next": {}}}]
)
def test_rules_in_an_odd_form_stop_no_sync(desk: Desk, monkeypatch, told):
    monkeypatch.setattr(HubSpotClient, "scoring", lambda *_: told)
    done = desk.sync()
    (note,) = done.notes
    assert (done.run.kept, done.rules) == (150, None)
    assert "did not tell this time by which rules" in note
    assert desk.source.suggestible()


@pytest.mark.parametrize("error", [Busy("late", retry_after=1), Refused("no", code="VALIDATION_ERROR")])
def test_rules_that_cannot_be_asked_for_stop_no_sync(desk: Desk, monkeypatch, error: ConnectorError):
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(HubSpotClient, "scoring", fails)
    assert desk.sync().run.kept == 150


def test_the_tier_before_the_outcome_is_not_the_one_that_tells_it(connecting, tmp_path):
    desk = desk_of(connecting(some(10)), tmp_path)
    one = desk.portal.record_ids()[2]
    at = "2026-06-01T10:00:00Z"
    tiers = [("tier_2", "2026-04-01T00:00:00Z"), (LEAKED, at)]
    desk.portal.desk.remember("contacts", one, TIER, tiers)
    desk.portal.desk.remember("contacts", one, "hs_v2_date_entered_customer", [(at, at)])
    rules = (POLICY.rules[0], Rule(field=TIER, operator=Keep(), column="score"), DATED.rules[-1])
    desk.sync(replace(DATED, rules=rules), outcome_at="end")
    chosen = {row["lead_key"]: row["score"] for row in as_scored(desk.rows(), "score", "end").to_pylist()}
    assert chosen[desk.key(2)] == "tier_2"


@pytest.mark.parametrize(
    ("operator", "score"), [(Coarsen(by="day"), "40"), (Keep(), "60")], ids=["by day", "by time"]
)
def test_a_score_of_the_day_of_the_outcome_that_may_know_it_is_not_the_one_before(
    desk: Desk, operator, score
):
    one, at = desk.portal.record_ids()[4], "2026-06-01T10:00:00Z"
    history = [("40", "2026-05-31T23:00:00Z"), ("60", "2026-06-01T08:00:00Z"), ("99", "2026-06-01T10:05:00Z")]
    desk.portal.desk.remember("contacts", one, "lead_score", history)
    desk.portal.desk.remember("contacts", one, "hs_v2_date_entered_customer", [(at, at)])
    end = Rule(field="hs_v2_date_entered_customer", operator=operator, column="end")
    desk.sync(replace(DATED, rules=(*POLICY.rules, end)), outcome_at="end")
    chosen = {row["lead_key"]: row["score"] for row in as_scored(desk.rows(), "score", "end").to_pylist()}
    assert chosen[desk.key(4)] == score
