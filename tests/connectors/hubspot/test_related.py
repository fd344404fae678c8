"""Deals, leads, merges, lead scores and histories: what lies beside the contacts, and what is withheld."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.errors import Refused
from connectors.hubspot.client import HubSpotClient
from connectors.hubspot.source import HubSpotSource
from connectors.policy.coarsen import Coarsen
from connectors.policy.keep import Keep
from connectors.policy.model import Rule
from connectors.sandbox.hubspot.faults import Fault
from connectors.sandbox.hubspot.scoring import ScoringRule
from connectors.snapshots import as_scored
from connectors.source import Flag
from tests.connectors.hubspot.syncing import POLICY, Desk, desk_of
from tests.connectors.subject_hubspot import Connected, MemoryGrants, some, timing_of

CONTACTS = ("oauth", "crm.objects.contacts.read", "crm.schemas.contacts.read")
DEALS, LEADS, SCORING = "crm.objects.deals.read", "crm.objects.leads.read", "mh-lead-scoring-view"
SCHEMAS = ("crm.schemas.deals.read", "crm.schemas.leads.read")
BESIDE = replace(
    POLICY,
    rules=(
        *POLICY.rules,
        Rule(field="deal.hs_is_closed_won", operator=Keep(), column="won"),
        Rule(field="deal.closedate", operator=Coarsen(by="day"), column="outcome_at"),
        Rule(field="lead.hs_lead_label", operator=Keep(), column="label"),
    ),
)
DATED = replace(
    POLICY,
    rules=(
        *POLICY.rules,
        Rule(field="hs_v2_date_entered_customer", operator=Coarsen(by="day"), column="end"),
    ),
)


def with_scopes(found: Connected, *scopes: str) -> Connected:
    """The same portal, whose admin agreed to these scopes."""
    found.portal.control.token_seconds = 10**9
    token, named = found.portal.token(*CONTACTS, *scopes), (*CONTACTS, *scopes)
    grants = MemoryGrants(replace(found.grants.grant, access_token=token, scopes=named, expires_at=None))
    source = HubSpotSource(found.app, grants, found.keyring, timing_of(found.portal))
    return replace(found, grants=grants, source=source)


@pytest.fixture
def opened(connecting, tmp_path: Path) -> Callable[..., Desk]:
    """A desk of 60 contacts whose app has some more scopes."""

    def make(*scopes: str) -> Desk:
        return desk_of(with_scopes(connecting(some(60)), *scopes), tmp_path)

    return make


def deal(desk: Desk, number: int, stage: str, closed: str) -> str:
    """A deal of a contact."""
    values = {"dealname": "D", "pipeline": "default", "dealstage": stage, "closedate": closed}
    return desk.portal.desk.create("deals", values, [("contacts", desk.portal.record_ids()[number], ())])


def lead(desk: Desk, number: int, label: str, *kinds: int) -> str:
    values = {"hs_lead_name": "L", "hs_lead_label": label}
    contact = desk.portal.record_ids()[number]
    return desk.portal.desk.create("leads", values, [("contacts", contact, kinds)])


def held(desk: Desk, number: int, *names: str) -> tuple[object, ...]:
    row = desk.lead(number)
    assert row is not None
    return tuple(row[name] for name in names)


@pytest.mark.parametrize("as_text", [False, True])
def test_the_deal_that_decides_is_the_outcome(opened, as_text):
    desk = opened(DEALS, LEADS)
    desk.portal.control.association_ids_as_text = as_text
    desk.portal.control.association_page = 1
    deal(desk, 1, "closedlost", "2026-05-01T00:00:00Z")
    deal(desk, 1, "closedwon", "2026-06-02T00:00:00Z")
    deal(desk, 1, "closedwon", "2026-06-01T00:00:00Z")
    deal(desk, 2, "closedlost", "2026-05-03T00:00:00Z")
    deal(desk, 3, "closedlost", "2026-05-03T00:00:00Z")
    deal(desk, 3, "qualifiedtobuy", "2027-01-01T00:00:00Z")
    done = desk.sync(BESIDE)
    (note,) = done.notes
    assert "the app lacks the scope mh-lead-scoring-view; add it to the app" in note
    assert held(desk, 1, "won", "outcome_at") == ("true", "2026-06-01")
    assert held(desk, 2, "won", "outcome_at") == ("false", "2026-05-03")
    assert held(desk, 3, "won", "outcome_at") == (None, None)
    assert held(desk, 4, "won", "outcome_at") == (None, None)


def test_a_deal_that_is_won_later_changes_the_outcome(opened):
    desk = opened(DEALS, LEADS)
    open_deal = deal(desk, 5, "qualifiedtobuy", "2027-01-01T00:00:00Z")
    desk.later()
    desk.sync(BESIDE)
    desk.later()
    won = {"dealstage": "closedwon", "closedate": "2026-07-01T00:00:00Z"}
    desk.portal.desk.change("deals", open_deal, won)
    desk.later(1)
    done = desk.sync(BESIDE)
    assert (done.kind, done.run.read, done.changed) == ("incremental", 1, 1)
    assert held(desk, 5, "won", "outcome_at") == ("true", "2026-07-01")


def test_a_lead_belongs_to_its_primary_contact_only(opened):
    desk = opened(DEALS, LEADS)
    lead(desk, 7, "COLD", 578)
    lead(desk, 7, "HOT", 578)
    lead(desk, 8, "WARM", 608)
    desk.sync(BESIDE)
    assert held(desk, 7, "label") == ("HOT",)
    assert held(desk, 8, "label") == (None,)
    desk.later()
    later = lead(desk, 8, "WARM", 578)
    desk.later(1)
    assert desk.sync(BESIDE).changed == 1
    assert held(desk, 8, "label") == ("WARM",)
    desk.later()
    desk.portal.desk.change("leads", later, {"hs_lead_label": "COLD"})
    desk.later(1)
    assert desk.sync(BESIDE).changed == 1
    assert held(desk, 8, "label") == ("COLD",)


@pytest.mark.parametrize(
    ("scopes", "lost", "won", "label"),
    [
        ((LEADS, SCORING), "Deals are not read", None, "HOT"),
        ((DEALS, SCORING), "HubSpot's leads are not read", "true", None),
        ((DEALS, LEADS), "HubSpot does not tell by which rules", "true", "HOT"),
    ],
)
def test_a_missing_scope_takes_away_one_thing_and_says_which(opened, scopes, lost, won, label):
    desk = opened(*scopes)
    deal(desk, 1, "closedwon", "2026-06-02T00:00:00Z")
    lead(desk, 1, "HOT", 578)
    done = desk.sync(BESIDE)
    (note,) = done.notes
    assert note.startswith(lost)
    missing = next(one for one in (DEALS, LEADS, SCORING) if one not in scopes)
    assert f"the app lacks the scope {missing}; add it to the app" in note
    assert (done.run.read, done.run.kept) == (60, 60)
    assert held(desk, 1, "won", "label") == (won, label)


def test_a_portal_without_leads_or_scoring_says_so(opened):
    desk = opened(DEALS, LEADS, SCORING)
    desk.portal.control.tier = "starter"
    desk.portal.control.lead_scoring = "off"
    notes = desk.sync(BESIDE).notes
    assert [note.partition(": ")[0] for note in notes] == [
        "HubSpot's leads are not read",
        "HubSpot does not tell by which rules the score is made",
    ]
    assert notes[0].endswith("if it has it, the portal's subscription does not.")
    assert notes[1].endswith("the portal does not offer it, by its subscription or as a whole.")


def test_a_deal_property_that_is_not_there_is_named(opened):
    policy = replace(BESIDE, rules=(*BESIDE.rules, Rule(field="deal.nothing", operator=Keep(), column="n")))
    desk = opened(DEALS, LEADS, *SCHEMAS)
    with pytest.raises(Refused, match="no deal property nothing"):
        desk.sync(policy)
    desk = opened(DEALS, LEADS)
    deal(desk, 1, "closedwon", "2026-06-02T00:00:00Z")
    with pytest.raises(Refused, match="deal property nothing"):
        desk.sync(policy)


def test_a_merged_contact_lives_on_as_the_winner(opened):
    desk = opened()
    desk.sync()
    desk.later()
    ids = desk.portal.record_ids()
    winner, loser = ids[2], ids[9]
    gone = desk.key(9)
    desk.portal.desk.merge("contacts", winner, loser)
    desk.later(1)
    done = desk.sync()
    assert (done.kind, done.removed, done.merged, done.run.read) == ("incremental", 1, 1, 1)
    assert done.whole.read == 59
    assert gone not in desk.rows()["lead_key"].to_pylist()
    desk.later()
    assert (desk.sync().merged, desk.sync().removed) == (0, 0)


def test_merges_show_in_the_comparison_where_no_property_tells_them(opened):
    desk = opened()
    for name in ("hs_merged_object_ids", "hs_calculated_merged_vids"):
        desk.portal._world.contacts.definitions.pop(name, None)
    desk.sync()
    desk.later()
    ids = desk.portal.record_ids()
    records = desk.portal._world.contacts
    records.gone.add(int(ids[9]))
    records.merged[int(ids[9])] = int(ids[2])
    desk.later(1)
    assert desk.sync().removed == 0
    done = desk.sync(wanted="reconcile")
    assert (done.removed, done.whole.read) == (1, 59)


def test_the_score_before_the_outcome_comes_from_the_portals_history(opened):
    desk = opened()
    ids, portal = desk.portal.record_ids(), desk.portal.desk
    portal.remember(
        "contacts",
        ids[4],
        "lead_score",
        [("12", "2026-03-02T00:00:00Z"), ("40", "2026-04-01T00:00:00Z"), ("99", "2026-06-05T00:00:00Z")],
    )
    portal.remember(
        "contacts", ids[4], "hs_v2_date_entered_customer", [("2026-06-01T00:00:00Z", "2026-06-01T00:00:00Z")]
    )
    done = desk.sync(DATED, outcome_at="end")
    assert done.run.kept == 60
    assert held(desk, 4, "score") == ("99",)
    chosen = {row["lead_key"]: row for row in as_scored(desk.rows(), "score", "end").to_pylist()}
    row = chosen[desk.key(4)]
    assert (row["score"], row["scored_at"][:10]) == ("40", "2026-04-01")
    other = chosen[desk.key(5)]
    assert other["score"] == held(desk, 5, "score")[0]


def test_a_lead_that_becomes_a_customer_between_two_syncs_brings_its_history(opened):
    desk = opened()
    desk.sync(DATED, outcome_at="end")
    desk.later(3 * 24 * 60)
    now = datetime.fromtimestamp(desk.portal.clock.now(), UTC)
    desk.change(6, lead_score="77")
    desk.later(2 * 24 * 60)
    desk.change(6, lifecyclestage="customer")
    desk.later(2 * 24 * 60)
    desk.change(6, lead_score="100")
    desk.later(1)
    done = desk.sync(DATED, outcome_at="end")
    assert (done.kind, done.changed) == ("reconcile", 1)
    row = {one["lead_key"]: one for one in as_scored(desk.rows(), "score", "end").to_pylist()}[desk.key(6)]
    assert (row["score"], row["scored_at"][:10]) == ("77", now.date().isoformat())


def test_a_stream_that_begins_to_ask_for_earlier_scores_reads_everything(opened):
    desk = opened()
    desk.sync(DATED)
    done = desk.sync(DATED, outcome_at="end")
    assert (done.kind, "scores from before the outcome" in done.why) == ("full", True)
    assert desk.sync(DATED, outcome_at="end").kind == "incremental"


def test_the_rules_behind_the_score_are_told_and_a_change_reads_everything(opened):
    desk = opened(SCORING)
    rules = [
        ScoringRule(property="gender", points={"male": 10}, group="Who they are"),
        ScoringRule(property="region", points={"a": 5}),
    ]
    desk.portal.desk.publish_score(7, "Fit score", "lead_score", rules)
    done = desk.sync()
    assert done.notes == ()
    assert done.rules is not None
    assert (done.rules.name, done.rules.fields) == ("Fit score", {"gender", "region"})
    assert ("gender", "Who they are") in done.rules.uses
    desk.later()
    assert desk.sync().kind == "incremental"
    desk.portal.desk.publish_score(7, "Fit score", "lead_score", rules[1:])
    done = desk.sync()
    assert (done.kind, done.run.read) == ("full", 60)
    assert "the rules of the score Fit score were changed in HubSpot on" in done.why
    assert desk.sync().kind == "incremental"


def test_rules_that_are_withheld_for_a_while_are_no_change(opened):
    desk = opened(SCORING)
    desk.portal.desk.publish_score(7, "Fit", "lead_score", [ScoringRule(property="region", points={"a": 5})])
    desk.sync()
    desk.portal.control.lead_scoring = "forbidden"
    done = desk.sync()
    assert (done.kind, done.rules, len(done.notes)) == ("incremental", None, 1)
    desk.portal.control.lead_scoring = "on"
    assert desk.sync().kind == "incremental"


@pytest.mark.parametrize("fault", [Fault(status=503, times=None), Fault(kind="truncated", times=None)])
def test_rules_that_cannot_be_told_now_stop_nothing(opened, fault):
    desk = opened(SCORING)
    desk.portal.desk.publish_score(7, "Fit", "lead_score", [ScoringRule(property="region", points={"a": 5})])
    desk.sync()
    desk.portal.control.plan(replace(fault, path="lead-scoring"))
    done = desk.sync()
    assert (done.kind, done.rules) == ("incremental", None)
    assert done.notes[0].startswith("HubSpot did not tell this time by which rules the score is made")
    assert not [field for field in desk.source.suggestible() if field.predicted]
    desk.portal.control.mend()
    assert desk.sync().kind == "incremental"


def test_a_tier_that_tells_the_outcome_is_missing_and_counted(connecting, tmp_path):
    records = some(20)
    for number, record in enumerate(records):
        record["hs_predictivescoringtier"] = "closed_won" if number < 3 else "tier_2"
    desk = desk_of(connecting(records), tmp_path)
    tiers = replace(
        POLICY, rules=(*POLICY.rules, Rule(field="hs_predictivescoringtier", operator=Keep(), column="tier"))
    )
    notes = desk.sync(tiers).notes
    assert any('says "closed_won" of 3 contacts' in note for note in notes)
    assert desk.rows()["tier"].to_pylist().count("tier_2") == 17
    assert desk.rows()["tier"].null_count == 3


def test_a_frozen_score_is_warned_about(opened):
    desk = opened()
    frozen = replace(POLICY, rules=(Rule(field="hubspotscore", operator=Keep(), column="score"),))
    assert any("31 August 2025" in note for note in desk.sync(frozen).notes)


def test_what_could_be_read_is_suggested(opened):
    desk = opened(DEALS, SCORING)
    desk.portal.desk.publish_score(7, "Fit", "lead_score", [ScoringRule(property="region", points={"a": 5})])
    fields = {field.name: field for field in desk.source.suggestible()}
    assert fields["lead_score"].predicted
    assert not fields["region"].predicted
    assert {"deal.hs_is_closed_won", "deal.closedate"} <= fields.keys()
    assert not [name for name in fields if name.startswith("lead.")]
    assert "health_condition" not in fields


def test_nothing_personal_is_asked_for_beside_deals_leads_scores_and_histories(opened, monkeypatch):
    named, read = [], HubSpotClient.read

    def noting(client, ids, properties, *more, **others):
        named.append(properties)
        return read(client, ids, properties, *more, **others)

    # Where no property is named HubSpot shows name and mail address.
    monkeypatch.setattr(HubSpotClient, "read", noting)
    desk = opened(DEALS, LEADS, SCORING, "crm.schemas.contacts.write", "crm.objects.contacts.write")
    policy = replace(
        BESIDE,
        rules=(
            *BESIDE.rules[:4],
            Rule(field="hs_v2_date_entered_customer", operator=Coarsen(by="day"), column="end"),
        ),
    )
    deal(desk, 1, "closedwon", "2026-06-02T00:00:00Z")
    lead(desk, 1, "HOT", 578)
    desk.change(2, lifecyclestage="customer")
    flag = Flag(status="review", reason="r", audit_id="A", checked_at=datetime(2026, 11, 23, tzinfo=UTC))
    desk.sync(policy, outcome_at="end")
    ids = desk.portal.record_ids()
    desk.later()
    desk.source.publish({desk.connected.keyring.lead_key(one): flag for one in ids})
    asked = set(desk.portal.control.requested)
    desk.later(1)
    assert desk.sync(policy, outcome_at="end").own == 60
    desk.sync(policy, wanted="reconcile", outcome_at="end")
    names = {name.rpartition(".")[2] for name in policy.fields}
    own = {"hs_object_id", "lastmodifieddate", "hs_merged_object_ids", "hs_is_closed"}
    flags = {name for name in asked if name.startswith("fairscore_")}
    assert desk.portal.control.requested <= names | own | flags
    assert all(named)
