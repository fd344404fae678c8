"""Einstein's scores, scores of earlier pulls, outcomes of deals and consent: what no date of a lead tells."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.policy.coarsen import Coarsen
from connectors.policy.keep import Keep
from connectors.policy.model import Policy, Rule
from connectors.sandbox.salesforce import SalesforceStandIn, org_deeds
from connectors.sandbox.salesforce.new_org import add
from connectors.snapshots import as_scored
from tests.connectors.salesforce.syncing import POLICY, Desk, desk_of

EINSTEIN = Policy(
    name="einstein",
    crm="salesforce",
    object="Lead",
    created="CreatedDate",
    rules=(
        Rule(field="Region__c", operator=Keep(), column="region"),
        Rule(field="ScoreIntelligence.Score", operator=Keep(), column="score"),
        Rule(field="ConvertedOpportunity.IsWon", operator=Keep(), column="won"),
        Rule(field="ConvertedDate", operator=Coarsen(by="day"), column="outcome_at"),
    ),
    exclude_when=("Individual.HasOptedOutProfiling", "Individual.ShouldForget"),
)


@pytest.fixture
def desk(org: SalesforceStandIn, tmp_path: Path) -> Desk:
    for number, lead in enumerate(org.record_ids()[:300]):
        org_deeds.score(org.org, lead, number % 100)
    made = desk_of(org, tmp_path)
    made.age()
    org.org.clock.advance(3600)
    return made


def test_einsteins_scores_have_a_cursor_of_their_own(desk: Desk):
    assert desk.sync(EINSTEIN).run.kept == 500
    assert (desk.lead(7)["score"], desk.lead(400)["score"]) == ("7", None)
    desk.org.org.clock.advance(3600)
    ids = desk.org.record_ids()
    org_deeds.score(desk.org.org, ids[7], 77)
    org_deeds.score(desk.org.org, ids[400], 44)
    done = desk.sync(EINSTEIN)
    assert (done.kind, done.run.read, done.changed) == ("incremental", 0, 2)
    assert (desk.lead(7)["score"], desk.lead(400)["score"]) == ("77", "44")
    assert done.whole.read == 500


def test_a_deal_that_is_won_later_changes_the_outcome(desk: Desk):
    deal = org_deeds.convert(desk.org.org, desk.org.record_ids()[3], "Prospecting")
    desk.sync(EINSTEIN)
    assert desk.lead(3)["won"] == "false"
    desk.org.org.clock.advance(3600)
    org_deeds.move_opportunity(desk.org.org, str(deal), "Closed Won")
    done = desk.sync(EINSTEIN)
    assert (done.kind, done.changed) == ("incremental", 1)
    assert desk.lead(3)["won"] == "true"


def test_a_person_who_objects_to_profiling_is_excluded_and_counted(desk: Desk):
    org, lead = desk.org.org, desk.org.record_ids()[9]
    person = add(org, "Individual", {"LastName": "Nobody", "HasOptedOutProfiling": False})
    org.leads[lead] = {**org.leads[lead], "IndividualId": person}
    assert desk.sync(EINSTEIN).whole.kept == 500
    org.clock.advance(3600)
    row = org.records["Individual"][person]
    objected = {"HasOptedOutProfiling": True, "SystemModstamp": org.clock.stamp()}
    org.records["Individual"][person] = {**row, **objected}
    done = desk.sync(EINSTEIN)
    assert (done.kind, done.whole.kept) == ("incremental", 499)
    assert done.whole.excluded == {"Individual.HasOptedOutProfiling": 1}
    assert desk.lead(9) is None


def test_the_score_before_the_outcome_is_kept_and_chosen(desk: Desk):
    policy = replace(
        POLICY,
        rules=(*POLICY.rules, Rule(field="ConvertedDate", operator=Coarsen(by="day"), column="outcome_at")),
    )
    desk.change(2, Score__c=30.0)
    desk.sync(policy)
    first = desk.lead(2)["_scored_at"]
    desk.org.org.clock.advance(3 * 86_400)
    org_deeds.convert(desk.org.org, desk.org.record_ids()[2])
    desk.org.org.clock.advance(2 * 86_400)
    desk.change(2, Score__c=95.0)
    desk.sync(policy)
    assert desk.lead(2)["score"] == "95"
    key = desk.lead(2)["lead_key"]
    chosen = as_scored(desk.rows(), "score", "outcome_at").to_pylist()
    row = next(one for one in chosen if one["lead_key"] == key)
    assert (row["score"], row["scored_at"]) == ("30", first)
    assert row["scored_at"][:10] < row["outcome_at"]
    assert "_earlier_scores" not in row
    # A lead without an outcome keeps its present score.
    other = next(one for one in chosen if one["lead_key"] == desk.lead(4)["lead_key"])
    assert other["score"] == desk.lead(4)["score"]


def test_a_full_pull_keeps_the_scores_of_earlier_ones(desk: Desk):
    desk.sync()
    desk.org.org.clock.advance(86_400)
    desk.change(2, Score__c=95.0)
    before = desk.lead(2)
    desk.sync(wanted="full")
    after = desk.lead(2)
    assert (after["score"], after["_scored_at"] > before["_scored_at"]) == ("95", True)
    assert before["_scored_at"] in after["_earlier_scores"]
    assert desk.lead(3)["_scored_at"] == before["_scored_at"]


def test_the_orgs_own_history_tells_scores_from_before_the_first_pull(desk: Desk):
    org, lead = desk.org.org, desk.org.record_ids()[2]
    moment = org.clock.stamp()
    org.records["LeadHistory"]["017000000000001AAA"] = {
        "Id": "017000000000001AAA",
        "LeadId": lead,
        "Field": "Score__c",
        "OldValue": 12.0,
        "NewValue": 1.0,
        "CreatedDate": moment,
        "CreatedById": org.rep.id,
        "IsDeleted": False,
    }
    desk.org.org.clock.advance(86_400)
    desk.sync()
    row = desk.lead(2)
    assert row["score"] == "1"
    assert row["_scored_at"] == moment[:19] + "Z"
    assert row["_earlier_scores"] == '[["12", ""]]'


def test_einsteins_score_beside_another_score_is_read_with_the_leads(desk: Desk):
    rules = (*EINSTEIN.rules[:1], Rule(field="ScoreIntelligence.Score", operator=Keep(), column="einstein"))
    policy = replace(EINSTEIN, rules=(*rules, Rule(field="Score__c", operator=Keep(), column="score")))
    desk.sync(policy)
    desk.org.org.clock.advance(3600)
    org_deeds.score(desk.org.org, desk.org.record_ids()[7], 77)
    done = desk.sync(policy)
    assert (done.kind, done.run.read, done.changed) == ("incremental", 1, 1)
    assert desk.lead(7)["einstein"] == "77"
