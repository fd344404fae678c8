"""What a person begins with: suggestions from the fields that each CRM really describes."""

from __future__ import annotations

import re
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from audit.schema import BadInput, parse_stream
from connectors.policy.fitting import refuse_unfit
from connectors.policy.identifying import is_identifying
from connectors.policy.parse import parse_policy
from connectors.policy.starter import minimal_starter, starter, stream_text
from connectors.sandbox.certificate import make_certificate
from connectors.sandbox.fill import contents_for_story
from connectors.sandbox.hubspot import HubSpotStandIn
from connectors.sandbox.salesforce import SalesforceStandIn
from connectors.sandbox.salesforce.users import VIEW_SETUP
from connectors.sandbox.story import story
from connectors.source import FieldInfo
from tests.connectors import subject_hubspot, subject_salesforce

CRMS = ("salesforce", "hubspot")
# What a rule may keep of a person only as a part, a band or a word of a list.
PERSONAL = {"PostalCode", "GenderIdentity", "NumberOfEmployees", "zip", "gender"}


@pytest.fixture(scope="module")
def described() -> dict[str, tuple[FieldInfo, ...]]:
    """The describe answers of both stand-ins, filled with the generated story."""
    salesforce, hubspot = contents_for_story(story(40, 3))
    with tempfile.TemporaryDirectory() as folder:
        certificate = make_certificate(Path(folder))
        with (
            SalesforceStandIn(salesforce, certificate, seed=1) as org,
            HubSpotStandIn(hubspot, seed=1) as portal,
        ):
            source = subject_salesforce.source_of(org, subject_salesforce.connect(org))
            return {
                "salesforce": source.describe(),
                "hubspot": subject_hubspot.connect(portal).source.describe(),
            }


def field(name: str, kind: str, label: str = "") -> FieldInfo:
    return FieldInfo(name=name, label=label or name, type=kind)


def columns(text: str) -> dict[str, str]:
    return {rule.column: rule.field for rule in parse_policy(text).rules}


def test_salesforce_gets_a_rule_for_each_standard_field(described):
    assert columns(starter("salesforce", described["salesforce"]).policy) == {
        "score": "Lead_Score__c",
        "outcome": "Status",
        "worked": "LastActivityDate",
        "created": "CreatedDate",
        "zip1": "PostalCode",
        "source": "LeadSource",
        "industry": "Industry",
        "company_size": "NumberOfEmployees",
        "gender": "GenderIdentity",
    }


@pytest.mark.parametrize("crm", CRMS)
def test_what_fairlead_wrote_itself_is_no_score(crm):
    kind = {"salesforce": "double", "hubspot": "number"}[crm]
    own = [field(name, kind, "Score shift") for name in ("Fairness_Shift__c", "fairscore_calibrated")]
    assert not tomllib.loads(starter(crm, own).policy).get("rule", [])


def test_hubspot_gets_a_rule_for_each_native_property(described):
    assert columns(starter("hubspot", described["hubspot"]).policy) == {
        "score": "lead_score",
        "outcome": "lifecyclestage",
        "worked": "notes_last_contacted",
        "created": "createdate",
        "zip1": "zip",
        "source": "hs_analytics_source",
        "gender": "gender",
    }


@pytest.mark.parametrize("crm", CRMS)
def test_every_field_exists_and_none_points_at_a_person(described, crm):
    policy = parse_policy(starter(crm, described[crm]).policy)
    offered = {one.name: one.type for one in described[crm]}
    assert set(policy.fields) <= set(offered)
    assert not [name for name in policy.fields if is_identifying(name)]
    refuse_unfit(policy, described[crm])
    kept = {rule.field for rule in policy.rules if rule.operator.name == "keep"}
    assert not kept & PERSONAL
    assert {offered[name] for name in kept} <= {"picklist", "enumeration", "double", "number"}


@pytest.mark.parametrize("crm", CRMS)
def test_people_who_opted_out_are_excluded(described, crm):
    names = {
        "salesforce": ("HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall"),
        "hubspot": ("hs_email_optout",),
    }
    assert parse_policy(starter(crm, described[crm]).policy).exclude_when == names[crm]


@pytest.mark.parametrize("crm", CRMS)
@pytest.mark.parametrize("left", range(0, 40, 7))
def test_a_field_that_the_user_may_not_see_is_not_suggested(described, crm, left):
    seen = [one for place, one in enumerate(described[crm]) if place % 40 >= left]
    rules = tomllib.loads(starter(crm, seen).policy).get("rule", [])
    assert {rule["field"] for rule in rules} <= {one.name for one in seen}
    assert rules or left > 20


@pytest.mark.parametrize("crm", CRMS)
def test_the_stream_fits_the_policy(described, crm):
    found = starter(crm, described[crm])
    stream = parse_stream(found.stream)
    named = {stream.score, stream.outcome, stream.worked, stream.created, *stream.features, *stream.controls}
    assert named | {"gender"} == set(columns(found.policy))
    assert [(one.name, one.special_category) for one in stream.attributes] == [("gender", True)]
    assert stream.threshold is None
    edited = parse_stream(found.stream.replace("# threshold", "threshold"))
    assert edited.threshold == 70


def test_the_customers_own_score_comes_first_and_the_others_are_named():
    fields = [
        field("hs_predictivecontactscore_v2", "number"),
        field("hubspotscore", "number"),
        field("fit", "number", "Fit score"),
        field("score_date", "date"),
        field("score_phone", "number"),
        field("lifecyclestage", "enumeration"),
    ]
    text = starter("hubspot", fields).policy
    assert columns(text)["score"] == "fit"
    assert '# field = "hs_predictivecontactscore_v2"' in text
    assert "hubspotscore" not in text
    assert "score_date" not in text
    assert "score_phone" not in text


def test_without_a_score_the_place_for_it_is_a_comment():
    text = starter("salesforce", [field("Status", "picklist"), field("Scored__c", "boolean")]).policy
    assert columns(text) == {"outcome": "Status"}
    rule = re.compile(r"^# (?=\[\[rule\]\]$|(field|operator|column) = )", re.MULTILINE)
    assert columns(rule.sub("", text)) == {"score": "Your_Score__c", "outcome": "Status"}


def test_a_property_of_free_text_is_not_kept():
    seen = [
        field("industry", "string"),
        field("numemployees", "string"),
        field("lifecyclestage", "enumeration"),
    ]
    assert set(columns(starter("hubspot", seen).policy)) == {"outcome"}
    listed = [field(one.name, "enumeration") for one in seen]
    assert set(columns(starter("hubspot", listed).policy)) == {"outcome", "industry", "company_size"}


def test_a_label_never_reaches_the_text():
    text = starter(
        "salesforce", [field("S__c", "double", 'score"\n[policy]\nname = "x'), field("Status", "picklist")]
    )
    assert columns(text.policy) == {"score": "S__c", "outcome": "Status"}
    assert 'name = "x' not in text.policy


@pytest.mark.parametrize("crm", CRMS)
def test_the_minimal_starter_names_only_what_every_org_has(described, crm):
    found = minimal_starter(crm)
    policy = parse_policy(found.policy)
    assert [rule.column for rule in policy.rules] == ["outcome", "worked", "created"]
    assert set(policy.fields) <= {one.name for one in described[crm]}
    refuse_unfit(policy, described[crm])
    with pytest.raises(BadInput, match="nothing to compare"):
        parse_stream(found.stream)


def test_the_columns_of_a_policy_choose_their_roles():
    stream = parse_stream(stream_text(["score", "region", "age", 'odd "name"\n', "zip3", "cohort_day"]))
    assert [one.name for one in stream.attributes] == ["age", "region"]
    assert (stream.outcome, stream.worked, stream.created) == (None, None, "cohort_day")
    assert (stream.features, stream.controls) == (("zip3",), ())


def test_where_nothing_fits_there_is_no_rule_yet():
    found = starter("salesforce", [field("Notes__c", "textarea")])
    with pytest.raises(BadInput, match="has no rule"):
        parse_policy(found.policy)
    assert "Notes__c" not in found.policy


def test_a_starter_is_for_a_known_crm_only():
    with pytest.raises(KeyError):
        starter("file", ())


CLASSIFIED = {
    "LeadSource": {"security": "Restricted"},
    "Industry": {"compliance": ("PII", "GDPR")},
    "NumberOfEmployees": {"retiring": True},
    "PostalCode": {"security": "Internal", "compliance": ("PersonalInfo",)},
    "GenderIdentity": {"security": "Restricted", "compliance": ("GDPR",)},
}


def test_the_admins_classification_decides_what_is_only_shown(described):
    fields = [replace(one, **CLASSIFIED.get(one.name, {})) for one in described["salesforce"]]
    found = starter("salesforce", fields)
    taken = columns(found.policy)
    assert not {"source", "industry", "company_size"} & set(taken)
    assert {"zip1", "gender"} <= set(taken)
    words = " ".join(found.policy.replace("\n#", "").split())
    assert "Your org classifies it as Restricted. Take the # away only if it may be read." in words
    assert "Your org classifies it as PII, GDPR." in words
    assert "Your org means to do without this field." in words
    assert "Keep the rule only if you may compare groups by it." in words
    # What is only shown can be taken up as it stands.
    taken_up = re.sub(r"(?m)^# (\[\[rule\]\]|[a-z]+ = )", r"\1", found.policy)
    assert {"source", "industry", "company_size"} <= set(columns(taken_up))


def test_the_org_itself_tells_what_lies_near_the_lead(tmp_path):
    salesforce, _ = contents_for_story(story(40, 3))
    with SalesforceStandIn(salesforce, make_certificate(tmp_path), seed=1) as org:
        source = subject_salesforce.source_of(org, subject_salesforce.connect(org))
        fields = {one.name: one for one in source.suggestible()}
        assert fields["GenderIdentity"].security == "Restricted"
        assert fields["Email"].compliance == ("PII", "GDPR", "CCPA")
        assert fields["Rating"].retiring
        assert {"ScoreIntelligence.Score", "ConvertedOpportunity.IsWon"} <= set(fields)
        text = starter("salesforce", tuple(fields.values())).policy
        assert "Individual.HasOptedOutProfiling" in parse_policy(text).exclude_when
        assert '# field = "ScoreIntelligence.Score"' in text
        assert '# field = "ConvertedOpportunity.IsWon"' in text
        source.sample(parse_policy(text), 3)
        org.org.admin.permissions.discard(VIEW_SETUP)
        assert {one.security for one in source.suggestible()} == {""}


def test_a_field_that_the_crms_own_ai_fills_may_be_the_score(described):
    predicted = FieldInfo(name="Likely__c", label="Likely to buy", type="percent", predicted=True)
    assert (
        columns(starter("salesforce", [*described["salesforce"][:3], predicted]).policy)["score"]
        == "Likely__c"
    )


def test_a_stream_over_dated_outcomes_shows_how_to_use_earlier_scores():
    text = stream_text(["score", "outcome", "outcome_at", "gender"])
    assert parse_stream(text).scored_at is None
    taken = text.replace("# outcome_at", "outcome_at").replace("# scored_at", "scored_at")
    assert (parse_stream(taken).scored_at, parse_stream(taken).outcome_at) == ("scored_at", "outcome_at")
